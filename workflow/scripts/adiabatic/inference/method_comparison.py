"""All methods against the base: gain in English, the worst language, drift, what each costs."""

from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from adiabatic.evaluation.drift import QUERIES
from adiabatic.inference.claims import compared, judges_a_language
from adiabatic.inference.statistics import intervals_of_differences, simultaneous_intervals
from adiabatic.inference.summary import (
    DIFFERENT,
    EVERY,
    SAME,
    Inference,
    Values,
    headline_cells,
    resampled,
)
from adiabatic.tasks.kinds import ARXIV, HELD_OUT

BASE, ADIABATIC = "base", "adiabatic"


# What becomes of the stored document vectors; methods that are not named here leave them valid.
STORED_INDEX = {"joint": "no", "bm25": "no vectors"}


# Rules that make a run, by method; their benchmark files say how long it took.
MADE_BY = {
    "query-encoder": "tune_query_encoder",
    "joint": "tune_query_encoder",
    "lora": "tune_query_encoder",
    "linear-adapter": "fit_adapter",
    "procrustes": "fit_adapter",
    "interpolation": "interpolate_weights",
}


@dataclass(frozen=True)
class MethodRun:
    """One run of a method.

    run: its name among the results. name: of the baseline, or `adiabatic` for the sweep's runs.
    repeats: the run that is interpolated with the base, empty for other methods.
    alpha, learning_rate: NaN where the method has none.
    """

    run: str
    name: str
    method: str
    learning_rate: float
    alpha: float
    repeats: str

    @property
    def moves_queries(self) -> bool:
        """Whether the queries have vectors, whose drift was measured."""
        return self.method != "bm25"

    def about(self) -> dict[str, Any]:
        """What the rows of its tables begin with."""
        return {
            "name": self.name,
            "method": self.method,
            "learning_rate": self.learning_rate,
            "alpha": self.alpha,
        }


def compared_methods(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows of methods.csv: the base, then `rows`; the stored index, and who is not dominated."""
    differences = ("english_gain", "worst_difference", "across_change", "drift")
    base = {"name": BASE, "method": BASE, "seeds": 0, "comparisons": 0} | dict.fromkeys(
        differences, 0.0
    )
    frame = pd.DataFrame([*rows, base]).iloc[[-1, *range(len(rows))]].reset_index(drop=True)
    frame["n"] = frame["n"].bfill().astype(int)
    texts = ["worst_language", "worst_task", "worst_documents"]
    frame[texts] = frame[texts].fillna("")
    frame["stored_index"] = frame["method"].map(STORED_INDEX).fillna("yes")
    frame["pareto"] = pareto(frame["english_gain"].to_numpy(), frame["worst_difference"].to_numpy())
    return frame


def method_row(base: Values, runs: list[Values], how: Inference) -> dict[str, Any]:
    """Differences from the base of one method at one rate and alpha, seeds as a second level.

    Returns:
        Gain on the held-out English triplets; the smallest difference among all languages, each
        judged by its queries on documents in it and, on average, in the others, in every
        multilingual task, with an interval that holds for all of these at once; and the mean
        difference between queries and documents in different languages over the tasks with such.
    """
    english = compared(base, runs, how, [cell for cell in base if cell.task == HELD_OUT])
    ends = intervals_of_differences(english.point, english.means, how.confidence, english.n)
    return {
        "seeds": len(runs),
        "n": int(english.n[0]),
        "english_gain": english.point[0],
        "english_low": ends[0][0],
        "english_high": ends[1][0],
        **_worst_language(base, runs, how),
        **_across_languages(base, runs, how),
    }


def _worst_language(base: Values, runs: list[Values], how: Inference) -> dict[str, Any]:
    cells = headline_cells(base)
    columns = [(c, pair) for c in cells for pair in base[c].columns if judges_a_language(c, pair)]
    judged = compared(base, runs, how, cells, judges_a_language)
    low, high = simultaneous_intervals(judged.point, judged.means, how.confidence, judged.n)
    worst = int(np.argmin(judged.point))
    cell, (query, document) = columns[worst]
    return {
        "worst_difference": judged.point[worst],
        "worst_low": low[worst],
        "worst_high": high[worst],
        # Of all comparisons: another one's interval may reach lower than the worst one's.
        "lowest_low": low.min(),
        "worst_language": query,
        "worst_task": cell.task,
        "worst_documents": SAME if document == query else document,
        "comparisons": len(judged.point),
    }


def _across_languages(base: Values, runs: list[Values], how: Inference) -> dict[str, Any]:
    pair = (EVERY, DIFFERENT)
    cells = [cell for cell in headline_cells(base) if pair in base[cell]]
    if not cells:
        return {"across_change": nan, "across_low": nan, "across_high": nan}
    each = [
        resampled("", cell, base[cell][[pair]], [seed[cell][[pair]] for seed in runs], how)
        for cell in cells
    ]
    point = np.mean([differences.mean(axis=(0, 1)) for differences, _ in each], axis=0)
    means = np.mean([resamples for _, resamples in each], axis=0)
    items = min(len(base[cell]) for cell in cells)
    low, high = intervals_of_differences(point, means, how.confidence, items)
    return {"across_change": point[0], "across_low": low[0], "across_high": high[0]}


def queries_drift(drift: pd.DataFrame) -> float:
    """Mean of 1 - cosine of a run's queries, over the multilingual and the held-out ones.

    Args:
        drift: rows of drift/RUN.csv. Each task counts the same, and in it each language.
    """
    moved = drift[(drift["kind"] == QUERIES) & (drift["name"].str.split(",").str[0] != ARXIV)]
    return float(moved.groupby("name")["value"].mean().mean())


def pareto(gains: np.ndarray, worst: np.ndarray) -> np.ndarray:
    """Which methods are not dominated: no other is better in one and at least as good in both.

    Args:
        gains, worst: gain in English and difference of the worst language, shape (methods,).
    """
    as_good = (gains[None] >= gains[:, None]) & (worst[None] >= worst[:, None])
    better = (gains[None] > gains[:, None]) | (worst[None] > worst[:, None])
    return ~(as_good & better).any(axis=1)


def costs_of(
    runs: list[MethodRun], benchmarks: Path, corpora: list[str], documents: int
) -> dict[str, float]:
    """A row of costs.csv for the runs of one method at one rate and alpha.

    Returns:
        Seconds, the median over seeds, that a run took to tune, and to embed its corpora again
        where its method has to, and how many documents these hold. An interpolated run also took
        what the run took that it interpolates. NaN where a time is not there any more.
    """
    again = STORED_INDEX.get(runs[0].method) == "no"
    tuning, embedding = [], []
    for run in runs:
        made = [f"{MADE_BY[run.method]}-{run.run}"] if run.method in MADE_BY else []
        repeated = [f"tune_query_encoder-{run.repeats}"] if run.repeats else []
        embedded = [f"embed_documents-{run.run}-{corpus}" for corpus in corpora] if again else []
        tuning.append(_seconds(benchmarks, made + repeated))
        embedding.append(_seconds(benchmarks, embedded))
    return {
        "seeds": len(runs),
        "tuning_seconds": float(np.median(tuning)),
        "embedding_seconds": float(np.median(embedding)),
        "documents": documents if again else 0,
    }


def _seconds(folder: Path, jobs: list[str]) -> float:
    paths = [folder / f"{job}.tsv" for job in jobs]
    if not all(path.exists() for path in paths):
        return nan
    return float(sum(pd.read_csv(path, sep="\t")["s"].iloc[0] for path in paths))
