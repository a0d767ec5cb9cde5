import pytest

from adiabatic.io.errors import InputError
from adiabatic.io.json_files import read_json, write_json


def test_what_was_written_is_read(tmp_path):
    value = {"name": "Größe", "list": [1, 2.5, None]}
    write_json(tmp_path / "new/file.json", value)
    assert read_json(tmp_path / "new/file.json") == value
    assert "Größe" in (tmp_path / "new/file.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("content", [None, b"{", b"\xff"])
def test_what_is_no_json_is_told_in_one_line(tmp_path, content):
    if content is not None:
        (tmp_path / "file.json").write_bytes(content)
    with pytest.raises(InputError, match=r"file\.json: cannot be read as JSON"):
        read_json(tmp_path / "file.json")
