import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted_outcomes import HOW
from simulated_languages import languages, share

from adiabatic.inference.intervals import THE_RATE, THESE_RUNS, bounds, p_values_below
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
    assert found.kept == (min(low) > -0.05) == (found.verdict == "kept")
    assert found.p_value == rows["p_noninferior"].max()
    assert found.deciding["low"] == min(low)
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


@pytest.mark.parametrize(("runs", "scope"), [(1, THESE_RUNS), (3, THESE_RUNS), (3, THE_RATE)])
def test_one_lost_language_among_many_is_seldom_called_kept(runs, scope):
    """The intersection-union test at its boundary: one language loses just the margin."""
    rng, margin = np.random.default_rng(1), 0.03
    # Experiments as columns; that other languages must be kept, too, can only make it rarer.
    apart = {"alike": 0, "together": 0, "seed_errors": scope == THE_RATE}
    lost = languages(rng, runs, 300, 3000, margin, **apart)
    low, _ = bounds(lost, 0.025, scope)
    assert (low > -margin).mean() <= 0.03

    def called_kept(seed):
        rng, loss = np.random.default_rng([2, seed]), np.array([margin] + [0.0] * 7)
        found = languages(rng, runs, 300, 8, loss, seed_errors=scope == THE_RATE)
        low, _ = bounds(found, 0.025, scope)
        return (low > -margin).all()

    assert share(120, called_kept) <= 0.04


@pytest.mark.parametrize(("runs", "scope"), [(1, THESE_RUNS), (3, THE_RATE)])
def test_no_language_is_called_inferior_that_loses_just_the_margin(runs, scope):
    def alarm(seed):
        rng = np.random.default_rng([5, seed])
        # Two that lose far more must not make a false one likelier.
        losses = np.array([0.12, 0.12] + [0.02] * 6)
        found = languages(rng, runs, 300, 8, losses, changed=0.16, seed_errors=scope == THE_RATE)
        return holm(p_values_below(found, -0.02, scope))[2:].min() < 0.025

    assert share(120, alarm) <= 0.05


@pytest.mark.parametrize(("runs", "scope"), [(1, THESE_RUNS), (3, THE_RATE)])
def test_languages_that_are_lost_are_found(runs, scope):
    rng = np.random.default_rng(6)
    losses = np.array([0.1, 0.0, 0.09, 0.0])
    found = languages(rng, runs, 1000, 4, losses, changed=0.12)
    corrected = holm(p_values_below(found, -0.02, scope))
    assert (corrected < 0.025).tolist() == [True, False, True, False]
