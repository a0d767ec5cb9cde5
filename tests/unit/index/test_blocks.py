import numpy as np
import pytest

from adiabatic.index.blocks import (
    Block,
    BlockCheck,
    IndexSettings,
    existing,
    files_state,
    has_secret,
    stacked,
    without_secrets,
)
from adiabatic.io.errors import InputError


def block(vectors, ids=("a", "b")):
    return Block(list(ids), np.array(vectors, dtype=np.float32), None, None)


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        ([[1, 2], [np.nan, 2]], "id 'b' has NaN or infinity in its vector"),
        ([[np.inf, 2], [1, 2]], "id 'a' has NaN or infinity in its vector"),
        ([[1, 2], [0, 0]], "id 'b' has a zero vector"),
        ([[1, 2, 3], [1, 2, 3]], "id 'a' has a vector of 3 numbers; 2 are needed"),
    ],
)
def test_bad_vectors_are_named_by_their_ids(vectors, message):
    check = BlockCheck("index.parquet")
    good = block([[1, 2], [3, 4]])
    assert check(good) is good
    with pytest.raises(InputError, match=f"index.parquet: {message}"):
        check(block(vectors))


def test_a_dimension_is_kept_from_one_reading_to_the_next():
    with pytest.raises(InputError, match="a vector of 2 numbers; 3 are needed"):
        BlockCheck("i", 3)(block([[1, 2], [3, 4]]))


def test_vectors_that_come_one_by_one():
    found = stacked([[1, 2], np.array([3, 4])], ["a", "b"], "i")
    assert found.dtype == np.float32
    assert found.tolist() == [[1, 2], [3, 4]]
    assert stacked([], [], "i").shape == (0, 0)


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        ([[1, 2], None], "id 'b': None found as its vector"),
        ([[1, 2], 3], "id 'b': 3 found as its vector"),
        ([[1, 2], [1]], "id 'b' has a vector of 1 numbers; 2 are needed"),
        ([[[1], [2]], [[1, 2], [3]]], "vectors from id 'a' on are no lists of numbers"),
        ([["x"], ["y"]], "vectors from id 'a' on are no lists of numbers"),
    ],
)
def test_what_is_no_vector_is_named(vectors, message):
    with pytest.raises(InputError, match=f"i: {message}"):
        stacked(vectors, ["a", "b"], "i")


def test_secrets_come_from_the_environment_and_are_not_public(monkeypatch):
    monkeypatch.setenv("MY_URL", "postgresql://me:s3cret@host/db")
    monkeypatch.setenv("MY_KEY", "k3y")
    settings = IndexSettings("pgvector", table="t", url_env="MY_URL", key_env="MY_KEY")
    assert settings.address() == "postgresql://me:s3cret@host/db"
    assert settings.key() == "k3y"
    assert settings.public() == {
        "source": "pgvector", "table": "t", "url_env": "MY_URL", "key_env": "MY_KEY",
    }  # fmt: skip
    monkeypatch.delenv("MY_KEY")
    with pytest.raises(InputError, match=r"index.key_env: the environment variable MY_KEY is not"):
        settings.key()
    assert IndexSettings("qdrant").key() is None


def test_a_url_that_is_written_down_has_no_secret():
    for url in ("postgresql://me:s3cret@host/db", "host=x password=s3cret", "http://h/?api_key=s3"):
        with pytest.raises(
            InputError, match=r"index\.url: a password or key found in it"
        ) as caught:
            IndexSettings("pgvector", url=url).address()
        assert "s3cret" not in str(caught.value)
    assert IndexSettings("qdrant", url="http://host:6333").address() == "http://host:6333"
    assert not has_secret("host=x user=me")


def test_messages_of_libraries_are_one_line_without_secrets():
    assert without_secrets("no\n  s3cret  key", "s3cret", None) == "no *** key"


def test_files(tmp_path):
    path = tmp_path / "a"
    with pytest.raises(InputError, match=r"index.ids: .* found; an existing file is needed"):
        existing(str(path), "ids")
    with pytest.raises(InputError, match=r"index.path: None found"):
        existing(None, "path")
    path.write_text("x")
    assert existing(str(path), "ids") == path
    before = files_state([path])
    path.write_text("xy")
    assert files_state([path]) != before


def test_settings_are_read_from_options():
    given = type("Options", (), dict.fromkeys(IndexSettings.__dataclass_fields__))
    given.source, given.text = "parquet", "body"
    assert IndexSettings.of(given) == IndexSettings("parquet", text="body")
