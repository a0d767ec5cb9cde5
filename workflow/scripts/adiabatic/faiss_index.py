"""Approximate search: an inverted-file index (FAISS) over stored vectors, and its recall."""

from pathlib import Path

import faiss
import numpy as np

from adiabatic.command_line import written_atomically
from adiabatic.corpora import origin_file
from adiabatic.errors import InputError
from adiabatic.search import DEPTH, Found, Judgments
from adiabatic.tasks import spaced

# Passages per list that k-means is trained on, passages added at one time.
TRAINED, ADDED = 64, 65_536
# One list in so many is searched for a query, and at least so many.
LISTS_PER_PROBE, PROBES = 32, 8


def build_index(vectors: np.ndarray, rows: np.ndarray, seed: int) -> faiss.IndexIVFFlat:
    """An index of documents by inner product, numbered by their place in `rows`.

    Some sqrt(n) lists by spherical k-means; built by one thread, so that the same vectors and seed
    give the same bytes.

    Args:
        vectors: shape (m, d). rows: of each document in `vectors`, shape (n,).
    """
    faiss.omp_set_num_threads(1)
    lists, width = max(1, round(np.sqrt(len(rows)))), vectors.shape[1]
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(width), width, lists, faiss.METRIC_INNER_PRODUCT)
    index.cp.seed, index.cp.spherical = seed % 2**31, True
    # Few passages for a list are no fault here: FAISS warns where there are fewer than 39.
    index.cp.min_points_per_centroid = 1
    sample = spaced(len(rows), TRAINED * lists)
    index.train(vectors[rows[sample]])
    for start in range(0, len(rows), ADDED):
        index.add(vectors[rows[start : start + ADDED]])
    return index


def write_index(path: Path, index: faiss.IndexIVFFlat, vectors: Path) -> None:
    """Write an index, and beside it (.json) the origin of the vectors that it is of."""
    with written_atomically(path) as temporary:
        faiss.write_index(index, str(temporary))
    with written_atomically(index_origin_file(path)) as temporary:
        temporary.write_bytes(origin_file(vectors).read_bytes())


def index_origin_file(path: Path) -> Path:
    """The file that says what an index is of."""
    return path.with_name(f"{path.name}.json")


def read_index(path: Path, vectors: Path, documents: int) -> faiss.IndexIVFFlat:
    """An index of some vectors, its lists mapped from the disk.

    Raises:
        InputError: it cannot be read, or is of other vectors or of another number of documents.
    """
    try:
        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP)
        same = index_origin_file(path).read_bytes() == origin_file(vectors).read_bytes()
    except (OSError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:150]
        raise InputError(f"{path}: cannot be read as an index ({reason})") from None
    if not same or index.ntotal != documents:
        raise InputError(f"{path}: an index of other vectors; one of {vectors} is needed")
    return index


def index_search(
    queries: np.ndarray, index: faiss.IndexIVFFlat, pool: slice, judgments: Judgments
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
    queries: np.ndarray, index: faiss.IndexIVFFlat, pool: slice
) -> tuple[np.ndarray, np.ndarray]:
    """Scores and places in the pool of what is nearest; -inf and -1 where too little was found.

    One more than DEPTH, since a query's own passage does not count.
    """
    options = faiss.SearchParametersIVF(
        sel=faiss.IDSelectorRange(pool.start, pool.stop),
        nprobe=max(PROBES, index.nlist // LISTS_PER_PROBE),
    )
    scores, documents = index.search(queries, DEPTH + 1, params=options)
    missing = documents < 0
    scores[missing] = -np.inf
    return scores, np.where(missing, -1, documents - pool.start)
