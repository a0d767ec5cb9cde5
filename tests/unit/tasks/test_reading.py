import pandas as pd
import pytest
from records import ONE_ITEM, write_beir_folder

from adiabatic.tasks.files import TaskFiles
from adiabatic.tasks.reading import read_task


@pytest.mark.parametrize("kind", ONE_ITEM)
def test_a_set_is_read_by_the_reader_of_its_kind(write_file, tmp_path, kind):
    path = write_file("set.csv", ONE_ITEM[kind])
    counts = read_task(kind, TaskFiles([path], ["en"]), tmp_path / "items.parquet")
    items = pd.read_parquet(tmp_path / "items.parquet")
    assert counts.used == 1
    assert items["language"].tolist() == ["en"]
    assert items["item"].notna().all()
    assert items["query"].tolist() in (["one"], ["q?"], ["q"])


def test_a_large_set_is_written_by_its_reader(tmp_path):
    write_beir_folder(tmp_path / "set", {"d1": "cats"}, {"q1": "which?"}, {("q1", "d1"): 1})
    files = TaskFiles([str(tmp_path / "set")], ["en"])
    counts = read_task("beir", files, tmp_path / "items.parquet")
    assert (counts.passages, counts.queries_used) == (1, 1)
    documents = pd.read_parquet(tmp_path / "items.parquet")["document"]
    assert documents.dropna().tolist() == ["cats"]
