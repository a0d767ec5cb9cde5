import numpy as np
import pandas as pd
import pytest

from adiabatic.inference.gain_against_drift import block_points
from adiabatic.report.figures.drift import drift_figure
from adiabatic.report.figures.history import history_figure
from adiabatic.report.figures.languages import languages_figure
from adiabatic.report.figures.levels import levels_figure
from adiabatic.report.figures.window import window_figure


def window(*tasks):
    rates = [1e-6, 1e-5, 1e-4]
    rows = [
        (f"{task}, {line}", task, "accuracy", rate, d, d - 0.01, d + 0.01)
        for task in tasks
        for line in ("en", "other languages")
        for rate, d in zip(rates, (0.0, 0.02, -0.3), strict=True)
    ]
    columns = ["family", "task", "metric", "learning_rate", "difference", "ci_low", "ci_high"]
    return pd.DataFrame(rows, columns=columns)


def pairs(queries, documents, differences):
    differences = np.asarray(differences)
    return pd.DataFrame(
        {
            "query_language": queries,
            "document_language": documents,
            "difference": differences,
            "simultaneous_low": differences - 0.01,
            "simultaneous_high": differences + 0.01,
        }
    )


@pytest.mark.parametrize("recommended", [None, 1e-5])
def test_the_window_has_a_panel_a_task_and_a_line_a_family(recommended):
    figure = window_figure(window("held-out", "xnli", "qa"), recommended)
    assert [axis.get_title() for axis in figure.axes] == [
        "English triplets (accuracy)",
        "xnli (accuracy)",
        "qa (accuracy)",
    ]
    labels = [text.get_text() for text in figure.axes[1].get_legend().get_texts()]
    assert labels == ["en", "other languages"]
    drawn = figure.axes[1].lines[-1].get_ydata()
    assert drawn == pytest.approx([0, 2, -30])


def test_the_heat_map_marks_what_is_not_zero_and_is_centred():
    rows = pairs(["en", "de"] * 2, ["en", "en", "de", "de"], [0.05, 0.001, -0.03, 0.0])
    axis = languages_figure(rows, "title").axes[0]
    weights = {text.get_text(): text.get_weight() for text in axis.texts}
    assert weights == {"+5.0": "bold", "(+0.1)": "normal", "-3.0": "bold", "(+0.0)": "normal"}
    low, high = axis.images[0].get_clim()
    assert low == pytest.approx(-high)


def test_languages_are_sorted_by_family():
    rows = pairs(["en", "zh", "de"] * 3, np.repeat(["en", "zh", "de"], 3), np.arange(9) / 100)
    axis = languages_figure(rows, "title").axes[0]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["en", "de", "zh"]
    assert axis.images[0].get_array()[1].tolist() == pytest.approx([2, 8, 5])


def test_drift_has_a_panel_a_family_and_one_of_the_weights():
    points = pd.DataFrame(
        [
            (rate, seed, family, 10 * rate, 0.01)
            for rate in (1e-6, 1e-5)
            for seed in (0, 1)
            for family in ("held-out English triplets", "xnli, other languages")
        ],
        columns=["learning_rate", "seed", "family", "distance", "difference"],
    )
    names = ["embeddings", "0 attention", "1 attention", "0 feed-forward", "0 layer norms"]
    drift = pd.DataFrame(
        [("block", name, rate, 1000 * rate) for name in names for rate in (1e-6, 1e-5)],
        columns=["kind", "name", "learning_rate", "value"],
    )
    frozen = pd.DataFrame([("block", "1 frozen", 1e-5, 0.0)], columns=drift.columns)
    axes = drift_figure(points, block_points(pd.concat([drift, frozen]))).axes
    titles = ["held-out English triplets", "xnli, other languages", "weights"]
    assert [axis.get_title() for axis in axes] == titles
    lines = {line.get_label(): line.get_ydata() for line in axes[2].lines}
    assert list(lines) == ["embeddings", "attention", "feed-forward", "layer norms"]
    assert lines["attention"] == pytest.approx([0.1, 1])


def test_pairs_that_a_task_does_not_have_stay_blank():
    axis = languages_figure(pairs(["en", "de"], ["en", "de"], [0.01, 0.02]), "title").axes[0]
    assert [text.get_text() for text in axis.texts] == ["(+1.0)", "+2.0"]


def test_levels_have_a_bar_for_base_and_tuned():
    rows = pd.DataFrame(
        {
            "style": "title",
            "level": ["random", "text"],
            "base": [0.9, 0.7],
            "tuned": [0.92, 0.69],
            "difference": [0.02, -0.01],
            "ci_low": [0.01, -0.02],
            "ci_high": [0.03, 0.0],
        }
    )
    axis = levels_figure(rows).axes[0]
    heights = [bar.get_height() for bar in axis.patches]
    assert heights == pytest.approx([0.9, 0.7, 0.92, 0.69])


def test_rates_of_the_history_differ_in_grey_too():
    rates = np.repeat([1e-5, 1e-4, 1e-3], 2)
    history = pd.DataFrame({"learning_rate": rates, "seed": 0, "step": [0, 1] * 3, "loss": 0.1})
    axis = history_figure(history.assign(validation_accuracy=0.5)).axes[0]
    assert len({line.get_marker() for line in axis.lines}) == 3


@pytest.mark.parametrize(("loss", "unit"), [("triplet", "cosine similarity"), ("ranking", "nats")])
def test_the_history_gives_the_loss_in_its_unit(loss, unit):
    history = pd.DataFrame(
        {"learning_rate": 1e-3, "seed": 0, "step": [0, 1], "loss": [np.nan, 0.1]}
    ).assign(validation_accuracy=0.5)
    assert unit in history_figure(history, loss).axes[1].get_ylabel()
