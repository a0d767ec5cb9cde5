"""Intervals and p-values of mean differences: for the runs at hand, or for the rate they are of.

"These runs" are fixed and only items are a sample; "the rate" is what its runs would have on
average, so runs are a sample, too.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, stdtr, stdtrit

from adiabatic.inference.estimates import Estimate, Moments
from adiabatic.inference.score_intervals import bisected, score_bounds, score_statistic

THESE_RUNS, THE_RATE = "these runs", "the rate"
# Fewer runs say nothing of the rate: Student's t of one degree of freedom reaches 13 errors far.
FEWEST_RUNS = 3
# Reaches, in normal errors, among which p-values are sought: the least p-value is 1e-265.
FARTHEST = 35.0

# Means of one set of items, or of several, which need not have any item in common.
Means = Estimate | Moments


@dataclass(frozen=True)
class Intervals:
    """Means with their errors and intervals, each of shape (columns,).

    Each end is by itself a one-sided bound at the level (1 - confidence) / 2.
    """

    point: np.ndarray
    standard_error: np.ndarray
    low: np.ndarray
    high: np.ndarray


def intervals(estimate: Means, confidence: float, scope: str) -> Intervals:
    """The two-sided interval of each column by itself.

    Raises:
        ValueError: see `check_scope`.
    """
    return Intervals(
        estimate.point,
        standard_errors(estimate, scope),
        *bounds(estimate, (1 - confidence) / 2, scope),
    )


def standard_errors(estimate: Means, scope: str) -> np.ndarray:
    """Standard errors, cluster-robust, (columns,); 0 where nothing changed.

    Raises:
        ValueError: see `check_scope`.
    """
    check_scope(estimate, scope)
    if scope == THESE_RUNS:
        return np.sqrt(estimate.items_variance)
    return np.sqrt(rate_variance(estimate, estimate.runs_variance))


def bounds(estimate: Means, tail: float | np.ndarray, scope: str) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper bounds at the one-sided level `tail` each, one or one a column.

    For these runs: see `score_bounds`. For the rate: see `bounds_with_runs`.

    Raises:
        ValueError: see `check_scope`.
    """
    check_scope(estimate, scope)
    if scope == THESE_RUNS:
        return score_bounds(estimate.flips, tail)
    return bounds_with_runs(estimate, tail, run_term(estimate, tail))


def p_values_above(estimate: Means, threshold: float, scope: str) -> np.ndarray:
    """One-sided p-values of means being at most `threshold`: below `tail` where the bound is above.

    With minus the margin, small ones show non-inferiority.

    Raises:
        ValueError: see `check_scope`.
    """
    return _tails(estimate, threshold, scope, np.less)


def p_values_below(estimate: Means, threshold: float, scope: str) -> np.ndarray:
    """One-sided p-values of means being at least `threshold`; see `p_values_above`.

    With minus the margin, small ones show inferiority.

    Raises:
        ValueError: see `check_scope`.
    """
    return _tails(estimate, threshold, scope, np.greater)


def check_scope(estimate: Means, scope: str) -> None:
    """Whether there are runs enough for what is asked.

    Raises:
        ValueError: fewer than three runs can say nothing of the rate; or no such scope.
    """
    if scope not in (THESE_RUNS, THE_RATE):
        raise ValueError(f"intervals are for {THESE_RUNS} or for {THE_RATE}, not {scope!r}")
    if scope == THE_RATE and estimate.runs < FEWEST_RUNS:
        raise ValueError(f"{estimate.runs} runs say nothing of the rate: {FEWEST_RUNS} are needed")


def rate_variance(estimate: Means, between: np.ndarray) -> np.ndarray:
    """Variance of the mean over samples of runs and items, at least that for these runs.

    Runs and items are crossed: what both of `items_variance` and `between` hold is counted once
    (Searle, Casella and McCulloch 1992, Variance Components, ch. 4).
    """
    items, residual = estimate.items_variance, estimate.residual_variance
    return np.maximum(np.maximum(items - residual, 0) + between, items)


def run_term(
    estimate: Means,
    tail: float | np.ndarray,
    runs_reach: float | None = None,
    between: np.ndarray | None = None,
) -> np.ndarray:
    """The square of what runs add to the half-width of these runs' interval, (columns,).

    The variance is a sum of one part known well and one, `between`, known from few runs. Student's
    degrees of freedom are those of the parts, harmonically weighted by their shares. Satterthwaite
    (1946, Biometrics 2:110) weights by the shares' squares, which, as they are estimated, are often
    too small: at three runs 92 to 96% are covered then, and 94 to 97% so. Where runs differ by no
    more than the items on which they differ explain, they add nothing.

    Args:
        tail: one-sided level, one or one a column.
        runs_reach: critical value of the part between runs in a family; critical values are then
            weighted by shares (Cochran and Cox 1950, Experimental Designs, sec. 4.14).
        between: variance of the mean that is due to runs; without it, `runs_variance`.
    """
    between = estimate.runs_variance if between is None else between
    degrees = np.maximum(estimate.degrees, 1)
    items_reach = -stdtrit(degrees, tail)
    total = rate_variance(estimate, between)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(total > 0, between / total, 0)
    if runs_reach is None:
        reach = -stdtrit(1 / (share / (estimate.runs - 1) + (1 - share) / degrees), tail)
    else:
        reach = items_reach + np.maximum(runs_reach - items_reach, 0) * share
    differ = (between > estimate.residual_variance) & np.isfinite(total)
    variances = np.where(differ, [total, estimate.items_variance], 0)
    return np.maximum(reach**2 * variances[0] - items_reach**2 * variances[1], 0)


def bounds_with_runs(
    estimate: Means, tail: float | np.ndarray, term: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Bounds for the rate: the distance to each bound for these runs, and `run_term`, squared.

    So each distance is recovered as a variance by itself (Zou and Donner 2008, Stat. Med. 27:1693),
    and the skewness of rare losses stays in the part that has it.
    """
    point = estimate.point
    low, high = score_bounds(estimate.flips, tail)
    return point - np.hypot(point - low, np.sqrt(term)), point + np.hypot(
        high - point, np.sqrt(term)
    )


def excludes(
    estimate: Means, threshold: float, tail: float | np.ndarray, term: np.ndarray
) -> np.ndarray:
    """Whether the bounds of `bounds_with_runs` exclude `threshold`, on the side where it lies."""
    point = estimate.point
    left = (point - threshold) ** 2 - term
    # The threshold that the items alone would have to exclude.
    nearer = point - np.sign(point - threshold) * np.sqrt(np.maximum(left, 0))
    statistic = np.abs(score_statistic(estimate.flips, nearer))
    return (left > 0) & (statistic > -stdtrit(estimate.flips.degrees, tail))


def _tails(
    estimate: Means, threshold: float, scope: str, side: Callable[..., np.ndarray]
) -> np.ndarray:
    """P-values of the mean being no farther than `threshold`; side(threshold, mean): it is."""
    check_scope(estimate, scope)
    if scope == THESE_RUNS:
        flips = estimate.flips
        tails = stdtr(flips.degrees, -np.abs(score_statistic(flips, threshold)))
    else:
        # Where the bound meets the threshold, as a reach in normal errors.
        reach = bisected(
            lambda at: ~excludes(estimate, threshold, ndtr(-at), run_term(estimate, ndtr(-at))),
            np.zeros(estimate.columns),
            FARTHEST,
        )
        tails = ndtr(-reach)
    return np.where(side(threshold, estimate.point), tails, 1 - tails)
