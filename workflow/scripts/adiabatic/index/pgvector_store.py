"""A table of PostgreSQL with vectors of pgvector, read in one read-only transaction.

A cursor of the server goes through the table in the order of the ids, so that a reading that was
cut off goes on after the last id it had. The package psycopg is installed only where a
configuration asks for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from adiabatic.index.blocks import (
    BLOCK,
    Block,
    IndexSettings,
    Reader,
    stacked,
    without_secrets,
)
from adiabatic.io.errors import InputError, shown

# Whatever a session asks for, the server refuses to write in it.
READ_ONLY = "-c default_transaction_read_only=on"
CONNECT_SECONDS = 20
COLUMNS = """
    SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
    WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped"""
# How pgvector sends its types: the dimension and an unused number, of 16 bits each, then values.
BINARY = {"vector": ">f4", "halfvec": ">f2"}
HEAD = 4
ARRAYS = ("real[]", "double precision[]")


def open_pgvector(settings: IndexSettings) -> Reader:
    """The index of a table.

    Raises:
        InputError: the server does not answer, has no such table or column, or allows no reading.
    """
    return PgvectorReader(settings)


class PgvectorReader:
    """A reader of a table, through a connection that cannot write.

    Of the vectors of type halfvec, float16 was stored, which is exact as float32.
    """

    approximate = ""

    def __init__(self, settings: IndexSettings) -> None:
        self.where = f"table {settings.table}"
        self._table, self._secrets = str(settings.table), _secrets(settings)
        with self._told():
            self.connection = _connected(settings)
            try:
                kinds = dict(self.connection.execute(COLUMNS, [self._quoted()]).fetchall())
                self._choose(settings, kinds)
                self.state = self._rows()
            except BaseException:
                self.connection.close()
                raise

    def blocks(self, place: Any) -> Iterator[Block]:
        """The documents after an id."""
        # Names of the table's own columns, so that ids sort as they are, not as text.
        id, vector = sql.Identifier("t", self._id), sql.Identifier("t", self._vector)
        text = sql.Identifier("t", self._text) if self._text else sql.NULL
        query = sql.SQL("SELECT {}::text, {}, {}::text FROM {} AS t").format(
            id, vector, text, self._identifier()
        )
        if place is not None:
            condition = sql.SQL(" WHERE {} > CAST({} AS {})")
            query += condition.format(id, sql.Literal(place), sql.SQL(self._id_type))
        query += sql.SQL(" ORDER BY {}").format(id)
        with (
            self._told(),
            self.connection.cursor(name="documents", binary=self._kind in BINARY) as cursor,
        ):
            cursor.execute(query)
            while rows := cursor.fetchmany(BLOCK):
                ids = [_text(row[0]) for row in rows]
                if not all(ids):
                    raise InputError(f"{self.where}: a row without an id found")
                vectors = self._vectors([row[1] for row in rows], ids)
                texts = [_text(row[2]) or None for row in rows] if self._text else None
                yield Block(ids, vectors, texts, ids[-1])

    def close(self) -> None:
        """End the transaction, which wrote nothing."""
        self.connection.close()

    def _choose(self, settings: IndexSettings, kinds: dict[str, str]) -> None:
        if not kinds:
            raise InputError(
                f"index.table: {shown(self._table)} found; the database has no such table or view "
                "(SCHEMA.TABLE names one of another schema)"
            )
        self._id, self._vector = settings.id or "id", settings.vector or "vector"
        self._text = settings.text or ("text" if "text" in kinds else None)
        for key, name in (("id", self._id), ("vector", self._vector), ("text", self._text)):
            if name and name not in kinds:
                raise InputError(
                    f"index.columns.{key}: {shown(name)} found; {self.where} has "
                    f"{', '.join(sorted(kinds))}"
                )
        self._id_type, self._kind = kinds[self._id], kinds[self._vector].split(".")[-1]
        if self._kind not in (*BINARY, *ARRAYS):
            raise InputError(
                f"index.columns.vector: {shown(self._vector)} found, which is {self._kind}; "
                f"{', '.join((*BINARY, *ARRAYS))} can be read"
            )

    def _rows(self) -> dict[str, Any]:
        query = sql.SQL("SELECT count(*) FROM {}").format(self._identifier())
        return {"rows": self.connection.execute(query).fetchall()[0][0]}

    def _vectors(self, values: list[Any], ids: list[str]) -> np.ndarray:
        kind = BINARY.get(self._kind)
        if kind is None or None in values or len(set(map(len, values))) > 1:
            decoded = [v if kind is None or v is None else _decoded(v, kind) for v in values]
            return stacked(decoded, ids, self.where)
        sent = np.frombuffer(b"".join(values), dtype=np.uint8).reshape(len(values), -1)
        numbers = np.ascontiguousarray(sent[:, HEAD:]).view(kind)
        return numbers.astype(np.float32)

    def _identifier(self) -> sql.Identifier:
        return sql.Identifier(*self._table.split("."))

    def _quoted(self) -> str:
        return self._identifier().as_string(self.connection)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the server as one line, without what is secret."""
        try:
            yield
        except psycopg.errors.InsufficientPrivilege:
            raise InputError(
                f"{self.where}: no permission to read it; GRANT SELECT to the user of index.url"
            ) from None
        except psycopg.Error as error:
            reason = without_secrets(str(error), *self._secrets)
            raise InputError(
                f"{self.where}: the database cannot be read ({reason}); run again to go on"
            ) from None


def _connected(settings: IndexSettings) -> psycopg.Connection:
    password = {"password": settings.key()} if settings.key_env else {}
    options = " ".join(filter(None, [_parts(settings).get("options"), READ_ONLY]))
    connection = psycopg.connect(
        settings.address(), options=options, connect_timeout=CONNECT_SECONDS, **password
    )
    # All of the table as it is at one time, whoever writes to it meanwhile.
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection


def _parts(settings: IndexSettings) -> dict[str, Any]:
    try:
        return conninfo_to_dict(settings.address() or "")
    except psycopg.ProgrammingError:
        # What is wrong with it could be its password.
        raise InputError(
            "index.url: no connection string of PostgreSQL (postgresql://USER@HOST:PORT/DATABASE)"
        ) from None


def _secrets(settings: IndexSettings) -> tuple[str | None, ...]:
    return (settings.key(), _parts(settings).get("password"))


def _decoded(value: bytes, kind: str) -> np.ndarray:
    return np.frombuffer(value[HEAD:], dtype=kind).astype(np.float32)


def _text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else value or ""
