import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from planted_index import write_parquet

from adiabatic.index import parquet_store
from adiabatic.index.blocks import IndexSettings
from adiabatic.index.parquet_store import index_files
from adiabatic.index.stores import opened
from adiabatic.io.errors import InputError

VECTORS = np.random.default_rng(0).normal(size=(25, 3)).astype(np.float32)
TEXTS = [f"text {n}" if n % 2 else None for n in range(25)]


def blocks(path, place=None, **changed):
    return list(opened(IndexSettings("parquet", path=str(path), **changed)).blocks(place))


def table(vectors=VECTORS, ids=None, **columns):
    ids = pa.array(range(len(vectors))) if ids is None else ids
    return pa.table({"id": ids, "vector": vectors} | columns)


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        (pa.list_(pa.float32()), np.float32),
        (pa.large_list(pa.float64()), np.float64),
        (pa.list_(pa.float16(), 3), np.float16),
        (pa.list_(pa.int8()), np.int8),
    ],
)
def test_every_type_of_vectors(tmp_path, kind, dtype):
    values = (VECTORS * 10).astype(dtype)
    column = pa.array(list(values), kind)
    pq.write_table(table(column, text=TEXTS), tmp_path / "i.parquet")
    (block,) = blocks(tmp_path / "i.parquet")
    assert block.vectors.dtype == np.float32
    assert np.array_equal(block.vectors, values.astype(np.float32))
    assert block.ids[:2] == ["0", "1"]
    assert block.texts == TEXTS


@pytest.fixture
def folder(tmp_path):
    """An index of 75 documents in three files of two formats, and other things."""
    whole = np.concatenate([VECTORS, VECTORS + 1, VECTORS + 2])
    columns = table(list(whole), text=TEXTS * 3)
    found = tmp_path / "index"
    found.mkdir()
    pq.write_table(columns[:30], found / "a.parquet", row_group_size=7)
    with (
        pa.OSFile(str(found / "b.arrow"), "wb") as file,
        pa.ipc.new_file(file, columns.schema) as writer,
    ):
        writer.write_table(columns[30:50], max_chunksize=8)
    with (
        pa.OSFile(str(found / "c.arrow"), "wb") as file,
        pa.ipc.new_stream(file, columns.schema) as writer,
    ):
        writer.write_table(columns[50:])
    (found / "README.md").write_text("not an index")
    (found / "_metadata.parquet").write_text("nor this")
    return found, whole


def test_a_folder_is_read_in_the_order_of_its_files(folder):
    path, whole = folder
    found = blocks(path)
    assert [name for block in found for name in block.ids] == [str(n) for n in range(75)]
    assert np.array_equal(np.concatenate([block.vectors for block in found]), whole)
    assert [file.name for file in index_files(path)] == ["a.parquet", "b.arrow", "c.arrow"]


def test_a_reading_goes_on_after_any_block(folder, monkeypatch):
    monkeypatch.setattr(parquet_store, "BLOCK", 4)
    path, _ = folder
    found = blocks(path)
    names = [name for block in found for name in block.ids]
    for number, block in enumerate(found):
        rest = [name for later in blocks(path, block.place) for name in later.ids]
        assert rest == [name for later in found[number + 1 :] for name in later.ids]
        assert rest == names[len(names) - len(rest) :]


def test_columns_may_have_other_names(tmp_path):
    pq.write_table(
        pa.table({"key": ["a"], "embedding": [[1.0]], "body": ["one"], "text": ["other"]}),
        tmp_path / "i.parquet",
    )
    (block,) = blocks(tmp_path / "i.parquet", id="key", vector="embedding", text="body")
    assert (block.ids, block.texts) == (["a"], ["one"])


def test_texts_may_be_missing(tmp_path):
    (block,) = blocks(write_parquet(tmp_path / "i.parquet", ["a"], np.ones((1, 2))))
    assert block.texts is None


@pytest.mark.parametrize(
    ("columns", "settings", "message"),
    [
        (table([[1.0]]), {"vector": "embedding"}, "column 'embedding' is missing; there are id, v"),
        (table([[1.0]]), {"text": "body"}, "column 'body' is missing"),
        (table([[1.0], [1.0, 2.0]]), {}, "id '1' has a vector of 2 numbers; 1 are needed"),
        (table([[1.0], None]), {}, "id '1': None found as its vector"),
        (table(["x"]), {}, "string found as vectors; lists of numbers are needed"),
        (table([["x"]]), {}, "found as vectors; lists of numbers are needed"),
        (table([[1.0]], pa.array([1.5])), {}, "double found as ids; texts or whole numbers"),
        (table([[1.0]], pa.array([None], pa.string())), {}, "a row without an id found"),
        (table([[1.0]], pa.array([""])), {}, "a row without an id found"),
        (table([[1.0]], text=[3]), {}, "int64 found in column text; texts are needed"),
    ],
)
def test_bad_content_is_named(tmp_path, columns, settings, message):
    pq.write_table(columns, tmp_path / "i.parquet")
    with pytest.raises(InputError, match=message):
        blocks(tmp_path / "i.parquet", **settings)


def test_a_file_that_is_none_is_named(tmp_path):
    for name, kind in (("i.parquet", "a Parquet"), ("i.arrow", "an Arrow")):
        (tmp_path / name).write_bytes(b"nothing at all")
        with pytest.raises(InputError, match=f"{name}: cannot be read as {kind} file"):
            blocks(tmp_path / name)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"empty: no file found in it; .parquet, .pq, .arrow"):
        blocks(tmp_path / "empty")


def test_a_file_that_is_cut_off_is_named(tmp_path):
    path = write_parquet(tmp_path / "i.parquet", range(25), VECTORS)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="cannot be read as a Parquet file"):
        blocks(path)
