"""A real PostgreSQL with pgvector: what is read, in which order; and nothing can be written."""

import numpy as np
import pytest
from postgres import postgres

from adiabatic.index import reading
from adiabatic.index.blocks import BLOCK, IndexSettings
from adiabatic.index.reading import read_index
from adiabatic.index.stored import StoredIndex
from adiabatic.index.stores import opened
from adiabatic.io.errors import InputError

pytest.importorskip("psycopg", reason="psycopg is not installed: make pgvector")
VECTORS = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
WRITES = (
    "INSERT INTO passages (id, vector) VALUES (99, '[1,2,3,4]')",
    "UPDATE passages SET text = ''",
    "DELETE FROM passages",
    "CREATE TABLE other (id int)",
    "DROP TABLE passages",
    "SET TRANSACTION READ WRITE",
)


def literal(vector):
    return "[" + ",".join(map(str, vector.tolist())) + "]"


@pytest.fixture(scope="module")
def server():
    with postgres() as running, running.connect() as connection:
        connection.execute(
            "CREATE TABLE passages (id bigint PRIMARY KEY, vector vector(4), text text, "
            "half halfvec(4), plain real[], key text, title text)"
        )
        for number, vector in enumerate(VECTORS):
            text = None if number % 3 else f"text {number}"
            values = [number * 7 % 30, literal(vector), text, literal(vector), vector.tolist()]
            connection.execute(
                "INSERT INTO passages VALUES (%s, %s, %s, %s, %s, %s)", [*values, f"key-{number}"]
            )
        connection.execute("CREATE SCHEMA other")
        connection.execute('CREATE VIEW other."My view" AS SELECT id, vector FROM passages')
        connection.execute("CREATE ROLE reader LOGIN")
        connection.execute("CREATE ROLE stranger LOGIN")
        connection.execute("GRANT SELECT ON passages TO reader")
        yield running


def settings(server, **changed):
    given = {"source": "pgvector", "table": "passages", "url": server.url()}
    return IndexSettings(**given | changed)


def read(server, folder, **changed):
    said = []
    read_index(settings(server, **changed), folder, said.append)
    return StoredIndex.of(folder)


def dump(server):
    with server.connect() as connection:
        rows = connection.execute("SELECT xmin::text, passages.* FROM passages ORDER BY id")
        tables = connection.execute("SELECT relname, relfilenode FROM pg_class ORDER BY oid")
        return rows.fetchall(), tables.fetchall()


def test_a_table_is_read_in_the_order_of_its_ids(server, tmp_path):
    index = read(server, tmp_path, url=server.url("reader"))
    rows = np.arange(30)
    assert index.ids(rows) == [str(number) for number in rows]
    inserted = [int(np.flatnonzero(rows * 7 % 30 == number)[0]) for number in rows]
    assert np.array_equal(index.vectors, VECTORS[inserted])
    assert index.texts(rows) == [None if n % 3 else f"text {n}" for n in inserted]


@pytest.mark.parametrize("column", ["half", "plain"])
def test_other_types_of_vectors_are_read(server, tmp_path, column):
    index = read(server, tmp_path, id="key", vector=column)
    order = sorted(range(30), key=lambda number: f"key-{number}")
    exact = VECTORS[order] if column == "plain" else VECTORS[order].astype(np.float16)
    assert np.array_equal(index.vectors, exact.astype(np.float32))
    assert index.ids(np.arange(2)) == ["key-0", "key-1"]


def test_a_view_of_another_schema_is_read(server, tmp_path):
    index = read(server, tmp_path, table="other.My view")
    assert (len(index.vectors), len(index.with_texts())) == (30, 0)


def test_a_reading_goes_on_after_an_id(server):
    reader = opened(settings(server))
    (block,) = reader.blocks("26")
    assert block.ids == ["27", "28", "29"]
    assert not list(reader.blocks(block.place))
    reader.close()


def test_nothing_can_be_written_through_our_connection(server, tmp_path):
    import psycopg

    before = dump(server)
    for statement in WRITES:
        reader = opened(settings(server))
        with pytest.raises((psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.Error)) as caught:
            reader.connection.execute(statement)
        assert "read-only" in str(caught.value) or "must be set before any" in str(caught.value)
        # In a transaction of its own the session still refuses.
        reader.connection.rollback()
        reader.connection.read_only = None
        if not statement.startswith("SET"):
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                reader.connection.execute(statement)
        reader.close()
    read(server, tmp_path)
    assert dump(server) == before


