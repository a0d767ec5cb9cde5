import os
import socket
import subprocess
import sys
import time

import pytest

from adiabatic.io.atomic import (
    folder_written_atomically,
    remove_leftovers,
    written_atomically,
)


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


@pytest.fixture
def ended_process():
    """The id of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def leave(folder, host, process, name="file.csv", days=0):
    """What a process of a host has left half-written, last touched so many days ago."""
    path = folder / f".{name}.partly-written-by-{host}-{process}-x1"
    path.write_bytes(b"half")
    then = time.time() - days * 24 * 3600
    os.utime(path, (then, then))
    return path


def test_what_ended_processes_left_is_removed_and_counted(tmp_path, ended_process):
    (tmp_path / "deep").mkdir()
    file = leave(tmp_path / "deep", socket.gethostname(), ended_process)
    folder = tmp_path / f".run.partly-written-by-{socket.gethostname()}-{ended_process}-x2"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner/weights").write_bytes(b"half of it")
    (tmp_path / "whole.csv").write_text("whole")
    assert remove_leftovers(tmp_path) == (2, 4 + 10)
    assert not file.exists()
    assert not folder.exists()
    assert (tmp_path / "whole.csv").exists()


def test_what_is_being_written_stays(tmp_path):
    with written_atomically(tmp_path / "file.csv") as temporary:
        temporary.write_text("half")
        assert remove_leftovers(tmp_path) == (0, 0)
        assert temporary.exists()


def test_what_another_machine_left_is_removed_after_a_week(tmp_path, ended_process):
    recent = leave(tmp_path, "other-machine", ended_process, days=6)
    old = leave(tmp_path, "other-machine", ended_process, "old.csv", days=8)
    assert remove_leftovers(tmp_path) == (1, 4)
    assert recent.exists()
    assert not old.exists()


def test_a_file_is_as_readable_as_any_other(tmp_path):
    with written_atomically(tmp_path / "ours.csv") as temporary:
        temporary.write_text("x")
    (tmp_path / "plain.csv").write_text("x")
    assert (tmp_path / "ours.csv").stat().st_mode == (tmp_path / "plain.csv").stat().st_mode
