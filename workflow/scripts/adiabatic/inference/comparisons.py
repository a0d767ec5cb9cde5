"""What is compared with what: every candidate with the base, ablations and methods in pairs.

The outcomes of a run are read once; of all its items only a few averages stay in memory, by which
candidates are compared with one another.
"""

from collections.abc import Callable, Iterator
from itertools import combinations
from math import nan
from typing import NamedTuple

import numpy as np
import pandas as pd

from adiabatic.inference.differences import (
    CELL,
    Inference,
    aggregate_of,
    average_rows,
    difference_rows,
    family_of,
    scope_of,
    simultaneous_rows,
)
from adiabatic.inference.halves import REPORT, SELECTION, split_by_cluster
from adiabatic.inference.intervals import THESE_RUNS
from adiabatic.inference.values import Cell, Pair, Values
from adiabatic.plan.runs import BASE, SWEEP, Plan, PlannedRun

# What a row is about: the candidate (and run, where it is about one), and what it is compared with.
KEYS = ["half", "against", "against_rate", "against_alpha", "group", "method"]
KEYS += ["learning_rate", "alpha", "run"]


class Candidate(NamedTuple):
    """Runs that differ in their seeds alone."""

    group: str
    learning_rate: float
    alpha: float
    runs: tuple[PlannedRun, ...]

    @property
    def first(self) -> PlannedRun:
        """A run that stands for all."""
        return self.runs[0]

    @property
    def scope(self) -> str:
        """What its runs can speak of."""
        return scope_of(len(self.runs), self.first.row.tuned)


def candidates_of(plan: Plan) -> list[Candidate]:
    """The candidates of a plan, in its order."""
    together: dict[tuple[str, str, str], list[PlannedRun]] = {}
    for run in plan.runs:
        key = (run.group, repr(run.learning_rate), repr(run.alpha))
        together.setdefault(key, []).append(run)
    return [
        Candidate(group, float(rate), float(alpha), tuple(runs))
        for (group, rate, alpha), runs in together.items()
    ]


def compared_with_base(
    plan: Plan,
    outcomes: Callable[[str], Values],
    how: Inference,
    share: float,
    seed: int,
    say: Callable[[str], None],
) -> Iterator[pd.DataFrame]:
    """Rows of every candidate against the base, then of candidates against one another.

    Args:
        outcomes: the values of a run, or of the base, by name.
        share: of the items, by cluster, for selection; see `split_by_cluster`.
        seed: of that division, and of resamples.
    """
    base = split_by_cluster(outcomes(BASE), share, seed)
    small = {BASE: _averages(base[REPORT], how)}
    candidates = candidates_of(plan)
    for one in candidates:
        halves = [split_by_cluster(outcomes(run.name), share, seed) for run in one.runs]
        reported = [half[REPORT] for half in halves]
        rows = difference_rows(base[REPORT], reported, how, one.scope, _shown(how))
        at_once = simultaneous_rows(base[REPORT], reported, how, one.scope, seed)
        yield _keyed(one, REPORT, rows.merge(at_once, how="left", on=CELL))
        for rows in average_rows(base[REPORT], reported, how, one.scope):
            yield _keyed(one, REPORT, rows)
        for run, values in zip(one.runs, reported, strict=True):
            small[run.name] = _averages(values, how)
            every = one.group == SWEEP
            rows = difference_rows(
                base[REPORT], [values], how, THESE_RUNS, *([] if every else [_judged])
            )
            yield _keyed(one, REPORT, rows, run=run.name)
        for run, half in zip(one.runs, halves, strict=True):
            rows = difference_rows(base[SELECTION], [half[SELECTION]], how, THESE_RUNS, _judged)
            yield _keyed(one, SELECTION, rows, run=run.name)
        say(f"{one.first.name}: {len(one.runs)} runs")
    yield from compared_in_pairs(candidates, small, how)


