"""From outcomes to values: for every measure a table of items by pairs of languages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from adiabatic.tasks.kinds import ARXIV, HELD_OUT, KINDS, MEAN, POOL, TRIPLETS, Kind

# In the columns query_language and document_language, what averages over several languages: all but
# the one that is tuned on; every one; documents in the query's own language, or in another one.
NON_ENGLISH, EVERY = "non-English", "every"
MONOLINGUAL, CROSS_LINGUAL = "monolingual", "cross-lingual"
# Metric of tasks in which nothing is ranked, and of the first rank where documents are.
ACCURACY, SUCCESS = "accuracy", "success@1"
# Columns of outcomes that are no measures.
_KEYS = ("task", "subset", "query_language", "document_language", "item", "cluster")
_NOT_MEASURED = (*_KEYS, "correct", "rank")

Pair = tuple[str, str]


class Cell(NamedTuple):
    """What one table of values measures."""

    task: str
    subset: str
    metric: str


@dataclass(frozen=True)
class Values:
    """What one encoder scores: of each cell a table of items by (query, document language).

    clusters: of each task's items, in the order of their rows. kinds: of the tasks.
    """

    tables: Mapping[Cell, pd.DataFrame]
    clusters: Mapping[str, np.ndarray]
    kinds: Mapping[str, Kind]

    def cells(self, task: str) -> list[Cell]:
        """The cells of a task."""
        return [cell for cell in self.tables if cell.task == task]

    def has(self, cell: Cell, pairs: Iterable[Pair]) -> bool:
        """Whether a cell has all of some columns."""
        return self._positions[cell].keys() >= set(pairs)

    def array(self, cell: Cell, pairs: Iterable[Pair]) -> np.ndarray:
        """Some columns of a cell, (items, pairs): many times faster than of a frame.

        Raises:
            KeyError: the cell has no such pair.
        """
        return self.tables[cell].to_numpy()[:, [self._positions[cell][pair] for pair in pairs]]

    def narrowed(self, cell: Cell, pairs: Iterable[Pair]) -> pd.DataFrame:
        """The table of a cell with some of its columns."""
        return self.tables[cell].iloc[:, [self._positions[cell][pair] for pair in pairs]]

    @cached_property
    def others(self) -> dict[Cell, str]:
        """Of each cell, which documents its average over non-English languages is about."""
        return {cell: place_of_others(positions) for cell, positions in self._positions.items()}

    @cached_property
    def _positions(self) -> dict[Cell, dict[Pair, int]]:
        return {
            cell: {pair: position for position, pair in enumerate(table.columns)}
            for cell, table in self.tables.items()
        }

    def headline(self, task: str) -> Cell:
        """The cell by which a multilingual task is judged."""
        kind = self.kinds[task]
        cells = self.cells(task)
        metric = next(m for m in kind.metrics if any(cell.metric == m for cell in cells))
        return Cell(task, MEAN if kind.averaged else kind.judged, metric)

    @property
    def tasks(self) -> list[str]:
        """The multilingual tasks."""
        found = dict.fromkeys(cell.task for cell in self.tables)
        return [task for task in found if task not in (ARXIV, HELD_OUT)]

    def of(self, clusters: frozenset[str]) -> "Values":
        """The values of some clusters' items alone, without columns that have none of them."""
        kept = {
            task: np.fromiter((label in clusters for label in labels), dtype=bool)
            for task, labels in self.clusters.items()
        }
        tables = {cell: _rows_of(table, kept[cell.task]) for cell, table in self.tables.items()}
        labels = {task: labels[kept[task]] for task, labels in self.clusters.items()}
        return Values(tables, labels, self.kinds)


def values_of(outcomes: pd.DataFrame, kinds: Mapping[str, str], reference: str) -> Values:
    """Values of every item, with averages over languages and subsets as further columns and cells.

    See `averages_of` for those over languages. The subset `mean` averages the subsets that a kind
    says, or the levels of one anchor style, item by item. Where languages have items of their own,
    an item has NaN in the others' columns, and an average counts each item once.

    Args:
        outcomes: as `evaluate_runs` writes them. kinds: of the configured tasks, by name.
        reference: the language that is tuned on.
    """
    known = {name: KINDS[kind] for name, kind in kinds.items()}
    rows_of_kinds = known | dict.fromkeys((ARXIV, HELD_OUT), KINDS[TRIPLETS])
    tables: dict[Cell, pd.DataFrame] = {}
    clusters: dict[str, np.ndarray] = {}
    measures = [column for column in outcomes if column not in _NOT_MEASURED]
    for (task, subset), rows in outcomes.groupby(["task", "subset"], observed=True, sort=False):
        ranked = [column for column in measures if rows[column].notna().all()]
        measured = {column: rows[column] for column in ranked}
        measured[SUCCESS if ranked else ACCURACY] = rows["correct"]
        for metric, table in _by_pair(rows, measured, reference).items():
            tables[Cell(task, subset, metric)] = table
        clusters.setdefault(task, _clusters(rows))
    for cell, parts in _averaged(tables, rows_of_kinds).items():
        tables[cell] = sum(tables[part] for part in parts) / len(parts)
    return Values(tables, clusters, rows_of_kinds)


