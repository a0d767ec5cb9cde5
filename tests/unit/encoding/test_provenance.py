import json

import pytest

from adiabatic.encoding.provenance import FrozenFiles, run_identity, weights_digest
from adiabatic.io.errors import InputError


@pytest.fixture
def files(tmp_path):
    """A base of which only the bytes matter, and vectors."""
    base, vectors, data = tmp_path / "base", tmp_path / "vectors.npy", tmp_path / "tuning.parquet"
    base.mkdir()
    (base / "model.safetensors").write_bytes(b"weights")
    (base / "provenance.json").write_text(json.dumps({"weights_sha256": weights_digest(base)}))
    vectors.write_bytes(b"vectors")
    data.write_bytes(b"data")
    return base, vectors, data


def test_what_is_frozen_is_proven_not_to_change(files):
    base, vectors, _ = files
    frozen = FrozenFiles.of(base, vectors)
    frozen.check_unchanged()
    vectors.write_bytes(b"other")
    with pytest.raises(InputError, match=r"vectors\.npy: the vectors changed during the run"):
        frozen.check_unchanged()
    vectors.write_bytes(b"vectors")
    (base / "model.safetensors").write_bytes(b"other")
    with pytest.raises(InputError, match="base: the weights changed during the run"):
        frozen.check_unchanged()


def test_weights_that_are_not_those_of_the_base_are_refused(files):
    base, vectors, _ = files
    (base / "model.safetensors").write_bytes(b"other")
    with pytest.raises(InputError, match=r"not those that provenance\.json names"):
        FrozenFiles.of(base, vectors)


def test_a_run_is_another_where_anything_that_decides_it_is(files):
    base, vectors, data = files

    def identity(seed=0, code="one"):
        return run_identity({"seed": seed}, {"triplets": data}, FrozenFiles.of(base, vectors), code)

    first = identity()
    assert identity() == first
    assert identity(seed=1) != first
    assert identity(code="other") != first
    data.write_bytes(b"more data")
    assert identity() != first
