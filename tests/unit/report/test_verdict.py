import dataclasses

import pandas as pd
import pytest

from adiabatic.inference.selection import NO, NOT_YET, Choice
from adiabatic.report import verdict
from adiabatic.report.verdict import paper_is_not_best, status_words, verdict_text


def test_a_switch_is_told_with_gain_comparisons_and_the_bound_that_decides(tables):
    text = tables["verdict"].caption
    assert text.startswith("Switch at this rate: sweep at 1e-5, run sweep-lr1e-05-")
    assert "English gains +1" in text
    assert (
        "8 of 8 comparisons of languages and arXiv levels, each by itself, lose less than 5" in text
    )
    assert "(base and 3 seeds)" in text
    row = tables["verdict"].rows.iloc[0]
    assert (row["status"], row["chosen"], row["missing"]) == ("switch", "sweep at 1e-5", "")


@pytest.mark.parametrize(
    ("status", "missing", "text"),
    [
        (NOT_YET, ("a rate needs 3 seeds",), "Not yet: a rate needs 3 seeds"),
        (NO, ("a", "b"), "No: a; b"),
        (NO, (), "No: nothing that was tried gains and keeps everything"),
    ],
)
def test_what_is_missing_is_told(material, status, missing, text):
    assert status_words(Choice(status, missing=missing)) == text
    other = dataclasses.replace(material)
    other.__dict__["choice"] = Choice(status, missing=missing)
    assert verdict_text(other).startswith(f"{text}.")


def test_a_method_that_keeps_all_and_gains_more_is_told(material):
    def told(*rows):
        columns = ["group", "learning_rate", "english_gain", "verdict"]
        frame = pd.DataFrame(rows, columns=columns).assign(
            alpha=float("nan"), stored_index="yes", seeds=3
        )
        frame = frame.assign(english_low=frame["english_gain"], english_high=frame["english_gain"])
        other = dataclasses.replace(material)
        other.__dict__["methods"] = frame
        return paper_is_not_best(other)

    # Of the planted gains, LoRA's are 20 points and the sweep's at 1e-5 are 15.
    sweep, lora = ("sweep", 1e-5, 0.1, "kept"), ("lora", 1e-5, 0.2, "kept")
    assert "lora at 1e-5 keeps everything, too, and gains +20.0" in told(sweep, lora)
    assert told(sweep, lora).startswith("The paper's method is not the best one here: ")
    assert told(sweep, ("lora", 1e-5, 0.05, "kept")) == ""
    assert told(sweep, ("lora", 1e-5, 0.2, "lost")) == ""
    assert "No rate of the paper's method" in told(("sweep", 1e-5, 0.1, "lost"), lora)


def test_which_method_is_better_is_asked_in_pairs(material, monkeypatch):
    rows = material.methods
    kept = rows.assign(verdict=rows["verdict"].where(rows["group"] != "lora", "kept"))
    other = dataclasses.replace(material)
    other.__dict__["methods"] = kept
    paired = {"difference": 0.004, "low": -0.015, "high": 0.023, "seeds": 3}
    monkeypatch.setattr(verdict, "paired_english", lambda *about: paired)
    text = paper_is_not_best(other)
    assert text.startswith("Which is better is not shown: lora at ")
    assert text.endswith("; paired, +0.4 [−1.5, +2.3].")
