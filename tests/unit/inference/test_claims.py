"""Claims a to d, of which each must hold, fail and stay undecided where that is so."""

import pytest
from planted_outcomes import KINDS, Planted

from adiabatic.inference.claims import claims_at
from adiabatic.plan.runs import SWEEP, PlannedRun

KEPT, LOST, BOUNDARY = 1e-7, 1e-6, 1e-5


def shift(group, rate, task, query, document):
    """At one rate all is well; at another all is lost, in one language, pair or level alone."""
    if task == "held-out":
        return {KEPT: 0.15, LOST: -0.15, BOUNDARY: 0.005}[rate]
    if task in ("xnli", "qa") and query == "en":
        return 0.0
    # At the boundary just the margin is lost, which no number of items decides.
    return {KEPT: 0.0, LOST: -0.2, BOUNDARY: -0.05}[rate]


def told_by(world):
    evidence = world.evidence()
    return {
        one.learning_rate: {claim.claim: claim for claim in claims_at(one, evidence, KINDS)}
        for one in world.candidates
    }


@pytest.fixture(scope="module")
def told():
    return told_by(Planted(shift, items=500, rates=(KEPT, LOST, BOUNDARY)))


@pytest.mark.parametrize("claim", list("abcd"))
@pytest.mark.parametrize(
    ("rate", "verdict"), [(KEPT, "holds"), (LOST, "fails"), (BOUNDARY, "undecided")]
)
def test_a_claim_is_what_was_planted(told, claim, rate, verdict):
    assert told[rate][claim].verdict == verdict


def test_a_claim_has_the_bound_that_decides_and_where(told):
    english, pairs, retrieval, levels = told[LOST].values()
    assert (english.comparisons, english.seeds, english.n) == (1, 3, 500)
    assert english.high <= 0
    assert (pairs.comparisons, pairs.query_language, pairs.non_inferior) == (4, "zh", 2)
    assert pairs.p_inferior < 0.025 < pairs.p_value
    assert pairs.detail == "2 of 4 comparisons non-inferior, 2 inferior"
    assert (retrieval.task, retrieval.comparisons) == ("qa", 2)
    assert levels.task.startswith("arxiv, title-")
    for claim in told[KEPT].values():
        assert claim.low > (0 if claim.claim == "a" else -0.05)
        assert claim.p_value < 0.025
        assert claim.null_hypothesis


def test_few_items_decide_nothing_that_is_small():
    world = Planted(lambda *about: 0.02 if about[2] == "held-out" else 0.0, items=40, rates=(KEPT,))
    told = told_by(world)[KEPT].values()
    assert {claim.verdict for claim in told} == {"undecided"}
    # Each says what would decide it.
    assert all(claim.needed and claim.needed_items > claim.n for claim in told)
    assert all(claim.needed_seeds >= 3 for claim in told)


def test_two_seeds_need_seeds_whatever_they_show():
    told = told_by(Planted(shift, items=300, rates=(KEPT, LOST), seeds=2))
    assert {claim.verdict for of in told.values() for claim in of.values()} == {"needs seeds"}
    # Their number and interval, which are for these runs, are told all the same.
    assert told[KEPT]["a"].low > 0
    assert told[KEPT]["b"].needed == "seeds: 3 at least (now 2)"
    assert told[KEPT]["b"].needed_seeds == 3


def test_what_was_not_evaluated_is_not_tested(told):
    world = Planted(shift, items=100, rates=(KEPT,))
    world.columns = [column for column in world.columns if column[0] in ("qa", "held-out")]
    verdicts = {claim: found.verdict for claim, found in told_by(world)[KEPT].items()}
    assert verdicts["b"] == verdicts["d"] == "not tested"
    assert verdicts["c"] != "not tested"


def test_a_method_without_seeds_needs_none():
    world = Planted(lambda *about: 0.15 if about[2] == "held-out" else 0.0, items=400)
    world.runs = [PlannedRun("procrustes", "procrustes", "procrustes")]
    world.plan = type(world.plan)(tuple(world.runs))
    evidence = world.evidence()
    (one,) = world.candidates
    assert {c.verdict for c in claims_at(one, evidence, KINDS)} == {"holds"}
    assert evidence.judgement(one).kept
    assert SWEEP not in set(evidence.differences["group"])
