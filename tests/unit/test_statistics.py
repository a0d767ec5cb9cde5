import numpy as np
import pytest

from adiabatic.statistics import paired_bootstrap, resample_weights, verdicts


def interval(differences, resamples=2000, confidence=0.95, seed=0):
    weights = resample_weights(len(differences), resamples, np.random.default_rng(seed))
    return paired_bootstrap(differences, weights, confidence)


def test_the_interval_of_a_mean_is_about_that_of_theory():
    differences = np.random.default_rng(1).normal(0.3, 1, size=(2000, 1))
    low, high = interval(differences)
    half = 1.96 * differences.std() / np.sqrt(len(differences))
    assert low[0] == pytest.approx(differences.mean() - half, abs=half * 0.1)
    assert high[0] == pytest.approx(differences.mean() + half, abs=half * 0.1)


def test_a_difference_that_is_everywhere_the_same_has_no_width():
    low, high = interval(np.full((50, 2), 0.25))
    assert low == pytest.approx(0.25, abs=1e-6)
    assert high == pytest.approx(0.25, abs=1e-6)


def test_columns_of_an_item_move_together():
    column = np.random.default_rng(2).normal(size=(100, 1))
    low, high = interval(np.hstack([column, -column]))
    assert low[0] == pytest.approx(-high[1], abs=1e-6)


def test_weights_are_resamples_of_the_items():
    weights = resample_weights(7, 100, np.random.default_rng(0))
    assert weights.sum(axis=1) == pytest.approx(np.ones(100))
    assert np.allclose(weights * 7, np.round(weights * 7))


def test_intervals_cover_the_truth_about_as_often_as_stated():
    rng = np.random.default_rng(3)
    # Outcomes of 300 items flip in either direction, as those of a tuned encoder do.
    flips = rng.choice([-1.0, 0.0, 1.0], p=[0.05, 0.85, 0.10], size=(300, 1000))
    low, high = interval(flips, resamples=1000)
    covered = ((low <= 0.05) & (high >= 0.05)).mean()
    assert 0.93 <= covered <= 0.97


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
