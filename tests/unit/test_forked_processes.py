"""A forked process does what one that is started afresh does."""

import subprocess
import sys

import pytest
from forked_processes import run_file, run_module

PROGRAM = """
import os, sys
import beside
print(sys.argv, os.getcwd(), os.environ["TOLD"], os.environ.get("UNTOLD"), __name__, __file__)
print(sys.path[0], [path for path in sys.path if path.endswith(("tests", "scripts"))])
print("adiabatic" in sys.modules, "pytest" in sys.modules, sys.stdin.read() == "")
print("über", file=sys.stderr)
os.system("echo from a child")
end = sys.argv[1]
if end == "fails":
    raise OSError("no disk")
sys.exit({"succeeds": None, "says": "bad input", "counts": 3}[end])
"""


@pytest.mark.parametrize("end", ["succeeds", "says", "counts", "fails"])
def test_it_cannot_be_told_from_one_started_afresh(tmp_path, monkeypatch, end):
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "beside.py").write_text("")
    monkeypatch.setenv("TOLD", "1")
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.chdir(tmp_path)
    for forked, command in (
        (run_file(tmp_path / "program.py", end), [tmp_path / "program.py"]),
        (run_module("program", end, folder=tmp_path), ["-m", "program"]),
    ):
        afresh = subprocess.run(
            [sys.executable, *command, end], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert forked.returncode == afresh.returncode
        assert sorted(forked.stdout.splitlines()) == sorted(afresh.stdout.splitlines())
        # A traceback has other frames around the program's.
        assert forked.stderr.splitlines()[0] == afresh.stderr.splitlines()[0] == "über"
        assert forked.stderr.splitlines()[-1] == afresh.stderr.splitlines()[-1]
