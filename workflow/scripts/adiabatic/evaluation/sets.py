"""What is evaluated, read from the files of earlier stages: arXiv pairs, held-out triplets, tasks.

Where no file of vectors is given, the documents have none (shape (documents, 0)).
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from faiss import IndexHNSWFlat

from adiabatic.encoding.corpora import document_rows, document_texts, hashed, hashed_rows
from adiabatic.encoding.document_vectors import read_vectors
from adiabatic.evaluation.contamination import arxiv_items, held_out_items, without_items
from adiabatic.evaluation.faiss_index import read_index
from adiabatic.evaluation.search import Vectors
from adiabatic.io.parquet import read_frame
from adiabatic.tasks.beir import read_passages, read_queries
from adiabatic.tasks.kinds import ARXIV, DOCUMENT_COLUMNS, HELD_OUT

# Kinds in which query i means the same in every language; a set of kind own may be so, too.
PARALLEL = ("xnli", "qa-retrieval", "bitext", "mixed-pool")


@dataclass(frozen=True)
class Passages:
    """What a set of kind beir searches.

    rows: of each passage in the vectors of its set, which are of distinct texts; int64 (passages,).
    index: of the passages, in their order; None: they are searched exactly.
    """

    rows: np.ndarray
    index: IndexHNSWFlat | None = None


@dataclass(frozen=True)
class EvaluationSet:
    """One set of items: a task's, one style and level of arXiv pairs, or the held-out triplets.

    `items` has language, item, query and the kind's document columns; `corpus` and `vectors` are
    the documents' texts (with the language before each, where that matters) and their vectors. Kind
    beir has `passages`, and the texts themselves only where their terms are searched.
    """

    task: str
    subset: str
    kind: str
    items: pd.DataFrame
    corpus: pd.Index
    vectors: Vectors
    passages: Passages | None = None

    def documents(self, items: pd.DataFrame, column: str) -> Vectors:
        """Vectors of a document column, in the order of the items."""
        texts = items[column]
        if isinstance(self.corpus, pd.MultiIndex):
            texts = pd.MultiIndex.from_frame(items[["language", column]])
        return self.vectors[document_rows(self.corpus, texts)]


def is_parallel(part: EvaluationSet) -> bool:
    """Whether query i means the same in every language."""
    if part.kind != "own":
        return part.kind in PARALLEL
    asked = part.items[part.items["query"].notna()]
    of_languages = asked.groupby("language", observed=True)["item"].agg(set)
    return all(items == of_languages.iloc[0] for items in of_languages)


def arxiv_sets(paths: list[Path], vectors: Path | None = None) -> list[EvaluationSet]:
    """The arXiv pairs: one subset for each style and level, all with the same corpus."""
    frames = [read_frame(path) for path in paths]
    corpus = document_texts(frames, DOCUMENT_COLUMNS["triplets"])
    documents = _vectors(corpus, vectors)
    return [
        EvaluationSet(
            ARXIV,
            path.stem,
            "triplets",
            arxiv_items(frame),
            corpus,
            documents,
        )
        for path, frame in zip(paths, frames, strict=True)
    ]


def held_out_set(path: Path, vectors: Path | None = None) -> EvaluationSet:
    """The test split of the tuning triplets."""
    data = read_frame(path)
    corpus = document_texts([data], DOCUMENT_COLUMNS["triplets"])
    items = held_out_items(data)
    return EvaluationSet(HELD_OUT, "all", "triplets", items, corpus, _vectors(corpus, vectors))


def task_set(
    name: str, kind: str, path: Path, vectors: Path | None = None, index: Path | None = None
) -> EvaluationSet:
    """One configured evaluation set; `index`: of kind beir, where it is not searched exactly."""
    if kind == "beir":
        return beir_set(name, path, vectors, index)
    items = read_frame(path)
    corpus = document_texts([items], DOCUMENT_COLUMNS[kind])
    return EvaluationSet(name, "all", kind, items, corpus, _vectors(corpus, vectors))


def beir_set(name: str, path: Path, vectors: Path | None, index: Path | None) -> EvaluationSet:
    """A set of kind beir, whose passages stay on the disk if there are vectors of them."""
    queries = read_queries(path)
    if vectors is None:
        corpus = read_passages(path)
        passages = Passages(np.arange(len(corpus)))
        return EvaluationSet(name, "all", "beir", queries, corpus, _vectors(corpus, None), passages)
    (rows,), hashes = hashed_rows(path, DOCUMENT_COLUMNS["beir"])
    passages = Passages(rows, read_index(index, vectors, len(rows)) if index else None)
    documents = read_vectors(vectors, hashes)
    return EvaluationSet(name, "all", "beir", queries, pd.Index([]), documents, passages)


def without_left_out(sets: list[EvaluationSet], path: Path | None) -> list[EvaluationSet]:
    """The sets without the items that `check_evaluation_sets` leaves out, if it was asked.

    Their documents are still searched: a corpus stays whole.
    """
    if path is None:
        return sets
    left_out = read_frame(path, columns=["set", "item"])
    names = {name: rows["item"] for name, rows in left_out.groupby("set")}
    return [
        replace(part, items=without_items(part.items, names[part.task]))
        if part.task in names
        else part
        for part in sets
    ]


def _vectors(corpus: pd.Index, path: Path | None) -> np.ndarray:
    if path is None:
        return np.empty((len(corpus), 0), dtype=np.float32)
    return read_vectors(path, hashed(corpus))
