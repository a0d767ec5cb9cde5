from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from adiabatic.inference.estimates import estimate
from adiabatic.inference.intervals import (
    THE_RATE,
    THESE_RUNS,
    bounds,
    intervals,
    p_values_above,
    p_values_below,
    rate_variance,
    standard_errors,
)

SCOPES = (THESE_RUNS, THE_RATE)


def tuned(rng, runs, items, experiments, changed=0.12, agree=0.7, seed_errors=0.0, mean=0.0):
    """Differences of runs that agree on many items, and shift by some errors of the items each.

    Columns are experiments; of each item the base is right or wrong, so runs can only lose or gain.
    """
    right = rng.random((items, experiments)) < 0.5
    sizes = seed_errors * np.sqrt(changed / items)
    shifts = mean + rng.normal(0, 1, (runs, 1, experiments)) * sizes
    shared = rng.random((items, experiments))
    draws = np.where(
        rng.random((runs, items, experiments)) < agree,
        shared,
        rng.random((runs, items, experiments)),
    )
    lost, gained = changed - shifts, changed + shifts
    return np.where(right, -1.0 * (draws < lost), 1.0 * (draws < gained))


def coverage(values, truth, scope, confidence=0.95):
    found = intervals(estimate(values, np.arange(values.shape[1])), confidence, scope)
    return ((found.low <= truth) & (truth <= found.high)).mean()


@settings(max_examples=40)
@given(
    st.integers(1, 5),
    st.integers(3, 40),
    st.integers(1, 3),
    st.sampled_from([0.02, 0.2, 0.6]),
    st.sampled_from([0.001, 0.025, 0.2]),
    st.floats(-0.3, 0.3),
    st.integers(0, 2**16),
)
def test_p_values_are_small_just_where_bounds_exclude(
    runs, clusters, each, changed, tail, threshold, seed
):
    rng = np.random.default_rng(seed)
    values = tuned(rng, runs, clusters * each, 20, changed, 0.6, 1.0, rng.uniform(-0.2, 0.2))
    found = estimate(values, np.repeat(np.arange(clusters), each))
    for scope in SCOPES if runs >= 3 else [THESE_RUNS]:
        low, high = bounds(found, tail, scope)
        above, below = (p(found, threshold, scope) for p in (p_values_above, p_values_below))
        clear = (np.abs(low - threshold) > 1e-9) & (np.abs(high - threshold) > 1e-9)
        assert ((above < tail) == (low > threshold))[clear].all()
        assert ((below < tail) == (high < threshold))[clear].all()
        assert (above + below == pytest.approx(1)) or scope == THE_RATE
        assert ((above >= 0.5) >= (found.point < threshold)).all()


@settings(max_examples=40)
@given(st.integers(3, 6), st.integers(5, 60), st.floats(0.001, 0.2), st.integers(0, 2**16))
def test_bounds_hold_the_mean_and_the_rate_is_never_surer_than_its_runs(runs, items, tail, seed):
    rng = np.random.default_rng(seed)
    found = estimate(tuned(rng, runs, items, 20, 0.3, 0.5, 1.0), np.arange(items))
    these, rate = (bounds(found, tail, scope) for scope in SCOPES)
    assert (rate[0] <= these[0] + 1e-9).all()
    assert (these[0] < found.point).all()
    assert (found.point < these[1]).all()
    assert (these[1] <= rate[1] + 1e-9).all()
    errors = [standard_errors(found, scope) for scope in SCOPES]
    assert (errors[0] <= errors[1] + 1e-12).all()


@settings(max_examples=20)
@given(st.integers(3, 6), st.integers(8, 60), st.integers(0, 2**16))
def test_surer_bounds_are_farther(runs, items, seed):
    rng = np.random.default_rng(seed)
    found = estimate(tuned(rng, runs, items, 20, 0.2, 0.5, 1.0), np.arange(items))
    for scope in SCOPES:
        ends = [bounds(found, tail, scope) for tail in (0.1, 0.025, 0.005)]
        for (low, high), (lower, higher) in pairwise(ends):
            assert (lower <= low + 1e-9).all()
            assert (higher >= high - 1e-9).all()


def test_gain_and_loss_are_mirrored():
    values = tuned(np.random.default_rng(1), 3, 200, 10, seed_errors=1.0)
    for scope in SCOPES:
        first, second = (
            intervals(estimate(v, np.arange(200)), 0.95, scope) for v in (1 * values, -values)
        )
        assert first.low == pytest.approx(-second.high)
        assert first.standard_error == pytest.approx(second.standard_error)
        one = p_values_above(estimate(values, np.arange(200)), -0.02, scope)
        other = p_values_below(estimate(-values, np.arange(200)), 0.02, scope)
        assert one == pytest.approx(other)


