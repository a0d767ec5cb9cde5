"""Qdrant's own client: on its local storage, and over HTTP on a small server."""

import hashlib

import numpy as np
import pytest
from qdrant_server import qdrant

from adiabatic.index.blocks import IndexSettings
from adiabatic.index.reading import read_index
from adiabatic.index.stored import StoredIndex
from adiabatic.index.stores import opened
from adiabatic.io.errors import InputError

pytest.importorskip("qdrant_client", reason="qdrant-client is not installed: make qdrant")

VECTORS = np.random.default_rng(0).normal(size=(2500, 4)).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)


def payload(number):
    return {"name": f"doc-{number}"} | ({"text": f"text {number}"} if number % 3 == 0 else {})


POINTS = [(number, vector.tolist(), payload(number)) for number, vector in enumerate(VECTORS)]


@pytest.fixture(scope="module")
def storage(tmp_path_factory):
    """A folder of local storage, made by the official client."""
    from qdrant_client import QdrantClient, models

    folder = tmp_path_factory.mktemp("qdrant")
    client = QdrantClient(path=str(folder))
    cosine = models.VectorParams(size=4, distance=models.Distance.COSINE)
    client.create_collection("passages", vectors_config=cosine)
    client.create_collection("named", vectors_config={"a": cosine, "b": cosine})
    points = [models.PointStruct(id=i, vector=v, payload=p) for i, v, p in POINTS[:50]]
    client.upsert("passages", points)
    named = [
        models.PointStruct(id=i, vector={"a": v, "b": v[::-1]}, payload=p) for i, v, p in POINTS[:9]
    ]
    client.upsert("named", named)
    client.close()
    return folder


def settings(**changed):
    return IndexSettings(**{"source": "qdrant", "collection": "passages"} | changed)


def read(folder, **changed):
    read_index(settings(**changed), folder, lambda line: None)
    return StoredIndex.of(folder)


