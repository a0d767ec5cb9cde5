from dataclasses import replace

import numpy as np
from planted_results import MIDDLE

from adiabatic.inference.selection import NOT_YET, Choice
from adiabatic.report.forest import forest_table, shown_candidate


def test_of_each_language_and_task_the_lowest_bound_decides(material, tables):
    rows = tables["forest"].rows
    assert rows[["language", "task"]].apply(tuple, axis=1).tolist() == [
        ("en", "held-out"), ("en", "qa"), ("en", "xnli"), ("zh", "qa"), ("zh", "xnli"),
        ("en", "arXiv, title"),
    ]  # fmt: skip
    assert rows["comparisons"].tolist() == [1, 1, 2, 1, 2, 2]
    every = material.evidence.of(material.swept(MIDDLE))
    pairs = every[(every["task"] == "xnli") & (every["family"] == "languages")]
    lowest = pairs.groupby("query_language")["low"].min()
    shown = rows[rows["task"] == "xnli"].set_index("language")["low"]
    assert np.allclose(shown.sort_index(), lowest.sort_index())


def test_the_caption_counts_verdicts_and_tells_the_lowest_bound(tables):
    rows, caption = tables["forest"].rows, tables["forest"].caption
    assert caption.startswith("Is each language safe with sweep at 1e-5?")
    judged = rows[rows["family"] != "English"]
    for verdict, count in judged["verdict"].value_counts().items():
        assert f"{count} {verdict}" in caption
    assert judged.loc[judged["low"].idxmin(), "decided_by"] in caption


def test_a_language_without_items_is_not_shown_to_be_safe(material):
    rows = material.differences.copy()
    qa = (rows["task"] == "qa") & (rows["query_language"] == "zh")
    rows.loc[qa, ["difference", "low", "high"]] = np.nan
    other = replace(material, differences=rows)
    other.__dict__["choice"] = material.choice
    table = forest_table(other)
    found = table.rows[(table.rows["task"] == "qa") & (table.rows["language"] == "zh")]
    assert found["verdict"].tolist() == ["undecided"]
    assert "Without any item that is reported: 1." in table.caption


def test_without_a_choice_the_sweep_is_shown(material, monkeypatch):
    monkeypatch.setitem(material.__dict__, "choice", Choice(NOT_YET))
    assert shown_candidate(material) == material.swept(material.shown_rate)
