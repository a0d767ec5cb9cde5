import numpy as np
import pandas as pd
import pytest
from records import write_beir_folder

from adiabatic.encoding.corpora import document_texts
from adiabatic.encoding.document_vectors import write_vectors
from adiabatic.evaluation.sets import EvaluationSet, SetFiles, is_parallel, read_sets, task_set
from adiabatic.io.errors import InputError
from adiabatic.tasks.beir import write_beir
from adiabatic.tasks.files import TaskFiles

PAIRS = pd.DataFrame(
    {"anchor_id": ["1", "2"], "anchor": ["a", "b"], "positive": ["p", "q"], "negative": ["q", "p"]}
)
TUNING = pd.DataFrame(
    {
        "query": ["a", "b"],
        "positive": ["r", "s"],
        "negative": ["s", "r"],
        "split": ["train", "test"],
    }
)
QUESTIONS = pd.DataFrame(
    [
        ("en", "1", "x", "X"),
        ("en", "2", "y", "Y"),
        ("de", "1", "xx", "XX"),
        ("de", "2", "yy", "YY"),
    ],
    columns=["language", "item", "query", "document"],
)
DOCUMENTS = {
    "arxiv": (PAIRS, ["positive", "negative"]),
    "tuning": (TUNING, ["positive", "negative"]),
    "qa": (QUESTIONS, ["document"]),
}


@pytest.fixture
def files(tmp_path):
    """Files of arXiv pairs, tuning triplets and a task; vector i of a corpus is all i."""
    named = {"title-random": PAIRS, "tuning": TUNING, "qa": QUESTIONS}
    for name, frame in named.items():
        frame.to_parquet(tmp_path / f"{name}.parquet")
    for name, (frame, columns) in DOCUMENTS.items():
        texts = document_texts([frame], columns)
        vectors = np.repeat(np.arange(len(texts), dtype=np.float32)[:, None], 3, axis=1)
        write_vectors(tmp_path / f"{name}.npy", vectors, texts, "encoder")
    pairs, tuning, task = (tmp_path / f"{name}.parquet" for name in named)
    return SetFiles([pairs], tuning, [task], [tmp_path / f"{name}.npy" for name in DOCUMENTS], [])


def test_sets_come_in_one_order_with_the_vectors_of_their_documents(files):
    sets = read_sets(files, {"qa": "qa-retrieval"})
    assert [(part.task, part.subset, part.kind) for part in sets] == [
        ("arxiv", "title-random", "triplets"),
        ("held-out", "all", "triplets"),
        ("qa", "all", "qa-retrieval"),
    ]
    arxiv, held_out, questions = sets
    # Row i of the vectors is the i-th distinct text.
    assert arxiv.documents(arxiv.items, "negative")[:, 0].tolist() == [1, 0]
    assert held_out.items["query"].tolist() == ["b"]
    assert held_out.documents(held_out.items, "positive")[:, 0].tolist() == [1]
    assert questions.documents(questions.items, "document")[:, 0].tolist() == [0, 1, 2, 3]


def test_excluded_items_are_in_no_set_but_their_documents_are(files, tmp_path):
    excluded = tmp_path / "excluded.parquet"
    pd.DataFrame({"set": ["qa"], "item": ["1"]}).to_parquet(excluded)
    *others, questions = read_sets(files, {"qa": "qa-retrieval"}, excluded)
    assert questions.items["item"].dropna().tolist() == ["2", "2"]
    assert questions.items["document"].tolist() == QUESTIONS["document"].tolist()
    assert [part.items["item"].notna().all() for part in others] == [True, True]


def test_vectors_of_another_corpus_are_refused(files, tmp_path):
    write_vectors(tmp_path / "qa.npy", np.eye(4, dtype=np.float32), list("WXYZ"), "encoder")
    with pytest.raises(InputError, match=r"qa\.npy: vectors of other texts"):
        read_sets(files, {"qa": "qa-retrieval"})


def test_without_vectors_documents_have_none(files):
    sets = read_sets(files._replace(vectors=[]), {"qa": "qa-retrieval"})
    assert [part.vectors.shape for part in sets] == [(2, 0), (2, 0), (4, 0)]


def test_passages_stay_on_the_disk_unless_their_terms_are_searched(tmp_path):
    corpus, judgments = {"d1": "cats", "d2": "dogs", "d3": "cats"}, {("q1", "d2"): 1}
    write_beir_folder(tmp_path / "set", corpus, {"q1": "which?"}, judgments)
    path, vectors = tmp_path / "set.parquet", tmp_path / "set.npy"
    write_beir(TaskFiles([str(tmp_path / "set")], ["en"]), path)
    write_vectors(vectors, np.eye(2, dtype=np.float32), ["cats", "dogs"], "encoder")
    part = task_set("set", "beir", path, vectors)
    assert len(part.corpus) == 0
    # Two passages of one text have one vector.
    assert part.passages.rows.tolist() == [0, 1, 0]
    assert part.passages.index is None
    by_terms = task_set("set", "beir", path)
    assert by_terms.corpus.tolist() == [("en", "cats"), ("en", "dogs"), ("en", "cats")]
    assert by_terms.passages.rows.tolist() == [0, 1, 2]


@pytest.mark.parametrize(("german", "parallel"), [(["1", "2"], True), (["3", "4"], False)])
def test_a_users_set_is_parallel_where_languages_share_items(german, parallel):
    items = QUESTIONS.assign(item=["1", "2", *german])
    nothing = {"corpus": pd.Index([]), "vectors": np.empty((0, 1))}
    assert is_parallel(EvaluationSet("t", "all", "own", items, **nothing)) == parallel
    # The readers of other kinds have seen to it, or the kind says that it is not.
    assert is_parallel(EvaluationSet("t", "all", "xnli", items, **nothing))
    assert not is_parallel(EvaluationSet("t", "all", "triplets", items, **nothing))
