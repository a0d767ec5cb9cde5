import pandas as pd

from adiabatic.report.files import to_latex, to_markdown
from adiabatic.report.levels import levels_rows, levels_table
from adiabatic.report.overview import overview_table
from adiabatic.report.shown import shown_rate, shown_run
from adiabatic.report.verdicts import runs_table


def test_the_overview_has_a_column_a_rate_in_points():
    window = pd.DataFrame(
        {
            "family": ["xnli, en"] * 2,
            "metric": "accuracy",
            "n": 400,
            "learning_rate": [2e-8, 1e-7],
            "base": 0.725,
            "difference": [0.01, -0.02],
            "ci_low": [0.0, -0.03],
            "ci_high": [0.02, -0.01],
        }
    )
    table = overview_table(window)
    assert table.columns.tolist() == ["family", "metric", "n", "base", "2e-08", "1e-07"]
    assert table.iloc[0].tolist() == [
        "xnli, en", "accuracy", 400, "72.5", "+1.0 [+0.0, +2.0]", "-2.0 [-3.0, -1.0]",
    ]  # fmt: skip


def test_the_run_that_is_shown_is_the_recommended_else_that_of_the_largest_gain():
    runs = pd.DataFrame(
        {"run": ["a", "b"], "english_gain": [0.1, 0.3], "recommended": [True, False]}
    )
    assert shown_run(runs) == "a"
    assert shown_run(runs.assign(recommended=False)) == "b"
    rates = runs.assign(learning_rate=[1e-6, 1e-5])
    assert shown_rate(rates) == 1e-6
    assert shown_rate(rates.assign(recommended=False)) == 1e-5


def test_verdicts_are_in_words():
    runs = pd.DataFrame(
        {
            "run": ["a", "b"],
            "english_gain": [0.1, 0.0],
            "ci_low": [0.05, -0.1],
            "ci_high": [0.15, 0.1],
            "verdict": ["improved", "undecided"],
            "languages_judged": [3, 0],
            "languages_degraded": ["de", ""],
            "languages_undecided": ["", ""],
            "worst_language": ["de", ""],
            "worst_task": ["qa", ""],
            "worst_documents": ["same", ""],
            "worst_difference": [-0.05, float("nan")],
            "recommended": [False, False],
        }
    )
    table = runs_table(runs)
    assert table["worst language"].tolist() == [
        "de -5.0 (qa, documents in same language)",
        "none",
    ]
    assert table["languages degraded"].tolist() == ["de", "none"]


def test_levels_leave_out_the_mean():
    summary = pd.DataFrame(
        {
            "run": "a",
            "task": "arxiv",
            "subset": ["first-sentence-text", "first-sentence-mean"],
            **dict.fromkeys(("n", "base", "tuned", "difference", "ci_low", "ci_high"), 1.0),
            "verdict": "preserved",
        }
    )
    rows = levels_rows(summary, "a")
    assert rows[["style", "level"]].to_numpy().tolist() == [["first-sentence", "text"]]


def test_the_table_of_levels_is_in_points():
    rows = pd.DataFrame(
        {
            "style": ["title"],
            "level": ["text"],
            "n": [20],
            "base": [0.7],
            "tuned": [0.75],
            "difference": [0.05],
            "ci_low": [0.01],
            "ci_high": [0.09],
            "verdict": ["improved"],
        }
    )
    assert levels_table(rows).iloc[0].tolist() == [
        "title", "text", 20, "70.0", "75.0", "+5.0 [+1.0, +9.0]", "improved",
    ]  # fmt: skip


def test_latex_escapes_and_markdown_keeps_signs():
    table = pd.DataFrame({"a_b": ["+1.0 & 5%"]})
    assert r"a\_b" in to_latex(table)
    assert r"\&" in to_latex(table)
    assert r"\toprule" in to_latex(table)
    assert "+1.0 & 5%" in to_markdown(table)
