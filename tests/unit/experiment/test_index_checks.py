"""Keys of an index: what its store needs and does not read, and secrets that must not be there."""

import sys

import pytest

from adiabatic.experiment.configuration import check_files, checked_configuration
from adiabatic.experiment.index_checks import check_index, check_index_files
from adiabatic.io.errors import InputError

PARQUET = {"source": "parquet", "path": "index.parquet"}
TABLE = {"source": "pgvector", "table": "passages"}


def test_without_an_index_there_is_nothing_to_check(config):
    assert checked_configuration(config)["index"] is None
    check_index(None)
    check_index_files(None)


def test_defaults_fill_what_is_left_out(config):
    config["index"] = PARQUET
    index = checked_configuration(config)["index"]
    assert index["columns"] == {"id": None, "vector": None, "text": None}
    assert index["negatives"] == {"below": 0.95}
    assert index["check_documents"] == 300


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ({"source": "file"}, r"index\.source: 'file' found; allowed is one of parquet, numpy, fai"),
        ({"source": "parquet"}, r"index\.path: nothing found; path is needed with index.source: p"),
        ({"source": "numpy", "path": "v.npy"}, r"index\.ids: nothing found; ids is needed with in"),
        (PARQUET | {"table": "t"}, r"index\.table: 't' found, which index.source: parquet does no"),
        (PARQUET | {"url": "http://x"}, r"index\.url: 'http://x' found, which index.source: parq"),
        (PARQUET | {"colums": {}}, r"index\.colums: unknown key; did you mean columns"),
        (PARQUET | {"negatives": {"below": 2}}, r"index\.negatives\.below: 2 found; allowed is a"),
        (TABLE, r"index\.url: nothing found; url or url_env is needed with index.source: pgvector"),
        (TABLE | {"url": "x", "url_env": "Y"}, r"index\.url_env: 'Y' found beside url; only one"),
        (TABLE | {"url": "x", "collection": "c"}, r"index\.collection: 'c' found, which"),
        (
            {"source": "qdrant", "collection": "c"},
            r"index\.path: nothing found; path or url or url",
        ),
        (TABLE | {"url_env": "a b"}, r"index\.url_env: 'a b' found; allowed is a string or null"),
    ],
)
def test_keys_that_cannot_be_are_named(config, index, message):
    config["index"] = index
    with pytest.raises(InputError, match=message):
        checked_configuration(config)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:s3cret@host/db",
        "host=x user=me password=s3cret",
        "postgresql://me@host/db?password=s3cret",
        "https://host/?api_key=s3cret",
    ],
)
def test_a_secret_in_the_configuration_is_an_error_that_does_not_show_it(url):
    index = {"source": "pgvector", "path": None, "table": "t", "url": url, "url_env": None}
    with pytest.raises(InputError, match=r"index\.url: a password or key found in it") as caught:
        check_index(index)
    assert "s3cret" not in str(caught.value)


def test_a_url_without_a_secret_is_allowed(monkeypatch):
    for url in ("postgresql://me@host:5432/db", "host=x user=me dbname=y", "http://host:6333"):
        check_index({"source": "pgvector", "table": "t", "url": url})


def test_files_that_are_missing_are_named(config):
    config["index"] = PARQUET
    with pytest.raises(InputError, match=r"index\.path: no file index.parquet; an existing one is"):
        check_files(checked_configuration(config))


def test_a_missing_package_is_named(config, monkeypatch):
    for module, lock, index in (
        ("psycopg", "pgvector", TABLE | {"url": "x"}),
        ("qdrant_client", "qdrant", {"source": "qdrant", "collection": "c", "url": "http://x"}),
        ("faiss", "faiss", {"source": "faiss", "path": "x"}),
    ):
        monkeypatch.setitem(sys.modules, module, None)
        config["index"] = index
        with pytest.raises(InputError) as caught:
            checked_configuration(config)
        assert str(caught.value) == (
            f"configuration: index.source: the package {module} is not installed; `make {lock}` "
            f"installs it (without make: pip install --requirement envs/{lock}.txt)"
        )
