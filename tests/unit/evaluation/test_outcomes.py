import numpy as np
import pandas as pd
import pytest
from angles import outcomes

from adiabatic.encoding.corpora import hashed
from adiabatic.evaluation.outcomes import COLUMNS, Queries, clusters_of, encode_queries
from adiabatic.evaluation.sets import EvaluationSet
from adiabatic.io.errors import InputError


class Counting:
    """An encoder whose vectors are the lengths of texts, and that knows what it was asked."""

    def __init__(self):
        self.asked = []

    def encode(self, texts, side, progress):
        assert side == "query"
        self.asked += texts
        return np.array([[len(text)] for text in texts], dtype=np.float32)


def question_set(**columns):
    items = pd.DataFrame({"language": "en", "item": ["1", "2", None], **columns})
    return EvaluationSet("task", "all", "qa-retrieval", items, pd.Index([]), np.empty((0, 1)))


def test_each_query_of_all_sets_is_encoded_once():
    encoder = Counting()
    sets = [question_set(query=["aa", "b", None]), question_set(query=["b", "cccc", None])]
    queries = encode_queries(encoder, sets)
    assert encoder.asked == ["aa", "b", "cccc"]
    assert queries.of(pd.Series(["cccc", "aa"])).tolist() == [[4], [2]]


def test_vectors_of_other_queries_are_refused(tmp_path):
    np.save(tmp_path / "q.npy", np.eye(3, dtype=np.float32))
    assert Queries.read(pd.Index(list("abc")), tmp_path / "q.npy").of(pd.Series(["b"])).shape == (
        1,
        3,
    )
    with pytest.raises(InputError, match=r"q\.npy: vectors of other queries"):
        Queries.read(pd.Index(["a"]), tmp_path / "q.npy")


def test_questions_about_one_passage_are_one_cluster_in_all_languages():
    rows = [
        ("en", "1", "q", "A"), ("en", "2", "r", "A"), ("en", "3", "s", "B"),
        ("de", "1", "qq", "AA"), ("de", "2", "rr", "AA"), ("de", "3", "ss", "BB"),
    ]  # fmt: skip
    items = pd.DataFrame(rows, columns=["language", "item", "query", "document"])
    clusters = clusters_of(
        EvaluationSet("t", "all", "qa-retrieval", items, pd.Index([]), np.empty((0, 1)))
    )
    # The hash of the passage in the first language.
    expected = [f"{digest:016x}" for digest in hashed(["A", "A", "B"])]
    for language in ("en", "de"):
        assert [clusters[language, item] for item in "123"] == expected


def test_an_item_that_says_its_cluster_has_it():
    part = question_set(query=["q", "r", None], document=["A", "B", "C"], cluster=[7, 7, 8])
    assert clusters_of(part).tolist() == ["7", "7"]


def test_outcomes_have_the_columns_of_the_contract():
    items = pd.DataFrame(
        {"language": "en", "item": ["0"], "query": ["q"], "positive": ["p"], "negative": ["n"]}
    )
    found = outcomes("triplets", items, {"p": 10, "n": 90}, {"q": 0})
    assert found.columns.tolist() == COLUMNS
    assert found["correct"].tolist() == [True]
    assert isinstance(found["item"].dtype, pd.CategoricalDtype)
