"""One tiny experiment, which all tests here share."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from job_server import served_python

ROOT = Path(__file__).resolve().parents[2]
TINY = Path(__file__).with_name("tiny.yaml")


@pytest.fixture(scope="session")
def python(tmp_path_factory):
    """A `python` whose jobs need not import the heavy libraries."""
    with served_python(tmp_path_factory.mktemp("python") / "bin") as python:
        yield python


@pytest.fixture(scope="session")
def run_tiny(python):
    """Run Snakemake on the tiny experiment in a folder; returns the finished process."""

    def run(folder, *arguments, python=python):
        command = [python, "-m", "snakemake", "--configfile", TINY, *arguments]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def experiment(tmp_path_factory, run_tiny):
    """The folder of a clone with the finished experiment, and what its run said: see `said`.

    All workers share it, so no test may change it.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "experiment"
    with (shared / "experiment.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "said").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for name in ("Snakefile", "config.yaml", "workflow", "envs", "profiles"):
                (folder / name).symlink_to(ROOT / name)
            done = run_tiny(folder)
            assert done.returncode == 0, done.stdout + done.stderr
            (folder / "said").write_text(done.stdout)
    return folder


@pytest.fixture(scope="session")
def finished(experiment):
    """The folder of the results of the finished experiment."""
    return experiment / "results/tiny"


@pytest.fixture
def edited(experiment, tmp_path):
    """A copy of the finished experiment with a workflow of its own, of which parts are replaced.

    The function takes files of the library, each with what is replaced in it and by what.
    """
    folder = tmp_path / "edited"

    def edit(**replaced):
        shutil.copytree(experiment, folder, symlinks=True)
        (folder / "workflow").unlink()
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "workflow", folder / "workflow", ignore=ignored)
        for file, (old, new) in replaced.items():
            path = folder / "workflow/scripts" / file
            text = path.read_text()
            assert text.count(old) == 1, f"{file}: {old}"
            path.write_text(text.replace(old, new))
        return folder

    return edit
