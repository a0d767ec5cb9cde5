import numpy as np
import pandas as pd

from adiabatic.text_similarity import NEAR_DUPLICATE, closest, paired_similarity, text_keys, tfidf


def test_keys_ignore_case_spaces_and_punctuation_only():
    keys = text_keys(pd.Series(["A b.", "a  B", "a-b!", "a c", "?!", "!?"]))
    assert keys[0] == keys[1] == keys[2]
    assert len({keys[0], keys[3], keys[4], keys[5]}) == 4


def test_similarity_is_one_for_a_text_with_itself():
    rows = tfidf(pd.Series(["one two", "two three", "four"]))
    pairs = paired_similarity(rows, np.array([0, 0, 0]), np.array([0, 1, 2]))
    assert pairs[0] == np.float32(1)
    assert 0 < pairs[1] < 1
    assert pairs[2] == 0


def test_texts_without_words_are_similar_to_nothing():
    rows = tfidf(pd.Series(["?", "!"]))
    assert paired_similarity(rows, np.array([0]), np.array([1])).tolist() == [0]


def test_closest_passes_over_forbidden_and_near_duplicate_texts():
    similarity = np.array([[0.5, 0.8, NEAR_DUPLICATE], [0.1, 0.2, 0.3], [0.95, 0.95, 0.95]])
    allowed = np.array([[True, True, True], [True, True, False], [True, True, True]])
    assert closest(similarity, allowed).tolist() == [1, 1, -1]
