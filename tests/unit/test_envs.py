"""What is installed: lists, locks, conda environments and targets of make agree with the code."""

import os
import re
import runpy
import subprocess
from collections import Counter
from importlib.metadata import packages_distributions
from types import SimpleNamespace

import pytest
from forked_processes import ROOT, run_file
from imports import KNOWN, SCRIPTS, imports, imports_at_start

LOCKS = SimpleNamespace(**runpy.run_path(str(ROOT / "envs/locks.py")))
PINS = {lock: LOCKS.pins_of(lock) for lock in LOCKS.LOCKS}
# A package, what of it or which version, and why.
LISTED = re.compile(r"([\w-]+)(\[\w+\])?(==\S+)? +# \S")
# Modules and scripts that start only where a configuration asks for what is not in the first lock.
ASKED_FOR = {
    "adiabatic.evaluation.faiss_index", "adiabatic.evaluation.mteb_encoder",
    "adiabatic.evaluation.mteb_tasks", "adiabatic.index.faiss_store",
    "adiabatic.index.pgvector_store", "adiabatic.index.qdrant_store", "build_index",
    "evaluate_mteb",
}  # fmt: skip
INSTALLED_BY = {
    "results": {"results"},
    "lint": {"results", "tests"},
    "test": {*LOCKS.LOCKS, "earlier-loaders"} - {"docs"},
    "dev": {*LOCKS.LOCKS, "earlier-loaders"},
    "export": {"results", "bench", "export", "earlier-loaders"},
    "bench": {"results", "bench", "faiss"},
    "mteb": {"results", "mteb"},
    "faiss": {"results", "faiss"},
    "pgvector": {"results", "pgvector"},
    "qdrant": {"results", "qdrant"},
    "servers": {"results", "servers"},
}


def listed(*names):
    """The lines of lists that name a package."""
    texts = [(ROOT / f"envs/{name}.in").read_text(encoding="utf-8") for name in names]
    lines = [line for text in texts for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def packages_of(names):
    """The packages, as the index calls them, of dotted names that are not of this project."""
    known, tops = packages_distributions(), {name.split(".")[0] for name in names}
    return {package for top in tops for package in known.get(top, [])}


def scripts_of_environments():
    """Pairs of a conda environment and a script that a rule runs in it."""
    for path in sorted((ROOT / "workflow/rules").glob("*.smk")):
        for rule in re.split(r"^ *rule\b", path.read_text(encoding="utf-8"), flags=re.M):
            environments = re.findall(r"envs/(\w+)\.yaml", rule)
            scripts = re.findall(r"source_digest\(\s*\"(\w+)\"", rule)
            yield from ((name, script) for name in environments for script in scripts)


def test_each_dependency_is_listed_once_with_a_reason_and_locked():
    found = Counter()
    for name in LOCKS.LOCKS:
        for line in listed(name):
            package = LISTED.match(line)[1]
            assert package in PINS["results"] | PINS[name]
            found[package] += 1
    assert set(found.values()) == {1}


def test_what_the_code_imports_is_listed():
    asked_for = ("results", "mteb", "faiss", "pgvector", "qdrant", "bench", "export")
    files = {"workflow": asked_for, "tests": LOCKS.LOCKS, "bench": LOCKS.LOCKS}
    for folder, names in files.items():
        imported = {name for path in (ROOT / folder).rglob("*.py") for name in imports(path)}
        assert packages_of(imported) <= {LISTED.match(line)[1] for line in listed(*names)}


def test_locks_agree():
    versions = {package: set() for pins in PINS.values() for package in pins}
    for lock, pins in PINS.items():
        assert lock == "results" or not pins.keys() & PINS["results"].keys()
        for package, version in pins.items():
            versions[package].add(version)
    assert all(len(found) == 1 for found in versions.values())


def test_conda_environments_are_those_of_the_locks():
    for name, text in LOCKS.conda_environments().items():
        message = f"envs/{name}.yaml is not what `make conda-envs` writes"
        assert (ROOT / f"envs/{name}.yaml").read_text(encoding="utf-8") == text, message


def test_each_conda_environment_is_one_that_rules_name():
    assert {name for name, _ in scripts_of_environments()} == set(LOCKS.ENVIRONMENTS)


@pytest.mark.parametrize(("environment", "script"), sorted(set(scripts_of_environments())))
def test_a_conda_environment_has_what_its_scripts_import(environment, script):
    _, *packages = LOCKS.ENVIRONMENTS[environment]
    assert packages_of(imports_at_start(SCRIPTS / f"{script}.py")) <= set(packages)


def test_the_first_lock_is_enough_for_what_no_configuration_asks_for(tmp_path):
    installed = packages_distributions().items()
    hidden = [top for top, packages in installed if not PINS["results"].keys() & set(packages)]
    assert {"faiss", "mteb", "datasets", "polars", "sentence_transformers"} <= set(hidden)
    names = sorted({*KNOWN, *(path.stem for path in SCRIPTS.glob("*.py"))} - ASKED_FOR)
    program = tmp_path / "program.py"
    program.write_text(
        "import sys\n"
        "from importlib import import_module\n"
        f"sys.path.insert(0, {str(SCRIPTS)!r})\n"
        f"sys.modules.update(dict.fromkeys({hidden!r}))\n"
        f"for name in {names!r}:\n"
        "    import_module(name)\n"
    )
    done = run_file(program)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def installs(tmp_path):
    """The locks that a target of make would install, in a folder of its own."""
    (tmp_path / "Makefile").symlink_to(ROOT / "Makefile")
    (tmp_path / "envs").mkdir()
    (tmp_path / ".venv").mkdir()
    for lock in (*LOCKS.LOCKS, LOCKS.EARLIER):
        (tmp_path / f"envs/{lock}.txt").touch()

    def run(target):
        environment = {key: value for key, value in os.environ.items() if "MAKE" not in key}
        done = subprocess.run(
            ["make", "--dry-run", target, "RUN=any"],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return re.findall(r"--requirement envs/([\w-]+)\.txt", done.stdout)

    return run


@pytest.mark.parametrize("target", INSTALLED_BY)
def test_a_target_installs_the_locks_that_it_needs(installs, target):
    found = installs(target)
    assert found[0] == "results"
    assert sorted(found) == sorted(INSTALLED_BY[target])


def test_only_a_changed_lock_is_installed_anew(installs, tmp_path):
    for name in ("created", *(f"{lock}.installed" for lock in (*LOCKS.LOCKS, LOCKS.EARLIER))):
        (tmp_path / ".venv" / name).touch()
    assert installs("test") == []
    for lock in ("results", "mteb"):
        old = (tmp_path / f".venv/{lock}.installed").stat()
        os.utime(tmp_path / f"envs/{lock}.txt", (old.st_atime + 1, old.st_mtime + 1))
        assert installs("test") == [lock]
        os.utime(tmp_path / f"envs/{lock}.txt", (old.st_atime - 1, old.st_mtime - 1))


def test_the_makefile_says_what_each_target_does():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (.*)$", text, flags=re.M)[1].split()
    assert set(targets) == set(re.findall(r"^# make ([\w-]+) ", text, flags=re.M))
