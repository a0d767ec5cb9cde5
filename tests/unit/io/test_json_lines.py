import gzip
import zipfile

import pytest

from adiabatic.io.errors import InputError
from adiabatic.io.json_lines import read_records, text_of


def test_records_come_with_the_numbers_of_their_lines(write_file, tmp_path):
    lines = b'{"a": 1}\n\n{"a": "\xe2\x80\xa8"}\n'
    write_file("r.jsonl", lines)
    write_file("r.jsonl.gz", gzip.compress(lines))
    with zipfile.ZipFile(tmp_path / "r.zip", "w") as archive:
        archive.writestr("r.jsonl", lines)
    for name in ("r.jsonl", "r.jsonl.gz", "r.zip"):
        assert list(read_records(tmp_path / name)) == [(1, {"a": 1}), (3, {"a": "\u2028"})]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"a": 1}\n{"a"', r"r\.jsonl, line 2: not JSON \(.* at column 5\); one object a line"),
        (b"[1]\n", r"line 1: \[1\] found; a JSON object is needed"),
        (b'{"a": "\xff"}\n', "line 1: not UTF-8"),
    ],
)
def test_a_bad_line_is_named(write_file, tmp_path, content, message):
    write_file("r.jsonl", content)
    with pytest.raises(InputError, match=message):
        list(read_records(tmp_path / "r.jsonl"))


def test_a_missing_or_broken_file_is_named(write_file, tmp_path):
    with pytest.raises(InputError, match=r"none\.jsonl: cannot be read \(.*No such file"):
        list(read_records(tmp_path / "none.jsonl"))
    write_file("r.jsonl.gz", gzip.compress(b'{"a": 1}\n' * 99)[:-9])
    with pytest.raises(InputError, match=r"r\.jsonl\.gz: not a whole \.gz file"):
        list(read_records(tmp_path / "r.jsonl.gz"))


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({}, '"title" is missing'),
        ({"title": None}, '"title" is missing'),
        ({"title": " "}, "\"title\" is ' '"),
        ({"title": 7}, '"title" is 7'),
    ],
)
def test_a_text_is_a_string_that_is_not_empty(record, message):
    assert text_of({"title": " as it stands"}, "title", "here") == " as it stands"
    with pytest.raises(InputError, match=f"^here: {message} \\(a non-empty string is needed\\)"):
        text_of(record, "title", "here")
