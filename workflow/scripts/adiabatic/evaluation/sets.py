"""What is evaluated, read from the files of earlier stages: arXiv pairs, held-out triplets, tasks.

Where no file of vectors is given, the documents have none (shape (documents, 0)).
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from adiabatic.encoding.corpora import document_rows, document_texts, hashed, hashed_rows
from adiabatic.encoding.document_vectors import read_vectors
from adiabatic.evaluation.contamination import arxiv_items, held_out_items, without_items
from adiabatic.evaluation.search import Vectors
from adiabatic.io.parquet import read_frame
from adiabatic.plan.registry import implementation
from adiabatic.tasks.beir import read_passages, read_queries
from adiabatic.tasks.kinds import ARXIV, HELD_OUT, KINDS, TRIPLETS, TUNING

if TYPE_CHECKING:
    from faiss import IndexHNSWFlat


@dataclass(frozen=True)
class Passages:
    """What is searched where there are too many passages for a frame.

    rows: of each passage in the vectors of its set, which are of distinct texts; int64 (passages,).
    index: of the passages, in their order; None: they are searched exactly.
    """

    rows: np.ndarray
    index: "IndexHNSWFlat | None" = None


@dataclass(frozen=True)
class EvaluationSet:
    """One set of items: a task's, one style and level of arXiv pairs, or the held-out triplets.

    `items` has language, item, query and the kind's document columns; `corpus` and `vectors` are
    the documents' texts (with the language before each, where that matters) and their vectors.
    Where passages are too many for a frame there are `passages` instead, and the texts themselves
    only where their terms are searched.
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
    """Whether query i means the same in every language: by the kind, or else by the items."""
    known = KINDS[part.kind].parallel
    if known is not None:
        return known
    asked = part.items[part.items["query"].notna()]
    of_languages = asked.groupby("language", observed=True)["item"].agg(set)
    return all(items == of_languages.iloc[0] for items in of_languages)


class SetFiles(NamedTuple):
    """The files of all evaluation sets: pairs, tuning data and tasks are parquet.

    vectors: CORPUS.npy of the documents of `arxiv`, `tuning` and each task, none where texts alone
    are searched. indexes: TASK.faiss of the tasks that are not searched exactly.
    """

    pairs: list[Path]
    tuning: Path
    tasks: list[Path]
    vectors: list[Path]
    indexes: list[Path]


def read_sets(
    files: SetFiles, kinds: dict[str, str], excluded: Path | None = None
) -> list[EvaluationSet]:
    """All evaluation sets: arXiv's pairs, the held-out triplets, and the tasks in their order.

    Args:
        kinds: of the tasks, by name. excluded: items that are not evaluated.
    """
    vectors, indexes = ({path.stem: path for path in of} for of in (files.vectors, files.indexes))
    sets = arxiv_sets(files.pairs, vectors.get(ARXIV))
    sets.append(held_out_set(files.tuning, vectors.get(TUNING)))
    for path in files.tasks:
        name = path.stem
        sets.append(task_set(name, kinds[name], path, vectors.get(name), indexes.get(name)))
    return without_excluded(sets, excluded)


def arxiv_sets(paths: list[Path], vectors: Path | None = None) -> list[EvaluationSet]:
    """The arXiv pairs: one subset for each style and level, all with the same corpus."""
    frames = [read_frame(path) for path in paths]
    corpus = document_texts(frames, KINDS[TRIPLETS].documents)
    documents = _vectors(corpus, vectors)
    return [
        EvaluationSet(ARXIV, path.stem, TRIPLETS, arxiv_items(frame), corpus, documents)
        for path, frame in zip(paths, frames, strict=True)
    ]


def held_out_set(path: Path, vectors: Path | None = None) -> EvaluationSet:
    """The test split of the tuning triplets."""
    data = read_frame(path)
    corpus = document_texts([data], KINDS[TRIPLETS].documents)
    items = held_out_items(data)
    return EvaluationSet(HELD_OUT, "all", TRIPLETS, items, corpus, _vectors(corpus, vectors))


def task_set(
    name: str, kind: str, path: Path, vectors: Path | None = None, index: Path | None = None
) -> EvaluationSet:
    """One configured evaluation set.

    Args:
        index: where it is not searched exactly.
    """
    row = KINDS[kind]
    if row.open:
        return implementation(row.open)(name, kind, path, vectors, index)
    items = read_frame(path)
    corpus = document_texts([items], row.documents)
    return EvaluationSet(name, "all", kind, items, corpus, _vectors(corpus, vectors))


def open_beir(
    name: str, kind: str, path: Path, vectors: Path | None, index: Path | None
) -> EvaluationSet:
    """A set of passages, queries and judgments; passages that have vectors stay on the disk."""
    queries = read_queries(path)
    if vectors is None:
        corpus = read_passages(path)
        passages = Passages(np.arange(len(corpus)))
        return EvaluationSet(name, "all", kind, queries, corpus, _vectors(corpus, None), passages)
    (rows,), hashes = hashed_rows(path, KINDS[kind].documents)
    passages = Passages(rows)
    if index:
        # Not before: faiss is installed only where it is asked for.
        from adiabatic.evaluation.faiss_index import read_index

        passages = Passages(rows, read_index(index, vectors, len(rows)))
    documents = read_vectors(vectors, hashes)
    return EvaluationSet(name, "all", kind, queries, pd.Index([]), documents, passages)


def without_excluded(sets: list[EvaluationSet], path: Path | None) -> list[EvaluationSet]:
    """The sets without the items that `check_evaluation_sets` leaves out, if it was asked.

    Their documents are still searched: a corpus stays whole.
    """
    if path is None:
        return sets
    excluded = read_frame(path, columns=["set", "item"])
    names = {name: rows["item"] for name, rows in excluded.groupby("set")}
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
