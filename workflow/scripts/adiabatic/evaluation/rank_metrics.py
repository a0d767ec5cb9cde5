"""Ranks of relevant documents among all that are searched, and measures of them."""

import numpy as np
from scipy import sparse

from adiabatic.evaluation.search import CUTOFF, Vectors, all_products

# Of the margin score; Artetxe and Schwenk (2019) use as many.
NEIGHBOURS = 4


def margin_scores(queries: Vectors, documents: Vectors) -> np.ndarray:
    """Ratio margin scores, shape (queries, documents): Artetxe and Schwenk (2019), equations 2, 3.

    The cosine similarity over the mean of those to the nearest neighbours on both sides; 0 where
    these share nothing.
    """
    lengths = np.outer(_lengths(queries), _lengths(documents))
    cosine = _ratios(all_products(queries, documents), lengths)
    near_queries, near_documents = _mean_of_largest(cosine), _mean_of_largest(cosine.T)
    return _ratios(cosine, (near_queries[:, None] + near_documents[None]) / 2)


def relevant_ranks(scores: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    """Ranks of each query's relevant documents from the best on, shape (queries, r), from 1.

    Ties count against the relevant documents. Where a query has fewer than r of them, the last
    ranks are infinite.

    Args:
        scores: shape (queries, documents).
        relevant: the relevant documents, shape (queries, r), -1 where there are fewer.
    """
    own = np.take_along_axis(scores, np.maximum(relevant, 0), axis=1)
    own = -np.sort(-np.where(relevant >= 0, own, -np.inf), axis=1)
    ranks = np.empty(own.shape)
    for number in range(own.shape[1]):
        bound = own[:, number, None]
        before = (scores >= bound).sum(axis=1) - (own >= bound).sum(axis=1)
        ranks[:, number] = before + number + 1
    return np.where(np.isfinite(own), ranks, np.inf)


def average_precision(ranks: np.ndarray) -> np.ndarray:
    """Average precision of each query from `relevant_ranks`, float32 of shape (queries,)."""
    precision = np.arange(1, ranks.shape[1] + 1) / ranks
    return (precision.sum(axis=1) / np.isfinite(ranks).sum(axis=1)).astype(np.float32)


def ndcg(ranks: np.ndarray) -> np.ndarray:
    """NDCG at the cutoff of each query from `relevant_ranks`, float32 of shape (queries,)."""
    gain = np.where(ranks <= CUTOFF, 1 / np.log2(ranks + 1), 0).sum(axis=1)
    count = np.minimum(np.isfinite(ranks).sum(axis=1), CUTOFF)
    ideal = np.cumsum(1 / np.log2(np.arange(CUTOFF) + 2))[count - 1]
    return (gain / ideal).astype(np.float32)


def _lengths(vectors: Vectors) -> np.ndarray:
    squares = vectors.multiply(vectors) if sparse.issparse(vectors) else np.square(vectors)
    return np.sqrt(np.asarray(squares.sum(axis=1))).ravel()


def _ratios(numerators: np.ndarray, denominators: np.ndarray) -> np.ndarray:
    """Quotients; 0 where the denominator is."""
    return np.divide(
        numerators, denominators, out=np.zeros_like(numerators), where=denominators != 0
    )


def _mean_of_largest(scores: np.ndarray) -> np.ndarray:
    """Mean of each row's largest scores, as many as there are neighbours."""
    count = min(NEIGHBOURS, scores.shape[1])
    return np.partition(scores, -count, axis=1)[:, -count:].mean(axis=1)
