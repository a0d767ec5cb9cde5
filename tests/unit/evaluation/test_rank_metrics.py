import numpy as np
import pandas as pd
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from adiabatic.evaluation.outcomes import Queries, outcomes_of
from adiabatic.evaluation.rank_metrics import answer_places, average_precision, margin_scores, ndcg
from adiabatic.evaluation.sets import EvaluationSet


@given(
    documents=st.integers(1, 30),
    answers=st.lists(st.sets(st.integers(0, 1000), min_size=1, max_size=6), min_size=1, max_size=6),
    seed=st.integers(0, 99),
    levels=st.integers(1, 20),
)
def test_measures_of_several_right_documents_are_those_of_trec_eval(
    documents, answers, seed, levels
):
    # Few levels of scores make many ties, of which what is right always comes last.
    rng = np.random.default_rng(seed)
    scores = rng.integers(levels, size=(len(answers), documents)).astype(np.float32)
    answers = [sorted({answer % documents for answer in found}) for found in answers]
    padded = np.full((len(answers), max(map(len, answers))), -1)
    for row, found in enumerate(answers):
        padded[row, : len(found)] = found
    places = answer_places(scores, padded)
    for row, found in enumerate(answers):
        scores[row, found] -= 0.5
    run = {
        str(row): {str(number): float(score) for number, score in enumerate(of_query)}
        for row, of_query in enumerate(scores)
    }
    truth = {str(row): {str(answer): 1 for answer in found} for row, found in enumerate(answers)}
    expected = pytrec_eval.RelevanceEvaluator(truth, {"map", "ndcg_cut_10", "recip_rank"})
    for row, values in expected.evaluate(run).items():
        assert average_precision(places)[int(row)] == pytest.approx(values["map"])
        assert ndcg(places)[int(row)] == pytest.approx(values["ndcg_cut_10"])
        assert 1 / places[int(row), 0] == pytest.approx(values["recip_rank"])


@pytest.mark.parametrize("count", [3, 9])
def test_the_margin_score_is_its_definition(count):
    rng = np.random.default_rng(count)
    queries, documents = rng.normal(size=(count, 5)), rng.normal(size=(count + 2, 5)) + 1

    def cosine(x, y):
        return x @ y / np.sqrt((x @ x) * (y @ y))

    found = margin_scores(queries, documents)
    for i, x in enumerate(queries):
        for j, y in enumerate(documents):
            to_x = sorted((cosine(x, z) for z in documents), reverse=True)[:4]
            to_y = sorted((cosine(y, z) for z in queries), reverse=True)[:4]
            # Over twice as many as there are; k = 4 where there are so many.
            mean = sum(to_x) / (2 * len(to_x)) + sum(to_y) / (2 * len(to_y))
            assert found[i, j] == pytest.approx(cosine(x, y) / mean)


def test_the_margin_score_of_sparse_vectors_is_that_of_dense_ones_and_0_of_empty_ones():
    rng = np.random.default_rng(1)
    queries, documents = (rng.integers(0, 3, size=(n, 6)).astype(float) for n in (5, 7))
    queries[2] = 0
    found = margin_scores(sparse.csr_matrix(queries), sparse.csr_matrix(documents))
    assert found == pytest.approx(margin_scores(queries, documents))
    assert not found[2].any()


def angle(degrees):
    return [np.cos(np.radians(degrees)), np.sin(np.radians(degrees))]


def outcomes(kind, items, documents, queries):
    """Outcomes where texts are angles."""
    part = EvaluationSet(
        "task", "all", kind, items, pd.Index(documents),
        np.array([angle(a) for a in documents.values()], np.float32),
    )  # fmt: skip
    vectors = np.array([angle(a) for a in queries.values()], np.float32)
    return outcomes_of(Queries(pd.Index(queries), vectors), [part])


