"""Fixtures that several kinds of tests share: tiny inputs, and a workplace to run Snakemake in."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from forked_processes import run_file, run_module

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "workflow" / "scripts"
# The servers that tests start are on this machine, whatever proxy it uses for others.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
NOUNS = ["cat", "dog", "cow", "hen", "fox", "owl", "bee", "ant"]


@pytest.fixture
def run_script():
    """Run a script in a forked process; returns the finished process with its texts."""
    return lambda name, *arguments: run_file(SCRIPTS / f"{name}.py", *arguments)


@pytest.fixture
def start_script():
    """Start a script afresh, as a person would; returns the finished process with its texts."""

    def run(name, *arguments):
        command = [sys.executable, SCRIPTS / f"{name}.py", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def write_lines(tmp_path):
    """Write records as JSON lines into the test's folder."""

    def write(name, records):
        path = tmp_path / name
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        return path

    return write


@pytest.fixture
def write_file(tmp_path):
    """Write bytes, text, or an object as JSON into the test's folder; returns the path as text."""

    def write(name, content):
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


@pytest.fixture
def in_language(tmp_path, write_file):
    """Write the file of a language; returns the path of every language's, {language} in it."""

    def write(language, content):
        write_file(f"set-{language}", content)
        return str(tmp_path / "set-{language}")

    return write


@pytest.fixture
def config():
    """The shipped configuration, to be changed."""
    return yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def workplace(tmp_path):
    """A folder that holds the workflow, as a clone would, but has results of its own."""
    for name in ("Snakefile", "config.yaml", "workflow", "envs", "profiles"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


@pytest.fixture
def snakemake(workplace):
    """Run Snakemake in the workplace, in a forked process."""
    return lambda *arguments: run_module("snakemake", *arguments, folder=workplace)


@pytest.fixture
def start_snakemake(workplace):
    """Start Snakemake afresh in the workplace, as a person would."""

    def run(*arguments):
        command = [sys.executable, "-m", "snakemake", *map(str, arguments)]
        return subprocess.run(command, cwd=workplace, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def gather(tmp_path):
    """Harvest into the test's folder; returns the ids of papers, the counts, and what was said."""
    import pyarrow.parquet as pq

    from adiabatic.sources.harvest import harvest
    from adiabatic.sources.harvested_pages import (
        Selection,
        count_records,
        harvested_records,
        write_list,
    )
    from adiabatic.sources.oai_service import Manners, Service
    from adiabatic.sources.papers import write_papers

    everything = Selection((), None, None)

    def through(server, selection=everything, seconds=0.0, timeout=0.5):
        said = []
        service = Service(server.url, Manners("me@example.org", seconds, timeout), said.append)
        try:
            pages = harvest(service, tmp_path / "pages", selection, said.append)
        finally:
            service.close()
        write_list(tmp_path / "list.json", tmp_path / "pages", selection, pages)
        counts = write_papers(harvested_records(tmp_path / "list.json"), 1, tmp_path / "p.parquet")
        headers = count_records(tmp_path / "pages", pages, selection.start, selection.end)
        assert headers.seen == counts.seen
        ids = pq.read_table(tmp_path / "p.parquet")["id"].to_pylist()
        return sorted(ids), counts, said

    return through


@pytest.fixture(scope="session")
def tiny_encoder_folder(tmp_path_factory):
    """A model folder of two languages' words, trained for two steps: random, but real."""
    from adiabatic.encoding.encoder import save_encoder
    from adiabatic.encoding.pretraining import BaseSizes, pretrain_base

    sentences = [
        [f"the {noun} sees a {other}" for noun in NOUNS for other in NOUNS],
        [f"der {noun} sieht ein {other}" for noun in NOUNS for other in NOUNS],
    ]
    folder = tmp_path_factory.mktemp("encoder")
    encoder = pretrain_base(sentences, BaseSizes(2, 32, 2, 2), 0, lambda line: None)
    save_encoder(encoder, folder)
    return folder


@pytest.fixture
def tiny_encoder(tiny_encoder_folder):
    """A fresh copy of the tiny encoder."""
    from adiabatic.encoding.encoder import load_encoder

    return load_encoder(tiny_encoder_folder)


@pytest.fixture(scope="session")
def moved_encoder_folder(tiny_encoder_folder, tmp_path_factory):
    """A query encoder some way from the tiny one, as a tuned one is."""
    import torch

    from adiabatic.encoding.encoder import load_encoder, save_encoder

    moved = load_encoder(tiny_encoder_folder)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weights in moved.model.parameters():
            weights += 0.05 * torch.randn(weights.shape, generator=generator)
    folder = tmp_path_factory.mktemp("moved")
    save_encoder(moved, folder)
    return folder


@pytest.fixture(scope="session")
def mteb_data(tmp_path_factory):
    """A folder with data of four of mteb's tasks."""
    from mteb_data import write_tasks

    folder = tmp_path_factory.mktemp("mteb")
    write_tasks(folder)
    return folder


@pytest.fixture
def script_here(monkeypatch, capsys):
    """Run a script in this process, where libraries that take seconds are imported already."""

    def run(name, *arguments):
        monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
        code = 0
        try:
            runpy.run_path(str(SCRIPTS / f"{name}.py"), run_name="__main__")
        except SystemExit as end:
            code = end.code or 0
        said = capsys.readouterr()
        return subprocess.CompletedProcess(name, code, said.out, said.err)

    return run
