"""Paired bootstrap intervals and verdicts."""

import numpy as np

IMPROVED, PRESERVED, DEGRADED, UNDECIDED = "improved", "preserved", "degraded", "undecided"
# Resamples multiplied at once: bounds the memory, changes no result.
BLOCK = 500


def paired_bootstrap(
    differences: np.ndarray, resamples: int, confidence: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Percentile intervals of the mean of paired differences (Efron and Tibshirani 1993, ch. 13).

    Items are resampled, and all columns of an item move together: the language pairs of a premise
    or a question are no independent observations.

    Args:
        differences: tuned minus base, shape (items, columns).
    Returns:
        Lower and upper ends of the intervals, each of shape (columns,).
    """
    items = len(differences)
    values = np.asarray(differences, dtype=np.float64)
    means = np.empty((resamples, values.shape[1]))
    for start in range(0, resamples, BLOCK):
        count = min(BLOCK, resamples - start)
        weights = rng.multinomial(items, np.full(items, 1 / items), size=count)
        means[start : start + count] = weights @ values / items
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
