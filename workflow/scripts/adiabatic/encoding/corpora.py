"""Corpora: the distinct texts that the frozen encoder embeds once, in one order for all."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from adiabatic.io.parquet import read_batches

# Texts that are embedded together: what is in memory at one time is theirs.
BLOCK = 100_000


def document_texts(frames: Iterable[pd.DataFrame], columns: Sequence[str]) -> pd.Index:
    """Distinct documents in order of first appearance: row i of the corpus' vectors is text i."""
    texts = [frame[column] for frame in frames for column in columns]
    return pd.Index(pd.concat(texts, ignore_index=True).dropna().unique())


def document_blocks(paths: Iterable[Path], columns: Sequence[str]) -> Iterator[list[str]]:
    """The texts of `document_texts`, in its order, some at a time: all would not fit in memory.

    Distinct are those whose 128-bit hashes are.
    """
    seen: set[bytes] = set()
    block: list[str] = []
    for path in paths:
        for column in columns:
            for text in texts_of(path, column):
                digest = hashlib.blake2b(text.encode("utf-8"), digest_size=16).digest()
                if digest not in seen:
                    seen.add(digest)
                    block.append(text)
                    if len(block) == BLOCK:
                        yield block
                        block = []
    if block:
        yield block


def texts_of(path: Path, column: str) -> Iterator[str]:
    """The texts of a column, without what is null: rows that hold no document."""
    batches = read_batches(path, [column])
    return chain.from_iterable(batch[column].drop_null().to_pylist() for batch in batches)


def document_rows(corpus: pd.Index, texts: pd.Series) -> np.ndarray:
    """Row of each text in the corpus' vectors, shape (len(texts),)."""
    rows = corpus.get_indexer(texts)
    if (rows < 0).any():
        raise ValueError("a text is not in the corpus: its vectors belong to other data")
    return rows


def hashed(texts: Iterable[str]) -> np.ndarray:
    """A 64-bit hash of each text, uint64 of shape (texts,)."""
    hashes = (hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(hashes), dtype="<u8")


def texts_digest(hashes: np.ndarray) -> str:
    """SHA-256 of a corpus' texts in their order, by their hashes: see `hashed`."""
    return hashlib.sha256(hashes.tobytes()).hexdigest()


def hashed_rows(path: Path, columns: Sequence[str]) -> tuple[list[np.ndarray], np.ndarray]:
    """What `document_texts` and `document_rows` say of one file, without its texts in memory.

    Should two texts have one hash, there is a text less than there are vectors, which is noticed.

    Returns:
        For each column the rows of its texts in the corpus' vectors; and the corpus' hashes.
    """
    parts = [hashed(texts_of(path, column)) for column in columns]
    rows, hashes = pd.factorize(np.concatenate(parts))
    return np.split(rows, np.cumsum([len(part) for part in parts])[:-1]), hashes
