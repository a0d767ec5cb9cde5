"""Stored vectors of a corpus, and beside them which encoder and texts they are of."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd

from adiabatic.encoding.corpora import hashed, texts_digest
from adiabatic.io.atomic import written_atomically
from adiabatic.io.errors import InputError


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
