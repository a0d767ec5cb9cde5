"""Paired bootstrap intervals and verdicts."""

import numpy as np

IMPROVED, PRESERVED, DEGRADED, UNDECIDED = "improved", "preserved", "degraded", "undecided"
SAME, BETTER, WORSE = "same", "better", "worse"


def resample_weights(items: int, resamples: int, rng: np.random.Generator) -> np.ndarray:
    """How often each item is drawn in each bootstrap resample, over the items: rows sum to 1."""
    weights = np.empty((resamples, items), dtype=np.float32)
    for row in weights:
        row[:] = np.bincount(rng.integers(items, size=items), minlength=items)
    return weights / items


def paired_bootstrap(
    differences: np.ndarray, weights: np.ndarray, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Percentile intervals of the mean of paired differences (Efron and Tibshirani 1993, ch. 13).

    Items are resampled, and all columns of an item move together: the language pairs of a premise
    or a question are no independent observations.

    Args:
        differences: tuned minus base, shape (items, columns).
        weights: see `resample_weights`, shape (resamples, items).
    Returns:
        Lower and upper ends of the intervals, each of shape (columns,).
    """
    means = weights @ differences.astype(np.float32)
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail], axis=0)
    return low, high


def verdicts(low: np.ndarray, high: np.ndarray, margin: float) -> np.ndarray:
    """improved, preserved, degraded or undecided for each interval, given the margin of no loss.

    improved: the interval is above 0. preserved: above minus the margin. degraded: below minus
    the margin. undecided: it holds minus the margin, so the items are too few to tell.
    """
    return np.select(
        [low > 0, low > -margin, high < -margin], [IMPROVED, PRESERVED, DEGRADED], UNDECIDED
    )


def equivalences(low: np.ndarray, high: np.ndarray, margin: float) -> np.ndarray:
    """same, better, worse or undecided for each interval of the difference of two variants.

    same: within the margin on both sides. better, worse: on one side of 0. undecided: neither.
    """
    low, high = np.asarray(low), np.asarray(high)
    same = (low > -margin) & (high < margin)
    return np.select([same, low > 0, high < 0], [SAME, BETTER, WORSE], UNDECIDED)
