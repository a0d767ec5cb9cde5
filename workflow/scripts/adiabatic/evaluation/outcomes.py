"""Evaluation of queries against documents, item by item; a score is an inner product of vectors."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from adiabatic.encoding.corpora import hashed
from adiabatic.evaluation.scorers import MEASURES
from adiabatic.evaluation.search import QueryVectors
from adiabatic.evaluation.sets import EvaluationSet, is_parallel
from adiabatic.io.errors import InputError
from adiabatic.plan.registry import implementation
from adiabatic.tasks.kinds import KINDS

COLUMNS = [
    "task",
    "subset",
    "query_language",
    "document_language",
    "item",
    "cluster",
    "correct",
    "rank",
    *MEASURES,
]


class QueryEncoder(Protocol):
    """What an encoder is asked for here."""

    def encode(self, texts: list[str], side: str, progress: str) -> np.ndarray:
        """Vectors of texts, float32 of shape (texts, d)."""


@dataclass(frozen=True)
class Queries:
    """Distinct queries and their vectors, float32 of shape (queries, d)."""

    texts: pd.Index
    vectors: np.ndarray

    @classmethod
    def read(cls, texts: pd.Index, path: Path) -> "Queries":
        """Texts with vectors that another encoder gave them, from a file by np.save.

        Raises:
            InputError: they are vectors of other queries.
        """
        vectors = np.load(path, allow_pickle=False)
        if len(vectors) != len(texts):
            raise InputError(f"{path}: vectors of other queries; evaluate the base again")
        return cls(texts, vectors)

    def of(self, texts: pd.Series) -> np.ndarray:
        """Vectors of some texts, in their order."""
        return self.vectors[self.texts.get_indexer(texts)]


def encode_queries(encoder: QueryEncoder, sets: list[EvaluationSet]) -> Queries:
    """All queries of all sets, each encoded once, in one go."""
    texts = pd.Index(pd.concat([part.items["query"].dropna() for part in sets]).unique())
    return Queries(texts, encoder.encode(texts.tolist(), "query", progress="queries"))


def outcomes_of(queries: QueryVectors, sets: list[EvaluationSet]) -> pd.DataFrame:
    """One row per evaluated item and pair of languages, in COLUMNS.

    `cluster` tells which items are no independent observations (see `clusters_of`), `correct`
    whether the relevant document (of several the best-ranked) comes first, and `rank` its rank
    (ties count against it). Retrieval has more measures, each in a column that is NaN elsewhere.
    """
    return joined(outcomes_of_set(queries, part) for part in sets)


def outcomes_of_set(queries: QueryVectors, part: EvaluationSet) -> pd.DataFrame:
    """Outcomes of one set: see `outcomes_of`."""
    asked = part.items[part.items["query"].notna()]
    score = implementation(KINDS[part.kind].score)
    frames = score(part, asked.reset_index(drop=True), queries.of(asked["query"]))
    outcomes = pd.concat(frames, ignore_index=True)
    keys = outcomes["query_language"].astype(str), outcomes["item"].astype(str)
    rows = pd.MultiIndex.from_arrays(keys)
    return outcomes.assign(cluster=clusters_of(part).reindex(rows).to_numpy())


def clusters_of(part: EvaluationSet) -> pd.Series:
    """Cluster of each (language, item): items of one cluster are sampled together.

    It is a hash of the text that such items share (the passage of a question, a premise), in the
    first language where items mean the same in all of them; so tasks about the same texts have the
    same clusters. Items that say their cluster themselves have that.
    """
    asked = part.items[part.items["query"].notna()].drop_duplicates(["language", "item"])
    if "cluster" in asked:
        labels = asked["cluster"].astype(str)
    else:
        digests = hashed(asked[KINDS[part.kind].cluster])
        labels = pd.Series([f"{digest:016x}" for digest in digests], asked.index)
    if is_parallel(part):
        labels = labels.groupby(asked["item"]).transform("first")
    keys = asked["language"].astype(str), asked["item"].astype(str)
    return pd.Series(labels.to_numpy(), pd.MultiIndex.from_arrays(keys))


def joined(outcomes: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Outcomes of several sets as one frame, in the columns of the contract."""
    frame = pd.concat(outcomes, ignore_index=True)[COLUMNS]
    for column in COLUMNS[:6]:
        frame[column] = frame[column].astype("category")
    return frame
