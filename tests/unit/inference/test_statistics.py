import numpy as np
import pytest
from scipy.stats import binomtest, norm

from adiabatic.inference.statistics import (
    bootstrap_means,
    error_reduction,
    holm,
    intervals,
    intervals_of_differences,
    mcnemar,
    p_values_above,
    resample_weights,
    seed_weights,
    simultaneous_intervals,
    verdicts,
)

SIMULATIONS = 1000


def means_of(differences, resamples=2000, seed=0):
    """Resampled means of differences (seeds, items, columns)."""
    rng = np.random.default_rng(seed)
    items = resample_weights(differences.shape[1], resamples, rng)
    return bootstrap_means(differences, items, seed_weights(len(differences), resamples, rng))


def flips(rng, items, columns, better=0.10, worse=0.05):
    """Outcomes that flip in either direction, as those of a tuned encoder do."""
    return rng.choice(
        [-1.0, 0.0, 1.0], p=[worse, 1 - better - worse, better], size=(items, columns)
    )


def test_the_interval_of_a_mean_is_about_that_of_theory():
    differences = np.random.default_rng(1).normal(0.3, 1, size=(1, 2000, 1))
    low, high = intervals(means_of(differences), 0.95)
    half = 1.96 * differences.std() / np.sqrt(2000)
    assert low[0] == pytest.approx(differences.mean() - half, abs=half * 0.1)
    assert high[0] == pytest.approx(differences.mean() + half, abs=half * 0.1)


def test_a_difference_that_is_everywhere_the_same_has_no_width():
    means = means_of(np.full((2, 50, 2), 0.25))
    assert np.array(intervals(means, 0.95)) == pytest.approx(0.25, abs=1e-6)


def test_where_no_item_changed_the_error_is_that_of_one_that_did():
    for items, kept in ((20, False), (500, True)):
        point, means = np.zeros(3), means_of(np.zeros((1, items, 3)))
        p_values = p_values_above(point, means, -0.02, items)
        assert p_values == pytest.approx(norm.sf(0.02 * items))
        assert (holm(p_values) < 0.025).all() == kept
        low, high = simultaneous_intervals(point, means, 0.95, items)
        assert (low > -0.02).all() == kept
        assert high == pytest.approx(-low)
        low, high = intervals_of_differences(point, means, 0.95, items)
        assert high == pytest.approx(-low)
        assert high == pytest.approx(1.96 / items, rel=1e-3)
        assert (verdicts(low, high, 0.02) == "preserved").all() == kept


def test_columns_and_seeds_of_an_item_move_together():
    column = np.random.default_rng(2).normal(size=(1, 100, 1))
    low, high = intervals(means_of(np.concatenate([column, -column], axis=2)), 0.95)
    assert low[0] == pytest.approx(-high[1], abs=1e-6)
    one, three = (intervals(means_of(np.repeat(column, n, axis=0)), 0.95) for n in (1, 3))
    assert np.array(one) == pytest.approx(np.array(three), abs=0.02)


def test_a_column_of_fewer_items_has_the_intervals_of_its_own():
    rng = np.random.default_rng(4)
    differences = rng.normal(0.2, 1, size=(3, 400, 2)) + rng.normal(0, 0.3, size=(3, 1, 1))
    alone = means_of(differences[:, :150, 1:])
    differences[:, 150:, 1] = np.nan
    means = means_of(differences)
    assert means.shape == (2000, 2)
    assert means[:, 1].mean() == pytest.approx(alone.mean(), abs=0.01)
    assert means[:, 1].std() == pytest.approx(alone.std(), rel=0.1)
    # The other column does not notice.
    assert means[:, 0] == pytest.approx(means_of(differences[:, :, :1])[:, 0], abs=1e-6)


def test_where_none_of_few_items_is_drawn_nothing_is_learnt():
    differences = np.full((2, 50, 1), np.nan)
    differences[:, 7] = [[0.2], [0.4]]
    assert means_of(differences) == pytest.approx(0.3)


def test_weights_are_resamples_of_the_items():
    weights = resample_weights(7, 100, np.random.default_rng(0))
    assert weights.sum(axis=1) == pytest.approx(np.ones(100))
    assert np.allclose(weights * 7, np.round(weights * 7))


