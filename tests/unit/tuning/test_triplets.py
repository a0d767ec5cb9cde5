import numpy as np
import pytest

from adiabatic.encoding.devices import Processes
from adiabatic.encoding.encoder import load_encoder
from adiabatic.tuning.triplets import Triplets, training_tokens, triplet_accuracy

QUERIES, TEXTS = ["cat dog", "owl", "the fox"], ["a cow", "the hen", "an ant", "a bee"]


@pytest.fixture(scope="module")
def encoder(tiny_encoder_folder):
    return load_encoder(tiny_encoder_folder)


@pytest.fixture
def triplets(encoder):
    rows = np.array([[0, 1, 2], [3, 2, 0]])
    return Triplets(encoder.tokenize(QUERIES, "query"), *rows)


def test_accuracy_is_the_share_of_positives_that_are_closer(encoder, triplets):
    documents = encoder.encode(TEXTS, "document")
    scores = encoder.encode(QUERIES, "query") @ documents.T
    rows = np.arange(3)
    expected = (scores[rows, triplets.positives] > scores[rows, triplets.negatives]).mean()
    assert triplet_accuracy(encoder, triplets, documents, Processes()) == pytest.approx(expected)
    tokens = encoder.tokenize(TEXTS, "document")
    assert triplet_accuracy(encoder, triplets, tokens, Processes()) == pytest.approx(expected)


def test_tokens_are_those_of_queries_and_of_documents_that_are_encoded(encoder, triplets):
    documents = encoder.tokenize(TEXTS, "document")
    of_queries = set(triplets.queries.flat)
    vectors = np.zeros((4, 2), dtype=np.float32)
    assert training_tokens(triplets, vectors).tolist() == sorted(of_queries)
    both = training_tokens(triplets, documents).tolist()
    assert both == sorted(of_queries | set(documents.flat))
