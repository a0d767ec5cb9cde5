"""Stores that an index may be in; a row of STORES each."""

from dataclasses import dataclass, field

from adiabatic.index.blocks import IndexSettings, Reader
from adiabatic.plan.registry import Registry, implementation, registry

SHOWN = {"shown": True}


@dataclass(frozen=True)
class Store:
    """Where an index may be, and how it is opened.

    open: called with `IndexSettings`, returns a `Reader`.
    needs: keys of the configuration that it must have; of a tuple, exactly one.
    reads: keys that it may have.
    files: keys that name files, which must exist, and a change of which reads the index again.
    package: that it needs beside the first lock, and the list of envs/ that has it; else empty.
    about: what it is, for a person who chooses.
    """

    name: str
    open: str
    needs: tuple[str | tuple[str, ...], ...] = ()
    reads: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    package: tuple[str, str] | None = field(default=None, metadata=SHOWN)
    about: str = field(default="", metadata=SHOWN)

    @property
    def keys(self) -> set[str]:
        """Every key that it reads."""
        needed = [(key,) if isinstance(key, str) else key for key in self.needs]
        return {*self.reads, *(key for keys in needed for key in keys)}


STORES: Registry[Store] = registry(
    Store(
        "parquet",
        "adiabatic.index.parquet_store:open_parquet",
        needs=("path",),
        reads=("columns",),
        files=("path",),
        about="a Parquet or Arrow file, or a folder of them",
    ),
    Store(
        "numpy",
        "adiabatic.index.numpy_store:open_numpy",
        needs=("path", "ids"),
        reads=("columns",),
        files=("path", "ids"),
        about="an array in .npy and a file of ids",
    ),
    Store(
        "faiss",
        "adiabatic.index.faiss_store:open_faiss",
        needs=("path",),
        reads=("ids", "columns"),
        files=("path", "ids"),
        package=("faiss", "faiss"),
        about="a FAISS index and a file of ids",
    ),
    Store(
        "pgvector",
        "adiabatic.index.pgvector_store:open_pgvector",
        needs=("table", ("url", "url_env")),
        reads=("columns", "key_env"),
        package=("psycopg", "pgvector"),
        about="a table of PostgreSQL with pgvector",
    ),
    Store(
        "qdrant",
        "adiabatic.index.qdrant_store:open_qdrant",
        needs=("collection", ("path", "url", "url_env")),
        reads=("columns", "key_env"),
        files=("path",),
        package=("qdrant_client", "qdrant"),
        about="a collection of Qdrant",
    ),
)


def opened(settings: IndexSettings) -> Reader:
    """A reader of the index.

    Raises:
        InputError: it is not there, or may not be read.
    """
    return implementation(STORES[settings.source].open)(settings)
