import pytest

from adiabatic.cli import command_line
from adiabatic.io.atomic import folder_written_atomically, written_atomically
from adiabatic.io.errors import InputError


def test_a_file_takes_its_name_only_when_it_is_whole(tmp_path):
    path = tmp_path / "deep" / "file.csv"
    with pytest.raises(RuntimeError), written_atomically(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert list(path.parent.iterdir()) == []
    with written_atomically(path) as temporary:
        assert temporary.suffix == ".csv"
        temporary.write_text("whole")
    assert path.read_text() == "whole"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_is_filled_only_when_all_is_whole(tmp_path):
    folder = tmp_path / "run"
    with pytest.raises(RuntimeError), folder_written_atomically(folder) as temporary:
        (temporary / "a").write_text("half")
        raise RuntimeError
    assert not folder.exists()
    with folder_written_atomically(folder) as temporary:
        (temporary / "deep").mkdir()
        (temporary / "deep" / "a").write_text("whole")
    assert (folder / "deep" / "a").read_text() == "whole"
    assert list(tmp_path.iterdir()) == [folder]


def test_bad_input_is_one_line_and_exit_code_2(capsys):
    def main():
        raise InputError("file, line 3: bad")

    with pytest.raises(SystemExit) as stopped:
        command_line.run(main)
    assert stopped.value.code == 2
    assert capsys.readouterr().err == "error: file, line 3: bad\n"
