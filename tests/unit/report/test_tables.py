"""Every table of an experiment with planted truth: what it says, and that its CSV has numbers."""

import re

import pandas as pd
import pytest
from planted_material import english_gains, planted_material

from adiabatic.report.tables import TABLES, tables_of

NAMES = [name for name in TABLES if name not in ("evaluation_sets", "search_recall")]
FROZEN = "ablation-frozen"


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    return planted_material(
        tmp_path_factory.mktemp("results"), english_gains, share=0.5, items=1200,
        rates=(1e-6, 1e-5, 1e-4), frozen=("freeze", (1e-5, 1e-4)), adapter="linear-adapter",
    )  # fmt: skip


@pytest.fixture(scope="module")
def tables(material):
    return tables_of(material, [*NAMES, FROZEN])


@pytest.mark.parametrize("name", [*NAMES, FROZEN])
def test_a_csv_holds_no_formatted_numbers(tables, name):
    rows = tables[name].rows
    assert len(rows)
    for column in rows.select_dtypes(["object", "string"]):
        texts = rows[column].dropna().astype(str)
        assert not texts.str.match(r"^[+−-]?\d+\.\d+( \[|$)").any(), column


@pytest.mark.parametrize("name", [*NAMES, FROZEN])
def test_a_caption_is_short_and_has_no_loose_ends(tables, name):
    caption = tables[name].caption
    assert len(caption.split("\n\n")[0].split()) <= 120
    assert not [word for word in ("nan", "None", "-0.0") if word in caption]
    # Rates are written in one way; names of runs are names.
    assert not re.search(r"(?<![a-z])\d+e-0\d", caption)


def test_the_verdict_names_what_was_chosen_and_the_comparison_that_decides(tables, material):
    row = tables["verdict"].rows.iloc[0]
    assert row["status"] == "switch"
    assert row["run"] in {run.name for run in material.plan.runs}
    text = tables["verdict"].caption
    assert text.startswith("Switch at this rate: ")
    assert "50% of the multilingual items" in text
    assert "are shown to lose less than 5 points" in text
    assert "at least −" in text


def test_methods_begin_with_the_base_and_none_that_loses_is_pareto_optimal(tables):
    rows = tables["methods"].rows
    assert rows["group"].iloc[0] == "base"
    swept = rows[rows["group"] == "sweep"].set_index("learning_rate")
    assert swept.loc[1e-4, "verdict"] == "lost"
    assert not swept.loc[1e-4, "pareto_optimal"]
    assert (swept.loc[[1e-6, 1e-5], "verdict"] == "kept").all()
    assert rows["pareto_optimal"].any()
    assert "frozen" not in set(rows["group"])


def test_the_window_marks_the_rates_at_which_all_claims_hold(tables):
    rows = tables["window"].rows
    inside = rows.groupby("learning_rate")["in_window"].all()
    assert inside.to_dict() == {1e-6: True, 1e-5: True, 1e-4: False}
    assert tables["window"].shown.columns.tolist() == [
        "average", "metric", "base", "1e-6", "1e-5", "1e-4",
    ]  # fmt: skip


def test_a_row_of_the_forest_is_the_comparison_with_the_lowest_bound(tables):
    rows = tables["forest"].rows
    assert rows[["language", "task"]].duplicated().sum() == 0
    assert rows["task"].iloc[0] == "held-out"
    assert (rows["comparisons"] >= 1).all()
    xnli = rows[(rows["task"] == "xnli") & (rows["language"] == "zh")].iloc[0]
    assert xnli["comparisons"] == 2


def test_levels_have_neither_means_nor_other_rates(tables, material):
    rows = tables["levels"].rows
    assert rows[["style", "level"]].to_numpy().tolist() == [["title", "random"], ["title", "text"]]
    assert set(rows["learning_rate"]) == {material.shown_rate}


def test_languages_have_single_pairs_with_corrected_p_values(tables):
    rows = tables["languages"].rows
    assert set(rows["query_language"]) == {"en", "zh"}
    assert (rows["p_inferior_holm"] >= rows["p_inferior"]).all()
    lost = rows[rows["learning_rate"] == 1e-4]
    assert (lost["verdict"] == "inferior").all()
    error = 1 - rows["base"]
    assert rows["relative_error_reduction"].to_numpy() == pytest.approx(rows["difference"] / error)


def test_a_run_is_deployed_at_most_once_and_every_run_has_a_row(tables, material):
    rows = tables["runs"].rows
    assert len(rows) == len(material.plan.runs)
    assert rows["deployed"].sum() == 1


def test_claims_are_in_order_and_those_about_a_rate_come_at_each(tables):
    rows = tables["claims"].rows
    assert rows["claim"].is_monotonic_increasing
    swept = rows[(rows["claim"] == "a") & (rows["group"] == "sweep")]
    assert swept["learning_rate"].tolist() == [1e-6, 1e-5, 1e-4]
    window = rows[rows["claim"] == "e"].iloc[0]
    assert window["verdict"] == "holds"
    assert "from 1e-6 to 1e-5, among 3 rates" in window["detail"]


def test_an_ablation_is_compared_with_the_sweep_at_its_rates(tables):
    rows = tables[FROZEN].rows
    assert sorted(set(rows["learning_rate"])) == [1e-5, 1e-4]
    assert set(rows["verdict"]) <= {"equivalent", "more", "less", "undecided"}


def test_pairs_leave_out_ablations_and_the_base(tables):
    rows = tables["pairs"].rows
    assert not set(rows["group"]) & {"frozen", "base"}
    assert (rows["against"] != "base").all()


def test_costs_count_each_candidate_once(tables, material):
    rows = tables["costs"].rows
    assert rows["tuning_seconds"].tolist() == [12.5] * len(rows)
    assert len(rows) == sum(not one.first.ablation for one in material.candidates)


def test_drift_stands_beside_the_gain_of_its_task(tables):
    rows = tables["drift"].rows
    english = rows[(rows["kind"] == "queries") & (rows["name"] == "held-out")]
    assert english["difference"].between(0.03, 0.17).all()
    assert pd.isna(rows.loc[rows["kind"] == "block", "difference"]).all()


def test_without_seeds_enough_nothing_is_said_of_a_rate(tmp_path):
    few = planted_material(tmp_path, english_gains, share=0.5, seeds=2, rates=(1e-6,))
    table = tables_of(few, ["verdict"])["verdict"]
    assert table.rows["status"].tolist() == ["not yet"]
    assert "3 at least" in table.caption
