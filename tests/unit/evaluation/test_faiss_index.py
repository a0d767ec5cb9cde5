import json

import numpy as np
import pytest

from adiabatic.encoding.corpora import hashed
from adiabatic.encoding.document_vectors import read_vectors, write_vectors
from adiabatic.evaluation import faiss_index
from adiabatic.evaluation.faiss_index import build_index, index_search, read_index, write_index
from adiabatic.evaluation.search import Judgments, exact_search, ranks_of_relevant, recall_of
from adiabatic.io.errors import InputError


def clustered(count, width=32):
    """Unit vectors in some hundred clusters, as those of texts are, not evenly spread."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(100, width))
    vectors = centres[rng.integers(100, size=count)] + 0.4 * rng.normal(size=(count, width))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def vectors():
    return clustered(6_000)


@pytest.fixture(scope="module")
def stored(vectors, tmp_path_factory):
    folder = tmp_path_factory.mktemp("vectors")
    texts = [str(number) for number in range(len(vectors))]
    write_vectors(folder / "v.npy", vectors, texts, "encoder")
    write_index(
        folder / "v.faiss", build_index(vectors, np.arange(len(vectors)), 3), folder / "v.npy"
    )
    return folder


def test_most_of_the_best_are_found_and_the_same_bytes_come_out(vectors, stored, tmp_path):
    queries, unjudged = vectors[::60] + 0.02, Judgments.none(100)
    rows = np.arange(len(vectors))
    index = read_index(stored / "v.faiss", stored / "v.npy", len(vectors))
    found = index_search(queries, index, slice(0, len(vectors)), unjudged)
    exact = exact_search(queries, vectors, rows, unjudged)
    assert 0.9 < recall_of(found.others, exact.others) <= 1
    mapped = read_vectors(stored / "v.npy", hashed(map(str, rows)))
    write_index(tmp_path / "again.faiss", build_index(mapped, rows, 3), stored / "v.npy")
    assert (tmp_path / "again.faiss").read_bytes() == (stored / "v.faiss").read_bytes()


def test_a_search_that_looks_everywhere_gives_the_ranks_of_exact_search(
    vectors, stored, monkeypatch
):
    monkeypatch.setattr(faiss_index, "KEPT", 7_000)
    rng = np.random.default_rng(1)
    pool = slice(1_000, 4_500)
    queries = vectors[rng.choice(np.arange(1_000, 4_500), 60, replace=False)]
    # Some relevant passages lie near, most far away; the nearest of all is hidden from some.
    scores = queries @ vectors[pool].T
    order = np.argsort(-scores, axis=1)
    relevant = [sorted({int(row[1]), int(row[30]), int(rng.integers(3_500))}) for row in order]
    grades = [rng.integers(1, 3, len(part)).tolist() for part in relevant]
    itself = np.where(np.arange(60) % 2, order[:, 0], -1)
    itself = [
        -1 if hidden in part else hidden for hidden, part in zip(itself, relevant, strict=True)
    ]
    judgments = Judgments.of(relevant, grades, np.array(itself))
    index = read_index(stored / "v.faiss", stored / "v.npy", len(vectors))
    found = index_search(queries, index, pool, judgments)
    exact = exact_search(queries, vectors, np.arange(pool.start, pool.stop), judgments)
    ranks = [ranks_of_relevant(one, judgments) for one in (found, exact)]
    assert ranks[0].tolist() == ranks[1].tolist()
    assert set(ranks[0].tolist()) >= {1, 2, 101}


def test_an_index_of_other_vectors_is_refused(vectors, stored, tmp_path):
    with pytest.raises(InputError, match=r"v\.faiss: an index of other vectors"):
        read_index(stored / "v.faiss", stored / "v.npy", 5_999)
    write_vectors(tmp_path / "o.npy", vectors, ["other"], "encoder")
    with pytest.raises(InputError, match=r"v\.faiss: an index of other vectors.*o\.npy"):
        read_index(stored / "v.faiss", tmp_path / "o.npy", len(vectors))
    (tmp_path / "bad.faiss").write_text(json.dumps({}))
    with pytest.raises(InputError, match=r"bad\.faiss: cannot be read as an index"):
        read_index(tmp_path / "bad.faiss", stored / "v.npy", 1)