def compared_in_pairs(
    candidates: list[Candidate], values: dict[str, Values], how: Inference
) -> Iterator[pd.DataFrame]:
    """Rows of candidates against one another, on the same items and seeds.

    An ablation is compared with the sweep at its rates; other methods, and the sweep, each with
    each. Of two that have several seeds, those that both have are compared.

    Args:
        values: of each run, by name: its averages alone.
    """
    for first, second in combinations(candidates, 2):
        if first.first.ablation:
            continue
        same_rate = first.group == SWEEP and first.learning_rate == second.learning_rate
        if second.first.ablation and not same_rate:
            continue
        pairs = _paired_runs(first, second)
        if not pairs:
            continue
        # What the second adds to the first's run, as if the mean of the first's were the base.
        mean = mean_values([values[one.name] for one, _ in pairs])
        added = [added_values(mean, values[one.name], values[other.name]) for one, other in pairs]
        tuned = first.first.row.tuned or second.first.row.tuned
        scope = scope_of(len(pairs), tuned)
        against = {"against": first.group, "against_rate": first.learning_rate}
        against |= {"against_alpha": first.alpha}
        yield _keyed(second, REPORT, difference_rows(mean, added, how, scope), **against)
        for rows in average_rows(mean, added, how, scope):
            yield _keyed(second, REPORT, rows, **against)


def mean_values(values: list[Values]) -> Values:
    """The mean over runs of every item."""
    return _combined(lambda *tables: sum(tables) / len(tables), *values)


def added_values(mean: Values, first: Values, second: Values) -> Values:
    """The mean, with what the second scores more than the first."""
    return _combined(lambda middle, one, other: middle + other - one, mean, first, second)


def _combined(how: Callable[..., np.ndarray], *values: Values) -> Values:
    """Arithmetic of the values of the same items, as arrays: frames would look for what to align.

    Raises:
        ValueError: their items or pairs differ.
    """
    first = values[0]
    tables = {}
    for cell, table in first.tables.items():
        others = [one.tables[cell] for one in values]
        if not all(table.index.equals(o.index) and table.columns.equals(o.columns) for o in others):
            raise ValueError(f"items of {cell} are not those that they are compared with")
        result = how(*(other.to_numpy() for other in others))
        tables[cell] = pd.DataFrame(result, table.index, table.columns)
    return Values(tables, first.clusters, first.kinds)


def _paired_runs(first: Candidate, second: Candidate) -> list[tuple[PlannedRun, PlannedRun]]:
    """Runs of the same seed; what has no seeds stands beside every one of the other."""
    one, other = ({run.seed: run for run in c.runs} for c in (first, second))
    if not first.first.row.tuned:
        return [(first.first, run) for run in second.runs]
    if not second.first.row.tuned:
        return [(run, second.first) for run in first.runs]
    return [(run, other[seed]) for seed, run in one.items() if seed in other]


def _averages(values: Values, how: Inference) -> Values:
    """The columns of values that stand for many."""
    tables = {}
    for cell, table in values.tables.items():
        pairs = [p for p in table.columns if aggregate_of(values, cell, p, how.reference)]
        if pairs or cell in [values.headline(task) for task in values.tasks]:
            tables[cell] = values.narrowed(cell, pairs)
    return Values(tables, values.clusters, values.kinds)


def _shown(how: Inference) -> Callable[[Values, Cell, Pair], bool]:
    """Columns of a candidate that a table or figure shows or that something is judged by."""

    def shown(values: Values, cell: Cell, pair: Pair) -> bool:
        if family_of(values, cell, pair) or aggregate_of(values, cell, pair, how.reference):
            return True
        return cell.task in values.tasks and cell == values.headline(cell.task)

    return shown


def _judged(values: Values, cell: Cell, pair: Pair) -> bool:
    return bool(family_of(values, cell, pair))


def _keyed(
    one: Candidate,
    half: str,
    rows: pd.DataFrame,
    run: str = "",
    against: str = BASE,
    against_rate: float = nan,
    against_alpha: float = nan,
) -> pd.DataFrame:
    values = (half, against, against_rate, against_alpha, one.group, one.first.method)
    about = dict(zip(KEYS, (*values, one.learning_rate, one.alpha, run), strict=True))
    keys = pd.DataFrame([about] * len(rows), columns=KEYS)
    return pd.concat([keys, rows.reset_index(drop=True)], axis=1)
