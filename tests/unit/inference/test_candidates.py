import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted_outcomes import Planted

from adiabatic.inference.candidates import candidate_rows, pareto_optimal
from adiabatic.plan.runs import SWEEP


def shift(group, rate, task, query, document):
    """The adapter gains more than the sweep; joint tuning loses Chinese."""
    if task == "held-out":
        return {SWEEP: 0.1, "adapter": 0.2, "both": 0.25, "direct": 0.1}[group]
    return -0.2 if group == "both" and query == "zh" else 0.0


@pytest.fixture(scope="module")
def table():
    world = Planted(shift, items=600, adapter="linear-adapter", both="joint",
                    direct=("precision", (1e-6,)))  # fmt: skip
    evidence = world.evidence(share=0.5)
    return candidate_rows(world.candidates, evidence), world, evidence


def test_the_base_stands_first_and_ablations_do_not(table):
    frame, _, _ = table
    assert frame["group"].tolist() == ["base", SWEEP, "adapter", "both"]
    assert frame["stored_index"].tolist() == ["yes", "yes", "yes", "no"]
    assert frame["seeds"].tolist() == [0, 3, 3, 3]
    assert set(frame["speaks_of"][1:]) == {"the rate"}


def test_the_verdict_is_that_of_the_worst_bound_which_is_told(table):
    frame, world, evidence = table
    frame = frame.set_index("group")
    assert frame["verdict"].drop("base").to_dict() == {
        SWEEP: "kept",
        "adapter": "kept",
        "both": "lost",
    }
    both = frame.loc["both"]
    assert both["worst_query_language"] == "zh"
    assert both["worst_low"] < both["worst_difference"] < -0.1
    # Pairs of XNLI, languages of retrieval and levels of arXiv: all must be kept.
    assert both["comparisons"] == 4 + 2 + 2
    assert both["inferior"] == 3
    assert both["p_inferior"] < 0.025 < both["p_value"]
    for one in world.candidates:
        if not one.first.ablation:
            judgement = evidence.judgement(one)
            assert frame.loc[one.group, "worst_low"] == judgement.deciding["low"]
            assert (frame.loc[one.group, "worst_low"] > -0.05) == judgement.kept


def test_of_those_that_keep_all_the_better_ones_are_pareto_optimal(table):
    frame = table[0].set_index("group")
    assert not frame.loc[["base", "both"], "pareto_optimal"].any()
    assert frame.loc["adapter", "pareto_optimal"]
    assert frame.loc["adapter", "english_gain"] > frame.loc[SWEEP, "english_gain"]


def test_the_halves_that_choose_have_their_own_judgement(table):
    frame = table[0].set_index("group")
    assert frame.loc["both", "seeds_lost_in_selection"] == 3
    assert frame.loc[SWEEP, "seeds_lost_in_selection"] == 0
    assert frame["judged_in_selection"].drop("base").all()
    assert frame.loc[SWEEP, "validation_gain"] == pytest.approx(1e-6)


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3), st.booleans()), min_size=1))
def test_the_front_is_what_nothing_allowed_dominates(points):
    gains, worst, allowed = (np.array(values) for values in zip(*points, strict=True))
    front = pareto_optimal(gains, worst, allowed)
    for (x, y, may), kept in zip(points, front, strict=True):
        beaten = any(a >= x and b >= y and (a, b) != (x, y) for a, b, ok in points if ok)
        assert kept == (may and not beaten)
