"""Vectors that mteb's tasks ask for, and scores against those computed here."""

import numpy as np
import pytest
from mteb_data import ENGLISH, GERMAN, LABELS, OTHERS
from scipy.stats import spearmanr
from sklearn.metrics import average_precision_score

from adiabatic.encoding.encoder import load_encoder
from adiabatic.evaluation.mteb_encoder import Documents, TwoSidedEncoder, evaluated, read_documents
from adiabatic.evaluation.mteb_tasks import chosen_tasks, loaded_task, query_side
from adiabatic.io.errors import InputError


@pytest.fixture(scope="module")
def encoders(tiny_encoder_folder, moved_encoder_folder):
    """The base, and a query encoder some way from it."""
    return load_encoder(tiny_encoder_folder), load_encoder(moved_encoder_folder)


def documents(base):
    return Documents(lambda texts: base.encode(texts, "document"))


def score(queries, base, name, data):
    """The only main score of a task."""
    languages = {"XNLI": ["eng"], "BUCC.v2": ["deu", "eng"], "XQuADRetrieval": ["eng"]}
    splits = {"XNLI": ["test"]}
    (task,) = chosen_tasks([name], languages.get(name, []), splits.get(name, []))
    with loaded_task(task, data):
        (row,) = evaluated(TwoSidedEncoder(queries, documents(base)), task)
    return row["main_score"]


def average_precision(queries, documents):
    a, b = queries.encode(ENGLISH, "query"), documents.encode(OTHERS, "document")
    # mteb takes the best of several similarities.
    measures = [(a * b).sum(1), -np.linalg.norm(a - b, axis=1), -np.abs(a - b).sum(1)]
    return max(average_precision_score(LABELS, measure) for measure in measures)


def bitext_f1(queries, documents):
    from sklearn.metrics import f1_score

    similar = queries.encode(GERMAN, "query") @ documents.encode(ENGLISH, "document").T
    return f1_score(
        range(len(similar)), similar.argmax(axis=1), average="weighted", zero_division=0
    )


def ndcg_at_10(queries, documents):
    similar = queries.encode(GERMAN, "query") @ documents.encode(ENGLISH, "document").T
    ranks = (similar > np.diag(similar)[:, None]).sum(axis=1) + 1
    return np.where(ranks <= 10, 1 / np.log2(ranks + 1), 0).mean()


def summary_correlation(queries, documents):
    similar = queries.encode(OTHERS, "query") @ documents.encode(GERMAN, "document").T
    columns = [similar[number : number + 5, number] for number in range(8)]
    return np.mean([spearmanr([1, 5, 2, 4, 3], column).statistic for column in columns])


@pytest.mark.parametrize(
    ("name", "oracle"),
    [
        ("XNLI", average_precision),
        ("BUCC.v2", bitext_f1),
        ("XQuADRetrieval", ndcg_at_10),
        ("SummEvalSummarization.v2", summary_correlation),
    ],
)
def test_queries_are_by_the_tuned_encoder_and_documents_by_the_base(
    encoders, mteb_data, name, oracle
):
    base, tuned = encoders
    found = score(tuned, base, name, mteb_data)
    assert found == pytest.approx(oracle(tuned, base), abs=1e-6)
    # It is not the base's score, nor that of other sides.
    others = [oracle(*both) for both in ((base, base), (tuned, tuned), (base, tuned))]
    assert min(abs(found - value) for value in others) > 1e-3


def test_one_sort_of_text_is_the_query_encoders(encoders):
    base, tuned = encoders
    (task,) = chosen_tasks(["Banking77Classification"], [], [])
    encoder = TwoSidedEncoder(tuned, documents(base))
    asked = {"task_metadata": task.metadata, "hf_split": "test", "hf_subset": "default"}
    vectors = encoder.encode([{"text": ENGLISH[:3]}, {"text": ENGLISH[3:5]}], **asked)
    np.testing.assert_allclose(vectors, tuned.encode(ENGLISH[:5], "query"), atol=1e-6)
    assert query_side(task) == "every text"


def test_a_side_that_mteb_does_not_name_is_not_guessed(encoders):
    base, tuned = encoders
    # Its evaluation encodes all texts at once and never says which they are.
    (task,) = chosen_tasks(["StakeholderGrounding"], [], [])
    asked = {"task_metadata": task.metadata, "hf_split": "test", "hf_subset": "default"}
    with pytest.raises(InputError, match="StakeholderGrounding: mteb does not say which"):
        TwoSidedEncoder(tuned, documents(base)).encode([{"text": ENGLISH}], **asked)


def test_a_document_is_encoded_once_and_only_by_one_encoder(encoders, tmp_path):
    base, _ = encoders
    encoded = []

    def encode(texts):
        encoded.extend(texts)
        return base.encode(texts, "document")

    store = Documents(encode)
    store.vectors_of([ENGLISH[0], ENGLISH[1], ENGLISH[0]])
    store.save(tmp_path / "documents.safetensors", "digest")
    again = Documents(encode, read_documents(tmp_path / "documents.safetensors", "digest"))
    found = again.vectors_of([ENGLISH[2], ENGLISH[1]])
    assert encoded == ENGLISH[:3]
    wanted = base.encode([ENGLISH[2], ENGLISH[1]], "document")
    np.testing.assert_allclose(found, wanted, atol=1e-6)
    with pytest.raises(InputError, match="vectors of another encoder"):
        read_documents(tmp_path / "documents.safetensors", "other")
