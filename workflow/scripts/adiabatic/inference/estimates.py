"""Means of paired differences over runs and clustered items, with the parts of their variance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce

import numpy as np

from adiabatic.inference.score_intervals import Flips

# Differences as small as this are none: averages of values that are equal differ by rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Moments:
    """What intervals need to know of means, each but `runs` of shape (columns,): see `Estimate`."""

    runs: int
    degrees: np.ndarray
    flips: Flips
    items_variance: np.ndarray
    runs_variance: np.ndarray
    residual_variance: np.ndarray

    @property
    def columns(self) -> int:
        """How many means there are."""
        return len(self.degrees)

    @property
    def point(self) -> np.ndarray:
        """The mean over runs and items, (columns,)."""
        return self.flips.gained - self.flips.lost


@dataclass(frozen=True)
class Estimate:
    """Means over runs and items of each column, linearised by cluster.

    The mean of a column is a ratio of sums over clusters, so its error is a sum of what each
    cluster adds to it (Cochran 1977, Sampling Techniques, sec. 9A.2), whatever items of a cluster
    have in common. All columns and runs of a cluster move together.

    labels: of the clusters, sorted, shape (clusters,).
    influence: what each cluster adds to the error of each run's mean, widened by the small-sample
        factor sqrt(G / (G - 1)) of a column's G clusters; (runs, clusters, columns).
    weight: share of a column's items in each cluster, (clusters, columns).
    changed: whether anything changed there, (clusters, columns).
    run_means: (runs, columns).
    gained, lost: means of the positive and of the negative parts of the items' means over runs.
    degrees: clusters less one; of an average, those of its part with the fewest; (columns,).
    """

    labels: np.ndarray
    influence: np.ndarray
    weight: np.ndarray
    changed: np.ndarray
    run_means: np.ndarray
    gained: np.ndarray
    lost: np.ndarray
    degrees: np.ndarray

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return len(self.run_means)

    @property
    def columns(self) -> int:
        """How many means there are."""
        return len(self.gained)

    @property
    def point(self) -> np.ndarray:
        """The mean over runs and items, (columns,)."""
        return self.gained - self.lost

    @cached_property
    def mean_influence(self) -> np.ndarray:
        """What each cluster adds to the error of the mean over runs, (clusters, columns)."""
        return self.influence.mean(axis=0)

    @cached_property
    def items_variance(self) -> np.ndarray:
        """Variance of the mean of these runs over samples of clusters, (columns,).

        Infinite where there is one cluster.
        """
        variance = np.einsum("gc,gc->c", self.mean_influence, self.mean_influence)
        return np.where(self.degrees > 0, variance, np.inf)

    @cached_property
    def runs_variance(self) -> np.ndarray:
        """What the spread of the runs' means says of the variance of their mean, (columns,).

        It holds what runs differ by in all items, and what they differ by in each. NaN for one run.
        """
        if self.runs == 1:
            return np.full(self.columns, np.nan)
        return self.run_means.var(axis=0, ddof=1) / self.runs

    @cached_property
    def residual_variance(self) -> np.ndarray:
        """The part of both variances above that comes of items on which runs differ, (columns,).

        NaN for one run.
        """
        if self.runs == 1:
            return np.full(self.columns, np.nan)
        own = self.influence - self.mean_influence
        return np.einsum("sgc,sgc->c", own, own) / (self.runs * (self.runs - 1))

    @cached_property
    def flips(self) -> Flips:
        """What score tests need: see `score_intervals`.

        The effective number of items is that at which independent ones had the variance found. Few
        changes say little about it, so it is found as if, beside the clusters that changed, there
        were one more, which changed as a whole in all runs. Where nothing changed, that leaves the
        number of clusters (of equal size).
        """
        changed = self.gained + self.lost
        single = changed - self.point**2
        seen = self.changed.sum(axis=0)
        whole = (self.weight**2).sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            per_single = np.where(single > 0, self.items_variance / single, 0)
        items = (seen + 1) / (seen * per_single + whole)
        known = self.degrees > 0
        return Flips(self.gained, self.lost, np.where(known, items, 0), np.maximum(self.degrees, 1))

    @property
    def moments(self) -> Moments:
        """What intervals need to know."""
        variances = self.items_variance, self.runs_variance, self.residual_variance
        return Moments(self.runs, self.degrees, self.flips, *variances)

    def take(self, columns: np.ndarray) -> "Estimate":
        """The estimate of some columns, by their positions or as a mask."""
        return Estimate(
            self.labels,
            self.influence[:, :, columns],
            self.weight[:, columns],
            self.changed[:, columns],
            self.run_means[:, columns],
            self.gained[columns],
            self.lost[columns],
            self.degrees[columns],
        )


def estimate(differences: np.ndarray, clusters: np.ndarray) -> Estimate:
    """The means of paired differences.

    Args:
        differences: tuned minus base, in [-1, 1], NaN where a column lacks the item;
            (runs, items, columns).
        clusters: label of each item's cluster, (items,). Clusters of the same label are the same
            where estimates are joined: see `average`.
    Raises:
        ValueError: a value is outside [-1, 1], runs do not have the same items, or a column none.
    """
    values = np.asarray(differences, dtype=np.float64)
    missing = np.isnan(values)
    there = None
    if missing.any():
        there = ~missing[0]
        if (missing != missing[0]).any():
            raise ValueError("runs have different items")
        if not there.any(axis=0).all():
            raise ValueError("a column has no items")
        values = np.where(missing, 0, values)
    if np.abs(values).max(initial=0) > 1 + ROUNDING:
        raise ValueError("a difference is outside [-1, 1]")
    values = np.where(np.abs(values) < ROUNDING, 0, values)
    labels, sums = _by_cluster(clusters)
    counts = np.ones((len(clusters), 1)) if there is None else there.astype(np.float64)
    counts, means = sums(counts), values.mean(axis=0)
    size, held = counts.sum(axis=0), (counts > 0).sum(axis=0)
    factor = np.sqrt(held / np.maximum(held - 1, 1)) / size
    totals = sums(values)
    run_means = totals.sum(axis=1) / size
    columns = values.shape[2]
    return Estimate(
        labels,
        (totals - run_means[:, None] * counts) * factor,
        np.broadcast_to(counts / size, (len(labels), columns)),
        sums(np.abs(means)) > 0,
        run_means,
        np.maximum(means, 0).sum(axis=0) / size,
        np.maximum(-means, 0).sum(axis=0) / size,
        np.broadcast_to(held - 1, columns),
    )


def average(estimates: Sequence[Estimate]) -> Estimate:
    """The mean of means of several tasks, column by column, each task weighing the same.

    Clusters of the same label in two tasks are one: questions that both ask move together.

    Raises:
        ValueError: the tasks differ in runs or columns.
    """
    if len({(one.runs, one.columns) for one in estimates}) != 1:
        raise ValueError("estimates differ in runs or columns")
    labels, places = _united(estimates)

    def mean(parts: list[np.ndarray]) -> np.ndarray:
        return sum(parts) / len(parts)

    return Estimate(
        labels,
        mean([_spread(one.influence, where, labels) for one, where in places]),
        mean([_spread(one.weight, where, labels) for one, where in places]),
        reduce(np.logical_or, [_spread(one.changed, where, labels) for one, where in places]),
        mean([one.run_means for one in estimates]),
        mean([one.gained for one in estimates]),
        mean([one.lost for one in estimates]),
        reduce(np.minimum, [one.degrees for one in estimates]),
    )


def side_by_side(estimates: Sequence[Estimate]) -> Estimate:
    """The columns of several tasks as one estimate, for corrections over all of them.

    Raises:
        ValueError: the tasks differ in runs.
    """
    if len({one.runs for one in estimates}) != 1:
        raise ValueError("estimates differ in runs")
    labels, places = _united(estimates)

    def joined(part: Callable[[Estimate], np.ndarray]) -> np.ndarray:
        return np.concatenate([part(one) for one in estimates], axis=-1)

    def placed(part: Callable[[Estimate], np.ndarray]) -> np.ndarray:
        return np.concatenate([_spread(part(one), where, labels) for one, where in places], axis=-1)

    return Estimate(
        labels,
        placed(lambda one: one.influence),
        placed(lambda one: one.weight),
        placed(lambda one: one.changed),
        joined(lambda one: one.run_means),
        joined(lambda one: one.gained),
        joined(lambda one: one.lost),
        joined(lambda one: one.degrees),
    )


def joined_moments(parts: Sequence[Moments]) -> Moments:
    """The columns of several estimates, whose runs are the same, one after another.

    Raises:
        ValueError: they differ in runs.
    """
    if len({one.runs for one in parts}) != 1:
        raise ValueError("estimates differ in runs")

    def joined(part: Callable[[Moments], np.ndarray]) -> np.ndarray:
        return np.concatenate([part(one) for one in parts])

    return Moments(
        parts[0].runs,
        joined(lambda one: one.degrees),
        Flips(*map(np.concatenate, zip(*(one.flips for one in parts), strict=True))),
        joined(lambda one: one.items_variance),
        joined(lambda one: one.runs_variance),
        joined(lambda one: one.residual_variance),
    )


def _by_cluster(clusters: np.ndarray) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """Labels of clusters, and a function that sums an array's items (axis -2) by cluster."""
    labels, first, codes = np.unique(clusters, return_index=True, return_inverse=True)
    if len(labels) == len(clusters):
        in_order = bool((np.diff(first) > 0).all())
        return labels, lambda values: values if in_order else values[..., first, :]
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(labels)))
    return labels, lambda values: np.add.reduceat(values[..., order, :], starts, axis=-2)


def _united(estimates: Sequence[Estimate]) -> tuple[np.ndarray, list[tuple[Estimate, np.ndarray]]]:
    """Labels of all estimates' clusters, and each estimate with the places of its own in them."""
    labels = np.unique(np.concatenate([one.labels for one in estimates]))
    return labels, [(one, np.searchsorted(labels, one.labels)) for one in estimates]


def _spread(part: np.ndarray, where: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """A part of an estimate by the clusters of all, 0 at those that the estimate lacks."""
    spread = np.zeros((*part.shape[:-2], len(labels), part.shape[-1]), dtype=part.dtype)
    spread[..., where, :] = part
    return spread
