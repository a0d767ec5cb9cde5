"""Token ids of many texts in one array: a list of lists of a million queries takes gigabytes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class TokenIds:
    """Token ids of n texts: those of text i are flat[starts[i]:starts[i + 1]].

    flat: int32 of shape (tokens,); starts: int64 of shape (n + 1,).
    """

    flat: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, texts: Iterable[Sequence[int]]) -> "TokenIds":
        """From the ids of each text."""
        arrays = [np.asarray(ids, dtype=np.int32) for ids in texts]
        starts = np.cumsum([0, *map(len, arrays)], dtype=np.int64)
        return cls(np.concatenate([np.empty(0, dtype=np.int32), *arrays]), starts)

    @classmethod
    def joined(cls, parts: Iterable["TokenIds"]) -> "TokenIds":
        """The texts of all parts, one part after the other."""
        parts = [cls.of([]), *parts]
        lengths = np.concatenate([part.lengths for part in parts])
        starts = np.concatenate([[0], np.cumsum(lengths)])
        return cls(np.concatenate([part.flat for part in parts]), starts)

    @property
    def lengths(self) -> np.ndarray:
        """Tokens of each text, shape (n,)."""
        return np.diff(self.starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> np.ndarray:
        return self.flat[self.starts[row] : self.starts[row + 1]]

    def take(self, rows: Iterable[int]) -> "TokenIds":
        """Some of the texts."""
        return TokenIds.of(self[row] for row in rows)

    def padded(
        self, rows: np.ndarray, padding: int, multiple: int = 1
    ) -> tuple[np.ndarray, np.ndarray]:
        """A batch: ids and mask (1 where there is a token), int64 of shape (len(rows), longest).

        Args:
            padding: id at places without a token.
            multiple: the length is a multiple of it.
        """
        starts, lengths = self.starts[rows], self.starts[rows + 1] - self.starts[rows]
        place = np.arange(-(-lengths.max() // multiple) * multiple)
        there = place < lengths[:, None]
        tokens = self.flat[np.where(there, starts[:, None] + place, 0)]
        return np.where(there, tokens, padding).astype(np.int64), there.astype(np.int64)
