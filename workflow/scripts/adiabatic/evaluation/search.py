"""Search over stored vectors, block by block, and what graded judgments make of its ranks."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from scipy import sparse

# An encoder's vectors are dense, BM25's weights of terms are sparse; shape (texts, d).
Vectors = np.ndarray | sparse.csr_matrix
# Places that are looked at: of the best documents, and by the measures.
DEPTH, CUTOFF = 100, 10
# Documents and queries whose scores are in memory at one time (128 MB).
DOCUMENTS, QUERIES = 8_192, 4_096


class QueryVectors(Protocol):
    """Whatever knows the vectors of queries."""

    def of(self, texts: pd.Series) -> Vectors:
        """Vectors of some texts, in their order."""


@dataclass(frozen=True)
class Judgments:
    """Relevant documents of n queries: those of query i stand at starts[i] to starts[i + 1].

    starts: int64 of shape (n + 1,); documents, grades (1 or more): int64 of shape (judged,);
    itself: a document that is not searched for the query, -1 for none, int64 of shape (n,).
    """

    starts: np.ndarray
    documents: np.ndarray
    grades: np.ndarray
    itself: np.ndarray

    @classmethod
    def of(cls, documents: list[list[int]], grades: list[list[int]], itself: np.ndarray):
        """From the relevant documents of each query and their grades."""
        starts = np.cumsum([0, *map(len, documents)], dtype=np.int64)
        flat = [np.array(np.concatenate([[], *part]), np.int64) for part in (documents, grades)]
        return cls(starts, *flat, np.asarray(itself, np.int64))

    @classmethod
    def none(cls, queries: int) -> "Judgments":
        """Of queries about which nothing is known."""
        return cls.of([[]] * queries, [[]] * queries, np.full(queries, -1))

    @property
    def queries(self) -> np.ndarray:
        """The query of each judgment, shape (judged,)."""
        return np.repeat(np.arange(len(self.itself)), np.diff(self.starts))


@dataclass(frozen=True)
class Found:
    """What a search found, as far as ranks depend on it.

    others: the best scores of documents that are not relevant, float32 of shape (n, DEPTH), in no
    order, -inf where there are fewer. relevant: the score of each relevant document, -inf where the
    search missed it, shape (judged,).
    """

    others: np.ndarray
    relevant: np.ndarray


def all_products(left: Vectors, right: Vectors) -> np.ndarray:
    """Inner product of each row of `left` and each of `right`, shape (len(left), len(right))."""
    products = left @ right.T
    return products.toarray() if sparse.issparse(products) else products


def exact_search(
    queries: Vectors,
    vectors: Vectors,
    rows: np.ndarray,
    judgments: Judgments,
    documents_at_once: int = DOCUMENTS,
) -> Found:
    """Every document scored by its inner product, in memory that does not grow with their number.

    Args:
        queries: shape (n, d). vectors: may be mapped from the disk, shape (m, d).
        rows: of each document in `vectors`; `judgments` number the documents by their place here.
    """
    count = queries.shape[0]
    others = np.full((count, DEPTH), -np.inf, dtype=np.float32)
    relevant = np.full(len(judgments.documents), -np.inf, dtype=np.float32)
    owners, order = judgments.queries, np.argsort(judgments.documents, kind="stable")
    for start in range(0, len(rows), documents_at_once):
        end = min(start + documents_at_once, len(rows))
        block = vectors[rows[start:end]]
        first, last = np.searchsorted(judgments.documents, [start, end], sorter=order)
        judged = order[first:last]
        for low in range(0, count, QUERIES):
            part = slice(low, low + QUERIES)
            scores = all_products(queries[part], block)
            itself = judgments.itself[part] - start
            hidden = np.flatnonzero((itself >= 0) & (itself < end - start))
            scores[hidden, itself[hidden]] = -np.inf
            here = judged[(owners[judged] >= low) & (owners[judged] < low + QUERIES)]
            places = owners[here] - low, judgments.documents[here] - start
            relevant[here] = scores[places]
            scores[places] = -np.inf
            others[part] = best_scores(others[part], scores)
    return Found(others, relevant)


def best_scores(best: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The best of what was best so far and of more scores: shapes (n, k), (n, m), (n, k)."""
    # Few of a later block are good enough: only those are sorted.
    rows, columns = np.nonzero(scores > best.min(axis=1, keepdims=True))
    counts = np.bincount(rows, minlength=len(best))
    places = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    depth = best.shape[1]
    both = np.full((len(best), depth + counts.max(initial=0)), -np.inf, dtype=np.float32)
    both[:, :depth] = best
    both[rows, depth + places] = scores[rows, columns]
    return np.partition(both, -depth, axis=1)[:, -depth:]


def ranks_of_relevant(found: Found, judgments: Judgments) -> np.ndarray:
    """Place of each relevant document, from 1, shape (judged,); DEPTH + 1 for all places beyond.

    Of equal scores documents that are not relevant come first, then those of the lower grade.
    """
    owners = judgments.queries
    before = (found.others[owners] >= found.relevant[:, None]).sum(axis=1)
    order = np.lexsort((judgments.grades, -found.relevant, owners))
    among = np.empty(len(order), dtype=np.int64)
    among[order] = np.arange(len(order)) - judgments.starts[owners[order]]
    return np.minimum(before + among + 1, DEPTH + 1)


def graded_measures(ranks: np.ndarray, judgments: Judgments) -> dict[str, np.ndarray]:
    """Measures of queries that have one relevant document or more, as trec_eval has them; (n,).

    rank: of the first relevant document. ndcg@10: the gain is the grade, the discount
    log2(rank + 1) (Järvelin and Kekäläinen 2002). recall@100: the share of relevant documents that
    were found.

    Args:
        ranks: see `ranks_of_relevant`.
    """
    starts, owners = judgments.starts[:-1], judgments.queries
    first = np.minimum.reduceat(ranks, starts)
    gains = np.where(ranks <= CUTOFF, judgments.grades / np.log2(ranks + 1), 0)
    order = np.lexsort((-judgments.grades, owners))
    places = np.arange(1, len(order) + 1) - judgments.starts[owners[order]]
    ideal = np.where(places <= CUTOFF, judgments.grades[order] / np.log2(places + 1), 0)
    ndcg = np.add.reduceat(gains, starts) / np.add.reduceat(ideal, starts)
    recall = np.add.reduceat(ranks <= DEPTH, starts, dtype=np.int64) / np.diff(judgments.starts)
    return {
        "rank": first.astype(np.int32),
        f"mrr@{CUTOFF}": np.where(first <= CUTOFF, 1 / first, 0).astype(np.float32),
        f"ndcg@{CUTOFF}": ndcg.astype(np.float32),
        f"recall@{DEPTH}": recall.astype(np.float32),
    }


def recall_of(found: np.ndarray, exact: np.ndarray) -> float:
    """Share of the best documents that another search found, by their scores, mean over queries.

    Args:
        found, exact: the best scores of each, (n, DEPTH), -inf where there are fewer.
    """
    there = np.isfinite(exact)
    last = np.where(there, exact, np.inf).min(axis=1, keepdims=True)
    # The same vectors multiplied in another order differ in the last bits.
    good = np.isfinite(found) & (found >= last - 1e-5 * np.abs(last))
    return float((np.minimum(good.sum(axis=1), there.sum(axis=1)) / there.sum(axis=1)).mean())
