import re

import pandas as pd
import pytest
from planted_outcomes import HOW, Planted

from adiabatic.inference.candidates import candidate_rows
from adiabatic.inference.selection import (
    choose,
    judge_choice,
    missing_evidence,
    why_none_was_chosen,
)
from adiabatic.plan.runs import SWEEP

RATES = (1e-7, 1e-6, 1e-5)


def candidate(name, gain, kept=3, lost=0, **more):
    about = {
        "group": SWEEP,
        "stored_index": "yes",
        "seeds": 3,
        "judged_in_selection": True,
        "enough_seeds": True,
    }
    about |= {"name": name, "validation_gain": gain, "seeds_kept_in_selection": kept}
    return about | {"seeds_lost_in_selection": lost} | more


@pytest.mark.parametrize(
    ("rows", "chosen"),
    [
        # The largest gain of those of which all runs keep all.
        ([candidate("low", 0.1), candidate("mid", 0.2), candidate("high", 0.3, kept=2)], "mid"),
        ([candidate("low", 0.1), candidate("high", 0.3, kept=0, lost=1)], "low"),
        # One that keeps all but gains next to nothing is no answer to one that may.
        ([candidate("tiny", 0.01), candidate("high", 0.3, kept=1)], "high"),
        # What is shown to lose is no measure of what is useful.
        ([candidate("tiny", 0.01), candidate("high", 0.3, kept=1, lost=2)], "tiny"),
        ([candidate("mid", 0.2, kept=0), candidate("low", 0.1, kept=0)], "mid"),
        # One with too few seeds to be switched to is no answer where another has enough.
        ([candidate("low", 0.1), candidate("one", 0.3, enough_seeds=False)], "low"),
        ([candidate("one", 0.3, enough_seeds=False)], "one"),
        # An index that has to be made again, no gain, no evidence: nothing.
        ([candidate("both", 0.3, stored_index="no")], None),
        ([candidate("none", 0.0), candidate("worse", -0.1), candidate("?", float("nan"))], None),
        ([candidate("unjudged", 0.3, judged_in_selection=False)], None),
        ([candidate("lost", 0.3, lost=1)], None),
        ([candidate("base", 0.3, group="base")], None),
    ],
)
def test_the_candidate_is_chosen_by_selection_and_validation_alone(rows, chosen):
    found = choose(pd.DataFrame(rows))
    assert (None if found is None else found["name"]) == chosen


def judged(shift, share=0.5, validation=None, **world):
    planted = Planted(shift, **world)
    evidence = planted.evidence(share=share, validation=validation)
    table = candidate_rows(planted.candidates, evidence)
    return judge_choice(table, planted.candidates, evidence, share)


def higher_loses(group, rate, task, query, document):
    if task == "held-out":
        return {1e-7: 0.05, 1e-6: 0.12, 1e-5: 0.2}[rate]
    return -0.25 if rate == 1e-5 and query == "zh" else 0.0


def test_the_best_rate_that_keeps_all_is_switched_to():
    validation = {f"sweep-lr{rate}-{seed}": rate + seed for rate in RATES for seed in range(3)}
    found = judged(higher_loses, validation=validation, items=1000, rates=RATES)
    assert (found.status, found.row["learning_rate"], found.missing) == ("switch", 1e-6, ())
    # Of its runs the one that validation likes best is named for deployment.
    assert found.run == "sweep-lr1e-06-2"


def test_where_all_that_was_tried_is_shown_to_fail_the_answer_is_no():
    lost = judged(lambda *about: 0.1 if about[2] == "held-out" else -0.25)
    assert (lost.status, lost.row, lost.run) == ("no", None, "")
    no_gain = judged(lambda *about: -0.15 if about[2] == "held-out" else 0.0, items=600)
    assert no_gain.status == "no"
    assert no_gain.missing == ("a gain in English is shown to be none",)


def test_what_is_not_shown_is_not_yet_and_says_what_is_missing():
    small = judged(lambda *about: 0.1 if about[2] == "held-out" else 0.0, items=60)
    assert small.status == "not yet"
    assert small.row["learning_rate"] == 1e-6
    missing = small.missing[0]
    assert "of 8 comparisons are not shown to be non-inferior; about " in missing
    assert missing.endswith(" would decide, with a power of 80%")
    unclear = judged(lambda *about: 0.01 if about[2] == "held-out" else 0.0)
    assert unclear.status == "not yet"
    (missing,) = unclear.missing
    assert re.fullmatch(
        r"a gain in English is not shown; about [\d,]+ reported held-out triplets \(now 400\) "
        "would decide, with a power of 80%",
        missing,
    )


def test_two_seeds_are_never_switched_to():
    found = judged(lambda *about: 0.15 if about[2] == "held-out" else 0.0, seeds=2, items=1000)
    assert found.status == "not yet"
    assert found.missing == ("seeds: 3 at least for what is said of a rate (now 2)",)


def test_where_nothing_chooses_nothing_is_chosen():
    found = judged(lambda *about: 0.15 if about[2] == "held-out" else 0.0, share=0)
    assert (found.status, found.row) == ("not yet", None)
    assert "selection_share is 0" in found.missing[0]


def test_what_a_lost_candidate_lacks_is_said():
    row = pd.Series({"verdict": "lost", "inferior": 2, "english_low": 0.1, "seeds": 3})
    assert missing_evidence(row) == ["2 comparisons are shown to be inferior"]
    row = row.replace("lost", "undecided")
    some = "1 of 5 comparisons are not shown to be non-inferior"
    for comparisons, told in ((0, "nothing that must be kept was evaluated"), (5, some)):
        counted = pd.Series(row.to_dict() | {"comparisons": comparisons, "non_inferior": 4})
        assert missing_evidence(counted) == [told]


def test_the_items_that_choose_are_not_those_that_are_reported():
    """So what is reported of the chosen one is as good as if nothing had been chosen."""
    world = Planted(higher_loses, items=300, rates=RATES[:1])
    rows = world.evidence(HOW, share=0.5).differences
    counted = rows[rows["family"] == "languages"].groupby(["half", "task"])["n"].first()
    assert (counted["report"] + counted["selection"] == 300).all()


@pytest.mark.parametrize(
    ("row", "share", "reason"),
    [
        (candidate("any", 0.3), 0.0, "selection_share is 0"),
        (candidate("unjudged", 0.3, judged_in_selection=False), 0.5, "no multilingual task"),
        (candidate("worse", -0.1), 0.5, "nothing gained in validation"),
        (candidate("lost", 0.3, lost=1), 0.5, "lost something on the items that choose"),
    ],
)
def test_it_is_said_why_none_was_chosen(row, share, reason):
    assert reason in why_none_was_chosen(pd.DataFrame([row]), share)


def test_what_a_run_loses_on_the_items_that_choose_keeps_it_from_being_switched_to():
    planted = Planted(lambda *about: 0.1 if about[2] == "held-out" else 0.0, items=2000)
    evidence = planted.evidence(share=0.5)
    table = candidate_rows(planted.candidates, evidence)
    assert judge_choice(table, planted.candidates, evidence, 0.5).status == "switch"
    found = judge_choice(table.assign(seeds_kept_in_selection=2), planted.candidates, evidence, 0.5)
    assert found.status == "not yet"
    assert found.missing == ("2 of 3 runs keep everything on the items that choose",)
