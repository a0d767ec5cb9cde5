"""README and documentation: what they name is there, and the reference is the schema's."""

import re
import runpy

import pytest
import yaml
from forked_processes import ROOT
from overlays import overlaid

from adiabatic.experiment import configuration
from adiabatic.experiment.configuration import checked_configuration, read_schema
from adiabatic.experiment.overlays import without_demonstration

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in PAGES}
# Words that the field has other ones for, or that are of earlier versions.
HOME_MADE = re.compile(
    r"margin of no loss|shown to be kept|shown to be lost|not dominated|(runs of|of) the grid|"
    r"(embedded|generated) world|embedded experiment|source: embedded|both-encoders|ordinary|"
    r"index of words|pairs of (neighbouring )?characters|leakage|tuning\.baselines|baseline|"
    r"for who decides|reduction of errors|right passage|single weights|"
    r"(?<!negatives )ranking loss|(?<!_)rooms?\b|movement|plain updates|"
    r"hold(s)? for all (languages )?at once",
    re.IGNORECASE,
)
# Where the project was written is nobody's business.
OF_A_MACHINE = re.compile(r"(?<![\w.])/(work|tmp|home|root|opt)/|pypi\.|\bissue #?\d")
# A page says which names were used before.
EARLIER_NAMES = ("CHANGELOG.md",)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)]*)?\)")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONFIGURATION = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
# Words of JSON schema that ours uses. A description that is not quoted and has a comma ends there.
WORDS_OF_SCHEMA = {
    *("description", "type", "enum", "default", "required", "properties", "items", "not"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("pattern", "format", "minItems", "uniqueItems", "minProperties", "propertyNames"),
    "additionalProperties",
}


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


def keys_of(schema, path=()):
    """Every key of a schema with its path, its own schema, and whether it is required."""
    for name, part in schema.get("properties", {}).items():
        yield (*path, name), part, name in schema.get("required", [])
        yield from keys_of(part, (*path, name))
        yield from keys_of(part.get("items", {}), (*path, name, "[]"))


def keys_in(value, path=()):
    """The paths of every key that a configuration sets."""
    for name, part in value.items() if isinstance(value, dict) else ():
        yield (*path, name)
        yield from keys_in(part, (*path, name))
    for part in value if isinstance(value, list) else ():
        yield from keys_in(part, (*path, "[]"))


def test_every_key_says_what_it_is():
    for path, part, _ in keys_of(read_schema()):
        assert set(part) <= WORDS_OF_SCHEMA, path
        assert len(part["description"]) > 8, path


def test_every_key_is_required_or_has_a_default():
    # Of what a list has, a key may be left out: the text says what stands in its place.
    for path, part, required in keys_of(read_schema()):
        assert required or "default" in part or "[]" in path, path


def test_every_key_of_the_demonstration_is_one_of_the_schema():
    known = {path for path, _, _ in keys_of(read_schema())}
    mappings = {path for path, part, _ in keys_of(read_schema()) if "propertyNames" in part}
    for path in keys_in(CONFIGURATION):
        assert path in known or path[:-1] in mappings, path


def test_a_version_is_the_same_wherever_it_stands():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    newest = re.search(r"^## (\S+),", TEXTS["CHANGELOG.md"], re.MULTILINE)[1]
    assert citation["version"] == newest
    assert citation["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name):
    for target, _ in LINK.findall(TEXTS[name]):
        if not re.match(r"https?://|mailto:", target):
            assert ((ROOT / name).parent / target).exists(), target
    assert not OF_A_MACHINE.findall(TEXTS[name])


@pytest.mark.parametrize("name", TEXTS)
def test_words_are_the_fields(name):
    if name not in EARLIER_NAMES:
        assert not [found[0] for found in HOME_MADE.finditer(TEXTS[name])]


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
def test_an_overlay_of_a_page_is_one(block, monkeypatch):
    # Whatever it asks for, a page does not depend on what is installed here.
    monkeypatch.setattr(configuration, "check_packages", lambda config: None)
    overlay = yaml.safe_load(block)
    merged, _ = without_demonstration(overlaid(CONFIGURATION, overlay), overlay, None)
    checked_configuration(merged)
