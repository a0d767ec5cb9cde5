import gzip
import json

import pyarrow.parquet as pq
import pytest
from records import write_beir_folder

from adiabatic.io.errors import InputError
from adiabatic.tasks import beir
from adiabatic.tasks.beir import read_queries, write_beir
from adiabatic.tasks.files import TaskFiles

CORPUS = {"d1": "cats", "d2": "dogs", "d3": "hens", "q2": "what hens do"}
QUERIES = {"q1": "which cats?", "q2": "what hens do", "q3": "who?", "q4": "no one"}
JUDGMENTS = {("q1", "d2"): 1, ("q1", "d1"): 3, ("q1", "d3"): 0, ("q2", "d3"): 2, ("q4", "d1"): 0}


@pytest.fixture
def folder(tmp_path):
    write_beir_folder(tmp_path / "set", CORPUS, QUERIES, JUDGMENTS)
    return tmp_path / "set"


def read(folder, out, languages=("en",), split="test", limit=None):
    files = TaskFiles([str(folder)], list(languages), limit, split=split)
    counts = write_beir(files, out / "set.parquet")
    return read_queries(out / "set.parquet"), counts


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_queries_have_their_relevant_passages_by_number(folder, tmp_path, monkeypatch, batch):
    monkeypatch.setattr(beir, "BATCH", batch)
    queries, counts = read(folder, tmp_path)
    assert queries["item"].tolist() == ["q1", "q2"]
    assert queries["query"].tolist() == ["which cats?", "what hens do"]
    assert [part.tolist() for part in queries["relevant"]] == [[1, 0], [2]]
    assert [part.tolist() for part in queries["grades"]] == [[1, 3], [2]]
    # The passage with the query's own id is not searched for it.
    assert queries["itself"].fillna(-1).tolist() == [-1, 3]
    assert queries[["pool_start", "pool_end"]].drop_duplicates().to_numpy().tolist() == [[0, 4]]
    documents = pq.read_table(tmp_path / "set.parquet")["document"].drop_null().to_pylist()
    assert documents == list(CORPUS.values())
    assert (counts.passages, counts.judgments, counts.of_grade_0) == (4, 5, 2)
    assert (counts.queries, counts.queries_without_judgment) == (4, 1)
    assert (counts.queries_without_relevant_passage, counts.queries_used) == (1, 2)


def test_a_passage_with_the_querys_id_stays_where_it_was_judged_relevant(tmp_path):
    write_beir_folder(tmp_path, {"1": "cats", "2": "dogs"}, {"1": "cat?"}, {("1", "1"): 1})
    assert read(tmp_path, tmp_path)[0]["itself"].isna().all()


def test_every_language_has_its_own_passages(tmp_path):
    for language in ("en", "de"):
        corpus = {passage: f"{text} {language}" for passage, text in CORPUS.items()}
        write_beir_folder(tmp_path / language, corpus, QUERIES, JUDGMENTS, "dev", packed=True)
    queries, counts = read(tmp_path / "{language}", tmp_path, ["en", "de"], "dev", 1)
    assert queries["language"].tolist() == ["en", "de"]
    assert [part.tolist() for part in queries["relevant"]] == [[1, 0], [5, 4]]
    assert queries["pool_start"].tolist() == [0, 4]
    assert queries["pool_end"].tolist() == [4, 8]
    assert (counts.passages, counts.queries, counts.queries_used) == (8, 8, 2)
    with pytest.raises(InputError, match="one file found for 2 languages"):
        read(tmp_path / "en", tmp_path, ["en", "de"], "dev")


def test_title_and_text_are_joined_and_either_may_be_missing(folder, tmp_path):
    records = [("d1", "T", "text"), ("d2", "", "text"), ("d3", "T", ""), ("q2", None, "")]
    lines = [json.dumps({"_id": i, "title": title, "text": t}) for i, title, t in records]
    (folder / "corpus.jsonl").write_text("\n".join(lines))
    _, counts = read(folder, tmp_path)
    documents = pq.read_table(tmp_path / "set.parquet")["document"].drop_null().to_pylist()
    assert documents == ["T text", "text", "T", ""]
    assert counts.empty_passages == 1


HEADER = "query-id\tcorpus-id\tscore\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("corpus.jsonl", '{"_id": "d1"}', r'corpus\.jsonl, line 1: "text" is None'),
        ("corpus.jsonl", '{"text": "x"}', r'line 1: "_id" is missing'),
        ("corpus.jsonl", '{"_id": "d", "title": 7, "text": "x"}', '"title" is 7'),
        ("corpus.jsonl", '{"_id": "d", "text": "x"}\n' * 2, "line 2: _id 'd' found twice"),
        ("corpus.jsonl", "", "no passage found"),
        ("queries.jsonl", '{"_id": "q1", "text": " "}', r'queries\.jsonl, line 1: "text" is'),
        ("queries.jsonl", '{"_id": "q1", "text": "x"}\n' * 2, "line 2: _id 'q1' found twice"),
        ("qrels/test.tsv", "q1\td1\t1\n", "line 1: .* found; the header query-id, corpus-id"),
        ("qrels/test.tsv", HEADER, "no judgment found"),
        ("qrels/test.tsv", HEADER + "q1\td1\n", "line 2: 2 columns found"),
        ("qrels/test.tsv", HEADER + "q1\td1\t-1\n", "line 2: score '-1' found; a whole number, 0"),
        ("qrels/test.tsv", HEADER + "q1\td1\t0.5\n", "line 2: score '0.5' found"),
        ("qrels/test.tsv", HEADER + "q1\td1\t1\nq1\td1\t2\n", "line 3: passage 'd1' judged twice"),
        ("qrels/test.tsv", HEADER + "q1\td1\t1\nq9\td1\t2\n", "line 3: query-id 'q9' found"),
        ("qrels/test.tsv", HEADER + "q1\td9\t1\nq2\td8\t0\n", r"line 2: corpus-id 'd9'.*\(2 such"),
        ("qrels/test.tsv", HEADER + "q1\td1\t0\n", "no relevant passage found"),
    ],
)
def test_bad_input_is_named_by_file_and_line(folder, tmp_path, name, content, message):
    (folder / name).write_text(content)
    with pytest.raises(InputError, match=message):
        read(folder, tmp_path)


def test_a_file_that_is_missing_or_cut_off_is_named(folder, tmp_path):
    packed = gzip.compress(b'{"_id": "d1", "text": "x"}\n' * 1000)
    (folder / "corpus.jsonl").unlink()
    (folder / "corpus.jsonl.gz").write_bytes(packed[:-9])
    with pytest.raises(InputError, match=r"corpus\.jsonl\.gz"):
        read(folder, tmp_path)
    (folder / "corpus.jsonl.gz").unlink()
    with pytest.raises(InputError, match=r"set: neither corpus\.jsonl nor corpus\.jsonl\.gz"):
        read(folder, tmp_path)
