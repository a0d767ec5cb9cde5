import numpy as np
import pytest

from adiabatic.index import blocks, numpy_store
from adiabatic.index.blocks import IndexSettings
from adiabatic.index.stores import opened
from adiabatic.io.errors import InputError

VECTORS = np.random.default_rng(0).normal(size=(25, 3))


@pytest.fixture
def reader(tmp_path, monkeypatch):
    """A reader of an array, ten documents at a time."""
    monkeypatch.setattr(numpy_store, "BLOCK", 10)

    def make(vectors, ids=25):
        np.save(tmp_path / "v.npy", vectors)
        (tmp_path / "ids.txt").write_text("".join(f"d{number}\n" for number in range(ids)))
        path, names = str(tmp_path / "v.npy"), str(tmp_path / "ids.txt")
        return opened(IndexSettings("numpy", path=path, ids=names))

    return make


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int8])
def test_vectors_and_ids_are_read_in_step(reader, dtype):
    vectors = (VECTORS * 10).astype(dtype)
    found = list(reader(vectors).blocks(None))
    assert [len(block.ids) for block in found] == [10, 10, 5]
    assert found[2].ids == [f"d{number}" for number in range(20, 25)]
    read = np.concatenate([block.vectors for block in found])
    assert read.dtype == np.float32
    assert np.array_equal(read, vectors.astype(np.float32))


def test_an_array_in_the_order_of_columns_is_read(reader):
    found = list(reader(np.asfortranarray(VECTORS)).blocks(None))
    assert np.array_equal(np.concatenate([b.vectors for b in found]), VECTORS.astype(np.float32))


def test_a_reading_goes_on_at_a_row(reader):
    made = reader(VECTORS)
    first, *rest = made.blocks(None)
    again = list(made.blocks(first.place))
    assert [block.ids for block in again] == [block.ids for block in rest]
    assert isinstance(again[0], blocks.Block)
    assert not list(made.blocks(again[-1].place))


@pytest.mark.parametrize("ids", [0, 7, 20, 24, 26, 40])
def test_as_many_ids_as_vectors_are_needed(reader, ids):
    with pytest.raises(InputError, match=rf"ids.txt: {ids} ids found; 25 are needed, one for each"):
        list(reader(VECTORS, ids).blocks(None))


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (np.zeros(3), r"float64 of shape \(3,\) found; numbers of shape \(documents, dimension\)"),
        (np.array([["a"]]), "<U1 of shape"),
        (np.zeros((0, 3)), r"shape \(0, 3\) found"),
    ],
)
def test_what_is_no_array_of_vectors_is_named(reader, vectors, message):
    with pytest.raises(InputError, match=message):
        reader(vectors)


def test_a_file_that_is_cut_off_is_named(reader, tmp_path):
    reader(VECTORS)
    path = tmp_path / "v.npy"
    path.write_bytes(path.read_bytes()[:200])
    settings = IndexSettings("numpy", path=str(path), ids=str(tmp_path / "ids.txt"))
    with pytest.raises(InputError, match=r"v.npy: cannot be read as an array"):
        opened(settings)
