import numpy as np
import pandas as pd
import pytest
from planted_outcomes import HOW, Planted

from adiabatic.inference.comparisons import (
    KEYS,
    added_values,
    candidates_of,
    compared_with_base,
    mean_values,
)
from adiabatic.plan.runs import SWEEP, Plan, PlannedRun


def shift(group, rate, task, query, document):
    if task == "held-out":
        return 0.15 if group == "adapter" else 0.1
    return 0.0


@pytest.fixture(scope="module")
def world():
    return Planted(shift, frozen=("freeze", (1e-6,)), adapter="linear-adapter")


@pytest.fixture(scope="module")
def rows(world):
    return pd.concat(
        compared_with_base(world.plan, world.values, HOW, 0.5, 1, lambda text: None),
        ignore_index=True,
    )


def test_candidates_are_runs_that_differ_in_their_seeds_alone():
    runs = [
        PlannedRun(f"lr{r}-{s}", SWEEP, learning_rate=r, seed=s) for r in (1, 2) for s in (0, 1)
    ]
    runs += [PlannedRun(f"half-{s}", "half", "interpolation", 1, s, alpha=0.5) for s in (0, 1, 2)]
    runs += [PlannedRun("procrustes", "procrustes", "procrustes")]
    found = candidates_of(Plan(tuple(runs)))
    assert [(one.group, len(one.runs)) for one in found] == [
        (SWEEP, 2),
        (SWEEP, 2),
        ("half", 3),
        ("procrustes", 1),
    ]
    assert [one.scope for one in found] == ["these runs"] * 2 + ["the rate", "these runs"]
    assert np.isnan(found[-1].learning_rate)


def test_every_candidate_and_run_is_compared_with_the_base_on_its_half(rows):
    assert set(KEYS) <= set(rows.columns)
    of_base = rows[rows["against"] == "base"]
    english = of_base[of_base["family"] == "English"]
    assert (english["half"] == "report").all()
    assert (english["n"] == 400).all()
    counted = of_base[of_base["family"] == "levels"].groupby(["half", "run"])["n"].first()
    report, selection = counted["report"], counted["selection"]
    assert report.nunique() == selection.nunique() == 1
    assert report.iloc[0] + selection.iloc[0] == 400
    # Of the candidate, for the rate; of each run, for itself.
    assert set(of_base.loc[of_base["run"] == "", "scope"]) == {"the rate"}
    assert set(of_base.loc[of_base["run"] != "", "scope"]) == {"these runs"}
    assert (of_base.loc[of_base["half"] == "selection", "run"] != "").all()
    assert of_base["run"].nunique() == 1 + 9


def test_methods_are_compared_in_pairs_on_the_same_seeds_and_items(rows):
    pairs = rows[rows["against"] != "base"]
    assert set(zip(pairs["against"], pairs["group"], strict=True)) == {
        (SWEEP, "frozen"),
        (SWEEP, "adapter"),
    }
    english = pairs[pairs["family"] == "English"].set_index("group")
    of_base = rows[(rows["family"] == "English") & (rows["run"] == "")]
    of_base = of_base[of_base["against"] == "base"].set_index("group")
    added = english.loc["adapter", "difference"]
    assert added == pytest.approx(
        of_base.loc["adapter", "difference"] - of_base.loc[SWEEP, "difference"]
    )
    # What both flip is no error of their difference: paired, a gain shows that was hidden.
    assert english.loc["adapter", "standard_error"] < 0.8 * of_base.loc[SWEEP, "standard_error"]
    assert english.loc["adapter", "low"] > 0
    assert of_base.loc["adapter", "low"] < of_base.loc[SWEEP, "high"]
    # It is the same runs, of which rounding must not make a small change that is known well.
    assert english.loc["frozen", "difference"] == 0
    assert english.loc["frozen", "low"] < -0.005
    assert english["seeds"].tolist() == [3, 3]


def test_of_unequal_seeds_those_that_both_have_are_compared(world):
    runs = [run for run in world.runs if run.group != "frozen"]
    fewer = [run for run in runs if run.group == SWEEP or run.seed == 1]
    rows = pd.concat(
        compared_with_base(Plan(tuple(fewer)), world.values, HOW, 0, 1, lambda text: None)
    )
    pairs = rows[rows["against"] == SWEEP]
    assert set(pairs["seeds"]) == {1}
    assert set(pairs["scope"]) == {"these runs"}
    other = [run for run in runs if (run.group == SWEEP) != (run.seed == 1)]
    rows = pd.concat(
        compared_with_base(Plan(tuple(other)), world.values, HOW, 0, 1, lambda text: None)
    )
    assert set(rows["against"]) == {"base"}


def test_what_is_added_to_a_mean_is_the_difference_of_its_run(world):
    first, second = (world.values(run.name) for run in (world.runs[0], world.runs[-1]))
    mean = mean_values([first, second])
    added = added_values(mean, first, second)
    for cell in mean.tables:
        difference = added.tables[cell] - mean.tables[cell]
        assert difference.equals(second.tables[cell] - first.tables[cell])
