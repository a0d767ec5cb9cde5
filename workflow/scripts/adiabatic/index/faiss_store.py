"""A FAISS index, with a file of ids or ids of its own (IndexIDMap).

Its vectors are reconstructed. Where the index keeps them quantised, they are approximate. The
package faiss is installed only where a configuration asks for it.
"""

from collections.abc import Iterator
from typing import Any

import faiss
import numpy as np

from adiabatic.index.blocks import BLOCK, Block, IndexSettings, Reader, existing, files_state
from adiabatic.index.numpy_store import ArrayReader
from adiabatic.io.errors import InputError

# Indexes that keep float32 vectors as they were added.
EXACT = ("IndexFlat", "IndexFlatIP", "IndexFlatL2", "IndexIVFFlat", "IndexIVFFlatDedup")
EXACT += ("IndexHNSWFlat", "IndexNSGFlat", "IndexRefineFlat")


def open_faiss(settings: IndexSettings) -> Reader:
    """The index of a file.

    Raises:
        InputError: it is no index of float vectors, or has no ids.
    """
    path = existing(settings.path, "path")
    try:
        # IO_FLAG_READ_ONLY: what is mapped from the disk cannot be written through.
        index = faiss.read_index(str(path), faiss.IO_FLAG_READ_ONLY)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[-150:]
        raise InputError(f"{path}: cannot be read as a FAISS index ({reason})") from None
    if not index.ntotal:
        raise InputError(f"{path}: an empty index found; vectors are needed")
    inner, own_ids = _unwrapped(index)
    if settings.ids is None and own_ids is None:
        raise InputError(
            "index.ids: nothing found; a file of ids is needed, as this index has no ids of its own"
        )
    files = [path] if settings.ids is None else [path, existing(settings.ids, "ids")]
    reader = FaissReader(str(path), inner, own_ids, settings, files_state(files))
    # The outer index owns the inner one.
    reader.outer = index
    return reader


class FaissReader(ArrayReader):
    """A reader of reconstructed vectors."""

    outer: faiss.Index

    def __init__(
        self,
        where: str,
        index: faiss.Index,
        own_ids: np.ndarray | None,
        settings: IndexSettings,
        state: dict[str, Any],
    ) -> None:
        self.where, self.state = where, state
        self._count, self._index, self._own, self._settings = index.ntotal, index, own_ids, settings
        name = type(index).__name__
        self.approximate = "" if name in EXACT else f"reconstructed from {name}"
        if isinstance(index, faiss.IndexIVF):
            try:
                # In memory alone: which list has which vector.
                index.make_direct_map()
            except RuntimeError:
                raise InputError(
                    f"{where}: an IVF index with ids of its own found; one of numbered vectors, in "
                    "an IndexIDMap if they have ids, is needed"
                ) from None

    def blocks(self, place: Any) -> Iterator[Block]:
        """The documents from a row on."""
        if self._settings.ids is not None:
            yield from super().blocks(place)
            return
        for start in range(place or 0, self._count, BLOCK):
            ids = [str(value) for value in self._own[start : start + BLOCK]]
            end = start + len(ids)
            yield Block(ids, self.rows(start, end), None, end)

    def rows(self, start: int, end: int) -> np.ndarray:
        """Some vectors, float32 of shape (end - start, d)."""
        try:
            return self._index.reconstruct_n(start, end - start)
        except RuntimeError as error:
            reason = " ".join(str(error).split())[-120:]
            raise InputError(
                f"{self.where}: {type(self._index).__name__} found, whose vectors cannot be "
                f"reconstructed ({reason})"
            ) from None


def _unwrapped(index: faiss.Index) -> tuple[faiss.Index, np.ndarray | None]:
    """The index within an IndexIDMap, and the ids that it maps to; else the index itself."""
    index = faiss.downcast_index(index)
    if isinstance(index, faiss.IndexIDMap):
        return faiss.downcast_index(index.index), faiss.vector_to_array(index.id_map)
    return index, None
