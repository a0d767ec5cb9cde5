"""README and documentation: what they name is there, and the reference is the schema's."""

import copy
import re
import runpy

import pytest
import yaml
from forked_processes import ROOT

from adiabatic.experiment.configuration import checked_configuration
from adiabatic.experiment.overlays import without_demonstration

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in PAGES}
# Words that the field has other ones for, or that are of earlier versions.
HOME_MADE = re.compile(
    r"margin of no loss|shown to be kept|shown to be lost|not dominated|runs of the grid|"
    r"embedded world|embedded experiment|both-encoders|index of words|leakage|"
    r"for who decides|reduction of errors|right passage",
    re.IGNORECASE,
)
# A page says which names were used before.
EARLIER_NAMES = ("CHANGELOG.md",)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)]*)?\)")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def fenced(language):
    return [
        pytest.param(block, id=f"{name}-{number}")
        for name, text in TEXTS.items()
        for number, (kind, block) in enumerate(FENCED.findall(text))
        if kind == language
    ]


def test_the_reference_is_what_the_schema_says():
    reference = runpy.run_path(str(ROOT / "docs/write_configuration.py"))["reference"]
    page = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    assert reference() == page, "run: .venv/bin/python docs/write_configuration.py"


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name):
    for target, _ in LINK.findall(TEXTS[name]):
        if not re.match(r"https?://|mailto:", target):
            assert ((ROOT / name).parent / target).exists(), target


@pytest.mark.parametrize("name", TEXTS)
def test_words_are_the_fields(name):
    if name not in EARLIER_NAMES:
        assert not HOME_MADE.findall(TEXTS[name])


@pytest.mark.parametrize("name", TEXTS)
def test_what_make_is_told_to_do_is_a_target(name):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())
    named = set(re.findall(r"(?:^|`)make ([a-z][\w-]*)", TEXTS[name], re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("name", TEXTS)
def test_files_of_the_project_that_are_named_are_there(name):
    named = re.findall(r"`((?:workflow|tests|docs|envs|bench|profiles)/[\w./-]+)`", TEXTS[name])
    assert not [path for path in named if not (ROOT / path).exists()]


def test_every_page_is_in_the_table_of_contents():
    listed = set(re.findall(r"^([a-z-]+)$", TEXTS["docs/index.md"], re.MULTILINE))
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")} - {"index"}
    assert pages == listed


@pytest.mark.parametrize("block", fenced("yaml"))
def test_an_overlay_of_a_page_is_one(block):
    overlay = yaml.safe_load(block)
    demonstration = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    merged, _ = without_demonstration(_merged(demonstration, overlay), overlay, None)
    checked_configuration(merged)


def _merged(config, overlay):
    merged = copy.deepcopy(config)
    for key, value in overlay.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both else value
    return merged
