import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adiabatic.index import hard_negatives
from adiabatic.index.hard_negatives import nearest_negatives, prepared


@given(seed=st.integers(0, 10_000), below=st.sampled_from([0.5, 0.95, 1.0]))
@settings(max_examples=30, deadline=None)
def test_none_is_nearer_that_is_allowed(seed, below):
    """Against a loop over all documents, with blocks smaller than the index."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hard_negatives, "DOCUMENTS", 7)
        patch.setattr(hard_negatives, "QUERIES", 3)
        rng = np.random.default_rng(seed)
        vectors = rng.normal(size=(30, 3)).astype(np.float32)
        queries = rng.normal(size=(8, 3)).astype(np.float32)
        positives = rng.integers(30, size=8)
        answers = [np.unique([row, rng.integers(30)]) for row in positives]
        found = nearest_negatives(queries, positives, answers, vectors, below)
    too_close = 0
    for query, row, own, negative in zip(queries, positives, answers, found.rows, strict=True):
        scores = vectors @ query
        limit = scores[row] - (1 - below) * abs(scores[row])
        allowed = [n for n in range(30) if n not in own and scores[n] < limit]
        too_close += sum(n not in own and scores[n] >= limit for n in range(30))
        if allowed:
            assert negative in allowed
            assert np.isclose(scores[negative], max(scores[allowed]), rtol=1e-4)
        else:
            assert negative == -1
    assert abs(found.too_close - too_close) <= 1


def test_duplicates_of_the_positive_are_passed_over():
    vectors = np.eye(4, dtype=np.float32)[[0, 0, 1, 2]] + [[0, 0.1, 0, 0]] * 4
    queries = np.array([[1, 0.2, 0, 0]], dtype=np.float32)
    found = nearest_negatives(queries, np.array([0]), [np.array([0])], vectors, 0.95)
    assert (found.rows.tolist(), found.too_close) == ([2], 1)


def test_codes_are_brought_to_unit_length():
    vectors = np.array([[100, 0], [0, 3]], dtype=np.float32)
    assert np.array_equal(prepared(vectors, True), np.eye(2))
    assert np.array_equal(prepared(vectors, False), vectors)
    queries = np.array([[0.6, 0.8]], dtype=np.float32)
    found = nearest_negatives(queries, np.array([1]), [np.array([1])], vectors, 0.95, True)
    assert found.rows.tolist() == [0]
