"""A collection of Qdrant, read by its client: of a server, or of a folder of local storage.

The package qdrant_client is installed only where a configuration asks for it.
"""

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qdrant_client import QdrantClient
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from adiabatic.index.blocks import (
    Block,
    IndexSettings,
    Reader,
    existing,
    files_state,
    stacked,
    without_secrets,
)
from adiabatic.index.id_files import id_text, text_or_none
from adiabatic.io.errors import InputError, shown

# Points that are asked for at a time: of width 384 some 4 MB of JSON.
PAGE = 1_000
TIMEOUT_SECONDS = 60
# Methods of the client that are needed.
READING = ("get_collection", "scroll", "close")
# A server answers these with "no".
FORBIDDEN = (401, 403)


def open_qdrant(settings: IndexSettings) -> Reader:
    """The index of a collection.

    Raises:
        InputError: it is not there, or may not be read.
    """
    return QdrantReader(settings)


class QdrantReader:
    """A reader of a collection.

    Requests that could write never reach a server. Local storage is opened as a copy, since its
    client writes to what it opens, and the copy is not written to, either.
    """

    approximate = ""

    def __init__(self, settings: IndexSettings) -> None:
        self.where = f"collection {settings.collection}"
        self._settings, self._secrets = settings, (settings.key(), settings.address())
        self._copy: tempfile.TemporaryDirectory | None = None
        with self._told():
            self.client = self._connected()
            try:
                about = self.client.get_collection(str(settings.collection))
            except BaseException:
                self.close()
                raise
        self.state = {"points": about.points_count}
        if settings.path:
            self.state |= files_state(_files_of(Path(settings.path)))
        quantised = about.config.params.vectors
        self.approximate = _stored_as(quantised, settings.vector)

    def blocks(self, place: Any) -> Iterator[Block]:
        """The points from an id on, which is in a list, since there is none after the last."""
        settings, (start,) = self._settings, place or [None]
        if place and start is None:
            return
        keys = [settings.text or "text", *([settings.id] if settings.id else [])]
        texts = False
        while True:
            with self._told():
                points, start = self.client.scroll(
                    str(settings.collection),
                    limit=PAGE,
                    offset=start,
                    with_payload=keys,
                    with_vectors=True,
                )
            if points:
                block = self._block(points, keys[0], [start])
                texts = texts or any(block.texts or [])
                yield block
            if start is None:
                break
        if settings.text and not place and not texts:
            raise InputError(
                f"index.columns.text: {shown(settings.text)} found; no point of {self.where} has a "
                "text under that name in its payload"
            )

    def close(self) -> None:
        """Close the connection; a copy of local storage is removed."""
        self.client.close()
        if self._copy:
            self._copy.cleanup()

    def _block(self, points: list[Any], text_key: str, place: Any) -> Block:
        payloads = [point.payload or {} for point in points]
        ids = [
            id_text(payload.get(self._settings.id), f"{self.where}, point {point.id}")
            if self._settings.id
            else str(point.id)
            for point, payload in zip(points, payloads, strict=True)
        ]
        texts = [
            text_or_none(payload.get(text_key), f"{self.where}, id {name}")
            for name, payload in zip(ids, payloads, strict=True)
        ]
        vectors = stacked([self._vector(point) for point in points], ids, self.where)
        return Block(ids, vectors, texts, place)

    def _vector(self, point: Any) -> Any:
        """The vector of a point: the one, or of several the one that is named."""
        vector, name = point.vector, self._settings.vector
        if isinstance(vector, dict):
            if name is None and len(vector) == 1:
                return next(iter(vector.values()))
            if name not in vector:
                raise InputError(
                    f"index.columns.vector: {shown(name)} found; point {point.id} of {self.where} "
                    f"has {', '.join(vector) or 'no vector'}"
                )
            return vector[name]
        return vector

    def _connected(self) -> "QdrantClient | _OnlyReading":
        settings = self._settings
        if settings.path:
            self._copy = tempfile.TemporaryDirectory(prefix="qdrant-")
            copy = Path(self._copy.name) / "storage"
            shutil.copytree(existing(settings.path, "path"), copy)
            # It warns of large collections, which local storage reads into memory.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return _OnlyReading(QdrantClient(path=str(copy)))
        with warnings.catch_warnings():
            # Of a key that goes over HTTP: to this machine, or through someone's tunnel.
            warnings.simplefilter("ignore")
            return QdrantClient(
                url=settings.address(),
                api_key=settings.key(),
                timeout=TIMEOUT_SECONDS,
                check_compatibility=False,
                event_hooks={"request": [_refuse_writing]},
            )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the client as one line, without what is secret."""
        try:
            yield
        except UnexpectedResponse as error:
            if error.status_code in FORBIDDEN:
                raise InputError(
                    f"{self.where}: no permission to read it (status {error.status_code}); "
                    "index.key_env names the environment variable with a key"
                ) from None
            if error.status_code == 404:
                raise InputError(
                    f"index.collection: {shown(self._settings.collection)} found; the server has "
                    "no such collection"
                ) from None
            raise self._unreadable(f"status {error.status_code}") from None
        except ResponseHandlingException as error:
            raise self._unreadable(str(error.source or error)) from None
        except (ValueError, RuntimeError, OSError) as error:
            raise self._unreadable(str(error)) from None

    def _unreadable(self, reason: str) -> InputError:
        said = without_secrets(reason, *self._secrets)
        return InputError(f"{self.where}: Qdrant cannot be read ({said}); run again to go on")


class _OnlyReading:
    """A client of local storage without all of its methods that could write."""

    def __init__(self, client: QdrantClient) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        if name not in READING:
            raise PermissionError(f"{name}: this connection only reads")
        return getattr(self._client, name)


def _refuse_writing(request: Any) -> None:
    """Stop a request before it is sent, unless it reads."""
    if request.method != "GET" and not request.url.path.endswith("/points/scroll"):
        raise PermissionError(f"{request.method} {request.url.path}: this connection only reads")


def _files_of(folder: Path) -> list[Path]:
    """Files of local storage, but for the lock that whoever opens it writes."""
    return sorted(file for file in folder.rglob("*") if file.is_file() and file.name != ".lock")


def _stored_as(vectors: Any, name: str | None) -> str:
    """The type that a collection keeps vectors in, where that is not float32."""
    chosen: Any = vectors
    if isinstance(vectors, dict):
        chosen = vectors.get(name or next(iter(vectors), ""))
    datatype: Callable[..., Any] | Any = getattr(chosen, "datatype", None)
    text = str(getattr(datatype, "value", datatype) or "float32")
    # Values of float16 are near enough to be compared as they are.
    return "" if text in ("float32", "float16") else f"stored as {text}"
