"""Corpora: the distinct texts that the frozen encoder embeds once, in one order for all."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

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
    "beir": ["document"],
    "bitext": ["document"],
    "mixed-pool": ["document"],
    "own": ["document", "negative"],
}
# The one of these columns that holds what is right for the query.
RIGHT_COLUMN = {
    "xnli": "entailment",
    "qa-retrieval": "document",
    "triplets": "positive",
    "beir": "document",
    "bitext": "document",
    "mixed-pool": "document",
    "own": "document",
}
# Texts that are embedded together: what is in memory at one time is theirs.
BLOCK = 100_000


def document_texts(frames: Iterable[pd.DataFrame], columns: list[str]) -> pd.Index:
    """Distinct documents in order of first appearance: row i of the corpus' vectors is text i."""
    texts = [frame[column] for frame in frames for column in columns]
    return pd.Index(pd.concat(texts, ignore_index=True).dropna().unique())


def document_blocks(paths: Iterable[Path], columns: list[str]) -> Iterator[list[str]]:
    """The texts of `document_texts`, in its order, some at a time: all would not fit in memory.

    Distinct are those whose 128-bit hashes are.
    """
    seen: set[bytes] = set()
    block: list[str] = []
    for path in paths:
        for column in columns:
            for text in _texts(path, column):
                digest = hashlib.blake2b(text.encode("utf-8"), digest_size=16).digest()
                if digest not in seen:
                    seen.add(digest)
                    block.append(text)
                    if len(block) == BLOCK:
                        yield block
                        block = []
    if block:
        yield block


def _texts(path: Path, column: str) -> Iterator[str]:
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


def hashed_rows(path: Path, columns: list[str]) -> tuple[list[np.ndarray], np.ndarray]:
    """What `document_texts` and `document_rows` say of one file, without its texts in memory.

    Should two texts have one hash, there is a text less than there are vectors, which is noticed.

    Returns:
        For each column the rows of its texts in the corpus' vectors; and the corpus' hashes.
    """
    parts = [hashed(_texts(path, column)) for column in columns]
    rows, hashes = pd.factorize(np.concatenate(parts))
    return np.split(rows, np.cumsum([len(part) for part in parts])[:-1]), hashes


def write_vectors(path: Path, vectors: np.ndarray, corpus: pd.Index, encoder: str) -> None:
    """Write a corpus' vectors, and beside them (.json) which encoder and texts they are of.

    Args:
        encoder: digest of the frozen weights and of how they are used on documents.
    """
    write_vector_blocks(path, [(corpus, vectors)], encoder)


def write_vector_blocks(
    path: Path, blocks: Iterable[tuple[Iterable[str], np.ndarray]], encoder: str
) -> tuple[int, int]:
    """As `write_vectors`, for texts and vectors that come some at a time; returns the shape.

    Raises:
        InputError: there is no document.
    """
    hashes, shape = [], (0, 0)
    with written_atomically(path) as temporary, open(temporary, "wb") as file:
        for texts, vectors in blocks:
            hashes.append(hashed(texts))
            # The header has room for any number of rows, so it can be written again at the end.
            shape = (shape[0] + len(vectors), vectors.shape[1])
            if shape[0] == len(vectors):
                _write_header(file, shape)
            file.write(np.ascontiguousarray(vectors, dtype="<f4").data)
        if not shape[0]:
            raise InputError(f"{path}: no document to embed found; at least one is needed")
        file.seek(0)
        _write_header(file, shape)
    texts_hash = texts_digest(np.concatenate(hashes))
    origin = {"encoder": encoder, "texts": texts_hash, "documents": shape[0]}
    with written_atomically(origin_file(path)) as temporary:
        temporary.write_text(json.dumps(origin, indent=2) + "\n", encoding="utf-8")
    return shape


def _write_header(file: BinaryIO, shape: tuple[int, int]) -> None:
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)


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
