import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import binom, multinomial, norm

from adiabatic.inference.estimates import estimate
from adiabatic.inference.score_intervals import (
    Flips,
    bisected,
    constrained_loss,
    score_bounds,
    score_p_values,
    score_statistic,
)

MANY = 1e9
shares = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(np.array)


def counted(gained, lost, items, degrees=MANY):
    """Flips of columns in which so many of the items were gained and lost."""
    gained, lost = np.atleast_1d(gained) / items, np.atleast_1d(lost) / items
    return Flips(gained, lost, np.full(gained.shape, items), np.full(gained.shape, degrees))


@given(shares, st.integers(100, 500), st.floats(-0.3, 0.3))
def test_the_share_lost_under_a_threshold_is_the_most_likely_one(counts, items, threshold):
    gained, lost = counts / items

    def unlikelihood(share):
        parts = np.array([share + threshold, share, 1 - 2 * share - threshold])
        seen = np.array([gained, lost, 1 - gained - lost])
        with np.errstate(divide="ignore", invalid="ignore"):
            return -np.where(seen > 0, seen * np.log(np.maximum(parts, 1e-300)), 0).sum()

    found = constrained_loss(counted(counts[0], counts[1], items), np.array(threshold)).item()
    low, high = max(-threshold, 0), (1 - threshold) / 2
    best = minimize_scalar(unlikelihood, bounds=(low, high), method="bounded").x
    assert low - 1e-12 <= found <= high + 1e-12
    assert unlikelihood(found) <= unlikelihood(best) + 1e-6


def test_the_bounds_are_those_of_tango_but_for_the_skewness_which_only_widens_them():
    low, high = score_bounds(counted(9, 4, 86), 0.025)
    for end in (low, high):
        lost = constrained_loss(counted(9, 4, 86), end)
        plain = (5 - 86 * end) / np.sqrt(86 * (2 * lost + end * (1 - end)))
        assert 1.95996 <= abs(plain.item()) < 2.1


@given(shares, st.integers(80, 600), st.sampled_from([0.001, 0.025, 0.1, 0.4]))
def test_bounds_hold_the_mean_and_mirror_gain_and_loss(counts, items, tail):
    flips = counted(counts[0], counts[1], items, items - 1)
    low, high = score_bounds(flips, tail)
    point = flips.gained - flips.lost
    assert -1 <= low < point < high <= 1
    mirrored = score_bounds(counted(counts[1], counts[0], items, items - 1), tail)
    assert (-mirrored[1].item(), -mirrored[0].item()) == pytest.approx((low.item(), high.item()))


@given(shares, st.integers(80, 600))
def test_the_statistic_falls_as_the_threshold_rises(counts, items):
    # Farther, where no margin lies, the correction for skewness may turn it round for few items.
    thresholds = np.linspace(-0.4, 0.4, 81)
    flips = counted(np.full(81, counts[0]), np.full(81, counts[1]), items, items - 1)
    statistic = score_statistic(flips, thresholds)
    assert (np.diff(statistic) < 1e-9).all()


@given(shares, st.integers(80, 600), st.floats(-0.4, 0.4), st.sampled_from([0.005, 0.025, 0.2]))
def test_p_values_are_small_just_where_bounds_exclude(counts, items, threshold, tail):
    flips = counted(counts[0], counts[1], items, items - 1)
    low, high = score_bounds(flips, tail)
    if min(abs(low - threshold), abs(high - threshold)) < 1e-9:
        return
    p_value = score_p_values(flips, threshold)
    assert (p_value < tail) == (threshold < low)
    assert (1 - p_value < tail) == (threshold > high)


def test_wider_bounds_hold_narrower_ones():
    flips = counted([0, 1, 5, 30], [0, 0, 9, 5], 200, 199)
    wide, narrow = score_bounds(flips, 0.005), score_bounds(flips, 0.05)
    assert (wide[0] < narrow[0]).all()
    assert (wide[1] > narrow[1]).all()


