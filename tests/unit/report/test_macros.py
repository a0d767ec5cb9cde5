import dataclasses
import re
import shutil
import subprocess

import pytest

from adiabatic.inference.selection import NOT_YET, Choice
from adiabatic.report.macros import _camel, numbers_tex
from adiabatic.report.numbers import points

MACRO = re.compile(r"\\newcommand\{\\([A-Za-z]+)\}\{(.*)\}")


def macros_of(text):
    """Names and texts; every line is one, or a comment."""
    lines = [line for line in text.splitlines() if not line.startswith("%")]
    found = [MACRO.fullmatch(line) for line in lines]
    assert all(found)
    names = [match[1] for match in found]
    assert len(set(names)) == len(names)
    return dict(match.groups() for match in found)


@pytest.fixture(scope="module")
def text(material):
    return numbers_tex(material, "pilot-2", demonstration=True)


def test_every_macro_is_legal_and_there_once(text):
    found = macros_of(text)
    assert len(found) > 100
    assert all(name.startswith("pilotTwo") for name in found)
    # Braces pair up, and nothing that TeX takes for a command of its own is left.
    for value in found.values():
        assert value.count("{") == value.count("}")
        assert not re.search(r"(?<!\\)[&%$#_^]", value), value
        assert value.isascii()


def test_all_numbers_of_the_verdict_and_the_claims_have_one(text, tables):
    found = macros_of(text)
    row = tables["verdict"].rows.iloc[0]
    assert found["pilotTwoVerdictStatus"] == "switch"
    assert found["pilotTwoVerdictMargin"] == "5"
    for name, column in (("EnglishGain", "english_gain"), ("WorstLow", "worst_low")):
        value = found[f"pilotTwoVerdict{name}"].replace(r"\ensuremath{-}", "−")
        assert value == points(row[column])
    claims = tables["claims"].rows
    assert claims.groupby("claim").ngroups == 8
    for column, name in (
        ("difference", "Difference"),
        ("p_value", "PValue"),
        ("verdict", "Outcome"),
    ):
        names = [key for key in found if re.search(rf"Claim[A-H].*(?<!Inferior){name}$", key)]
        assert len(names) == claims[column].notna().sum(), column
    assert found["pilotTwoClaimASweepAtOnePointThreeEMinusThreeOutcome"] == "holds"


def test_without_a_choice_the_status_and_the_claims_are_there(material):
    other = dataclasses.replace(material)
    other.__dict__["choice"] = Choice(NOT_YET, missing=("3 seeds & more",))
    other.__dict__["claims"] = material.claims
    found = macros_of(numbers_tex(other, "demo", demonstration=False))
    assert found["demoVerdictMissing"] == r"3 seeds \& more"
    assert "demoVerdictEnglishGain" not in found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1.3e-3", "OnePointThreeEMinusThree"),
        ("2e-8", "TwoEMinusEight"),
        ("frozen-output", "FrozenOutput"),
        ("lora_16", "LoraOneSix"),
    ],
)
def test_names_have_letters_alone(text, name):
    assert _camel(text) == name


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="LaTeX is not installed")
def test_a_paper_that_uses_every_macro_compiles(text, tmp_path):
    (tmp_path / "numbers.tex").write_text(text)
    uses = "\n\n".join(rf"{name}: \{name}" for name in macros_of(text))
    paper = r"\documentclass{article}\input{numbers}\begin{document}" + uses + r"\end{document}"
    (tmp_path / "paper.tex").write_text(paper)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
