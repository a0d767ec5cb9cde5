"""Several comparisons at once: intervals that all hold, which are worse, whether all are kept."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from adiabatic.inference.estimates import Estimate
from adiabatic.inference.intervals import (
    THE_RATE,
    Intervals,
    bounds_with_runs,
    check_scope,
    excludes,
    p_values_below,
    run_term,
    standard_errors,
)

# Numbers drawn at a time: 64 MB.
BLOCK = 2**24


@dataclass(frozen=True)
class Kept:
    """Outcome of the test that all comparisons are kept: see `all_kept`.

    bound: the lowest lower bound, of the comparison at `worst`, which decides.
    """

    kept: bool
    p_value: float
    worst: int
    bound: float


def all_kept(low: np.ndarray, p_values: np.ndarray, margin: float) -> Kept:
    """The intersection-union test that no comparison loses `margin` or more.

    It needs no correction for their number (Berger 1982, Technometrics 24:295): all are shown to
    be kept where each is, and to call a lost one kept, its own test must err.

    Args:
        low, p_values: of each comparison, lower bounds and p-values above minus the margin.
    """
    worst = int(np.argmin(low))
    return Kept(bool(low[worst] > -margin), float(p_values.max()), worst, float(low[worst]))


def simultaneous_intervals(
    estimate: Estimate, confidence: float, scope: str, rng: np.random.Generator, resamples: int
) -> Intervals:
    """Intervals that hold in all columns at once.

    The level of each column by itself is that at which the largest deviation of all stays within
    its reach; deviations are drawn by a Gaussian multiplier bootstrap of clusters (Chernozhukov,
    Chetverikov and Kato 2013, Ann. Stat. 41:2786), so columns that move together cost less than
    Bonferroni's correction. For the rate, deviations of runs: see `run_deviations`.

    Raises:
        ValueError: see `check_scope`.
    """
    check_scope(estimate, scope)
    largest = np.abs(item_deviations(estimate, rng, resamples)).max(axis=1)
    reach = max(np.quantile(largest, confidence), ndtri((1 + confidence) / 2))
    tail, term = ndtr(-reach), np.zeros(estimate.columns)
    if scope == THE_RATE:
        deviations = run_deviations(estimate, rng, resamples)
        runs_reach = np.quantile(np.abs(deviations).max(axis=1), confidence)
        term = run_term(estimate, tail, runs_reach, between_in_family(estimate))
    errors = standard_errors(estimate, scope)
    return Intervals(estimate.point, errors, *bounds_with_runs(estimate, tail, term))


def step_down_p_values(
    estimate: Estimate,
    threshold: float,
    scope: str,
    rng: np.random.Generator,
    resamples: int,
) -> np.ndarray:
    """P-values of means being at least `threshold`, corrected for their number, (columns,).

    With minus the margin, small ones show which comparisons are inferior; the chance of any false
    one is kept. By the step-down max-t (Romano and Wolf 2005, Econometrica 73:1237): the farthest
    column is compared with the largest deviation of all, the next with that of the others.

    Raises:
        ValueError: see `check_scope`.
    """
    check_scope(estimate, scope)
    order = np.argsort(p_values_below(estimate, threshold, scope), kind="stable")
    items = _largest_of_rest(item_deviations(estimate, rng, resamples)[:, order])
    columns, ordered = np.arange(estimate.columns), estimate.take(order)
    below = ordered.point < threshold
    if scope == THE_RATE:
        runs = _largest_of_rest(run_deviations(estimate, rng, resamples)[:, order])
        between = between_in_family(estimate)[order]

    def shown(rank: np.ndarray) -> np.ndarray:
        """Whether a column is inferior at the level of the largest deviation but `rank`."""
        tail = ndtr(-np.maximum(items[rank, columns], 0))
        term = np.zeros(len(columns))
        if scope == THE_RATE:
            term = run_term(ordered, tail, runs[rank, columns], between)
        return below & excludes(ordered, threshold, tail, term)

    never, always = np.full(estimate.columns, -1), np.full(estimate.columns, resamples)
    while (always - never > 1).any():
        middle = np.clip((never + always) // 2, 0, resamples - 1)
        found = shown(middle)
        always, never = np.where(found, middle, always), np.where(found, never, middle)
    corrected = np.empty(estimate.columns)
    corrected[order] = np.maximum.accumulate((always + 1) / (resamples + 1))
    return corrected


def item_deviations(estimate: Estimate, rng: np.random.Generator, resamples: int) -> np.ndarray:
    """Deviations of the means, in their errors, over samples of clusters: (resamples, columns).

    Each cluster's influence is multiplied by a normal number; of those sums only the covariance
    counts, so that they are drawn with the triangle of a QR decomposition, which is smaller.
    """
    influence = estimate.mean_influence
    errors = np.sqrt((influence**2).sum(axis=0))
    triangle = np.linalg.qr(influence / np.where(errors > 0, errors, 1), mode="r")
    deviations = np.empty((resamples, estimate.columns), dtype=np.float32)
    for block in _blocks(resamples, len(triangle)):
        drawn = rng.standard_normal((block.stop - block.start, len(triangle)), dtype=np.float32)
        deviations[block] = drawn @ triangle.astype(np.float32)
    return deviations


def run_deviations(estimate: Estimate, rng: np.random.Generator, resamples: int) -> np.ndarray:
    """Deviations of the means of runs that differ in nothing but chance, (resamples, columns).

    In errors as they would be found from as many runs, at least the average of all columns': see
    `between_in_family`. What runs have in common in all columns is drawn as `run_correlation` says.
    """
    shared = np.float32(run_correlation(estimate))
    runs, columns = estimate.runs, estimate.columns
    deviations = np.empty((resamples, columns), dtype=np.float32)
    for block in _blocks(resamples, runs * columns):
        size = block.stop - block.start
        drawn = rng.standard_normal((size, runs, columns), dtype=np.float32) * np.sqrt(1 - shared)
        drawn += rng.standard_normal((size, runs, 1), dtype=np.float32) * np.sqrt(shared)
        variance = drawn.var(axis=1, ddof=1) / runs
        variance = np.maximum(variance, variance.mean(axis=1, keepdims=True))
        deviations[block] = drawn.mean(axis=1) / np.sqrt(variance)
    return deviations


def run_correlation(estimate: Estimate) -> float:
    """Average correlation, from 0 to 1, of columns in how runs differ, each in its items' errors.

    Few runs say little of any two columns, but something of all.
    """
    known = _varying(estimate)
    if known.sum() < 2:
        return 1.0
    deviations = (estimate.run_means - estimate.point)[:, known]
    deviations = deviations / np.sqrt(estimate.items_variance[known])
    own = (deviations**2).sum()
    crossed = (deviations.sum(axis=1) ** 2).sum() - own
    return float(np.clip(crossed / max(own * (known.sum() - 1), 1e-15), 0, 1))


def between_in_family(estimate: Estimate) -> np.ndarray:
    """The variance of means that is due to runs, at least the average over all columns.

    In the largest of many deviations counts what is in the denominator, and among many columns of
    three runs some vary by chance much too little. The average is of the excess over what items
    explain, relative to the items' variance.
    """
    known = _varying(estimate)
    residual, items = estimate.residual_variance, estimate.items_variance
    if not known.any():
        return estimate.runs_variance
    excess = ((estimate.runs_variance - residual)[known] / items[known]).mean()
    floor = residual + max(excess, 0.0) * np.where(known, items, 0)
    return np.maximum(estimate.runs_variance, floor)


def _varying(estimate: Estimate) -> np.ndarray:
    """Columns whose items have an error that is known and not 0."""
    return (estimate.items_variance > 0) & np.isfinite(estimate.items_variance)


def _largest_of_rest(deviations: np.ndarray) -> np.ndarray:
    """Largest deviation among each column and those after it, each column in falling order."""
    rest = np.maximum.accumulate(deviations[:, ::-1], axis=1)[:, ::-1]
    return -np.sort(-rest, axis=0)


def _blocks(resamples: int, each: int) -> list[slice]:
    """Resamples by blocks in which numbers drawn fit `BLOCK`."""
    size = max(BLOCK // max(each, 1), 1)
    return [slice(at, min(at + size, resamples)) for at in range(0, resamples, size)]
