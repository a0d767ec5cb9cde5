import json

import pandas as pd
import pytest

from adiabatic.evaluation.contamination import (
    ItemSet,
    check_evaluation_sets,
    contamination_in_words,
    held_out_items,
    task_items,
    without_items,
)
from adiabatic.io.errors import InputError
from adiabatic.tasks.beir import write_beir
from adiabatic.tasks.files import TaskFiles

TUNING = pd.DataFrame(
    [
        ("Who wrote it?", "She wrote it.", "He read it.", "train"),
        ("what is seen", "It is seen.", "She wrote it.", "validation"),
        ("where was it", "It was there.", "It is seen.", "test"),
    ],
    columns=["query", "positive", "negative", "split"],
)
QA = pd.DataFrame(
    [
        ("en", "1", "who  wrote it", 0, "Somebody."),
        ("en", "2", "another one", 1, "IT IS SEEN"),
        ("en", "3", "another one", 2, "He read it."),
        ("en", None, None, 3, "She wrote it."),
        ("de", "1", "Wer?", 0, "Jemand."),
        ("de", "2", "Was?", 1, "Man sieht es."),
        ("de", "3", "Wo was it?", 2, "Er las es."),
        ("de", None, None, 3, "Sie schrieb es."),
    ],
    columns=["language", "item", "query", "passage", "document"],
)
SETS = [
    ItemSet("held-out", "triplets", held_out_items(TUNING)),
    ItemSet("qa", "qa-retrieval", QA),
]


def test_what_the_tuning_data_has_too_is_counted_by_set():
    table, excluded = check_evaluation_sets(SETS, TUNING, "report")
    assert excluded.empty
    assert excluded.columns.tolist() == ["set", "item"]
    held_out, qa = (row._asdict() for row in table.itertuples(index=False))
    # Its positive is a positive of the test split alone.
    assert (held_out["items"], held_out["contaminated"]) == (1, 0)
    assert qa == {
        "set": "qa", "kind": "qa-retrieval", "languages": "en de", "items": 3, "documents": 8,
        "duplicates": 1, "shared_queries": 1, "shared_passages": 1, "contaminated": 2,
        "excluded": 0,
    }  # fmt: skip
    told = contamination_in_words(table)
    assert "2 items of the evaluation sets are in the tuning data (2 of 3 in qa): they cou" in told
    assert contamination_in_words(table.iloc[:1]).startswith("No item")


def test_items_are_excluded_in_all_languages_and_their_documents_are_still_searched():
    table, excluded = check_evaluation_sets(SETS, TUNING, "exclude")
    assert table["excluded"].tolist() == [0, 2]
    assert excluded.to_numpy().tolist() == [["qa", "1"], ["qa", "2"]]
    assert contamination_in_words(table).endswith("were excluded.")
    kept = without_items(QA, excluded["item"])
    assert kept["item"].dropna().tolist() == ["3", "3"]
    assert kept["query"].dropna().tolist() == ["another one", "Wo was it?"]
    assert kept["document"].equals(QA["document"])


def test_a_set_of_which_nothing_is_left_is_named():
    only = [ItemSet("qa", "qa-retrieval", QA[QA["item"] == "1"])]
    check_evaluation_sets(only, TUNING, "report")
    with pytest.raises(InputError, match=r"leaves nothing of qa, of which .* all 1 items"):
        check_evaluation_sets(only, TUNING, "exclude")


def test_relevant_passages_of_a_beir_folder_are_read_with_its_queries(tmp_path):
    def lines(name, records):
        text = "".join(json.dumps(record) + "\n" for record in records)
        (tmp_path / name).write_text(text)

    texts = ["Nothing.", "It is seen!", "Something."]
    lines("corpus.jsonl", [{"_id": f"d{n}", "text": text} for n, text in enumerate(texts)])
    lines("queries.jsonl", [{"_id": f"q{n}", "text": f"query {n}"} for n in range(2)])
    (tmp_path / "qrels").mkdir()
    rows = ["query-id\tcorpus-id\tscore", "q0\td0\t1", "q0\td1\t2", "q1\td2\t1"]
    (tmp_path / "qrels/test.tsv").write_text("\n".join(rows))
    write_beir(TaskFiles([str(tmp_path)], ["en"]), tmp_path / "beir.parquet")
    part = task_items("judged", "beir", tmp_path / "beir.parquet")
    table, excluded = check_evaluation_sets([part], TUNING, "exclude")
    assert table.iloc[0][["items", "documents", "shared_passages"]].tolist() == [2, 3, 1]
    assert excluded["item"].tolist() == ["q0"]
