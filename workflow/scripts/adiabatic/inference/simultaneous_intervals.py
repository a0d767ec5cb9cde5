"""Intervals of several comparisons that hold for all of them at once."""

import numpy as np
from scipy.special import stdtr

from adiabatic.inference.estimates import Estimate
from adiabatic.inference.intervals import (
    THE_RATE,
    Intervals,
    bounds_with_runs,
    check_scope,
    run_term,
    standard_errors,
)

# Numbers drawn at a time: 64 MB.
BLOCK = 2**24


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
    reach = np.quantile(largest, confidence)
    # The level of Student's t at which bounds lie so many errors away, as the deviations do; at
    # most that of a column by itself.
    tail = np.minimum(stdtr(np.maximum(estimate.degrees, 1), -reach), (1 - confidence) / 2)
    term = np.zeros(estimate.columns)
    if scope == THE_RATE:
        deviations = run_deviations(estimate, rng, resamples)
        runs_reach = np.quantile(np.abs(deviations).max(axis=1), confidence)
        term = run_term(estimate, tail, runs_reach, between_in_family(estimate))
    errors = standard_errors(estimate, scope)
    return Intervals(estimate.point, errors, *bounds_with_runs(estimate, tail, term))


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


def _blocks(resamples: int, each: int) -> list[slice]:
    """Resamples by blocks in which numbers drawn fit `BLOCK`."""
    size = max(BLOCK // max(each, 1), 1)
    return [slice(at, min(at + size, resamples)) for at in range(0, resamples, size)]
