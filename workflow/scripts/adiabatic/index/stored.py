"""An index as it was read: vectors mapped from the disk, ids and texts of its documents."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from adiabatic.index.reading import DOCUMENTS, PROVENANCE, VECTORS
from adiabatic.io.errors import InputError
from adiabatic.io.parquet import read_batches


@dataclass(frozen=True)
class StoredIndex:
    """The files that a reading left.

    vectors: float32 of shape (documents, d), mapped from the disk. documents: path of ids and
    texts. provenance: what was read, from where.
    """

    vectors: np.ndarray
    documents: Path
    provenance: dict[str, Any]

    @classmethod
    def of(cls, folder: Path) -> "StoredIndex":
        """The index in a folder.

        Raises:
            InputError: a file is missing, or they do not belong together.
        """
        try:
            provenance = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
            vectors = np.load(folder / VECTORS, allow_pickle=False, mmap_mode="r")
        except (OSError, ValueError) as error:
            raise InputError(f"{folder}: cannot be read as an index ({error})") from None
        if vectors.shape != (provenance["documents"], provenance["dimension"]):
            raise InputError(
                f"{folder / VECTORS}: shape {vectors.shape} found; {PROVENANCE} says "
                f"{(provenance['documents'], provenance['dimension'])}"
            )
        return cls(vectors, folder / DOCUMENTS, provenance)

    @property
    def approximate(self) -> str:
        """How its vectors lost precision, empty if they did not."""
        return self.provenance["approximate"] or ""

    def columns(self, *names: str) -> Iterator[pa.RecordBatch]:
        """Columns of the documents, some thousand rows at a time."""
        return read_batches(self.documents, list(names))

    def texts(self, rows: np.ndarray) -> list[str | None]:
        """Texts of some documents, None for one that has none."""
        return self._rows(rows)["text"]

    def ids(self, rows: np.ndarray) -> list[str]:
        """Ids of some documents."""
        return self._rows(rows)["id"]

    def _rows(self, rows: np.ndarray) -> dict[str, list[Any]]:
        """Ids and texts of some rows, of which few are in memory at one time."""
        order = np.argsort(rows, kind="stable")
        wanted, parts, start = rows[order], [], 0
        for batch in self.columns("id", "text"):
            first, last = np.searchsorted(wanted, [start, start + len(batch)])
            parts.append(batch.take(pa.array(wanted[first:last] - start)))
            start += len(batch)
        taken = pa.Table.from_batches(parts).to_pydict()
        places = np.empty(len(rows), dtype=np.int64)
        places[order] = np.arange(len(rows))
        return {name: [values[place] for place in places] for name, values in taken.items()}

    def with_texts(self) -> np.ndarray:
        """Rows of the documents that have a text, in order."""
        valid = [batch["text"].is_valid().to_numpy(False) for batch in self.columns("text")]
        return np.flatnonzero(np.concatenate(valid))
