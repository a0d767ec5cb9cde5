"""Figures of an experiment with planted truth, drawn from its tables."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from planted_material import english_gains, planted_material

from adiabatic.plan.registry import implementation
from adiabatic.report.figures.ablation import draw_ablation
from adiabatic.report.figures.axes import tick
from adiabatic.report.figures.drift import draw_drift
from adiabatic.report.figures.forest import draw_forest
from adiabatic.report.figures.history import draw_history
from adiabatic.report.figures.languages import draw_languages
from adiabatic.report.figures.levels import draw_levels
from adiabatic.report.figures.methods import draw_methods
from adiabatic.report.figures.registry import FIGURES
from adiabatic.report.figures.style import COLUMN, PAGE, STYLE
from adiabatic.report.figures.window import draw_window
from adiabatic.report.tables import TABLES, tables_of

MARGIN = 0.05
SIDES = ("premises", "hypotheses")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    material = planted_material(
        tmp_path_factory.mktemp("results"), english_gains, share=0.5, items=1200,
        rates=(1e-6, 1e-5, 1e-4), frozen=("freeze", (1e-5, 1e-4)), adapter="linear-adapter",
    )  # fmt: skip
    names = [name for name in TABLES if name not in ("evaluation_sets", "search_recall")]
    made = tables_of(material, [*names, "ablation-frozen"])
    return {name: table.rows for name, table in made.items()}


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_every_row_of_the_registry_draws_a_table_that_is_made():
    for row in FIGURES.values():
        assert callable(implementation(row.draw))
        assert row.table.format(name="x") in {*TABLES, "ablation-x"}


def test_the_window_has_a_panel_a_task_with_the_margin_and_the_shaded_window(tables):
    figure = draw_window(tables["window"], MARGIN)
    titles = [axis.get_title() for axis in figure.axes if axis.get_visible()]
    assert {"English triplets (accuracy)", "xnli (accuracy)", "qa (MRR@10)"} <= set(titles)
    assert figure.get_size_inches()[0] == PAGE
    for axis in figure.axes[: len(titles)]:
        assert any((np.array(line.get_ydata()) == -100 * MARGIN).all() for line in axis.lines)
        # The shade of the window.
        assert axis.patches


def test_the_heat_map_is_centred_and_shows_what_is_decided_in_bold(tables):
    rows = tables["languages"]
    axis = draw_languages(rows, MARGIN, "xnli", SIDES, 1e-4).axes[0]
    assert axis.get_title() == "xnli, accuracy, 1e-4"
    assert axis.get_ylabel() == "language of premises"
    assert {text.get_weight() for text in axis.texts} == {"bold"}
    low, high = axis.images[0].get_clim()
    assert low == pytest.approx(-high)
    undecided = rows.assign(verdict="undecided")
    axis = draw_languages(undecided, MARGIN, "xnli", SIDES, 1e-4).axes[0]
    assert all(text.get_text().startswith("(") for text in axis.texts)


def test_languages_are_sorted_by_family_and_missing_pairs_stay_blank(tables):
    mine = tables["languages"].query("task == 'xnli' and learning_rate == 1e-5")
    rows = mine[mine["query_language"] == mine["document_language"]]
    axis = draw_languages(rows, MARGIN, "xnli", SIDES, 1e-5).axes[0]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["en", "zh"]
    assert len(axis.texts) == 2


def test_one_pool_of_all_languages_is_a_dot_plot(tables):
    mine = tables["languages"].query("task == 'xnli' and document_language == 'en'")
    figure = draw_languages(mine.assign(document_language="pool"), MARGIN, "xnli", SIDES, 1e-5)
    assert figure.axes[0].get_xlabel() == "difference from the base (points)"
    assert not figure.axes[0].images


def test_levels_have_bars_of_accuracy_and_their_differences_below(tables):
    rows = tables["levels"]
    above, below = draw_levels(rows, MARGIN).axes
    heights = [bar.get_height() for bar in above.patches]
    assert heights == pytest.approx([*rows["base"], *rows["tuned"]])
    assert below.get_ylabel() == "difference\n(points)"


def test_the_forest_has_a_row_a_language_and_task_and_fits_a_column(tables):
    rows = tables["forest"]
    figure = draw_forest(rows, MARGIN)
    assert len(figure.axes[0].get_yticks()) == len(rows)
    assert figure.get_size_inches()[0] == COLUMN
    many = rows.loc[rows.index.repeat(12)].assign(language=np.repeat(np.arange(len(rows)), 12))
    assert draw_forest(many, MARGIN).get_size_inches()[0] == PAGE


def test_methods_have_a_marker_each_and_a_legend(tables):
    figure = draw_methods(tables["methods"], MARGIN)
    labels = {text.get_text().split(",")[0] for text in figure.legends[0].get_texts()}
    assert {"base", "sweep", "adapter", "non-inferiority margin"} <= labels


def test_drift_and_ablation_name_their_axes(tables):
    for figure in (
        draw_drift(tables["drift"]),
        draw_ablation(tables["ablation-frozen"], MARGIN, "frozen"),
    ):
        for axis in figure.axes:
            assert axis.get_xlabel()
        assert any("points" in axis.get_ylabel() for axis in figure.axes)


def test_rates_of_the_history_differ_in_grey_too(tables):
    axis = draw_history(tables["history"], "triplet").axes[0]
    named = [line for line in axis.lines if not line.get_label().startswith("_")]
    shown = {line.get_label(): line.get_marker() for line in named}
    assert set(shown) == {"1e-6", "1e-5", "1e-4"}
    assert len(set(shown.values())) == 3


@pytest.mark.parametrize(
    ("loss", "unit"), [("triplet", "similarity"), ("multiple-negatives-ranking", "nats")]
)
def test_the_history_gives_the_loss_in_its_unit(tables, loss, unit):
    assert unit in draw_history(tables["history"], loss).axes[1].get_ylabel()


def test_ticks_have_true_signs_and_type_is_embedded():
    assert [tick(value) for value in (2, 0, -0.0, -5)] == ["+2", "0", "0", "−5"]
    assert STYLE["pdf.fonttype"] == 42
