"""Hard negatives from an index: the document nearest to a query that is no answer to it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Documents and queries whose similarities are in memory at one time.
DOCUMENTS, QUERIES = 65_536, 512


@dataclass(frozen=True)
class Mined:
    """Rows of negatives, -1 where there is none; and how many nearer documents were passed over.

    too_close: scored too near their query's positive, so that they may be answers as well.
    """

    rows: np.ndarray
    too_close: int


def nearest_negatives(
    queries: np.ndarray,
    positives: np.ndarray,
    answers: Sequence[np.ndarray],
    vectors: np.ndarray,
    below: float,
    unit_length: bool = False,
) -> Mined:
    """For each query the nearest document that is clearly less near than its positive.

    Less near is what scores below the positive's score times `below`; of a negative score, as far
    below it. A nearer document is likely to be an answer that nobody marked, a false negative.

    Args:
        queries: by the base, float32 of shape (q, d). positives: row of each one's positive.
        answers: rows of all positives of each query, which are never negatives.
        vectors: of the index, shape (documents, d).
        unit_length: whether the index's vectors are brought to unit length first.
    """
    best = np.full(len(queries), -np.inf, dtype=np.float32)
    rows, too_close = np.full(len(queries), -1, dtype=np.int64), 0
    own = prepared(vectors[positives], unit_length)
    scores = (queries * own).sum(axis=1)
    limits = scores - (1 - below) * np.abs(scores)
    pairs = np.repeat(np.arange(len(queries)), [len(found) for found in answers])
    answered = np.concatenate([np.empty(0, dtype=np.int64), *answers]).astype(np.int64)
    for start in range(0, len(vectors), DOCUMENTS):
        documents = prepared(vectors[start : start + DOCUMENTS], unit_length)
        for first in range(0, len(queries), QUERIES):
            part = slice(first, first + QUERIES)
            similar = queries[part] @ documents.T
            here = (pairs >= first) & (pairs < first + QUERIES)
            here &= (answered >= start) & (answered < start + len(documents))
            similar[pairs[here] - first, answered[here] - start] = -np.inf
            close = similar >= limits[part, None]
            too_close += int(close.sum())
            similar[close] = -np.inf
            nearest = similar.argmax(axis=1)
            found = similar[np.arange(len(similar)), nearest]
            better = found > best[part]
            best[part][better] = found[better]
            rows[part][better] = nearest[better] + start
    return Mined(rows, too_close)


def prepared(vectors: np.ndarray, unit_length: bool) -> np.ndarray:
    """Vectors as tuning uses them: as they are stored, or brought to unit length."""
    found = np.asarray(vectors, dtype=np.float32)
    if not unit_length:
        return found
    return found / np.linalg.norm(found, axis=1, keepdims=True)
