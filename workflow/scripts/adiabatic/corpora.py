"""Corpora: the distinct texts that the frozen encoder embeds once, in one order for all."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from adiabatic.errors import InputError

# Columns whose texts are documents, by the kind of evaluation set; triplets are also what the
# tuning data and the arXiv pairs hold.
DOCUMENT_COLUMNS = {
    "xnli": ["entailment", "neutral", "contradiction"],
    "qa-retrieval": ["document"],
    "triplets": ["positive", "negative"],
}


def document_texts(frames: Iterable[pd.DataFrame], columns: list[str]) -> pd.Index:
    """Distinct documents in order of first appearance: row i of the corpus' vectors is text i."""
    texts = [frame[column] for frame in frames for column in columns]
    return pd.Index(pd.concat(texts, ignore_index=True).unique())


def document_rows(corpus: pd.Index, texts: pd.Series) -> np.ndarray:
    """Row of each text in the corpus' vectors, shape (len(texts),)."""
    rows = corpus.get_indexer(texts)
    if (rows < 0).any():
        raise ValueError("a text is not in the corpus: its vectors belong to other data")
    return rows


def read_vectors(path: Path, corpus: pd.Index) -> np.ndarray:
    """Vectors of a corpus' documents, float32 of shape (len(corpus), d).

    Raises:
        InputError: the file is not such an array, or has another number of rows.
    """
    try:
        vectors = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as an array ({error})") from None
    if len(vectors) != len(corpus):
        raise InputError(
            f"{path}: {len(vectors)} vectors found; {len(corpus)} are needed, one for each document"
        )
    return vectors
