import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_languages import languages, share

from adiabatic.inference.estimates import estimate
from adiabatic.inference.intervals import (
    THE_RATE,
    THESE_RUNS,
    bounds,
    intervals,
)
from adiabatic.inference.simultaneous_intervals import (
    between_in_family,
    item_deviations,
    run_correlation,
    simultaneous_intervals,
)


@pytest.mark.parametrize(
    ("runs", "scope", "seed_errors"),
    [(1, THESE_RUNS, 0.0), (3, THE_RATE, 0.0), (3, THE_RATE, 1.0), (5, THE_RATE, 1.0)],
)
def test_simultaneous_intervals_cover_all_languages_at_once(runs, scope, seed_errors):
    def covered(seed):
        rng = np.random.default_rng([3, seed])
        found = languages(rng, runs, 200, 12, 0.02, seed_errors=seed_errors)
        ends = simultaneous_intervals(found, 0.95, scope, rng, 400)
        return ((ends.low <= -0.02) & (ends.high >= -0.02)).all()

    # Of 120 simulations at 95%, fewer than 92% are covered in 4 of 100.
    assert share(120, covered) >= 0.92


def test_intervals_of_each_column_do_not_cover_all_at_once():
    """So that the test above is known to see what it is there for."""

    def covered(seed):
        found = languages(np.random.default_rng([3, seed]), 1, 200, 12, 0.02)
        low, high = bounds(found, 0.025, THESE_RUNS)
        return ((low <= -0.02) & (high >= -0.02)).all()

    assert share(120, covered) < 0.85


@settings(max_examples=20)
@given(st.integers(1, 4), st.integers(2, 8), st.integers(0, 2**16))
def test_simultaneous_intervals_of_these_runs_hold_those_of_each_column(runs, columns, seed):
    """For the rate they need not: what few runs differ by is known better from all columns."""
    rng = np.random.default_rng(seed)
    found = languages(rng, runs, 60, columns, 0.02, seed_errors=1.0)
    ends = simultaneous_intervals(found, 0.95, THESE_RUNS, rng, 300)
    each = intervals(found, 0.95, THESE_RUNS)
    assert (ends.low <= each.low + 1e-9).all()
    assert (ends.high >= each.high - 1e-9).all()
    assert ends.standard_error == pytest.approx(each.standard_error)


def test_columns_that_move_as_one_cost_nothing_to_correct():
    rng = np.random.default_rng(4)
    one = languages(rng, 1, 400, 1, 0.02)
    six = one.take(np.zeros(6, int))
    assert np.corrcoef(item_deviations(six, rng, 500).T).min() > 0.999
    many = simultaneous_intervals(six, 0.95, THESE_RUNS, rng, 20_000)
    alone = intervals(one, 0.95, THESE_RUNS)
    assert many.low == pytest.approx(alone.low.item(), abs=0.002)


def test_runs_that_shift_all_columns_alike_are_told_from_those_that_do_not():
    rng = np.random.default_rng(7)
    values = rng.choice([-1.0, 0.0, 1.0], p=[0.05, 0.9, 0.05], size=(1, 200, 40))
    together = values * np.ones((4, 1, 1)) * 0.8 + rng.normal(0, 0.05, (4, 1, 1))
    apart = values * np.ones((4, 1, 1)) * 0.8 + rng.normal(0, 0.05, (4, 1, 40))
    found = [estimate(np.clip(v, -1, 1), np.arange(200)) for v in (together, apart)]
    assert run_correlation(found[0]) > 0.95
    assert run_correlation(found[1]) < 0.1
    assert run_correlation(found[0].take(np.array([0]))) == 1
    assert (between_in_family(found[1]) >= found[1].runs_variance).all()


def test_what_needs_three_runs_says_so():
    found = languages(np.random.default_rng(8), 2, 50, 3, 0.0)
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="3 are needed"):
        simultaneous_intervals(found, 0.95, THE_RATE, rng, 10)


@pytest.mark.parametrize("scope", [THESE_RUNS, THE_RATE])
def test_where_nothing_changed_a_loss_is_excluded(scope):
    found, rng = estimate(np.zeros((3, 500, 4)), np.arange(500)), np.random.default_rng(9)
    ends = simultaneous_intervals(found, 0.95, scope, rng, 100)
    assert (ends.low > -0.02).all()