def test_where_nothing_changed_bounds_are_symmetric_and_shrink_with_the_items():
    for items, kept in ((50, False), (100, False), (500, True)):
        flips = estimate(np.zeros((3, items, 1)), np.arange(items)).flips
        assert flips.items == pytest.approx(items)
        low, high = score_bounds(flips, 0.025)
        assert high == pytest.approx(-low)
        assert (low > -0.02).item() == kept
        # Of so many items, a loss whose share is that bound had hardly gone unseen.
        assert (1 + low.item()) ** items < 0.06


def test_items_that_changed_in_one_cluster_alone_count_as_few():
    values, labels = np.zeros((1, 500, 1)), np.repeat(np.arange(100), 5)
    low, _ = score_bounds(estimate(values, labels).flips, 0.025)
    singly, _ = score_bounds(estimate(values, np.arange(500)).flips, 0.025)
    assert low < 3 * singly
    values[:, :5] = -1
    low, _ = score_bounds(estimate(values, labels).flips, 0.025)
    assert low < -0.04


def one_sided_error(items, gained, margin, tail):
    """Chance that a true loss of the margin is excluded, by enumeration of what may be seen."""
    lost = gained + margin
    most = int(binom.isf(1e-9, items, max(gained, 1e-12))) + 1
    worst = int(binom.isf(1e-9, items, lost)) + 1
    up, down = (grid.ravel() for grid in np.meshgrid(np.arange(most), np.arange(worst)))
    up, down = up[keep := up + down <= items], down[keep]
    row = np.arange(items)[:, None]
    values = np.where(row < up, 1.0, np.where(row < up + down, -1.0, 0.0))
    found = estimate(values[None], np.arange(items)).flips
    chance = multinomial.pmf(np.stack([up, down, items - up - down], -1), items,
                             [gained, lost, 1 - gained - lost])  # fmt: skip
    assert chance.sum() == pytest.approx(1, abs=1e-6)
    return chance[score_p_values(found, -margin) < tail].sum()


@pytest.mark.parametrize("items", [100, 150, 200, 250, 300, 400, 500])
@pytest.mark.parametrize("margin", [0.01, 0.02, 0.03])
def test_rare_and_one_sided_losses_are_taken_for_none_no_oftener_than_stated(items, margin):
    for gained in (0.0, 0.002, 0.01):
        assert one_sided_error(items, gained, margin, 0.025) <= 0.035


@pytest.mark.parametrize("gained", [0.0, 0.01])
def test_one_sided_errors_of_corrected_levels_hold_as_well(gained):
    for items in (100, 300):
        for tail in (0.0025, 0.0005):
            assert one_sided_error(items, gained, 0.02, tail) <= 2 * tail


def test_the_interval_that_was_used_before_errs_several_times_as_often():
    """So that the test above is known to see what it is there for."""
    items, margin = 200, 0.02
    down = np.arange(items + 1)
    error = np.sqrt(np.maximum(down * (1 - down / items), 1)) / items
    excluded = -down / items - norm.isf(0.025) * error > -margin
    assert binom.pmf(down, items, margin)[excluded].sum() > 0.08


def test_where_values_are_excluded_is_found_for_each_column():
    found = bisected(lambda at: at < np.array([-0.25, -0.5]), np.zeros(2), -1.0)
    assert found == pytest.approx([-0.25, -0.5], abs=1e-12)
    never = bisected(lambda at: np.zeros(1, dtype=bool), np.zeros(1), 1.0)
    assert never == pytest.approx(1)


def test_without_items_nothing_is_excluded():
    low, high = score_bounds(Flips(*np.array([[0.5], [0.0], [0.0], [1.0]])), 0.025)
    assert (low, high) == (pytest.approx(-1), pytest.approx(1))


@given(st.integers(10, 60), st.integers(0, 60), st.integers(300, 3000))
def test_at_a_threshold_of_0_the_score_test_is_mcnemars(discordant, gained, items):
    gained = min(gained, discordant)
    lost = discordant - gained
    flips = counted(gained, lost, items)
    assert score_statistic(flips, 0.0).item() == pytest.approx((gained - lost) / discordant**0.5)
    # Which agrees with the exact test's mid-p-value, and so needs none of its own.
    tie = binom.pmf(gained, discordant, 0.5)
    mid_p = binom.sf(gained, discordant, 0.5) + tie / 2
    assert score_p_values(flips, 0.0).item() == pytest.approx(mid_p, abs=0.012)
