"""Paired bootstrap over items and seeds, corrected p-values and intervals, effects, verdicts."""

import numpy as np
from scipy.special import bdtr, ndtr, ndtri

IMPROVED, PRESERVED, DEGRADED, UNDECIDED = "improved", "preserved", "degraded", "undecided"
SAME, BETTER, WORSE = "same", "better", "worse"


def resample_weights(items: int, resamples: int, rng: np.random.Generator) -> np.ndarray:
    """How often each item is drawn in each bootstrap resample, over the items: rows sum to 1."""
    weights = np.empty((resamples, items), dtype=np.float32)
    for row in weights:
        row[:] = np.bincount(rng.integers(items, size=items), minlength=items)
    return weights / items


def seed_weights(seeds: int, resamples: int, rng: np.random.Generator) -> np.ndarray:
    """What each seed weighs more or less than the others in each resample: rows sum to 0.

    Drawn from few, the mean of seeds varies by a factor of sqrt((s - 1) / s) too little (Efron and
    Tibshirani 1993, p. 41), so the weights are widened by as much.
    """
    widened = np.sqrt(seeds / (seeds - 1)) if seeds > 1 else 1.0
    return (resample_weights(seeds, resamples, rng) - np.float32(1 / seeds)) * np.float32(widened)


def bootstrap_means(differences: np.ndarray, items: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """Means of paired differences in each resample, float32 of shape (resamples, columns).

    Items are resampled, and all columns and seeds of an item move together: the language pairs of
    a premise or a question are no independent observations. At a second level, seeds are, as far as
    they differ by more than what their items explain (which the first level has counted). A column
    that lacks items has the means of those of its items that were drawn.

    Args:
        differences: tuned minus base, NaN where a column lacks the item; (seeds, items, columns).
        items: see `resample_weights`, shape (resamples, items).
        seeds: see `seed_weights`, shape (resamples, seeds).
    """
    mean, there = differences.mean(axis=0), ~np.isnan(differences[0])
    means = items @ np.where(there, mean, 0).astype(np.float32)
    if not there.all():
        drawn = items @ there.astype(np.float32)
        # A resample without any of few items says nothing new of them.
        known = np.broadcast_to(np.nanmean(mean, axis=0), means.shape).astype(np.float32)
        means = np.divide(means, drawn, out=known, where=drawn > 0)
    count, sizes = len(differences), there.sum(axis=0)
    if count == 1 or (sizes == 1).all():
        return means
    average, total = (np.mean, np.sum) if there.all() else (np.nanmean, np.nansum)
    deviations = average(differences, axis=1) - average(mean, axis=0)
    between = (deviations**2).sum(axis=0) / (count - 1)
    own = total((differences - mean - deviations[:, None]) ** 2, axis=(0, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        by_items = own / ((count - 1) * (sizes - 1)) / sizes
        share = np.where(between > 0, np.maximum(1 - by_items / between, 0), 0)
    share = np.where(sizes > 1, share, 0)
    return means + seeds @ (deviations * np.sqrt(share)).astype(np.float32)


def intervals(means: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Percentile intervals of each column (Efron and Tibshirani 1993, ch. 13).

    Args:
        means: see `bootstrap_means`.
    Returns:
        Lower and upper ends, each of shape (columns,).
    """
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail], axis=0)
    return low, high


def intervals_of_differences(
    point: np.ndarray, means: np.ndarray, confidence: float, items: int | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Percentile intervals that reach as far as the least of `standard_errors` asks.

    Without this, an interval is a point where no item changed, however few items there are.

    Args:
        point, means, items: see `simultaneous_intervals`.
    """
    low, high = intervals(means, confidence)
    reach = ndtri((1 + confidence) / 2) / items
    return np.minimum(low, point - reach), np.maximum(high, point + reach)


def simultaneous_intervals(
    point: np.ndarray, means: np.ndarray, confidence: float, items: int | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Intervals that hold in all columns at once: point +- c * error, as the max-t bootstrap has c.

    c is the quantile, over resamples, of the largest studentized deviation among the columns
    (Romano and Wolf 2005), so columns that move together cost less than Bonferroni's correction.

    Args:
        point: the differences themselves, shape (columns,).
        means: see `bootstrap_means`.
        items: how many were resampled, in all columns or in each; see `standard_errors`.
    """
    error = standard_errors(means, items)
    deviations = np.abs(means - point.astype(np.float32)) / error
    largest = np.quantile(deviations.max(axis=1), confidence)
    # A single column that never moves has no deviation; a normal one's is the least to ask for.
    reach = error * max(largest, ndtri((1 + confidence) / 2))
    return point - reach, point + reach


def standard_errors(means: np.ndarray, items: int | np.ndarray) -> np.ndarray:
    """The bootstrap's standard errors, at least that of one item in all having changed by 1.

    Where no item changed, the bootstrap knows no error at all; but a change that comes to one item
    in n is easily missed among n items.
    """
    return np.maximum(means.std(axis=0), 1 / items)


def p_values_above(
    point: np.ndarray, means: np.ndarray, threshold: float, items: int | np.ndarray
) -> np.ndarray:
    """One-sided p-values of the differences being at most `threshold`; small: they are above it.

    Normal, with `standard_errors`: a share of resamples could get no smaller than one
    over their number, which would never survive a correction over 225 pairs of languages.
    """
    return ndtr((threshold - point) / standard_errors(means, items))


def holm(p_values: np.ndarray) -> np.ndarray:
    """P-values corrected for their number, so that the chance of any false alarm is kept (1979)."""
    order = np.argsort(p_values, kind="stable")
    factors = len(p_values) - np.arange(len(p_values))
    corrected = np.empty(len(p_values))
    corrected[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1)
    return corrected


def mcnemar(base: np.ndarray, tuned: np.ndarray) -> np.ndarray:
    """Exact two-sided p-values of McNemar's test that both are right equally often.

    Args:
        base, tuned: right or wrong, shape (items, columns).
    """
    lost, won = (base & ~tuned).sum(axis=0), (~base & tuned).sum(axis=0)
    return np.minimum(2 * bdtr(np.minimum(lost, won), lost + won, 0.5), 1)


def error_reduction(base: np.ndarray, tuned: np.ndarray) -> np.ndarray:
    """Share of the base's errors that are gone: (tuned - base) / (1 - base); NaN without errors."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(base < 1, (tuned - base) / (1 - base), np.nan)


def verdicts(low: np.ndarray, high: np.ndarray, margin: float) -> np.ndarray:
    """improved, preserved, degraded or undecided for each interval, given the non-inferiority margin.

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
