"""From outcomes, item by item, to differences with intervals, verdicts and a recommended rate."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from adiabatic.inference.statistics import (
    DEGRADED,
    UNDECIDED,
    bootstrap_means,
    intervals_of_differences,
    resample_weights,
    seed_weights,
    verdicts,
)
from adiabatic.plan.runs import Run
from adiabatic.tasks.kinds import ARXIV, HELD_OUT, POOL

SUMMARY_COLUMNS = [
    "run",
    "learning_rate",
    "seed",
    "task",
    "subset",
    "query_language",
    "document_language",
    "metric",
    "n",
    "base",
    "tuned",
    "difference",
    "ci_low",
    "ci_high",
    "verdict",
]
# Labels of rows that average over languages, in the columns query_language / document_language.
OTHERS, EVERY = "others", "every"
SAME, DIFFERENT = "same", "different"
MEAN = "mean"
# In words, which documents the queries of a language were compared with.
DOCUMENTS = {SAME: "same language", DIFFERENT: "different language", POOL: "all languages"}
# What is measured where documents are ranked, beside recall@1.
RANKED = ("map", "unbiased", "mrr@10", "ndcg@10", "recall@100")
# Which two are compared, where there is more than base and tuned.
GRID_TO_ABLATION, BASE_TO_GRID, BASE_TO_ABLATION = (
    "grid to ablation",
    "base to grid",
    "base to ablation",
)


class Cell(NamedTuple):
    """What one table of values measures."""

    task: str
    subset: str
    metric: str


@dataclass(frozen=True)
class Inference:
    """How differences are judged; names as in the configuration."""

    non_inferiority_margin: float
    confidence: float
    resamples: int
    seed: int
    # The language that is tuned on.
    reference: str = "en"


# Values by cell: rows are items, columns are pairs (query language, document language).
Values = dict[Cell, pd.DataFrame]


def values_of(outcomes: pd.DataFrame, reference: str) -> Values:
    """Values of every item, with the averages over languages and subsets as columns and cells.

    Beside every pair of languages there are averages, see `with_averages`. The subset `mean`
    averages XNLI's two comparisons, or the levels of one anchor style, item by item. Where
    languages have items of their own, an item has NaN in the others' columns, and an average counts
    each item once.
    """
    values: Values = {}
    for (task, subset), rows in outcomes.groupby(["task", "subset"], observed=True, sort=False):
        ranked = [column for column in RANKED if column in rows and rows[column].notna().all()]
        measures = {column: rows[column] for column in ranked}
        measures["recall@1" if ranked else "accuracy"] = rows["correct"]
        for metric, measured in measures.items():
            table = _by_pair(rows, measured.astype(np.float64).to_numpy())
            values[Cell(task, subset, metric)] = with_averages(table, reference)
    for cell, parts in _averaged_subsets(values).items():
        values[cell] = sum(values[part] for part in parts) / len(parts)
    return values


def with_averages(values: pd.DataFrame, reference: str) -> pd.DataFrame:
    """The values of language pairs with the columns that average over several of them.

    (others, same): the other languages in their own; (every, different): queries and documents in
    different languages; (L, different): queries in L. In a pool of all languages there is but
    (others, pool), and where no query met its own language (others, different) stands for (others,
    same). `reference` is the language that is tuned on.
    """
    queries = values.columns.get_level_values(0)
    documents = values.columns.get_level_values(1)
    languages = pd.unique(queries)
    pooled = documents == POOL
    home = pooled | (queries == documents)
    across = ~home
    of_others = (home if home.any() else across) & (queries != reference)
    place = POOL if pooled.any() else SAME if home.any() else DIFFERENT
    averages = {(OTHERS, place): of_others, (EVERY, DIFFERENT): across}
    averages |= {(language, DIFFERENT): across & (queries == language) for language in languages}
    columns = {
        pair: values.loc[:, chosen].mean(axis=1)
        for pair, chosen in averages.items()
        if chosen.any()
    }
    return pd.concat([values, pd.DataFrame(columns, index=values.index)], axis=1)


def summary_rows(run: Run, base: Values, tuned: Values, how: Inference) -> pd.DataFrame:
    """Rows of summary.csv for one run: base, tuned, difference, interval and verdict."""
    return pd.concat([difference_rows(run, cell, base[cell], [tuned[cell]], how) for cell in base])


def window_rows(rate: float, base: Values, runs: list[Values], how: Inference) -> pd.DataFrame:
    """Rows of window.csv for one learning rate: families of tasks, seeds as a second level."""
    rows = []
    for cell, pair, family in families(base, how.reference):
        tuned = [values[cell][[pair]] for values in runs]
        row = difference_rows(Run("", rate, len(runs)), cell, base[cell][[pair]], tuned, how)
        rows.append(row.assign(family=family))
    window = pd.concat(rows).rename(columns={"seed": "seeds"}).drop(columns="run")
    return window[["family", *[column for column in window if column != "family"]]]


def families(values: Values, reference: str) -> Iterator[tuple[Cell, tuple[str, str], str]]:
    """(cell, pair of languages, name) of every family of tasks that tables and figures show."""
    for cell, table in values.items():
        if cell.task == HELD_OUT:
            yield cell, table.columns[0], "held-out English triplets"
    for cell, table in values.items():
        if cell.task == ARXIV and cell.subset.endswith(MEAN):
            yield cell, table.columns[0], f"arXiv, {cell.subset.removesuffix('-' + MEAN)} anchors"
    for cell in headline_cells(values):
        of_others = place_of_others(values[cell])
        pairs = {
            (reference, reference if of_others == SAME else of_others): f"{cell.task}, {reference}",
            (OTHERS, of_others): f"{cell.task}, other languages",
            (EVERY, DIFFERENT): f"{cell.task}, across languages",
        }
        yield from ((cell, pair, name) for pair, name in pairs.items() if pair in values[cell])


def place_of_others(values: pd.DataFrame) -> str:
    """Which documents the average over the other languages is about: see `with_averages`."""
    return next((documents for queries, documents in values.columns if queries == OTHERS), SAME)


def headline_cells(cells: Iterable[Cell]) -> list[Cell]:
    """The cells by which their multilingual tasks are judged, in their order.

    That is the mean of XNLI's two comparisons, a bitext by similarity, and else the one cell of the
    task's headline metric.
    """
    metrics: dict[str, set[str]] = {}
    for cell in (cells := list(cells)):
        metrics.setdefault(cell.task, set()).add(cell.metric)
    return [
        cell
        for cell in cells
        if cell.task not in (HELD_OUT, ARXIV)
        and cell.subset not in ("neutral", "contradiction", "margin")
        and cell.metric == headline_metric(metrics[cell.task])
    ]


def headline_metric(metrics: set[str]) -> str:
    """The metric by which a task is judged, of those that it has.

    ndcg@10 where judgments are graded, as only sets with recall@100 have them; map in a pool of all
    languages; mrr@10 of other retrieval, in which one passage is right; else accuracy.
    """
    if "map" in metrics:
        return "map"
    if "recall@100" in metrics:
        return "ndcg@10"
    return "mrr@10" if "mrr@10" in metrics else "accuracy"


def headline_rows(summary: pd.DataFrame) -> np.ndarray:
    """Which rows of summary.csv are by the headline metric of a multilingual task."""
    cells = [Cell(*key) for key in zip(*(summary[c] for c in Cell._fields), strict=True)]
    headlines = set(headline_cells(dict.fromkeys(cells)))
    return np.array([cell in headlines for cell in cells], dtype=bool)


def judged_runs(summary: pd.DataFrame) -> pd.DataFrame:
    """One row a run: gain in English, languages that are not kept, and which run is recommended.

    A language is judged by its queries: on documents in the same language and, on average, in the
    other languages, or on those of all languages in one pool, for each multilingual task. It is
    degraded where one of these is, else undecided where one is. Recommended is the run with the
    largest gain on held-out English triplets among those in which no language is degraded or
    undecided; none is, where no multilingual task was evaluated.
    """
    rows = []
    for run, part in summary.groupby("run", sort=False):
        gain = part[part["task"] == HELD_OUT].iloc[0]
        judged = language_rows(part)
        degraded, undecided = (
            set(judged.loc[judged["verdict"] == verdict, "query_language"])
            for verdict in (DEGRADED, UNDECIDED)
        )
        worst = judged.loc[judged["difference"].idxmin()] if len(judged) else None
        rows.append(
            {
                "run": run,
                "learning_rate": gain["learning_rate"],
                "seed": gain["seed"],
                "english_gain": gain["difference"],
                "ci_low": gain["ci_low"],
                "ci_high": gain["ci_high"],
                "verdict": gain["verdict"],
                "languages_judged": judged["query_language"].nunique(),
                "languages_degraded": " ".join(sorted(degraded)),
                "languages_undecided": " ".join(sorted(undecided - degraded)),
                "worst_language": "" if worst is None else worst["query_language"],
                "worst_task": "" if worst is None else worst["task"],
                "worst_documents": "" if worst is None else documents_of(worst),
                "worst_difference": np.nan if worst is None else worst["difference"],
            }
        )
    runs = pd.DataFrame(rows)
    lost = (runs["languages_degraded"] != "") | (runs["languages_undecided"] != "")
    kept = ~lost & (runs["languages_judged"] > 0)
    runs["recommended"] = False
    if kept.any():
        runs.loc[runs.loc[kept, "english_gain"].idxmax(), "recommended"] = True
    return runs


def language_rows(summary: pd.DataFrame) -> pd.DataFrame:
    """The rows by which languages are judged: see `judged_runs`."""
    queries, documents = summary["query_language"], summary["document_language"]
    single = ~queries.isin([OTHERS, EVERY])
    judged = (queries == documents) | documents.isin([DIFFERENT, POOL])
    return summary[headline_rows(summary) & single & judged]


def documents_of(row: pd.Series) -> str:
    """Which documents a row of a language is about: a key of `DOCUMENTS`."""
    found = row["document_language"]
    return SAME if found == row["query_language"] else found


def difference_rows(
    run: Run, cell: Cell, base: pd.DataFrame, tuned: list[pd.DataFrame], how: Inference
) -> pd.DataFrame:
    """Rows of one cell, one for each column of its values: see SUMMARY_COLUMNS.

    Args:
        tuned: the values of each seed.
    """
    differences, means = resampled(run.name, cell, base, tuned, how)
    difference, n = np.nanmean(differences, axis=(0, 1)), base.count().to_numpy()
    low, high = intervals_of_differences(difference, means, how.confidence, n)
    return pd.DataFrame(
        {
            **run._asdict(),
            **cell._asdict(),
            "query_language": base.columns.get_level_values(0),
            "document_language": base.columns.get_level_values(1),
            "n": n,
            "base": base.mean().to_numpy(),
            "tuned": base.mean().to_numpy() + difference,
            "difference": difference,
            "ci_low": low,
            "ci_high": high,
            "verdict": verdicts(low, high, how.non_inferiority_margin),
        }
    ).rename(columns={"name": "run"})[SUMMARY_COLUMNS]


def paired_by_seed(
    repeated: list[Values], ablated: list[Values], cells: Iterable[Cell]
) -> tuple[Values, list[Values]]:
    """What an ablation adds to the sweep's run of the same seed, as if that had been the base.

    Args:
        repeated, ablated: values of the sweep's runs and of those that repeat them, seed by seed.
    Returns:
        The mean of the sweep's runs, and for each seed that mean plus what the ablation adds.
    """
    means = {cell: sum(values[cell] for values in repeated) / len(repeated) for cell in cells}
    both = list(zip(repeated, ablated, strict=True))
    added = [{cell: means[cell] + b[cell] - a[cell] for cell in means} for a, b in both]
    return means, added


def resampled(
    name: str, cell: Cell, base: pd.DataFrame, tuned: list[pd.DataFrame], how: Inference
) -> tuple[np.ndarray, np.ndarray]:
    """Differences from the base, (seeds, items, columns), and their resampled means.

    Differences are NaN where a language does not have an item. The same items are drawn for every
    run and metric of a task: intervals are comparable.
    """
    for values in tuned:
        same = base.index.equals(values.index) and base.columns.equals(values.columns)
        if not same or not base.isna().equals(values.isna()):
            raise ValueError(f"{name}: its {cell} items are not those of the base")
    differences = np.stack([values.to_numpy() - base.to_numpy() for values in tuned])
    items, seeds = _weights(cell.task, len(base), how), _seed_weights(len(tuned), how)
    return differences, bootstrap_means(differences, items, seeds)


@cache
def _weights(task: str, items: int, how: Inference) -> np.ndarray:
    rng = np.random.default_rng([how.seed, zlib.crc32(task.encode())])
    return resample_weights(items, how.resamples, rng)


@cache
def _seed_weights(seeds: int, how: Inference) -> np.ndarray:
    return seed_weights(seeds, how.resamples, np.random.default_rng([how.seed, seeds]))


def _by_pair(rows: pd.DataFrame, measured: np.ndarray) -> pd.DataFrame:
    """Values as a table of items by pairs of languages, both in the order of the outcomes.

    Each item has every pair; only where all queries are on documents of their own language may it
    be one of some languages alone, and is NaN in the others.
    """
    items, names = pd.factorize(rows["item"].astype(str))
    queries, documents = rows["query_language"].cat, rows["document_language"].cat
    width = len(documents.categories)
    pairs, codes = pd.factorize(queries.codes.astype(np.int64) * width + documents.codes)
    values = np.full((len(names), len(codes)), np.nan)
    values[items, pairs] = measured
    columns = [queries.categories[codes // width], documents.categories[codes % width]]
    if np.isnan(values).any() and (columns[0] != columns[1]).any():
        raise ValueError("an item is missing for a pair of languages")
    return pd.DataFrame(values, names, pd.MultiIndex.from_arrays(columns))


def _averaged_subsets(values: Values) -> dict[Cell, list[Cell]]:
    """Cells that average others: XNLI's two comparisons, and the levels of one anchor style."""
    averaged: dict[Cell, list[Cell]] = {}
    for cell in values:
        if cell.task == ARXIV:
            style = cell.subset.rsplit("-", 1)[0]
            averaged.setdefault(Cell(ARXIV, f"{style}-{MEAN}", cell.metric), []).append(cell)
        elif cell.subset in ("neutral", "contradiction"):
            averaged.setdefault(Cell(cell.task, MEAN, cell.metric), []).append(cell)
    return averaged