def test_what_is_written_meanwhile_is_not_read(server, tmp_path):
    reader = opened(settings(server))
    try:
        with server.connect() as connection:
            connection.execute("INSERT INTO passages (id, vector) VALUES (77, '[1,2,3,4]')")
        assert sum(len(block.ids) for block in reader.blocks(None)) == 30
    finally:
        reader.close()
        with server.connect() as connection:
            connection.execute("DELETE FROM passages WHERE id = 77")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"table": "none"}, r"index.table: 'none' found; the database has no such table or view"),
        ({"table": "no.such"}, r"index.table: 'no.such' found"),
        (
            {"vector": "embedding"},
            r"columns.vector: 'embedding' found; table passages has half, id",
        ),
        ({"text": "body"}, r"index.columns.text: 'body' found"),
        ({"vector": "title"}, r"columns.vector: 'title' found, which is text; vector, halfvec"),
        ({"url": "nonsense"}, r"index.url: no connection string of PostgreSQL"),
        ({"url": "postgresql://x@127.0.0.1:1/x"}, r"the database cannot be read \(.*refused"),
        (
            {"url": None, "url_env": "NO_SUCH"},
            r"index.url_env: the environment variable NO_SUCH is",
        ),
    ],
)
def test_what_is_missing_is_one_line(server, tmp_path, changed, message):
    with pytest.raises(InputError, match=message) as caught:
        read(server, tmp_path / "index", **changed)
    assert "\n" not in str(caught.value)


def test_no_permission_is_one_line(server, tmp_path):
    with pytest.raises(InputError, match="table passages: no permission to read it; GRANT SELECT"):
        read(server, tmp_path / "index", url=server.url("stranger"))


def test_no_secret_is_written_or_said(server, tmp_path, monkeypatch):
    monkeypatch.setenv("INDEX_URL", server.url("postgres", "s3cret"))
    monkeypatch.setenv("INDEX_KEY", "s3cret")
    read(server, tmp_path, url=None, url_env="INDEX_URL", key_env="INDEX_KEY")
    assert "s3cret" not in (tmp_path / "provenance.json").read_text()
    monkeypatch.setenv("INDEX_URL", "postgresql://nobody:s3cret@127.0.0.1:1/s3cret")
    with pytest.raises(InputError) as caught:
        read(server, tmp_path / "other", url=None, url_env="INDEX_URL")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("vector", "message"),
    [
        (None, "id '500': None found as its vector"),
        ("[0,0,0,0]", "id '500' has a zero vector"),
        ("[1,2,3]", "id '500' has a vector of 3 numbers; 4 are needed"),
    ],
)
def test_bad_vectors_are_named(server, tmp_path, vector, message):
    with server.connect() as connection:
        connection.execute("CREATE TABLE bad (id int, vector vector)")
        try:
            connection.execute("INSERT INTO bad VALUES (1, '[1,2,3,4]'), (500, %s)", [vector])
            with pytest.raises(InputError, match=message):
                read(server, tmp_path, table="bad")
        finally:
            connection.execute("DROP TABLE bad")
    assert not (tmp_path / "vectors.npy").exists()


def test_a_server_that_goes_away_is_one_line_and_the_reading_goes_on(tmp_path, monkeypatch):
    """It is killed between two blocks, and started again."""
    count, said = 2 * BLOCK + 5, []
    make = (
        "CREATE TABLE passages AS SELECT n AS id, ('[1,' || n || ']')::vector(2) AS vector "
        f"FROM generate_series(1, {count}) AS n"
    )
    with postgres() as server:
        with server.connect() as connection:
            connection.execute(make)
        read(server, tmp_path / "whole")

        def lost_in_the_middle(given):
            reader = opened(given)
            blocks = reader.blocks

            def some(place):
                for block in blocks(place):
                    yield block
                    server.stop()

            reader.blocks = some
            return reader

        with monkeypatch.context() as patch:
            patch.setattr(reading, "opened", lost_in_the_middle)
            with pytest.raises(InputError, match=r"the database cannot be read .*run again to go"):
                read(server, tmp_path / "index")
        assert not (tmp_path / "index/vectors.npy").exists()
        with pytest.raises(InputError, match=r"the database cannot be read"):
            read(server, tmp_path / "index")
        server.start()
        read_index(settings(server), tmp_path / "index", said.append)
    assert said == [f"table passages: going on after {BLOCK} documents"]
    for path in (tmp_path / "whole").iterdir():
        assert (tmp_path / "index" / path.name).read_bytes() == path.read_bytes()
