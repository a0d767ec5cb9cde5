import pytest
import torch

from adiabatic.tuning.losses import multiple_negatives_ranking_losses, triplet_margin_losses


def unit_vectors(count, seed):
    vectors = torch.randn(count, 8, generator=torch.manual_seed(seed))
    return torch.nn.functional.normalize(vectors, dim=1)


def test_the_triplet_loss_is_that_of_its_formula():
    queries, positives, negatives = (unit_vectors(5, seed) for seed in range(3))
    cosine = torch.nn.functional.cosine_similarity
    expected = (0.3 - cosine(queries, positives) + cosine(queries, negatives)).clamp(min=0)
    losses = triplet_margin_losses(queries, positives, negatives, 0.3)
    assert losses.numpy() == pytest.approx(expected.numpy(), abs=1e-6)


def test_the_ranking_loss_is_that_of_its_formula_and_knows_a_positive_that_comes_twice():
    queries, documents = unit_vectors(3, 0), unit_vectors(6, 1)
    documents[4] = documents[0]
    rows = torch.tensor([7, 8, 9, 5, 7, 6])
    scores = (queries @ documents.T / 0.1).double()
    expected = []
    for row, candidates in enumerate(([0, 1, 2, 3, 5], range(6), range(6))):
        total = torch.logsumexp(scores[row, list(candidates)], dim=0)
        expected.append((total - scores[row, row]).item())
    losses = multiple_negatives_ranking_losses(queries, documents, rows, 0.1, torch.arange(3))
    assert losses.numpy() == pytest.approx(expected, rel=1e-5)
    # A part of the queries among the documents of all has the same losses.
    own = torch.tensor([1, 2])
    part = multiple_negatives_ranking_losses(queries[1:], documents, rows, 0.1, own)
    assert part.numpy() == pytest.approx(expected[1:], rel=1e-5)
