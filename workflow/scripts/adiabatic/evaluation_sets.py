"""What is evaluated, read from the files of earlier stages: arXiv pairs, held-out triplets, tasks.

Where no file of vectors is given, the documents have none (shape (documents, 0)).
"""

from pathlib import Path

import numpy as np
import pandas as pd

from adiabatic.corpora import DOCUMENT_COLUMNS, document_texts, hashed, read_vectors
from adiabatic.evaluation import EvaluationSet
from adiabatic.frames import read_frame
from adiabatic.tasks import ARXIV, HELD_OUT


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
            frame.rename(columns={"anchor_id": "item", "anchor": "query"}).assign(language="en"),
            corpus,
            documents,
        )
        for path, frame in zip(paths, frames, strict=True)
    ]


def held_out_set(path: Path, vectors: Path | None = None) -> EvaluationSet:
    """The test split of the tuning triplets."""
    data = read_frame(path)
    corpus = document_texts([data], DOCUMENT_COLUMNS["triplets"])
    test = data[data["split"] == "test"].reset_index(drop=True)
    items = test.assign(language="en", item=test.index.astype(str))
    return EvaluationSet(HELD_OUT, "all", "triplets", items, corpus, _vectors(corpus, vectors))


def task_set(
    name: str, kind: str, items: pd.DataFrame, vectors: Path | None = None
) -> EvaluationSet:
    """One configured evaluation set."""
    corpus = document_texts([items], DOCUMENT_COLUMNS[kind])
    return EvaluationSet(name, "all", kind, items, corpus, _vectors(corpus, vectors))


def _vectors(corpus: pd.Index, path: Path | None) -> np.ndarray:
    if path is None:
        return np.empty((len(corpus), 0), dtype=np.float32)
    return read_vectors(path, hashed(corpus))
