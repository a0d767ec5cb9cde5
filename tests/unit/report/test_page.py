import re
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest

from adiabatic.inference.claims import NOT_TESTED, Claim
from adiabatic.inference.selection import NOT_YET, Choice
from adiabatic.report.page import (
    PageFigure,
    is_narrow,
    method_rows,
    not_covered,
    page,
    tuning_costs,
    untested,
)

PARAMETERS = {"tuned": 900, "frozen": 100}


@pytest.fixture
def written_page(material, tmp_path):
    """The page, of this material or another."""
    png = tmp_path / "forest.png"
    png.write_bytes(b"\x89PNG")

    def write(of=material, approximate=(), demonstration=False):
        figures = [PageFigure("Is my language safe?", png, "Of 5 rows <all> are safe.")]
        return page(of, "pilot", figures, PARAMETERS, list(approximate), demonstration)

    return write


class Reader(HTMLParser):
    """Which elements are open, and what the page refers to."""

    VOID = ("meta", "img", "link", "br")

    def __init__(self, text):
        super().__init__()
        self.open, self.references = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.references += [value for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_no_other_file(written_page):
    text = written_page()
    reader = Reader(text)
    assert not reader.open
    assert reader.references == ["data:image/png;base64,iVBORw=="]
    assert "Of 5 rows &lt;all&gt; are safe." in text
    assert '<meta name="viewport"' in text


def test_status_and_reasons_stand_first_with_the_rule(written_page):
    text = re.sub("<[^>]+>", " ", written_page())
    status = text.index("Switch at this rate:  sweep at 1e-5, run")
    assert status < text.index("of every difference from the base is above −5 points")
    assert "one-sided 97.5% lower bound" in text
    assert "English gains +1" in text


def test_the_demonstration_is_said_where_it_is_one(written_page):
    assert "synthetic demonstration" not in written_page()
    assert "synthetic demonstration" in written_page(demonstration=True)


def test_candidates_that_keep_all_come_first_and_the_chosen_one_is_marked(material):
    rows = list(method_rows(material))
    assert [row["verdict"] for row in rows] == ["kept"] * 2 + ["lost"] * 4
    assert rows[0]["name"] == ("sweep at", "1e-5")
    assert [row["paired"] for row in rows].count("chosen") == 1
    assert rows[1]["paired"].startswith("−1")
    assert {row["serving"] for row in rows} == {"as the base"}


def test_without_a_choice_the_page_says_what_is_missing(material, written_page):
    other = replace(material)
    other.__dict__["choice"] = Choice(NOT_YET, missing=("a rate needs 3 seeds",))
    other.__dict__["evidence"] = material.evidence
    text = written_page(other)
    assert "<strong>Not yet:</strong> a rate needs 3 seeds." in text
    assert "chosen</td>" not in text


def test_what_tuning_costs_is_told_in_seconds_and_parameters(material):
    told = tuning_costs(material, PARAMETERS)
    assert told[1] == (
        "Tuning took 8 seconds a run (median of 9 runs), for 900 of 1,000 parameters."
    )


def test_what_was_not_tested_is_told(material):
    other = replace(material)
    other.__dict__["claims"] = [Claim("g", NOT_TESTED, detail="no such ablation was configured")]
    told = list(untested(other, []))
    assert told[0] == "Claim g: no such ablation was configured."
    assert any("documents were compared exactly" in line for line in told)
    told = list(untested(other, ["qa"]))
    assert any(line.startswith("Your own index: qa searched by an approximate") for line in told)
    assert not any("documents were compared exactly" in line for line in told)


def test_languages_without_evidence_are_told(material):
    sets = pd.DataFrame({"set": ["xnli", "qa"], "languages": ["en zh", "en zh sw"]})
    other = "Languages other than en, zh: there is no evidence about them."
    (first, second) = not_covered(material, sets)
    assert first == other
    assert second.startswith("sw in qa: configured, but no item of it is among those that")
    # One that has items only where something is chosen, and none where it is reported.
    rows = material.differences
    zh = (rows["query_language"] == "zh") & (rows["half"] == "report")
    empty = replace(material, differences=rows.assign(n=rows["n"].where(~zh, 0)))
    told = list(not_covered(empty, sets))
    assert told[0] == "Languages other than en: there is no evidence about them."
    assert [line.split(":")[0] for line in told[1:]] == ["zh in xnli", "sw, zh in qa"]
    nothing = replace(material, differences=rows[rows["family"] != "languages"])
    (only,) = not_covered(nothing, sets)
    assert only == "Any language but English: nothing multilingual was evaluated."


def test_what_stands_beside_a_figure_depends_on_its_width():
    head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    assert is_narrow(head + (726).to_bytes(4, "big"))
    assert not is_narrow(head + (1496).to_bytes(4, "big"))
