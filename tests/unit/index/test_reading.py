"""Reading into files: the same bytes however often it was cut off, and nothing half-written."""

import json
import os
import signal
import subprocess
import sys
import time
from hashlib import sha256

import numpy as np
import pyarrow.parquet as pq
import pytest
from planted_index import write_parquet

from adiabatic.index import reading
from adiabatic.index.blocks import Block, IndexSettings
from adiabatic.index.reading import Read, read_index
from adiabatic.io.errors import InputError

NAMES = ("documents.parquet", "provenance.json", "vectors.npy")
SETTINGS = IndexSettings("parquet", path="somewhere")


class Reader:
    """A reader of ten documents at a time, which is lost after some blocks."""

    where, approximate = "index", ""

    def __init__(self, count=95, lost_after=None, state=1):
        self.vectors = np.random.default_rng(0).normal(size=(count, 4)).astype(np.float32)
        self.state, self.lost_after, self.asked = {"state": state}, lost_after, []

    def blocks(self, place):
        self.asked.append(place)
        for given, start in enumerate(range(place or 0, len(self.vectors), 10)):
            if given == self.lost_after:
                raise InputError("index: lost")
            vectors = self.vectors[start : start + 10]
            ids = [f"d{number}" for number in range(start, start + len(vectors))]
            texts = [f"text {name}" if name.endswith("7") else None for name in ids]
            yield Block(ids, vectors, texts, start + len(vectors))

    def close(self):
        self.closed = True


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Read from a reader into a folder; returns what was read, and what was said."""
    monkeypatch.setattr(reading, "ROW_GROUP", 30)

    def run(reader, folder="index", settings=SETTINGS):
        monkeypatch.setattr(reading, "opened", lambda _: reader)
        said = []
        found = read_index(settings, tmp_path / folder, said.append)
        assert reader.closed
        return found, said

    return run


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_is_written(read, tmp_path):
    reader = Reader()
    found, _ = read(reader)
    assert found == Read(95, 9, 4)
    folder = tmp_path / "index"
    assert sorted(contents(folder)) == sorted(NAMES)
    vectors = np.load(folder / "vectors.npy", mmap_mode="r")
    assert vectors.dtype == np.float32
    assert np.array_equal(vectors, reader.vectors)
    documents = pq.read_table(folder / "documents.parquet").to_pydict()
    assert documents["id"][:2] == ["d0", "d1"]
    assert documents["text"][7:9] == ["text d7", None]
    assert pq.ParquetFile(folder / "documents.parquet").num_row_groups == 4
    provenance = json.loads((folder / "provenance.json").read_text())
    assert provenance["index"] == {"source": "parquet", "path": "somewhere"}
    assert (provenance["documents"], provenance["with_text"], provenance["dimension"]) == (95, 9, 4)
    for name in ("vectors.npy", "documents.parquet"):
        assert provenance["sha256"][name] == sha256((folder / name).read_bytes()).hexdigest()


def test_a_reading_that_was_lost_goes_on_and_ends_in_the_same_bytes(read, tmp_path):
    read(Reader(), "whole")
    asked = []
    for lost_after in (3, 0, 2, None):
        reader = Reader(lost_after=lost_after)
        if lost_after is None:
            _, said = read(reader)
        else:
            with pytest.raises(InputError, match="lost"):
                read(reader)
            assert not set(NAMES) & set(contents_names(tmp_path / "index"))
        asked += reader.asked
    assert asked == [None, 30, 30, 50]
    assert said == ["index: going on after 50 documents"]
    assert contents(tmp_path / "index") == contents(tmp_path / "whole")


def contents_names(folder):
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("other", [{"state": 2}, {"settings": IndexSettings("parquet", path="b")}])
def test_another_index_is_read_from_its_beginning(read, other):
    with pytest.raises(InputError, match="lost"):
        read(Reader(lost_after=3))
    reader = Reader(state=other.get("state", 1))
    read(reader, settings=other.get("settings", SETTINGS))
    assert reader.asked == [None]


def test_half_a_block_that_was_written_is_forgotten(read, tmp_path):
    read(Reader(), "whole")
    with pytest.raises(InputError, match="lost"):
        read(Reader(lost_after=3))
    with open(tmp_path / "index/reading/vectors.npy", "ab") as file:
        file.write(b"half of a block")
    read(Reader())
    assert contents(tmp_path / "index") == contents(tmp_path / "whole")


@pytest.mark.parametrize("at", ["_digest", "_check_ids"])
def test_a_reading_that_was_killed_at_its_very_end_ends(read, tmp_path, monkeypatch, at):
    read(Reader(), "whole")
    with monkeypatch.context() as patch:
        patch.setattr(reading, at, lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            read(Reader())
    reader = Reader()
    read(reader)
    assert reader.asked == [95]
    assert contents(tmp_path / "index") == contents(tmp_path / "whole")


def test_a_part_that_lost_its_vectors_is_read_again(read, tmp_path):
    read(Reader(), "whole")
    with pytest.raises(InputError, match="lost"):
        read(Reader(lost_after=3))
    (tmp_path / "index/reading/vectors.npy").unlink()
    reader = Reader()
    read(reader)
    assert reader.asked == [None]
    assert contents(tmp_path / "index") == contents(tmp_path / "whole")


def test_repeated_ids_are_named(read, tmp_path):
    reader = Reader()

    def blocks(place):
        for block in Reader.blocks(reader, place):
            if "d70" in block.ids:
                block.ids[0] = "d13"
            yield block

    reader.blocks = blocks
    with pytest.raises(InputError, match=r"index: id 'd13' found twice \(1 such ids or more\)"):
        read(reader)
    assert not list((tmp_path / "index").iterdir())


def test_an_empty_index_is_named(read):
    with pytest.raises(InputError, match="index: no document found; at least one is needed"):
        read(Reader(count=0))


def test_bad_vectors_leave_nothing_under_a_final_name(read, tmp_path):
    reader = Reader()
    reader.vectors[44] = np.nan
    with pytest.raises(InputError, match="id 'd44' has NaN"):
        read(reader)
    assert contents_names(tmp_path / "index") == ["reading"]


def test_a_killed_reading_ends_in_the_same_bytes(tmp_path):
    """By the script, which SIGKILL ends in the middle of a real index."""
    count = 60_000
    vectors = np.random.default_rng(0).normal(size=(count, 32)).astype(np.float32)
    texts = [f"text {number}" for number in range(count)]
    index = write_parquet(tmp_path / "index.parquet", range(count), vectors, texts)
    script = reading.__file__.replace("adiabatic/index/reading.py", "read_index.py")
    command = [sys.executable, script, "--source", "parquet", "--path", index, "--out"]
    folder, progress = tmp_path / "killed", tmp_path / "killed/reading/progress.json"
    process = subprocess.Popen([*command, folder], stdout=subprocess.DEVNULL)
    while not progress.exists():
        assert process.poll() is None
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (folder / "vectors.npy").exists()
    done = subprocess.run([*command, folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "going on after" in done.stdout
    subprocess.run([*command, tmp_path / "whole"], check=True, stdout=subprocess.DEVNULL)
    assert contents(folder) == contents(tmp_path / "whole")
    assert np.array_equal(np.load(folder / "vectors.npy"), vectors)
