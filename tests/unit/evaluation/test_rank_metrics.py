import numpy as np
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from adiabatic.evaluation.rank_metrics import (
    average_precision,
    margin_scores,
    ndcg,
    relevant_ranks,
)


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
    places = relevant_ranks(scores, padded)
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
