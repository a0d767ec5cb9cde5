import numpy as np
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from adiabatic.evaluation.search import (
    DEPTH,
    Judgments,
    exact_search,
    graded_measures,
    ranks_of_relevant,
    recall_of,
)


def drawn(seed, queries, documents, levels):
    """Vectors of whole numbers, whose scores tie often and do not round, and graded judgments."""
    rng = np.random.default_rng(seed)
    vectors = rng.integers(levels, size=(documents, 3)).astype(np.float32)
    of_queries = rng.integers(levels, size=(queries, 3)).astype(np.float32)
    relevant = [
        rng.choice(documents, size=rng.integers(1, min(documents, 6) + 1), replace=False).tolist()
        for _ in range(queries)
    ]
    grades = [rng.integers(1, 4, size=len(part)).tolist() for part in relevant]
    free = [sorted(set(range(documents)) - set(part)) for part in relevant]
    itself = [int(rng.choice(part)) if part and rng.random() < 0.5 else -1 for part in free]
    return of_queries, vectors, Judgments.of(relevant, grades, np.array(itself))


@given(
    seed=st.integers(0, 999),
    queries=st.integers(1, 6),
    documents=st.integers(1, 300),
    levels=st.integers(1, 9),
)
def test_measures_are_those_of_trec_eval(seed, queries, documents, levels):
    of_queries, vectors, judgments = drawn(seed, queries, documents, levels)
    found = exact_search(of_queries, vectors, np.arange(documents), judgments, 37)
    measures = graded_measures(ranks_of_relevant(found, judgments), judgments)
    # A tie counts against what is relevant, and the more so the more relevant it is.
    scores = (of_queries @ vectors.T).astype(float)
    truth, run = {}, {}
    for query in range(queries):
        part = slice(*judgments.starts[query : query + 2])
        relevant, grades = judgments.documents[part], judgments.grades[part]
        scores[query, relevant] -= 0.01 * grades
        truth[str(query)] = {str(d): int(g) for d, g in zip(relevant, grades, strict=True)}
        run[str(query)] = {
            str(d): s for d, s in enumerate(scores[query]) if d != judgments.itself[query]
        }
    wanted = {"recip_rank", "ndcg_cut_10", "recall_100"}
    evaluated = pytrec_eval.RelevanceEvaluator(truth, wanted).evaluate(run)
    for query, values in evaluated.items():
        reciprocal = values["recip_rank"] if values["recip_rank"] >= 0.1 else 0
        place = int(query)
        assert measures["mrr@10"][place] == pytest.approx(reciprocal)
        assert measures["ndcg@10"][place] == pytest.approx(values["ndcg_cut_10"])
        assert measures["recall@100"][place] == pytest.approx(values["recall_100"])
        rank = round(1 / values["recip_rank"])
        assert measures["rank"][place] == min(rank, DEPTH + 1)


@pytest.mark.parametrize("block", [1, 7, 100, 5000])
def test_blocks_of_any_size_give_the_same_ranks(block, monkeypatch):
    of_queries, vectors, judgments = drawn(5, 20, 1000, 6)
    rows = np.random.default_rng(0).permutation(1000)
    whole = exact_search(of_queries, vectors[rows], np.arange(1000), judgments)
    monkeypatch.setattr("adiabatic.evaluation.search.QUERIES", 3)
    parts = exact_search(of_queries, vectors, rows, judgments, block)
    assert (np.sort(parts.others) == np.sort(whole.others)).all()
    ranks = [ranks_of_relevant(found, judgments).tolist() for found in (whole, parts)]
    assert ranks[0] == ranks[1]


def test_recall_is_the_share_of_the_best():
    exact = np.full((2, DEPTH), -np.inf, np.float32)
    exact[:, :4] = [[9, 8, 7, 6], [5, 4, 3, 2]]
    found = np.full((2, DEPTH), -np.inf, np.float32)
    found[:, :4] = [[9, 8, 7, 6], [5, 3, 1, 0]]
    assert recall_of(found, exact) == pytest.approx((1 + 0.5) / 2)
    assert recall_of(exact, exact) == 1
