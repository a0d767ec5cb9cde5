"""How each kind of set is scored, where the right answers can be told by hand."""

import numpy as np
import pandas as pd
import pytest
import pytrec_eval
from angles import outcomes
from hypothesis import given
from hypothesis import strategies as st

from adiabatic.evaluation.scorers import ranks_of, retrieval_measures


def test_xnli_compares_every_pair_of_languages():
    items = pd.DataFrame(
        [
            ("en", "0", "premise", "e-en", "n-en", "c-en"),
            ("de", "0", "Prämisse", "e-de", "n-de", "c-de"),
        ],
        columns=["language", "item", "query", "entailment", "neutral", "contradiction"],
    )
    documents = {"e-en": 10, "n-en": 50, "c-en": 90, "e-de": 60, "n-de": 20, "c-de": 90}
    found = outcomes("xnli", items, documents, {"premise": 0, "Prämisse": 80})
    right = found.set_index(["subset", "query_language", "document_language"])["correct"].to_dict()
    assert right == {
        ("neutral", "en", "en"): True,
        ("neutral", "de", "en"): False,
        ("neutral", "en", "de"): False,
        ("neutral", "de", "de"): True,
        ("contradiction", "en", "en"): True,
        ("contradiction", "de", "en"): False,
        ("contradiction", "en", "de"): True,
        ("contradiction", "de", "de"): False,
    }


def test_a_constant_encoder_earns_nothing():
    items = pd.DataFrame(
        {"language": "en", "item": ["0"], "query": ["q"], "positive": ["p"], "negative": ["n"]}
    )
    outcome = outcomes("triplets", items, {"p": 0, "n": 0}, {"q": 0}).iloc[0]
    assert not outcome["correct"]
    assert outcome["rank"] == 2


def test_retrieval_ranks_the_pool_of_each_language():
    items = pd.DataFrame(
        [
            ("en", "q1", "question one", 0, "A"),
            ("en", "q2", "question two", 1, "B"),
            ("en", None, None, 2, "C"),
            ("de", "q1", "Frage eins", 0, "AA"),
            ("de", "q2", "Frage zwei", 1, "BB"),
            ("de", None, None, 2, "CC"),
        ],
        columns=["language", "item", "query", "passage", "document"],
    )
    documents = {"A": 0, "B": 40, "C": 80, "AA": 0, "BB": 40, "CC": 80}
    queries = {"question one": 5, "question two": 75, "Frage eins": 50, "Frage zwei": 40}
    found = outcomes("qa-retrieval", items, documents, queries)
    index = ["query_language", "document_language", "item"]
    ranks = found.set_index(index)["rank"].to_dict()
    assert ranks["en", "en", "q1"] == 1
    assert ranks["en", "de", "q2"] == 2
    assert ranks["de", "en", "q1"] == 3
    assert ranks["de", "de", "q2"] == 1
    assert found["mrr@10"].tolist() == pytest.approx((1 / found["rank"]).tolist())


@given(
    documents=st.integers(1, 40),
    answers=st.lists(st.integers(0, 1000), min_size=1, max_size=8),
    seed=st.integers(0, 99),
    levels=st.integers(1, 20),
)
def test_measures_are_those_of_trec_eval(documents, answers, seed, levels):
    # Few levels of scores make many ties, of which the answer always comes last.
    rng = np.random.default_rng(seed)
    scores = rng.integers(levels, size=(len(answers), documents)).astype(np.float32)
    answers = np.array(answers) % documents
    measures = retrieval_measures(ranks_of(scores, answers))
    rows = np.arange(len(answers))
    scores[rows, answers] -= 0.5
    run = {
        str(row): dict(zip(map(str, range(documents)), map(float, scores[row]), strict=True))
        for row in rows
    }
    truth = {str(row): {str(answer): 1} for row, answer in enumerate(answers)}
    for row, values in (
        pytrec_eval.RelevanceEvaluator(truth, {"recip_rank", "ndcg_cut_10"}).evaluate(run).items()
    ):
        reciprocal = values["recip_rank"]
        expected = reciprocal if reciprocal >= 0.1 else 0
        assert measures["mrr@10"][int(row)] == pytest.approx(expected)
        assert measures["ndcg@10"][int(row)] == pytest.approx(values["ndcg_cut_10"])


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
