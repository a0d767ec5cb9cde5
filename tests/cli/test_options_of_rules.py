"""The command of each job, against the options that its script has."""

import json
import re
import runpy
import shlex
from functools import cache
from pathlib import Path

import pytest
from records import write_beir_folder

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "workflow/scripts"
# Run by make, before Snakemake starts; by another script.
OF_NO_RULE = {"check_overlay", "encode_by_loader"}
COMMAND = re.compile(r"^Shell command: python \S*?(\w+)\.py (.*) > \S+ 2>&1$", re.MULTILINE)
SEARCH = {
    "name": "search", "kind": "beir", "source": "path", "path": "set", "languages": ["en"],
    "split": "dev", "search": "faiss",
}  # fmt: skip
INDEX = {
    "source": "numpy", "path": "index.npy", "ids": "ids.txt",
    "columns": {"id": "name", "text": "body"}, "key_env": None,
}  # fmt: skip
MINE = {"name": "mine", "kind": "own", "source": "path", "path": "q.csv"}
# Beside the default target, with the demonstration: what is asked for by name.
ASKED_FOR = {
    "shipped": ["all", "plan_experiment", "export_encoder_lr0.0001-seed0"],
    "brought": ["all", "plan_experiment"],
    "indexed": ["all"],
}
# Between them they have a job of every rule.
CONFIGURATIONS = {
    "shipped": {},
    "indexed": {"index": INDEX},
    "brought": {
        "papers": {"source": "oai", "path": "pages", "oai": {"contact": "me@example.org"}},
        "base": {"source": "hub", "model": "owner/model", "query_prefix": "- "},
        "tuning": {
            "source": "hub",
            "path": "owner/set/file.jsonl",
            "learning_rates": [1e-6],
            "ablations": [{"name": "direct", "precision": "direct"}],
        },
        "evaluation": {
            "tasks": [SEARCH, MINE | {"columns": {"query": "question"}}],
            "mteb": {"tasks": ["XNLI"], "languages": ["eng"]},
        },
    },
}


@cache
def parser_of(script):
    return runpy.run_path(str(SCRIPTS / f"{script}.py"))["parser"]()


def commands(snakemake, workplace, name):
    """The distinct commands of all jobs of a configuration, as (script, options)."""
    write_beir_folder(workplace / "set", {"1": "a"}, {"1": "b"}, {("1", "1"): 1}, "dev")
    (workplace / "q.csv").write_text("question,document,language\n")
    for file in ("index.npy", "ids.txt"):
        (workplace / file).touch()
    (workplace / "overlay.json").write_text(json.dumps(CONFIGURATIONS[name]))
    done = snakemake(
        *ASKED_FOR[name], "--dry-run", "--forceall", "--printshellcmds",
        "--configfile", workplace / "overlay.json",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return sorted(set(COMMAND.findall(done.stdout)))


def test_each_script_is_run_and_has_the_options_that_its_rules_pass(snakemake, workplace):
    run = set()
    for name in CONFIGURATIONS:
        for script, options in commands(snakemake, workplace, name):
            run.add(script)
            try:
                parser_of(script).parse_args(shlex.split(options))
            except SystemExit:
                pytest.fail(f"{script} {options}")
    assert run == {path.stem for path in SCRIPTS.glob("*.py")} - OF_NO_RULE
