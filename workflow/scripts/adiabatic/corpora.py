"""Corpora: the distinct texts that the frozen encoder embeds once, in one order for all."""

import hashlib
import json
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from adiabatic.command_line import written_atomically
from adiabatic.errors import InputError
from adiabatic.frames import read_batches

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


def hashed(texts: Iterable[str]) -> np.ndarray:
    """A 64-bit hash of each text, uint64 of shape (texts,)."""
    hashes = (hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(hashes), dtype="<u8")


def texts_digest(hashes: np.ndarray) -> str:
    """SHA-256 of a corpus' texts in their order, by their hashes: see `hashed`."""
    return hashlib.sha256(hashes.tobytes()).hexdigest()


def hashed_rows(path: Path, columns: list[str]) -> tuple[list[np.ndarray], np.ndarray]:
    """What `document_texts` and `document_rows` say of one file, without its texts in memory.

    Should two texts have one hash, there is a text less than there are vectors, which is noticed.

    Returns:
        For each column the rows of its texts in the corpus' vectors; and the corpus' hashes.
    """
    parts = [
        hashed(chain.from_iterable(table[column].to_pylist() for table in tables))
        for column, tables in ((column, read_batches(path, [column])) for column in columns)
    ]
    rows, hashes = pd.factorize(np.concatenate(parts))
    return np.split(rows, np.cumsum([len(part) for part in parts])[:-1]), hashes


def write_vectors(path: Path, vectors: np.ndarray, corpus: pd.Index, encoder: str) -> None:
    """Write a corpus' vectors, and beside them (.json) which encoder and texts they are of.

    Args:
        encoder: digest of the frozen weights and of how they are used on documents.
    """
    origin = {"encoder": encoder, "texts": texts_digest(hashed(corpus)), "documents": len(corpus)}
    with written_atomically(path) as temporary:
        np.save(temporary, vectors)
    with written_atomically(origin_file(path)) as temporary:
        temporary.write_text(json.dumps(origin, indent=2) + "\n", encoding="utf-8")


def origin_file(path: Path) -> Path:
    """The file that says what a corpus' vectors are of."""
    return path.with_suffix(".json")


def documents_embedded(paths: Iterable[Path]) -> int:
    """How many documents the files hold the vectors of."""
    return sum(int(_origin(path)["documents"]) for path in paths)


def read_vectors(path: Path, hashes: np.ndarray) -> np.ndarray:
    """Vectors of a corpus' documents, float32 of shape (documents, d), mapped from the disk.

    Args:
        hashes: of the corpus' texts, see `hashed`.
    Raises:
        InputError: the file is not such an array, or is of other texts.
    """
    try:
        # Copy-on-write: what is not read takes no memory, and nothing can change the file.
        vectors = np.load(path, allow_pickle=False, mmap_mode="c")
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as an array ({error})") from None
    if len(vectors) != len(hashes):
        raise InputError(
            f"{path}: {len(vectors)} vectors found; {len(hashes)} are needed, one for each document"
        )
    if _origin(path)["texts"] != texts_digest(hashes):
        raise InputError(f"{path}: vectors of other texts; those of this corpus are needed")
    return vectors


def check_same_encoder(paths: list[Path], encoder: str | None = None) -> None:
    """Raises InputError unless all vectors are of one encoder, or of the one with this digest."""
    first = encoder or _origin(paths[0])["encoder"]
    for path in paths:
        if _origin(path)["encoder"] != first:
            raise InputError(
                f"{path}: vectors of another encoder, pooling, prefix, length or similarity; embed "
                "them again"
            )


def _origin(path: Path) -> dict[str, Any]:
    origin = origin_file(path)
    try:
        return {"encoder": "", "texts": "", "documents": 0} | json.loads(
            origin.read_text(encoding="utf-8")
        )
    except (OSError, ValueError) as error:
        raise InputError(f"{origin}: cannot be read ({error}); embed the corpus again") from None
