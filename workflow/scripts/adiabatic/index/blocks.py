"""Documents of an index as readers hand them on: some at a time, checked."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import numpy as np

from adiabatic.io.errors import InputError, shown

# Documents that are in memory at one time.
BLOCK = 10_000
# Parts of an address that are nobody's business.
SECRET = ("password", "api_key", "apikey", "api-key", "token")


@dataclass(frozen=True)
class IndexSettings:
    """Where an index is: the keys of the configuration's section that its store reads.

    path: of a file or folder. ids: file of the documents' ids. id, vector, text: names of columns
    or fields, None for the usual ones. table, collection: of a database. url: of a server, without
    a secret. url_env, key_env: names of environment variables with a URL and a key.
    """

    source: str
    path: str | None = None
    ids: str | None = None
    id: str | None = None
    vector: str | None = None
    text: str | None = None
    table: str | None = None
    collection: str | None = None
    url: str | None = None
    url_env: str | None = None
    key_env: str | None = None

    @classmethod
    def of(cls, given: Any) -> "IndexSettings":
        """Settings from attributes of the same names, such as those of parsed options."""
        return cls(**{field.name: getattr(given, field.name) for field in fields(cls)})

    def address(self) -> str | None:
        """The URL of a server, with the secret that it may have.

        Raises:
            InputError: the environment variable that should have it is not set, or the URL that is
                written down has a secret.
        """
        if self.url and has_secret(self.url):
            # It is not shown: messages end up in logs.
            raise InputError(
                "index.url: a password or key found in it; put it into an environment variable "
                "that index.key_env names, or the whole URL into one that index.url_env names"
            )
        return self.url or _from_environment("url_env", self.url_env)

    def key(self) -> str | None:
        """The key or password of a server, None for none.

        Raises:
            InputError: the environment variable that should have it is not set.
        """
        return _from_environment("key_env", self.key_env)

    def public(self) -> dict[str, str]:
        """What may be written down: names of environment variables, and nothing that they hold."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True)
class Block:
    """Some documents of an index, in its order.

    ids: as text. vectors: float32 of shape (n, d). texts: None where the index has none, and for
    a document without one. place: what a reader needs to go on after the last of them.
    """

    ids: list[str]
    vectors: np.ndarray
    texts: list[str | None] | None
    place: Any


class Reader(Protocol):
    """An opened index.

    where: for messages. approximate: how vectors lost precision in the index, empty if they did
    not. state: what changes where the index does, so that a reading that was cut off is only
    resumed on the same one.
    """

    where: str
    approximate: str
    state: dict[str, Any]

    def blocks(self, place: Any) -> Iterator[Block]:
        """The documents after a place, None for all of them."""

    def close(self) -> None:
        """Leave the index as it was."""


@dataclass
class BlockCheck:
    """What every block of an index must be.

    Raises InputError at the first document that is not.
    """

    where: str
    dimension: int | None = field(default=None)

    def __call__(self, block: Block) -> Block:
        """The block, if all of its documents have an id and a vector that can be compared."""
        if self.dimension is None:
            self.dimension = block.vectors.shape[1]
        if block.vectors.shape[1] != self.dimension:
            raise InputError(
                f"{self.where}: id {shown(block.ids[0])} has a vector of {block.vectors.shape[1]} "
                f"numbers; {self.dimension} are needed, as before it"
            )
        for bad, what in (
            (~np.isfinite(block.vectors).all(axis=1), "NaN or infinity in its vector"),
            (~block.vectors.any(axis=1), "a zero vector, which has no direction"),
        ):
            if bad.any():
                raise InputError(
                    f"{self.where}: id {shown(block.ids[int(bad.argmax())])} has {what}; numbers "
                    "of an encoder are needed (leave out documents that were never embedded)"
                )
        return block


def stacked(vectors: Sequence[Any], ids: Sequence[str], where: str) -> np.ndarray:
    """Vectors that come one by one as an array, float32 of shape (n, d).

    Raises:
        InputError: one is missing, is no list of numbers, or has another dimension than the first.
    """
    if not len(vectors):
        return np.empty((0, 0), dtype=np.float32)
    lengths = [len(vector) if hasattr(vector, "__len__") else -1 for vector in vectors]
    for name, vector, length in zip(ids, vectors, lengths, strict=True):
        if length < 1:
            raise InputError(
                f"{where}: id {shown(name)}: {shown(vector)} found as its vector; numbers are "
                "needed (leave out documents that were never embedded)"
            )
        if length != lengths[0]:
            raise InputError(
                f"{where}: id {shown(name)} has a vector of {length} numbers; {lengths[0]} are "
                "needed, as before it"
            )
    try:
        return np.array(vectors, dtype=np.float32).reshape(len(vectors), lengths[0])
    except (TypeError, ValueError):
        raise InputError(
            f"{where}: vectors from id {shown(ids[0])} on are no lists of numbers"
        ) from None


def has_secret(url: str) -> bool:
    """Whether an address has a password or a key, as a URL or as words of PostgreSQL."""
    if "://" not in url:
        return any(part.split("=")[0].strip().lower() in SECRET for part in url.split())
    parts = urlsplit(url)
    return bool(parts.password) or any(key.lower() in SECRET for key in parse_qs(parts.query))


def without_secrets(text: str, *secrets: str | None) -> str:
    """A message of a library on one line, with nothing in it that must not be seen."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return " ".join(text.split())[:200]


def existing(path: str | None, key: str) -> Path:
    """A file or folder that a key names.

    Raises:
        InputError: it is not there.
    """
    found = Path(path or "")
    if not path or not found.exists():
        raise InputError(f"index.{key}: {shown(path)} found; an existing file is needed")
    return found


def mapped_array(path: Path, of: str) -> np.ndarray:
    """An array in .npy, mapped from the disk; it must hold what `of` says.

    Raises:
        InputError: it is none, is cut off, or holds Python objects, which could run code.
    """
    try:
        return np.load(path, allow_pickle=False, mmap_mode="r")
    except (OSError, ValueError, EOFError):
        raise InputError(
            f"{path}: cannot be read as an array; a whole .npy file of {of} is needed"
        ) from None


def files_state(paths: Sequence[Path]) -> dict[str, Any]:
    """Names, sizes and times of files."""
    stats = [path.stat() for path in paths]
    return {
        str(path): [stat.st_size, stat.st_mtime_ns] for path, stat in zip(paths, stats, strict=True)
    }


def _from_environment(key: str, name: str | None) -> str | None:
    if name is None:
        return None
    if not os.environ.get(name):
        raise InputError(f"index.{key}: the environment variable {name} is not set")
    return os.environ[name]