@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_the_mean_of_seeds_varies_as_much_as_it_should(seeds):
    rng = np.random.default_rng(0)
    values = rng.normal(size=seeds)
    means = seed_weights(seeds, 40_000, rng) @ values
    assert means.mean() == pytest.approx(0, abs=0.02)
    assert means.std() == pytest.approx(values.std(ddof=1) / np.sqrt(seeds), rel=0.02)


def test_intervals_cover_the_truth_as_often_as_stated():
    differences = flips(np.random.default_rng(3), 300, SIMULATIONS)[None]
    low, high = intervals(means_of(differences), 0.95)
    assert 0.93 <= ((low <= 0.05) & (high >= 0.05)).mean() <= 0.97


def test_intervals_over_items_and_seeds_cover_the_truth_as_often_as_stated():
    rng = np.random.default_rng(4)
    # Seeds share what an item does to them; each adds flips of its own and a shift of its own.
    shared, own = flips(rng, 300, SIMULATIONS), 0.02
    seeds = [shared + flips(rng, 300, SIMULATIONS, own, own) for _ in range(3)]
    shift = rng.normal(0, 0.005, size=(3, 1, SIMULATIONS))
    low, high = intervals(means_of(np.stack(seeds) + shift), 0.95)
    assert 0.93 <= ((low <= 0.05) & (high >= 0.05)).mean() <= 0.97


def test_simultaneous_intervals_cover_all_languages_at_once_as_often_as_stated():
    rng, covered = np.random.default_rng(5), 0
    for _ in range(SIMULATIONS):
        # Languages of an item are alike, as those of a premise are.
        common = flips(rng, 200, 1)
        values = np.where(rng.random((200, 8)) < 0.6, common, flips(rng, 200, 8))[None]
        point, means = values.mean(axis=(0, 1)), means_of(values, 400, int(rng.integers(2**31)))
        low, high = simultaneous_intervals(point, means, 0.95, 200)
        covered += ((low <= 0.05) & (high >= 0.05)).all()
    assert 0.93 <= covered / SIMULATIONS <= 0.97


def test_false_alarms_of_non_inferiority_over_languages_are_as_rare_as_stated():
    rng, alarms = np.random.default_rng(6), 0
    for _ in range(SIMULATIONS):
        # Every language loses just the margin, so none may be called kept.
        values = flips(rng, 400, 8, 0.05, 0.07)[None]
        means = means_of(values, 200, int(rng.integers(2**31)))
        alarms += holm(p_values_above(values.mean(axis=(0, 1)), means, -0.02, 400)).min() < 0.05
    assert alarms / SIMULATIONS <= 0.07


def test_holm_is_its_definition():
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([0.9, 0.8])) == pytest.approx([1, 1])


def test_mcnemar_is_the_exact_test_of_the_pairs_that_changed():
    rng = np.random.default_rng(7)
    base, tuned = rng.random((60, 5)) < 0.6, rng.random((60, 5)) < 0.7
    tuned[:, 4] = base[:, 4]
    for column, found in enumerate(mcnemar(base, tuned)):
        won = int((~base[:, column] & tuned[:, column]).sum())
        changed = int((base[:, column] != tuned[:, column]).sum())
        expected = binomtest(won, changed).pvalue if changed else 1.0
        assert found == pytest.approx(expected)


def test_the_reduction_of_errors_is_relative_to_the_bases():
    base, tuned = np.array([0.8, 0.5, 1.0]), np.array([0.9, 0.4, 1.0])
    assert error_reduction(base, tuned) == pytest.approx([0.5, -0.2, np.nan], nan_ok=True)


def test_verdicts_follow_interval_and_margin():
    low = np.array([0.01, -0.01, -0.05, -0.05, 0.0, -0.02])
    high = np.array([0.02, 0.03, -0.03, 0.01, 0.1, 0.0])
    assert verdicts(low, high, 0.02).tolist() == [
        "improved",
        "preserved",
        "degraded",
        "undecided",
        "preserved",
        "undecided",
    ]
