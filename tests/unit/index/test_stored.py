import json

import numpy as np
import pytest
from planted_index import write_parquet

from adiabatic.index.blocks import IndexSettings
from adiabatic.index.reading import read_index
from adiabatic.index.stored import StoredIndex
from adiabatic.io.errors import InputError

VECTORS = np.random.default_rng(0).normal(size=(25_000, 2)).astype(np.float32)
TEXTS = [None if n % 2 else f"text {n}" for n in range(25_000)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("index")
    path = write_parquet(found / "i.parquet", range(25_000), VECTORS, TEXTS)
    read_index(IndexSettings("parquet", path=str(path)), found / "read", lambda line: None)
    return found / "read"


def test_rows_are_found_in_any_order_and_as_often_as_asked(folder):
    index, rows = StoredIndex.of(folder), np.array([24_999, 3, 12_000, 3, 0])
    assert index.ids(rows) == ["24999", "3", "12000", "3", "0"]
    assert index.texts(rows) == [None, None, "text 12000", None, "text 0"]
    assert np.array_equal(index.vectors[rows], VECTORS[rows])
    assert index.ids(np.array([], dtype=int)) == []


def test_documents_with_texts_are_known(folder):
    assert np.array_equal(StoredIndex.of(folder).with_texts(), np.arange(0, 25_000, 2))
    assert StoredIndex.of(folder).approximate == ""


def test_vectors_cannot_be_written(folder):
    with pytest.raises(ValueError, match="read-only"):
        StoredIndex.of(folder).vectors[0] = 1


def test_what_is_missing_or_of_another_reading_is_named(folder, tmp_path):
    with pytest.raises(InputError, match="cannot be read as an index"):
        StoredIndex.of(tmp_path)
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    provenance = json.loads((tmp_path / "provenance.json").read_text())
    (tmp_path / "provenance.json").write_text(json.dumps(provenance | {"documents": 7}))
    with pytest.raises(
        InputError, match=r"shape \(25000, 2\) found; provenance.json says \(7, 2\)"
    ):
        StoredIndex.of(tmp_path)
