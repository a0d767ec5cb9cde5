"""Documents of an index by which it is compared with the base."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from adiabatic.index.stored import StoredIndex
from adiabatic.io.errors import InputError

# One in so many is among the longest texts, which alone show where they were cut.
LONGEST = 8


@dataclass(frozen=True)
class Sample:
    """Documents of an index: their texts, and the vectors that it has of them, shape (n, d)."""

    texts: list[str]
    stored: np.ndarray

    @classmethod
    def of(cls, index: StoredIndex, count: int) -> "Sample":
        """Documents that have texts, spread evenly over the index, and some of the longest.

        Raises:
            InputError: no document has a text.
        """
        rows = index.with_texts()
        if not len(rows):
            raise InputError(
                "index: no document has a text, so that nothing can be embedded anew and compared; "
                "name the texts (index.columns.text), or set index.check_documents: 0 to go without"
            )
        if count < len(rows):
            by_length = rows[np.argsort(-_lengths(index)[rows], kind="stable")]
            longest, others = by_length[: count // LONGEST], np.sort(by_length[count // LONGEST :])
            spread = np.linspace(0, len(others) - 1, count - len(longest)).astype(int)
            rows = np.sort(np.concatenate([longest, others[spread]]))
        stored = np.array(index.vectors[rows], dtype=np.float32)
        return cls([text or "" for text in index.texts(rows)], stored)


def _lengths(index: StoredIndex) -> np.ndarray:
    """Lengths of all texts in bytes, 0 where there is none."""
    batches = index.columns("text")
    parts: list[Any] = [pc.fill_null(pc.binary_length(batch["text"]), 0) for batch in batches]
    return np.concatenate([part.to_numpy(zero_copy_only=False) for part in parts])
