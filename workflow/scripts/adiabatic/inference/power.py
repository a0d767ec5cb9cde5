"""Power of the tests that decide, found by simulation with the functions that judge outcomes.

A normal formula is off where few items change or few runs speak of a rate: the score interval does
not shrink to a point, and Student's t of two degrees of freedom has long tails.
"""

from dataclasses import dataclass, fields

import numpy as np
from scipy.special import ndtr, stdtrit
from scipy.stats import binom

from adiabatic.inference.estimates import Moments
from adiabatic.inference.intervals import THE_RATE, excludes, run_term
from adiabatic.inference.score_intervals import Flips

# Simulated outcomes of one size, over all comparisons; experiments, at least and at most.
OUTCOMES, FEWEST, MOST = 15_000, 200, 2_000
# Comparisons as many errors as this beyond what is needed pass always.
BEYOND_DOUBT = 5.0
# Of a binomial count, from which on its quantiles are found by an expansion.
LARGE_VARIANCE = 9.0


@dataclass(frozen=True)
class Prospects:
    """What is expected of comparisons with the base; but `scope` and `correlation` (columns,).

    The variance of a mean of R runs over n items is common / n + interaction / (n R) + between / R.

    difference: the true mean. changed: share of the items that change. common: variance of what an
    item changes by in all runs, larger where items of a cluster are alike. interaction: of what it
    changes by in one run alone. between: of the runs' means. clusters: for each item, at most 1.
    tasks: number of the task. correlation: of two comparisons of a task.
    scope: THESE_RUNS or THE_RATE.
    """

    difference: np.ndarray
    changed: np.ndarray
    common: np.ndarray
    interaction: np.ndarray
    between: np.ndarray
    clusters: np.ndarray
    tasks: np.ndarray
    scope: str
    correlation: float = 0.0

    @property
    def columns(self) -> int:
        """How many comparisons there are."""
        return len(self.difference)

    def take(self, columns: np.ndarray) -> "Prospects":
        """Those of some comparisons, by a mask."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        return Prospects(
            **{k: v[columns] if isinstance(v, np.ndarray) else v for k, v in parts.items()}
        )

    def items_variance(self, items: np.ndarray, seeds: int) -> np.ndarray:
        """Variance of the mean of these runs over samples of items, (columns,)."""
        return self.common / items + self.interaction / (items * seeds)

    def error(self, items: np.ndarray, seeds: int) -> np.ndarray:
        """Standard error of the mean, (columns,)."""
        between = self.between / seeds if self.scope == THE_RATE else 0
        return np.sqrt(self.items_variance(items, seeds) + between)


@dataclass(frozen=True)
class Test:
    """A one-sided test of each comparison: that its mean is beyond a threshold.

    tail: its level. below: beyond is below, and one comparison is enough (a union, so tail should
    be corrected for their number); else all must be above (an intersection).
    """

    # Not a test of pytest.
    __test__ = False

    threshold: float
    tail: float
    below: bool = False


def power(prospects: Prospects, items: np.ndarray, seeds: int, test: Test) -> float:
    """The chance that an experiment of so many items and seeds shows it.

    Comparisons of a task move together: each is drawn as a part that is common to the task and one
    of its own (Dunnett and Sobel 1955, Biometrika 42:258), so the power of the intersection lies
    between the product of the single ones and the least of them (Sozu, Sugimoto and Hamasaki 2010,
    Statistics in Medicine 29:2169). The simulation is the same at each call.

    Args:
        items: of each comparison, (columns,).
    """
    reach = (prospects.difference - test.threshold) * (-1 if test.below else 1)
    error = np.maximum(prospects.error(items, seeds), 1e-12)
    degrees = seeds - 1 if prospects.scope == THE_RATE and prospects.between.any() else 1e6
    needed = -stdtrit(degrees, test.tail)
    sure = reach / error > needed + BEYOND_DOUBT * max(needed / 2, 1)
    # The skewness of rare losses takes more than errors tell.
    sure &= prospects.changed * items > 30
    if test.below:
        return 1.0 if sure.any() else float(shown(prospects, items, seeds, test).any(axis=1).mean())
    if sure.all():
        return 1.0
    rest = ~sure
    return float(shown(prospects.take(rest), items[rest], seeds, test).all(axis=1).mean())


def shown(prospects: Prospects, items: np.ndarray, seeds: int, test: Test) -> np.ndarray:
    """Whether each simulated experiment shows it of each comparison, (experiments, columns).

    Items that change are counted as independent ones of their effective number; runs are normal.
    """
    columns = prospects.columns
    experiments = int(np.clip(OUTCOMES // columns, FEWEST, MOST))
    rng = np.random.default_rng(0)
    one_of_each = (experiments, columns)
    speaks_of_rate = prospects.scope == THE_RATE

    def together(*shape: int) -> np.ndarray:
        """Normal numbers, (*shape, columns), alike within each task."""
        common = rng.standard_normal((*shape, int(prospects.tasks.max()) + 1))
        own = rng.standard_normal((*shape, columns))
        share = prospects.correlation
        return np.sqrt(share) * common[..., prospects.tasks] + np.sqrt(1 - share) * own

    independent = np.maximum(np.round(_independent_items(prospects, items, seeds)), 1)
    changed = prospects.changed
    lost = np.clip((changed - prospects.difference) / 2, 0, 1)
    count = binomial_quantiles(together(experiments), independent, changed)
    share_lost = np.minimum(np.where(changed > 0, lost / np.maximum(changed, 1e-15), 0), 1)
    of_them = binomial_quantiles(together(experiments), count, share_lost)
    point, flipped = (count - 2 * of_them) / independent, count / independent
    clusters = prospects.clusters * items
    # As `Estimate.flips` counts them.
    effective = (count + 1) / (count / independent + 1 / clusters)
    residual = prospects.interaction / (items * seeds)
    spread = np.full(one_of_each, np.nan)
    if speaks_of_rate:
        point = point + together(experiments) * np.sqrt(prospects.between / seeds)
        point = np.clip(point, -1, 1)
        flipped = np.maximum(flipped, np.abs(point))
        of_a_run = prospects.between + prospects.interaction / items
        spread = together(experiments, seeds).var(axis=1, ddof=1) * of_a_run / seeds
    moments = Moments(
        seeds,
        _flat(np.maximum(clusters - 1, 1), one_of_each),
        Flips(
            ((flipped + point) / 2).ravel(),
            ((flipped - point) / 2).ravel(),
            effective.ravel(),
            _flat(np.maximum(clusters - 1, 1), one_of_each),
        ),
        ((flipped - point**2) / independent).ravel(),
        spread.ravel(),
        _flat(residual, one_of_each),
    )
    term = run_term(moments, test.tail) if speaks_of_rate else np.zeros(moments.columns)
    beyond = excludes(moments, test.threshold, test.tail, term).reshape(one_of_each)
    return beyond & (point < test.threshold if test.below else point > test.threshold)


def binomial_quantiles(normal: np.ndarray, trials: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Counts of successes at the quantiles where a normal number stands, all of one shape or alike.

    By the expansion of Cornish and Fisher (1938) where that is within half a count, exactly where
    it is not.
    """
    normal, trials, share = np.broadcast_arrays(normal, trials, share)
    variance = trials * share * (1 - share)
    skewed = (1 - 2 * share) * (normal**2 - 1) / 6
    count = np.round(trials * share + normal * np.sqrt(variance) + skewed)
    count = np.clip(count, 0, trials)
    few = variance < LARGE_VARIANCE
    count[few] = binom.ppf(ndtr(normal[few]), trials[few], share[few])
    return count


def _independent_items(prospects: Prospects, items: np.ndarray, seeds: int) -> np.ndarray:
    """The number of independent items at which the mean of these runs has its variance."""
    single = prospects.changed - prospects.difference**2
    variance = prospects.items_variance(items, seeds)
    known = (single > 0) & (variance > 0)
    return np.where(known, single / np.where(variance > 0, variance, 1), prospects.clusters * items)


def _flat(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    return np.broadcast_to(values, shape).ravel()