def digests(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_local_storage_is_read_and_stays_as_it_is(storage, tmp_path):
    before = digests(storage)
    index = read(tmp_path / "index", path=str(storage))
    assert index.ids(np.arange(3)) == ["0", "1", "2"]
    assert index.texts(np.arange(4)) == ["text 0", None, None, "text 3"]
    assert np.allclose(index.vectors, VECTORS[:50], atol=1e-6)
    assert digests(storage) == before


def test_nothing_can_be_written_through_our_connection_to_local_storage(storage):
    from qdrant_client import models

    before = digests(storage)
    reader = opened(settings(path=str(storage)))
    point = models.PointStruct(id=1, vector=[1, 0, 0, 0], payload={})
    with pytest.raises(PermissionError, match="upsert: this connection only reads"):
        reader.client.upsert("passages", [point])
    with pytest.raises(PermissionError, match="delete_collection: this connection only reads"):
        reader.client.delete_collection("named")
    reader.close()
    assert digests(storage) == before


def test_of_several_vectors_one_is_named(storage, tmp_path):
    index = read(tmp_path / "index", path=str(storage), collection="named", vector="b", id="name")
    assert np.allclose(index.vectors, VECTORS[:9, ::-1], atol=1e-6)
    assert index.ids(np.arange(2)) == ["doc-0", "doc-1"]
    with pytest.raises(InputError, match=r"columns.vector: None found; point 0 of .* has a, b"):
        read(tmp_path / "other", path=str(storage), collection="named")


def test_few_points_need_to_have_a_text(tmp_path):
    points = [(i, v, {"body": "text"} if i == 2400 else {}) for i, v, _ in POINTS]
    with qdrant({"passages": points}) as (url, _):
        index = read(tmp_path / "index", url=url, text="body")
    assert index.with_texts().tolist() == [2400]


def test_a_server_is_read_page_by_page(tmp_path):
    with qdrant({"passages": POINTS}) as (url, served):
        index = read(tmp_path / "index", url=url)
    assert np.array_equal(index.vectors, VECTORS)
    assert len(index.with_texts()) == 834
    scrolls = [path for _, path in served.requests if path.endswith("points/scroll")]
    assert len(scrolls) == 3
    assert not [method for method, _ in served.requests if method not in ("GET", "POST")]


def test_no_request_that_could_write_reaches_a_server():
    from qdrant_client import models

    with qdrant({"passages": POINTS[:9]}) as (url, served):
        reader = opened(settings(url=url))
        point = models.PointStruct(id=1, vector=[1, 0, 0, 0], payload={})
        for write in (
            lambda: reader.client.upsert("passages", [point]),
            lambda: reader.client.delete("passages", points_selector=[1]),
            lambda: reader.client.set_payload("passages", {"text": ""}, points=[1]),
            lambda: reader.client.delete_collection("passages"),
        ):
            with pytest.raises(Exception, match="this connection only reads"):
                write()
        assert [method for method, _ in served.requests] == ["GET"]
        reader.close()


def test_a_key_comes_from_the_environment_and_is_written_nowhere(tmp_path, monkeypatch):
    monkeypatch.setenv("INDEX_KEY", "s3cret")
    with qdrant({"passages": POINTS[:9]}, key="s3cret") as (url, _):
        read(tmp_path / "index", url=url, key_env="INDEX_KEY")
        with pytest.raises(
            InputError, match=r"no permission to read it \(status 403\); index.key_e"
        ):
            read(tmp_path / "other", url=url)
    assert "s3cret" not in (tmp_path / "index/provenance.json").read_text()


def test_what_is_missing_is_one_line(storage, tmp_path):
    with qdrant({"passages": POINTS[:9]}) as (url, _):
        with pytest.raises(InputError, match=r"index.collection: 'none' found; the server has no"):
            read(tmp_path / "a", url=url, collection="none")
        with pytest.raises(InputError, match=r"columns.text: 'body' found; no point of collection"):
            read(tmp_path / "b", url=url, text="body")
    with pytest.raises(
        InputError, match=r"collection passages: Qdrant cannot be read \(.*run again"
    ):
        read(tmp_path / "c", url=url)
    with pytest.raises(InputError, match="Collection none not found"):
        read(tmp_path / "d", path=str(storage), collection="none")
    with pytest.raises(InputError, match=r"index.path: .* found; an existing file is needed"):
        read(tmp_path / "e", path=str(tmp_path / "nowhere"))


def test_a_server_that_goes_away_is_one_line_and_the_reading_goes_on(tmp_path):
    with qdrant({"passages": POINTS}) as (url, served):
        served.answers_left = 3
        with pytest.raises(InputError, match=r"Qdrant cannot be read \(.*run again to go on"):
            read(tmp_path / "index", url=url)
        assert not (tmp_path / "index/vectors.npy").exists()
        served.answers_left = None
        before = len(served.requests)
        index = read(tmp_path / "index", url=url)
        scrolls = [path for _, path in served.requests[before:] if path.endswith("scroll")]
    assert np.array_equal(index.vectors, VECTORS)
    assert len(scrolls) == 1


def test_a_reading_goes_on_after_any_page(tmp_path):
    with qdrant({"passages": POINTS}) as (url, _):
        reader = opened(settings(url=url))
        first, second, last = reader.blocks(None)
        assert [block.ids for block in reader.blocks(first.place)] == [second.ids, last.ids]
        assert not list(reader.blocks(last.place))
        reader.close()


@pytest.mark.parametrize(
    ("datatype", "approximate"), [("uint8", "stored as uint8"), ("float16", ""), (None, "")]
)
def test_coarsely_rounded_vectors_are_said_to_be(tmp_path, datatype, approximate):
    with qdrant({"passages": POINTS[:9]}, datatype=datatype) as (url, _):
        index = read(tmp_path / "index", url=url)
    assert index.approximate == approximate


@pytest.mark.parametrize(
    ("vector", "message"),
    [
        ([0, 0, 0, 0], "id '1' has a zero vector"),
        ([1, 2], "id '1' has a vector of 2 numbers; 4 are needed"),
    ],
)
def test_bad_vectors_are_named(tmp_path, vector, message):
    points = [POINTS[0], (1, vector, {}), POINTS[2]]
    with qdrant({"passages": points}) as (url, _), pytest.raises(InputError, match=message):
        read(tmp_path / "index", url=url)
    assert not (tmp_path / "index/vectors.npy").exists()
