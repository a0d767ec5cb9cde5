"""Every row of the registry of stores."""

import pytest

from adiabatic.experiment.configuration import read_schema
from adiabatic.index.blocks import IndexSettings
from adiabatic.index.stores import STORES, opened
from adiabatic.io.errors import InputError
from adiabatic.plan.registry import implementation


@pytest.mark.parametrize("store", STORES.values(), ids=list(STORES))
def test_a_row_says_what_there_is(store):
    keys = read_schema()["properties"]["index"]["properties"]
    assert store.keys <= set(keys)
    assert set(store.files) <= store.keys
    assert store.about
    if store.package:
        pytest.importorskip(store.package[0], reason=f"not installed: make {store.package[1]}")
    assert callable(implementation(store.open))


@pytest.mark.parametrize("source", ["parquet", "numpy"])
def test_an_index_is_opened_by_its_store(source, tmp_path):
    with pytest.raises(InputError, match=r"index.path: .* found; an existing file is needed"):
        opened(IndexSettings(source, path=str(tmp_path / "none"), ids="none"))
