import numpy as np
import pandas as pd
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from adiabatic.encoding.corpora import document_rows, document_texts
from adiabatic.evaluation.outcomes import encode_queries, outcomes_of
from adiabatic.evaluation.scorers import ranks_of, retrieval_measures
from adiabatic.evaluation.sets import EvaluationSet


class Lookup:
    """An encoder that knows the vector of each text by heart."""

    def __init__(self, vectors):
        self.known = vectors

    def encode(self, texts, side, progress=None):
        assert side == "query"
        return np.array([self.known[text] for text in texts], dtype=np.float32)


def angle(degrees):
    return [np.cos(np.radians(degrees)), np.sin(np.radians(degrees))]


def evaluation_set(kind, items, vectors, columns):
    corpus = document_texts([items], columns)
    return EvaluationSet(
        "task", "all", kind, items, corpus, np.array([vectors[t] for t in corpus], np.float32)
    )


def test_xnli_compares_every_pair_of_languages():
    items = pd.DataFrame(
        [
            ("en", "0", "premise", "e-en", "n-en", "c-en"),
            ("de", "0", "Prämisse", "e-de", "n-de", "c-de"),
        ],
        columns=["language", "item", "query", "entailment", "neutral", "contradiction"],
    )
    documents = {"e-en": 10, "n-en": 50, "c-en": 90, "e-de": 60, "n-de": 20, "c-de": 90}
    documents = {text: angle(a) for text, a in documents.items()}
    part = evaluation_set("xnli", items, documents, ["entailment", "neutral", "contradiction"])
    encoder = Lookup({"premise": angle(0), "Prämisse": angle(80)})
    outcomes = outcomes_of(encode_queries(encoder, [part]), [part])
    right = outcomes.set_index(["subset", "query_language", "document_language"])["correct"].to_dict()
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
    part = evaluation_set("triplets", items, {"p": [1, 0], "n": [1, 0]}, ["positive", "negative"])
    outcome = outcomes_of(encode_queries(Lookup({"q": [1, 0]}), [part]), [part]).iloc[0]
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
    angles = {"A": 0, "B": 40, "C": 80, "AA": 0, "BB": 40, "CC": 80}
    documents = {text: angle(a) for text, a in angles.items()}
    queries = {"question one": 5, "question two": 75, "Frage eins": 50, "Frage zwei": 40}
    part = evaluation_set("qa-retrieval", items, documents, ["document"])
    encoder = Lookup({text: angle(a) for text, a in queries.items()})
    outcomes = outcomes_of(encode_queries(encoder, [part]), [part])
    index = ["query_language", "document_language", "item"]
    ranks = outcomes.set_index(index)["rank"].to_dict()
    assert ranks["en", "en", "q1"] == 1
    assert ranks["en", "de", "q2"] == 2
    assert ranks["de", "en", "q1"] == 3
    assert ranks["de", "de", "q2"] == 1
    assert outcomes["mrr@10"].tolist() == pytest.approx((1 / outcomes["rank"]).tolist())


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


def test_a_text_outside_the_corpus_is_refused():
    with pytest.raises(ValueError, match="not in the corpus"):
        document_rows(pd.Index(["a"]), pd.Series(["a", "b"]))


def test_documents_are_distinct_in_order_of_first_appearance():
    frames = [
        pd.DataFrame({"p": ["b", "a"], "n": ["a", "c"]}),
        pd.DataFrame({"p": ["d"], "n": ["b"]}),
    ]
    assert document_texts(frames, ["p", "n"]).tolist() == ["b", "a", "c", "d"]
