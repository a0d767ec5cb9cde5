import numpy as np
import pandas as pd
import pytest
from records import write_beir_folder

from adiabatic.encoding.document_vectors import write_vectors
from adiabatic.evaluation.faiss_index import build_index, write_index
from adiabatic.evaluation.judged_retrieval import search_recall
from adiabatic.evaluation.outcomes import Queries, outcomes_of
from adiabatic.evaluation.sets import task_set
from adiabatic.tasks.beir import write_beir
from adiabatic.tasks.files import TaskFiles

# The passage with a query's own id is not searched for it.
CORPUS = {"q0": "a", "d1": "b", "d2": "c"}
QUERIES = {"q0": "x", "q1": "y"}
JUDGMENTS = {("q0", "d1"): 2, ("q1", "d1"): 1, ("q1", "d2"): 2}
VECTORS = np.array([[1, 0], [0.8, 0.6], [0, 1]], np.float32)
OF_QUERIES = Queries(pd.Index(["x", "y"]), np.array([[1, 0], [0.9, 0.1]], np.float32))


@pytest.fixture
def files(tmp_path):
    """The set's items, its documents' vectors, and an index of them."""
    write_beir_folder(tmp_path / "set", CORPUS, QUERIES, JUDGMENTS)
    items, vectors, index = (tmp_path / f"set.{name}" for name in ("parquet", "npy", "faiss"))
    write_beir(TaskFiles([str(tmp_path / "set")], ["en"]), items)
    write_vectors(vectors, VECTORS, list("abc"), "encoder")
    write_index(index, build_index(VECTORS, np.arange(3), 0), vectors)
    return items, vectors, index


def test_passages_are_ranked_by_graded_judgments(files):
    items, vectors, _ = files
    found = outcomes_of(OF_QUERIES, [task_set("set", "beir", items, vectors)]).set_index("item")
    assert found["rank"].to_dict() == {"q0": 1, "q1": 2}
    assert found["correct"].to_dict() == {"q0": True, "q1": False}
    assert found.loc["q0", "ndcg@10"] == 1
    # For q1 the irrelevant passage comes first, then those of grades 1 and 2.
    gain, ideal = 1 / np.log2(3) + 2 / np.log2(4), 2 + 1 / np.log2(3)
    assert found.loc["q1", "ndcg@10"] == pytest.approx(gain / ideal)
    assert (found["recall@100"] == 1).all()


def test_an_index_gives_the_same_outcomes_and_its_recall_is_told(files):
    exact, fast = task_set("set", "beir", *files[:2]), task_set("set", "beir", *files)
    assert outcomes_of(OF_QUERIES, [exact]).equals(outcomes_of(OF_QUERIES, [fast]))
    (row,) = search_recall(OF_QUERIES, [exact, fast]).to_dict("records")
    assert row == {
        "task": "set", "language": "en", "passages": 3, "queries": 2, "recall@100": 1.0,
        "relevant_exact": 1.0, "relevant_found": 1.0,
    }  # fmt: skip