def test_a_mixed_pool_shows_whether_the_own_language_is_preferred():
    columns = ["language", "item", "query", "passage", "document"]
    items = pd.DataFrame(
        [
            ("en", "1", "question", 0, "A"), ("en", None, None, 1, "B"),
            ("de", "1", "Frage", 0, "AA"), ("de", None, None, 1, "BB"),
            ("zh", "1", "问题", 0, "甲"), ("zh", None, None, 1, "乙"),
        ],
        columns=columns,
    )  # fmt: skip
    # From 0 on: A 5, B 10, AA 20, BB 25, 甲 8, 乙 30.
    documents = {"A": 5, "B": 10, "AA": 20, "BB": 25, "甲": 8, "乙": 30}
    found = outcomes("mixed-pool", items, documents, {"question": 0, "Frage": 12, "问题": 90})
    assert found["document_language"].unique().tolist() == ["pool"]
    found = found.set_index("query_language")
    # Right, right, wrong (English), right: the German one comes after the English wrong one.
    assert found.loc["en", "map"] == pytest.approx((1 + 1 + 3 / 4) / 3)
    assert found.loc["en", "unbiased"] == pytest.approx(1 / 2)
    assert (found.loc["en", "rank"], found.loc["en", "correct"]) == (1, True)
    # From 12: B 2 (wrong), 甲 4, A 7, AA 8; the German wrong one, BB, is 13 away.
    assert found.loc["de", "map"] == pytest.approx((1 / 2 + 2 / 3 + 3 / 4) / 3)
    assert found.loc["de", "unbiased"] == 1
    # From 90: 乙, the wrong Chinese one, is the closest of all.
    assert found.loc["zh", "unbiased"] == 0
    assert found["mrr@10"].isna().all()


def test_a_bitext_is_searched_in_each_other_language_and_repeated_lines_are_one():
    texts = {"en": ["one", "two", "two"], "de": ["eins", "zwei", "zwei"]}
    items = pd.concat(
        pd.DataFrame({"language": k, "item": list("123"), "query": v, "document": v})
        for k, v in texts.items()
    ).reset_index(drop=True)
    angles = {"one": 0, "two": 50, "eins": 0, "zwei": 20}
    found = outcomes("bitext", items, angles, angles)
    keys = ["subset", "query_language", "document_language"]
    right = found.groupby(keys, observed=True)["correct"].agg(list).to_dict()
    assert right == {
        ("similarity", "en", "de"): [True, True, True],
        # From zwei, one is 20 away and two 30.
        ("similarity", "de", "en"): [True, False, False],
        ("margin", "en", "de"): [True, True, True],
        ("margin", "de", "en"): [True, True, True],
    }


def own(rows):
    columns = ["language", "item", "query", "document", "negative"]
    return pd.DataFrame(rows, columns=columns)


def test_own_sets_rank_a_languages_documents_and_others_where_items_are_shared():
    rows = [
        ("en", "1", "first", "A", None), ("en", "1", "first", "B", None),
        ("en", "2", "second", "C", None), ("en", None, None, "D", None),
        ("de", "1", "erste", "AA", None), ("de", "2", "zweite", "CC", None),
    ]  # fmt: skip
    documents = {"A": 0, "B": 40, "C": 20, "D": 21, "AA": 0, "CC": 30}
    queries = {"first": 10, "second": 26, "erste": 17, "zweite": 29}
    found = outcomes("own", own(rows), documents, queries)
    ranks = found.set_index(["query_language", "document_language", "item"])["rank"].to_dict()
    # A ties with C, 10 away, and D is 11 away; C ties count against it.
    assert ranks["en", "en", "1"] == 2
    assert ranks["en", "en", "2"] == 2
    assert ranks["de", "de", "1"] == 2
    assert ranks["de", "en", "2"] == 2
    assert ranks["en", "de", "1"] == 1
    assert len(ranks) == 8
    alone = own([(*row[:1], row[1] and row[0] + row[1], *row[2:]) for row in rows])
    found = outcomes("own", alone, documents, queries)
    assert len(found) == 4
    assert (found["query_language"].astype(str) == found["document_language"].astype(str)).all()


def test_own_sets_with_negatives_are_triplets():
    rows = [("en", "1", "q", "p", "n"), ("de", "1", "f", "pp", "nn")]
    documents = {"p": 0, "n": 90, "pp": 0, "nn": 90}
    found = outcomes("own", own(rows), documents, {"q": 10, "f": 80})
    assert found["correct"].tolist() == [True, False]
    assert found["mrr@10"].isna().all()
