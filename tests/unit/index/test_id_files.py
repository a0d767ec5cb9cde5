import json

import numpy as np
import pandas as pd
import pytest

from adiabatic.index.blocks import IndexSettings
from adiabatic.index.id_files import documents_of, id_text, text_or_none
from adiabatic.io.errors import InputError

NUMPY = IndexSettings("numpy")


def read(path, settings=NUMPY, start=0):
    return list(documents_of(path, settings, start))


def test_every_format_of_ids(tmp_path, write_lines):
    np.save(tmp_path / "n.npy", np.array([7, 8]))
    np.save(tmp_path / "t.npy", np.array(["a", "b"]))
    (tmp_path / "ids.txt").write_text("a\r\nü b\n", encoding="utf-8")
    lines = write_lines("ids.jsonl", [{"id": 1, "text": "one"}, {"id": "b", "text": ""}])
    frame = pd.DataFrame({"name": ["a", "b"], "body": ["one", None]})
    frame.to_parquet(tmp_path / "ids.parquet")
    assert read(tmp_path / "n.npy") == [("7", None), ("8", None)]
    assert read(tmp_path / "t.npy") == [("a", None), ("b", None)]
    assert read(tmp_path / "ids.txt") == [("a", None), ("ü b", None)]
    assert read(lines) == [("1", "one"), ("b", None)]
    settings = IndexSettings("numpy", id="name", text="body")
    assert read(tmp_path / "ids.parquet", settings) == [("a", "one"), ("b", None)]
    assert read(tmp_path / "ids.parquet", IndexSettings("numpy", id="name"), 1) == [("b", None)]


@pytest.mark.parametrize(
    ("record", "settings", "message"),
    [
        ({"name": 1}, NUMPY, 'line 1: "id" is missing; keys are'),
        ({"id": None}, NUMPY, "line 1: None found as an id; a text or a whole number"),
        ({"id": 1.5}, NUMPY, "line 1: 1.5 found as an id"),
        ({"id": True}, NUMPY, "line 1: True found as an id"),
        ({"id": 1, "text": 3}, NUMPY, "line 1: 3 found as a text; a string or null"),
        ({"id": 1}, IndexSettings("numpy", text="body"), 'line 1: "body" is missing'),
    ],
)
def test_a_bad_line_is_named(write_lines, record, settings, message):
    with pytest.raises(InputError, match=message):
        read(write_lines("ids.jsonl", [record]), settings)


def test_a_bad_file_is_named(tmp_path):
    np.save(tmp_path / "f.npy", np.zeros((2, 2)))
    with pytest.raises(
        InputError, match=r"float64 of shape \(2, 2\) found; a row of ids is needed"
    ):
        read(tmp_path / "f.npy")
    (tmp_path / "g.npy").write_bytes(b"x")
    with pytest.raises(InputError, match="cannot be read as an array"):
        read(tmp_path / "g.npy")
    (tmp_path / "ids.txt").write_bytes(b"a\n\xff\n")
    with pytest.raises(InputError, match=r"ids.txt, line 2: not UTF-8"):
        read(tmp_path / "ids.txt")
    (tmp_path / "ids.txt").write_text("a\n\nb\n")
    with pytest.raises(InputError, match="line 2: '' found as an id"):
        read(tmp_path / "ids.txt")
    with pytest.raises(InputError, match=r"index.ids: .*ids.csv found; .npy, .txt, .jsonl or"):
        read(tmp_path / "ids.csv")


def test_ids_and_texts():
    assert id_text(np.int64(3), "i") == "3"
    assert id_text("x", "i") == "x"
    assert text_or_none("", "i") is None
    assert text_or_none(json.loads("null"), "i") is None
