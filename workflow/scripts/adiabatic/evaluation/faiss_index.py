"""Approximate search: a graph of neighbours (HNSW, by FAISS) over stored vectors.

The package faiss is installed only where a configuration asks for it, so this is imported only
where an index is.
"""

from pathlib import Path

import faiss
import numpy as np

from adiabatic.encoding.document_vectors import origin_file
from adiabatic.evaluation.search import DEPTH, Found, Judgments
from adiabatic.io.atomic import written_atomically
from adiabatic.io.errors import InputError

# Neighbours of each document in the graph, and candidates for them when it is added.
NEIGHBOURS, CANDIDATES = 32, 128
# Candidates that a search keeps, of each pool. Right passages often have few neighbours in the
# graph: with 256, real questions lost 3 points of nDCG@10, with these 0.6.
KEPT = 1024
# Documents added at one time.
ADDED = 65_536


def build_index(vectors: np.ndarray, rows: np.ndarray, seed: int) -> faiss.IndexHNSWFlat:
    """An index of documents by inner product, numbered by their place in `rows`.

    HNSW (Malkov and Yashunin 2018), built by one thread, so that the same vectors and seed give the
    same bytes.

    Args:
        vectors: shape (m, d). rows: of each document in `vectors`, shape (n,).
    """
    faiss.omp_set_num_threads(1)
    index = faiss.IndexHNSWFlat(vectors.shape[1], NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = CANDIDATES
    index.hnsw.rng = faiss.RandomGenerator(seed)
    for start in range(0, len(rows), ADDED):
        index.add(vectors[rows[start : start + ADDED]])
    return index


def write_index(path: Path, index: faiss.IndexHNSWFlat, vectors: Path) -> None:
    """Write an index, and beside it (.json) the origin of the vectors that it is of."""
    with written_atomically(path) as temporary:
        faiss.write_index(index, str(temporary))
    with written_atomically(index_origin_file(path)) as temporary:
        temporary.write_bytes(origin_file(vectors).read_bytes())


def index_origin_file(path: Path) -> Path:
    """The file that says what an index is of."""
    return path.with_name(f"{path.name}.json")


def read_index(path: Path, vectors: Path, documents: int) -> faiss.IndexHNSWFlat:
    """An index of some vectors.

    Raises:
        InputError: it cannot be read, or is of other vectors or of another number of documents.
    """
    try:
        index = faiss.read_index(str(path))
        same = index_origin_file(path).read_bytes() == origin_file(vectors).read_bytes()
    except (OSError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:150]
        raise InputError(f"{path}: cannot be read as an index ({reason})") from None
    if not same or index.ntotal != documents:
        raise InputError(f"{path}: an index of other vectors; one of {vectors} is needed")
    return index


def index_search(
    queries: np.ndarray, index: faiss.IndexHNSWFlat, pool: slice, judgments: Judgments
) -> Found:
    """What the index finds among the documents of a pool.

    Args:
        queries: shape (n, d). judgments: number the documents by their place in the pool.
    """
    scores, documents = _nearest(queries, index, pool)
    relevant = np.full(len(judgments.documents), -np.inf, dtype=np.float32)
    # Pairs of query and document as one number, to look up what was found among what was judged.
    width = pool.stop - pool.start
    judged = judgments.queries * width + judgments.documents
    order = np.argsort(judged, kind="stable")
    pairs = np.arange(len(queries))[:, None] * width + documents
    places = np.searchsorted(judged, pairs, sorter=order)
    candidates = order[np.minimum(places, len(order) - 1)] if len(order) else places
    hits = (judged[candidates] == pairs) & (documents >= 0) if len(order) else places < 0
    relevant[candidates[hits]] = scores[hits]
    scores[hits | (documents == judgments.itself[:, None])] = -np.inf
    return Found(-np.sort(-scores, axis=1)[:, :DEPTH], relevant)


def _nearest(
    queries: np.ndarray, index: faiss.IndexHNSWFlat, pool: slice
) -> tuple[np.ndarray, np.ndarray]:
    """Scores and places in the pool of what is nearest; -inf and -1 where too little was found.

    One more than DEPTH, since a query's own passage does not count.
    """
    # The graph is of all pools: the smaller this one's share, the more is to be looked at.
    share = (pool.stop - pool.start) / index.ntotal
    options = faiss.SearchParametersHNSW(
        sel=faiss.IDSelectorRange(pool.start, pool.stop), efSearch=round(KEPT / share)
    )
    scores, documents = index.search(queries, DEPTH + 1, params=options)
    missing = documents < 0
    scores[missing] = -np.inf
    return scores, np.where(missing, -1, documents - pool.start)
