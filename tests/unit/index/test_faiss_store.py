import numpy as np
import pytest

from adiabatic.index.blocks import IndexSettings
from adiabatic.index.stores import opened
from adiabatic.io.errors import InputError

faiss = pytest.importorskip("faiss", reason="faiss is not installed: make faiss")
VECTORS = np.random.default_rng(0).normal(size=(400, 8)).astype(np.float32)


@pytest.fixture
def written(tmp_path):
    """Write an index and ids; returns the settings."""

    def write(index, ids=400):
        path, names = tmp_path / "i.faiss", tmp_path / "ids.txt"
        faiss.write_index(index, str(path))
        names.write_text("".join(f"d{number}\n" for number in range(ids or 0)))
        return IndexSettings("faiss", path=str(path), ids=str(names) if ids else None)

    return write


def made(description, metric=faiss.METRIC_INNER_PRODUCT):
    index = faiss.index_factory(8, description, metric)
    index.train(VECTORS)
    index.add(VECTORS)
    return index


@pytest.mark.parametrize("description", ["Flat", "HNSW16,Flat", "IVF8,Flat"])
def test_vectors_that_were_kept_whole_are_exact(written, description):
    reader = opened(written(made(description)))
    found = list(reader.blocks(None))
    assert np.array_equal(np.concatenate([block.vectors for block in found]), VECTORS)
    assert found[0].ids[:2] == ["d0", "d1"]
    assert reader.approximate == ""
    assert not list(reader.blocks(found[-1].place))


@pytest.mark.parametrize(
    ("description", "kind", "largest"),
    [
        ("SQ8", "IndexScalarQuantizer", 0.02),
        ("IVF8,SQfp16", "IndexIVFScalarQuantizer", 1e-3),
        ("PQ4x4", "IndexPQ", 2),
    ],
)
def test_quantised_ones_are_said_to_be_approximate(written, description, kind, largest):
    reader = opened(written(made(description)))
    (block,) = reader.blocks(None)
    assert reader.approximate == f"reconstructed from {kind}"
    errors = np.abs(block.vectors - VECTORS).mean()
    assert 0 < errors < largest


def test_ids_of_its_own_are_used(written):
    index = faiss.IndexIDMap(faiss.IndexFlatIP(8))
    index.add_with_ids(VECTORS, np.arange(400) * 3)
    (block,) = opened(written(index, None)).blocks(None)
    assert block.ids[:3] == ["0", "3", "6"]
    assert np.array_equal(block.vectors, VECTORS)
    # A file of ids takes their place.
    (block,) = opened(written(index)).blocks(None)
    assert block.ids[2] == "d2"


def test_a_reading_changes_no_byte_of_the_file(written, tmp_path):
    settings = written(made("IVF8,Flat"))
    before = (tmp_path / "i.faiss").read_bytes()
    list(opened(settings).blocks(None))
    assert (tmp_path / "i.faiss").read_bytes() == before


def test_what_cannot_be_read_is_one_line(written, tmp_path):
    with pytest.raises(InputError, match=r"index.ids: nothing found; a file of ids is needed, as"):
        opened(written(made("Flat"), None))
    with pytest.raises(InputError, match="an empty index found"):
        opened(written(faiss.IndexFlatIP(8)))
    with pytest.raises(InputError, match="399 ids found; 400 are needed"):
        list(opened(written(made("Flat"), 399)).blocks(None))
    own = faiss.index_factory(8, "IVF8,Flat")
    own.train(VECTORS)
    own.add_with_ids(VECTORS, np.arange(400) * 5 + 1)
    with pytest.raises(InputError, match="an IVF index with ids of its own found"):
        opened(written(own))
    settings = written(made("Flat"))
    (tmp_path / "i.faiss").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"i.faiss: cannot be read as a FAISS index \("):
        opened(settings)


def test_an_index_that_cannot_give_its_vectors_back_is_named(written):
    class Lossy:
        def reconstruct_n(self, start, count):
            raise RuntimeError("Error: reconstruct not implemented")

    reader = opened(written(made("Flat")))
    reader._index = Lossy()
    with pytest.raises(InputError, match=r"Lossy found, whose vectors cannot be reconstructed \("):
        list(reader.blocks(None))
