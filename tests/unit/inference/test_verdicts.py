import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted_outcomes import HOW

from adiabatic.inference.families import all_kept
from adiabatic.inference.verdicts import enough_seeds, holm, judged, verdicts

p_lists = st.lists(st.floats(0, 1), min_size=1, max_size=12).map(np.array)


def rows_of(low, p_inferior=None, p_noninferior=None):
    low = np.array(low)
    p_inferior = np.full(len(low), 0.5) if p_inferior is None else p_inferior
    p_noninferior = np.where(low > -0.05, 0.01, 0.3) if p_noninferior is None else p_noninferior
    return pd.DataFrame({"low": low, "p_inferior": p_inferior, "p_noninferior": p_noninferior})


def test_verdicts_follow_interval_and_margin():
    low = np.array([0.01, -0.01, -0.05, -0.05, 0.0, -0.02])
    high = np.array([0.02, 0.03, -0.03, 0.01, 0.1, 0.0])
    assert verdicts(low, high, 0.02).tolist() == [
        "improved",
        "non-inferior",
        "inferior",
        "undecided",
        "non-inferior",
        # A bound at the margin does not exclude it.
        "undecided",
    ]


def test_holm_is_its_definition():
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([0.9, 0.8])) == pytest.approx([1, 1])


@given(p_lists)
def test_holm_lies_between_the_single_p_values_and_bonferronis(p_values):
    corrected = holm(p_values)
    assert (corrected >= p_values).all()
    assert (corrected <= np.minimum(p_values * len(p_values), 1) + 1e-12).all()
    assert corrected.min() == pytest.approx(min(p_values.min() * len(p_values), 1))
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(corrected[order]) >= 0).all()
    # The order of comparisons says nothing.
    assert holm(p_values[::-1])[::-1] == pytest.approx(corrected)


def test_holm_errs_in_any_of_many_no_oftener_than_stated():
    rng = np.random.default_rng(0)
    p_values = rng.random((4000, 6))
    errors = np.mean([(holm(row) < 0.05).any() for row in p_values])
    assert errors <= 0.058


@given(st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=9))
def test_a_judgement_is_the_intersection_union_test_and_its_bound_decides(low):
    rows = rows_of(low)
    found = judged(rows, HOW)
    rule = all_kept(rows["low"].to_numpy(), rows["p_noninferior"].to_numpy(), 0.05)
    assert found.kept == rule.kept == (found.verdict == "kept")
    assert found.p_value == rule.p_value
    assert found.deciding["low"] == rule.bound
    assert found.comparisons == len(low)
    assert found.non_inferior == sum(bound > -0.05 for bound in low)


def test_kept_lost_and_undecided():
    assert judged(rows_of([-0.01, -0.04]), HOW).verdict == "kept"
    assert judged(rows_of([-0.01, -0.06]), HOW).verdict == "undecided"
    lost = judged(rows_of([-0.01, -0.3], [0.99, 0.01]), HOW)
    assert (lost.verdict, lost.inferior, lost.p_inferior) == ("lost", 1, 0.02)
    # That something is lost is a union of two, so it is corrected.
    assert judged(rows_of([-0.01, -0.3], [0.99, 0.02]), HOW).verdict == "undecided"


def test_a_bound_at_the_margin_is_not_kept():
    assert judged(rows_of([-HOW.non_inferiority_margin]), HOW).verdict == "undecided"


def test_runs_too_few_for_the_rate_need_seeds_whatever_they_show():
    for rows in (rows_of([-0.01]), rows_of([-0.06]), rows_of([-0.3], [1e-9])):
        found = judged(rows, HOW, speaks_of_rate=False)
        assert found.verdict == "needs seeds"
        assert not found.kept
    assert [enough_seeds(n, tuned=True) for n in (1, 2, 3)] == [False, False, True]
    assert enough_seeds(1, tuned=False)


def test_without_a_comparison_nothing_is_known():
    found = judged(rows_of([]), HOW)
    assert (found.verdict, found.deciding, found.kept) == ("undecided", None, False)
    assert np.isnan(found.p_value)
