"""Vectors in a `.npy` array, with a file of ids."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from adiabatic.index.blocks import (
    BLOCK,
    Block,
    IndexSettings,
    Reader,
    existing,
    files_state,
    mapped_array,
)
from adiabatic.index.id_files import documents_of
from adiabatic.io.errors import InputError


def open_numpy(settings: IndexSettings) -> Reader:
    """The index of an array, which is mapped from the disk.

    Raises:
        InputError: it is no array of numbers with two dimensions.
    """
    path, ids = existing(settings.path, "path"), existing(settings.ids, "ids")
    vectors = mapped_array(path, "numbers")
    if vectors.ndim != 2 or vectors.dtype.kind not in "fiu" or not vectors.size:
        raise InputError(
            f"{path}: {vectors.dtype} of shape {vectors.shape} found; numbers of shape (documents, "
            "dimension) are needed"
        )
    return ArrayReader(str(path), vectors, settings, files_state([path, ids]))


class ArrayReader:
    """A reader of vectors that are rows of something, with a file of ids."""

    approximate = ""

    def __init__(
        self, where: str, vectors: np.ndarray, settings: IndexSettings, state: dict[str, Any]
    ) -> None:
        self.where, self.state = where, state
        self._count, self._vectors, self._settings = len(vectors), vectors, settings

    def blocks(self, place: Any) -> Iterator[Block]:
        """The documents from a row on."""
        start, ids = place or 0, existing(self._settings.ids, "ids")
        documents = documents_of(ids, self._settings, start)
        while start < self._count:
            part = list(islice(documents, min(BLOCK, self._count - start)))
            vectors = self.rows(start, start + len(part))
            if not part or (start + len(part) < self._count and len(part) < BLOCK):
                break
            start += len(part)
            names, texts = zip(*part, strict=True)
            yield Block(list(names), vectors, list(texts), start)
        if start < self._count or next(documents, None) is not None:
            found = sum(1 for _ in documents_of(ids, self._settings))
            raise InputError(
                f"{ids}: {found} ids found; {self._count} are needed, one for each vector of "
                f"{self.where}"
            )

    def rows(self, start: int, end: int) -> np.ndarray:
        """Some vectors, float32 of shape (end - start, d)."""
        mapped = self._vectors
        if not mapped.flags.c_contiguous or not isinstance(mapped, np.memmap):
            return np.asarray(mapped[start:end], dtype=np.float32)
        # Read, and not through the mapping, whose pages would count as this process' memory.
        width = mapped.shape[1]
        place = mapped.offset + start * width * mapped.itemsize
        numbers = np.fromfile(self.where, mapped.dtype, (end - start) * width, offset=place)
        return numbers.astype(np.float32, copy=False).reshape(-1, width)

    def close(self) -> None:
        """Nothing is open for writing."""