def averages_of(pairs: pd.MultiIndex, reference: str) -> dict[Pair, np.ndarray]:
    """Columns that average over several pairs of languages, each with a mask of those pairs.

    (non-English, monolingual): the other languages in their own; (every, cross-lingual): queries
    and documents in different languages; (L, cross-lingual): queries in L. In a pool of all
    languages there is but (non-English, pool), and where no query met its own language
    (non-English, cross-lingual) stands for (non-English, monolingual).
    """
    queries, documents = pairs.get_level_values(0), pairs.get_level_values(1)
    pooled = documents == POOL
    own = pooled | (queries == documents)
    place = POOL if pooled.any() else MONOLINGUAL if own.any() else CROSS_LINGUAL
    averages = {
        (NON_ENGLISH, place): (own if own.any() else ~own) & (queries != reference),
        (EVERY, CROSS_LINGUAL): ~own,
    }
    averages |= {(name, CROSS_LINGUAL): ~own & (queries == name) for name in pd.unique(queries)}
    return {pair: mask for pair, mask in averages.items() if mask.any()}


def is_single(pair: Pair) -> bool:
    """Whether a column is about one pair of languages, and no average."""
    return pair[0] not in (NON_ENGLISH, EVERY) and pair[1] != CROSS_LINGUAL


def judges_a_language(pair: Pair) -> bool:
    """Whether a column is a language's queries: on its documents, others on average, or a pool."""
    return pair[0] not in (NON_ENGLISH, EVERY) and pair[1] in (pair[0], CROSS_LINGUAL, POOL)


def place_of_others(pairs: Iterable[Pair]) -> str:
    """Which documents the average over the non-English languages is about; empty without one."""
    return next((documents for queries, documents in pairs if queries == NON_ENGLISH), "")


def _by_pair(
    rows: pd.DataFrame, measured: Mapping[str, pd.Series], reference: str
) -> dict[str, pd.DataFrame]:
    """Each measure as a table of items by pairs of languages, in the order of the outcomes.

    Each item has every pair; only where all queries are on documents of their own language may it
    be one of some languages alone, and is NaN in the others. With the columns of `averages_of`.
    """
    items, names = pd.factorize(rows["item"].astype(str))
    queries, documents = rows["query_language"].cat, rows["document_language"].cat
    width = len(documents.categories)
    pairs, codes = pd.factorize(queries.codes.astype(np.int64) * width + documents.codes)
    single = pd.MultiIndex.from_arrays(
        [queries.categories[codes // width], documents.categories[codes % width]]
    )
    averages = averages_of(single, reference)
    columns = pd.MultiIndex.from_tuples([*single, *averages])
    tables = {}
    for metric, column in measured.items():
        values = np.full((len(names), len(codes)), np.nan)
        values[items, pairs] = column.astype(np.float64)
        if np.isnan(values).any() and any(query != document for query, document in single):
            raise ValueError("an item is missing for a pair of languages")
        tables[metric] = pd.DataFrame(_appended(values, averages), names, columns)
    return tables


def _appended(values: np.ndarray, averages: Mapping[Pair, np.ndarray]) -> np.ndarray:
    """Values with further columns: means of those that a mask says, of what is not NaN there."""
    there = ~np.isnan(values)
    known = np.where(there, values, 0)
    with np.errstate(invalid="ignore"):
        means = [known[:, m].sum(axis=1) / there[:, m].sum(axis=1) for m in averages.values()]
    return np.column_stack([values, *means])


def _rows_of(table: pd.DataFrame, kept: np.ndarray) -> pd.DataFrame:
    """Some rows of a table, without columns that have nothing there."""
    rows = table[kept]
    empty = np.isnan(rows.to_numpy()).all(axis=0)
    return rows.loc[:, ~empty] if empty.any() else rows


def _clusters(rows: pd.DataFrame) -> np.ndarray:
    """Cluster of each item, in the order of the items."""
    first = rows.drop_duplicates("item")
    return first["cluster"].astype(str).to_numpy(dtype=object)


def _averaged(cells: Iterable[Cell], kinds: Mapping[str, Kind]) -> dict[Cell, list[Cell]]:
    """Cells that average others: the subsets that a kind says, the levels of one anchor style."""
    averaged: dict[Cell, list[Cell]] = {}
    for cell in cells:
        if cell.task == ARXIV:
            style = cell.subset.rsplit("-", 1)[0]
            averaged.setdefault(Cell(ARXIV, f"{style}-{MEAN}", cell.metric), []).append(cell)
        elif cell.subset in kinds[cell.task].averaged:
            averaged.setdefault(Cell(cell.task, MEAN, cell.metric), []).append(cell)
    return averaged
