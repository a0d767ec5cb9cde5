import pytest
from planted_results import MIDDLE

from adiabatic.inference.selection import NOT_YET, Choice
from adiabatic.report.pairs import against_chosen


def test_candidates_are_compared_in_pairs_but_not_ablations(tables):
    rows, shown = tables["pairs"].rows, tables["pairs"].shown
    assert set(rows["group"]) | set(rows["against"]) == {"sweep", "lora"}
    # Six candidates, each with each.
    assert len(shown) == 15
    assert set(shown["finding"]) <= {"more", "less", "no difference shown"}
    assert f"of {len(shown)} pairs" in tables["pairs"].caption


def test_others_are_told_as_minus_the_chosen_one(material):
    rows = against_chosen(material).set_index("other")
    assert "sweep at 1e-5" not in rows.index
    assert len(rows) == 5
    # The chosen one gains 15 points, LoRA 20, and the lowest rate 2.
    assert rows.loc["lora at 1e-6", "low"] > 0
    assert rows.loc["sweep at 1e-6", "high"] < 0
    assert (rows["low"] <= rows["difference"]).all()
    assert (rows["difference"] <= rows["high"]).all()
    gain = material.methods.set_index(["group", "learning_rate"])["english_gain"]
    expected = gain["sweep", 1e-6] - gain["sweep", MIDDLE]
    assert rows.loc["sweep at 1e-6", "difference"] == pytest.approx(expected)


def test_without_a_choice_nothing_is_paired(material, monkeypatch):
    monkeypatch.setitem(material.__dict__, "choice", Choice(NOT_YET))
    assert against_chosen(material).empty
