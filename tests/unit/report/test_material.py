from dataclasses import replace

import numpy as np
import pytest
from planted_results import HIGH, LOW, MIDDLE

from adiabatic.inference.selection import NOT_YET, Choice
from adiabatic.report.material import Material


def test_the_window_is_where_all_is_kept_and_english_gains(material):
    assert material.window == [LOW, MIDDLE]
    assert material.shown_rate == MIDDLE
    assert material.choice.row["group"] == "sweep"
    assert material.swept(HIGH).runs[0].learning_rate == HIGH


def nothing_chosen(material, low_gain):
    """The same material, of which nothing was chosen."""
    other = replace(material)
    other.__dict__["choice"] = Choice(NOT_YET)
    if low_gain:
        methods = material.methods.copy()
        swept = (methods["group"] == "sweep") & (methods["learning_rate"] == LOW)
        methods.loc[swept, "english_gain"] = 0.9
        other.__dict__["methods"] = methods
        other.__dict__["claims"] = []
    return other


def test_without_a_choice_the_last_rate_of_the_window_is_shown_else_the_largest_gain(
    material, monkeypatch
):
    assert nothing_chosen(material, low_gain=False).shown_rate == MIDDLE
    monkeypatch.setattr(Material, "window", [])
    assert nothing_chosen(material, low_gain=True).shown_rate == LOW


def test_drift_of_queries_is_the_mean_of_tasks_and_validation_that_of_what_is_kept(material):
    run = material.plan.runs[0].name
    assert material.evidence.drift[run] == pytest.approx(100 * LOW)
    assert material.evidence.validation[run] == pytest.approx(4 / 5 * 0.02)


def test_seconds_are_unknown_where_no_run_was_timed(material, tmp_path):
    run = material.plan.runs[0]
    assert material.seconds(run) == 7.5
    assert np.isnan(replace(material, results=tmp_path).seconds(run))


def test_documents_that_a_run_embedded_are_counted_without_indexes(material, tmp_path):
    folder = tmp_path / "embeddings/joint"
    folder.mkdir(parents=True)
    for name, documents in (("qa", 10), ("tuning", 5), ("qa.faiss", 99)):
        (folder / f"{name}.json").write_text(f'{{"documents": {documents}}}')
    assert replace(material, results=tmp_path).documents("joint") == 15
