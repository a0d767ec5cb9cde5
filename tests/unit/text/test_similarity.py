import numpy as np
import pytest

from adiabatic.text.similarity import (
    NEAR_DUPLICATE,
    all_similarities,
    closest,
    paired_similarity,
    tfidf,
    word_counts,
    words,
)


def test_similarity_is_one_for_a_text_with_itself():
    rows = tfidf(word_counts(["red blue", "blue green", "grey"]))
    pairs = paired_similarity(rows, np.array([0, 0, 0]), np.array([0, 1, 2]))
    assert pairs[0] == pytest.approx(1)
    assert 0 < pairs[1] < 1
    assert pairs[2] == 0


def test_texts_without_words_are_similar_to_nothing():
    rows = tfidf(word_counts(["?", "the"]))
    assert paired_similarity(rows, np.array([0]), np.array([1])).tolist() == [0]


def test_closest_passes_over_forbidden_and_near_duplicate_texts():
    similarity = np.array([[0.5, 0.8, NEAR_DUPLICATE], [0.1, 0.2, 0.3], [0.95, 0.95, 0.95]])
    allowed = np.array([[True, True, True], [True, True, False], [True, True, True]])
    assert closest(similarity, allowed).tolist() == [1, 1, -1]


def test_words_are_those_of_any_script_in_lower_case():
    assert words("Schrödinger's x_2-ray, (Ünder) 你好!") == [
        word.encode() for word in ["schrödinger", "s", "x", "2", "ray", "ünder", "你好"]
    ]


def test_stop_words_do_not_count():
    counts = word_counts(["the cat and the dog are here", "cat cat"])
    assert counts.sum(axis=1).ravel().tolist()[0] == [2, 2]


def test_all_similarities_are_those_of_the_pairs():
    rng = np.random.default_rng(0)
    texts = [" ".join(f"w{w}" for w in rng.integers(0, 40, 12)) for _ in range(30)]
    rows = tfidf(word_counts(texts))
    left, right = rng.integers(0, 30, 7), rng.permutation(30)
    expected = (rows[left] @ rows[right].T).toarray()
    assert np.allclose(all_similarities(rows, left, right), expected, atol=1e-6)