def test_the_interval_of_many_items_is_that_of_theory():
    values = np.clip(np.random.default_rng(2).normal(0.1, 0.2, (1, 4000, 1)), -1, 1)
    found = intervals(estimate(values, np.arange(4000)), 0.95, THESE_RUNS)
    error = values.std(ddof=1) / np.sqrt(4000)
    assert found.standard_error == pytest.approx(error)
    assert found.low.item() == pytest.approx(values.mean() - 1.96 * error, abs=0.05 * error)
    assert found.high.item() == pytest.approx(values.mean() + 1.96 * error, abs=0.05 * error)


def test_where_runs_alone_differ_the_interval_is_students():
    """Of a shift that all items of a run share, only the number of runs tells anything."""
    shifts = np.random.default_rng(3).normal(0, 0.1, (3, 1, 50))
    found = estimate(np.clip(np.broadcast_to(shifts, (3, 400, 50)), -1, 1), np.arange(400))
    ends = intervals(found, 0.95, THE_RATE)
    reach = student.isf(0.025, 2) * found.run_means.std(axis=0, ddof=1) / np.sqrt(3)
    # Items, too, are a sample, of which a run says something: the interval is somewhat wider.
    assert (ends.high - ends.point >= reach * 0.999).all()
    assert np.median((ends.high - ends.point) / reach) < 1.05


def test_where_runs_agree_the_rate_is_known_as_well_as_they_are():
    values = np.repeat(tuned(np.random.default_rng(4), 1, 300, 20), 3, axis=0)
    these, rate = (intervals(estimate(values, np.arange(300)), 0.95, scope) for scope in SCOPES)
    assert rate.low == pytest.approx(these.low)
    assert rate.high == pytest.approx(these.high)


def test_what_items_and_runs_share_of_the_variance_is_counted_once():
    rng = np.random.default_rng(5)
    found = estimate(tuned(rng, 3, 400, 3000, seed_errors=1.0), np.arange(400))
    truth = found.point.var()
    assert rate_variance(found, found.runs_variance).mean() == pytest.approx(truth, rel=0.1)


@pytest.mark.parametrize("runs", [1, 2])
def test_fewer_than_three_runs_say_nothing_of_the_rate(runs):
    found = estimate(np.zeros((runs, 5, 1)), np.arange(5))
    for ask in (
        lambda: intervals(found, 0.95, THE_RATE),
        lambda: p_values_above(found, 0, THE_RATE),
        lambda: p_values_below(found, 0, THE_RATE),
        lambda: standard_errors(found, THE_RATE),
    ):
        with pytest.raises(ValueError, match="3 are needed"):
            ask()
    with pytest.raises(ValueError, match="not 'one run'"):
        intervals(found, 0.95, "one run")


@pytest.mark.parametrize("runs", [1, 2, 3])
@pytest.mark.parametrize("mean", [0.0, -0.02])
def test_intervals_of_these_runs_cover_their_mean(runs, mean):
    values = tuned(np.random.default_rng([6, runs]), runs, 300, 2000, mean=mean)
    assert 0.94 <= coverage(values, mean, THESE_RUNS) <= 0.965


@pytest.mark.parametrize("runs", [3, 5])
@pytest.mark.parametrize("seed_errors", [0.0, 0.5, 1.0, 2.0])
def test_intervals_of_the_rate_cover_it(runs, seed_errors):
    values = tuned(np.random.default_rng([7, runs]), runs, 250, 2000, seed_errors=seed_errors)
    assert 0.93 <= coverage(values, 0.0, THE_RATE) <= 0.975


def test_items_alone_do_not_cover_the_rate():
    """So that the test above is known to see what it is there for."""
    values = tuned(np.random.default_rng(8), 3, 250, 2000, seed_errors=2.0)
    assert coverage(values, 0.0, THESE_RUNS) < 0.8


def test_rare_and_one_sided_losses_are_covered_over_runs():
    rng, items, loss = np.random.default_rng(9), 250, 0.02
    shared = rng.random((items, 3000)) < loss
    values = np.where(
        rng.random((3, items, 3000)) < 0.7, shared, rng.random((3, items, 3000)) < loss
    )
    found = estimate(-1.0 * values, np.arange(items))
    for scope in SCOPES:
        low, _ = bounds(found, 0.025, scope)
        assert (low > -loss).mean() <= 0.035
