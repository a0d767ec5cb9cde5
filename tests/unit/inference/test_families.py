import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adiabatic.inference.estimates import estimate
from adiabatic.inference.families import (
    all_kept,
    between_in_family,
    item_deviations,
    run_correlation,
    simultaneous_intervals,
    step_down_p_values,
)
from adiabatic.inference.intervals import (
    THE_RATE,
    THESE_RUNS,
    bounds,
    intervals,
    p_values_above,
    p_values_below,
)
from adiabatic.inference.verdicts import holm


def languages(
    rng, runs, items, columns, loss, alike=0.6, changed=0.1, seed_errors=0.0, together=0.5
):
    """Differences of runs in languages of the same items, which are alike as translations are.

    A run shifts all languages together and each by itself, `seed_errors` errors of items in all.
    """

    def uniform(*shape):
        return rng.random(shape, dtype=np.float32)

    common = uniform(items, 1)
    draws = np.where(uniform(items, columns) < alike, common, uniform(items, columns))
    draws = np.where(uniform(runs, items, columns) < 0.7, draws, uniform(runs, items, columns))
    shifts = rng.normal(0, np.sqrt(together), (runs, 1, 1))
    shifts = shifts + rng.normal(0, np.sqrt(1 - together), (runs, 1, columns))
    shifts = loss + shifts * seed_errors * np.sqrt(changed / items)
    gained, lost = (changed - shifts) / 2, (changed + shifts) / 2
    values = np.where(draws < gained, 1.0, 0.0) - np.where(draws > 1 - lost, 1.0, 0.0)
    return estimate(values, np.arange(items))


def share(simulations, holds):
    return np.mean([bool(holds(one)) for one in range(simulations)])


@given(st.lists(st.tuples(st.floats(-0.2, 0.2), st.floats(0, 1)), min_size=1, max_size=9))
def test_all_are_kept_where_the_worst_bound_is_above_the_margin(rows):
    low, p_values = (np.array(column) for column in zip(*rows, strict=True))
    kept = all_kept(low, p_values, 0.02)
    assert kept.kept == (low > -0.02).all()
    assert kept.bound == low.min() == low[kept.worst]
    assert kept.p_value == p_values.max()


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
        return all_kept(low, p_values_above(found, -margin, scope), margin).kept

    assert share(120, called_kept) <= 0.04


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


@settings(max_examples=15)
@given(st.integers(3, 4), st.integers(2, 8), st.sampled_from([0.0, 0.04, 0.1]), st.integers(0, 999))
def test_stepped_down_p_values_lie_between_the_single_ones_and_bonferronis(
    runs, columns, loss, seed
):
    rng = np.random.default_rng(seed)
    losses = np.where(np.arange(columns) % 2, loss, 0.0)
    found = languages(rng, runs, 150, columns, losses, seed_errors=0.0)
    single = p_values_below(found, -0.02, THESE_RUNS)
    corrected = step_down_p_values(found, -0.02, THESE_RUNS, rng, 2000)
    order = np.argsort(single, kind="stable")
    assert (np.diff(corrected[order]) >= 0).all()
    clear = single < 0.4
    # What is drawn 2,000 times is known to some errors.
    slack = 4 * np.sqrt(single * (1 - single) / 2000) + 0.002
    assert (corrected >= single - slack)[clear].all()
    assert (corrected <= holm(single) * 1.1 + 4 * np.sqrt(corrected / 2000) + 0.002)[clear].all()


@pytest.mark.parametrize(("runs", "scope"), [(1, THESE_RUNS), (3, THE_RATE)])
def test_no_language_is_called_inferior_that_loses_just_the_margin(runs, scope):
    def alarm(seed):
        rng = np.random.default_rng([5, seed])
        # Two that lose far more must not make a false one likelier.
        losses = np.array([0.12, 0.12] + [0.02] * 6)
        found = languages(rng, runs, 300, 8, losses, changed=0.16, seed_errors=scope == THE_RATE)
        return step_down_p_values(found, -0.02, scope, rng, 400)[2:].min() < 0.025

    assert share(120, alarm) <= 0.05


@pytest.mark.parametrize(("runs", "scope"), [(1, THESE_RUNS), (3, THE_RATE)])
def test_languages_that_are_lost_are_found(runs, scope):
    rng = np.random.default_rng(6)
    losses = np.array([0.1, 0.0, 0.09, 0.0])
    found = languages(rng, runs, 1000, 4, losses, changed=0.12)
    corrected = step_down_p_values(found, -0.02, scope, rng, 2000)
    assert (corrected < 0.025).tolist() == [True, False, True, False]


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
    with pytest.raises(ValueError, match="3 are needed"):
        step_down_p_values(found, 0.0, THE_RATE, rng, 10)


@pytest.mark.parametrize("scope", [THESE_RUNS, THE_RATE])
def test_where_nothing_changed_nothing_is_inferior(scope):
    found, rng = estimate(np.zeros((3, 500, 4)), np.arange(500)), np.random.default_rng(9)
    ends = simultaneous_intervals(found, 0.95, scope, rng, 100)
    assert (ends.low > -0.02).all()
    assert (step_down_p_values(found, -0.02, scope, rng, 100) > 0.5).all()
