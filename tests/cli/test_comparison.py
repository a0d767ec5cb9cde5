"""From outcomes to tables, figures and the page, by the scripts as programs."""

import json

import numpy as np
import pandas as pd
import pytest
from finished import failed
from plans import write_plan
from safetensors.numpy import save_file

from adiabatic.evaluation.outcomes import COLUMNS
from adiabatic.plan.runs import PlannedRun

RUNS = [
    PlannedRun("lr1.0-seed0", "sweep", learning_rate=1.0),
    PlannedRun("lr1.0-seed1", "sweep", learning_rate=1.0, seed=1),
    PlannedRun("lr1.0-seed2", "sweep", learning_rate=1.0, seed=2),
    PlannedRun("words", "words", "bm25"),
]
SETS = [("held-out", "all", "en"), ("arxiv", "title-text", "en"), ("mine", "all", "en"),
        ("mine", "all", "de")]  # fmt: skip
ITEMS = 40
# So few items without a difference still leave room for one of 18 points.
MARGIN = 0.25
HOW = [*("--non-inferiority-margin", MARGIN), "--confidence", 0.95, "--selection-share", 0.5]
TABLES = [
    *("verdict", "claims", "methods", "pairs", "forest", "window", "languages", "levels", "runs"),
    *("summary", "history", "drift", "costs", "evaluation_sets"),
]


def outcomes(known):
    """Outcomes of what is right in the languages that it knows, and wrong in all others."""
    parts = [
        pd.DataFrame(
            {
                "task": task, "subset": subset, "query_language": language,
                "document_language": language, "item": [str(n) for n in range(ITEMS)],
                "cluster": [str(n) for n in range(ITEMS)], "correct": language in known,
                "rank": np.int32(1 if language in known else 2),
            }
        )
        for task, subset, language in SETS
    ]  # fmt: skip
    rows = pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS)
    return rows.astype(dict.fromkeys(COLUMNS[:6], "category"))


@pytest.fixture
def results(tmp_path):
    """What earlier steps leave: a base that knows German only, runs that learn English instead."""
    for folder in ("outcomes", "drift", "data", "embeddings", "runs", "inference"):
        (tmp_path / folder).mkdir()
    write_plan(tmp_path, RUNS, {"mine": "triplets"})
    known = {"base": ["de"], "words": ["en", "de"]}
    for name in ("base", *(run.name for run in RUNS)):
        outcomes(known.get(name, ["en"])).to_parquet(tmp_path / f"outcomes/{name}.parquet")
    history = pd.DataFrame(
        {"step": [0, 9], "loss": [None, 0.1], "validation_accuracy": [0.4, 0.9],
         "share_changed": [0, 1.0], "kept": [False, True]}
    )  # fmt: skip
    drift = pd.DataFrame(
        [
            ("block", "0 attention", "", 1.0, None, 0.1),
            ("queries", "mine", "de", None, None, 0.25),
            ("queries", "held-out", "en", None, None, 0.5),
        ],
        columns=["kind", "name", "language", "base", "tuned", "value"],
    )
    for run in RUNS[:3]:
        folder = tmp_path / "runs" / run.name
        folder.mkdir()
        history.to_csv(folder / "history.csv", index=False)
        (folder / "time.json").write_text('{"seconds": 12.5}')
        about = {"parameters": {"tuned": 30, "frozen": 70, "frozen_share": 0.7}}
        (folder / "provenance.json").write_text(json.dumps(about))
        drift.to_csv(tmp_path / f"drift/{run.name}.csv", index=False)
    sets = {"set": ["held-out"], "kind": "triplets", "languages": "en", "items": ITEMS,
            "documents": 2 * ITEMS, "duplicates": 0, "shared_queries": 0, "shared_passages": 0,
            "contaminated": 0, "excluded": 0}  # fmt: skip
    pd.DataFrame(sets).to_csv(tmp_path / "data/evaluation_sets.csv", index=False)
    return tmp_path


@pytest.fixture
def compared(run_script, results):
    """The same with every difference."""
    done = run_script(
        "compare_outcomes", "--plan", results / "plan.json", "--outcomes", results / "outcomes",
        *HOW, "--seed", 0, "--out", results / "inference/differences.parquet",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return results


@pytest.fixture
def tables(run_script, compared):
    """The folder of all tables."""
    tables = compared / "tables"
    done = run_script("write_tables", "--experiment", "mine", "--results", compared,
                      "--tables", *TABLES, *HOW, "--demonstration", "--out", tables)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return tables


def test_methods_are_compared_item_by_item(tables):
    methods = pd.read_csv(tables / "methods.csv", index_col="group")
    assert methods["english_gain"].to_dict() == {"base": 0, "sweep": 1, "words": 1}
    assert methods["worst_difference"].to_dict() == {"base": 0, "sweep": -1, "words": 0}
    # The mean of two tasks.
    assert methods["drift"].to_dict() == pytest.approx(
        {"base": 0, "sweep": (0.5 + 0.25) / 2, "words": np.nan}, nan_ok=True
    )
    assert methods["pareto_optimal"].tolist() == [False, False, True]
    assert methods["verdict"].tolist()[1:] == ["lost", "kept"]
    costs = pd.read_csv(tables / "costs.csv", index_col="group")
    assert costs["tuning_seconds"].to_dict() == {"sweep": 12.5, "words": 0}


def test_each_table_is_written_for_people_too_with_a_caption(tables):
    for name in TABLES:
        assert r"\toprule" in (tables / f"{name}.tex").read_text(), name
        assert (tables / f"{name}.md").read_text().startswith("| "), name
        assert "This is a synthetic demonstration" in (tables / f"{name}.rst").read_text(), name


def test_a_figure_is_drawn_from_the_table_of_its_name(run_script, tables):
    out = tables.parent / "figures/methods.pdf"
    options = ["--figure", "methods", "--table", tables / "methods.csv", "--margin", MARGIN]
    done = run_script("plot_figure", *options, "--out", out)
    assert done.returncode == 0, done.stderr
    assert out.with_suffix(".png").stat().st_size
    assert out.with_suffix(".rst").read_text() == (tables / "methods.rst").read_text()
    shown = pd.read_csv(out.with_suffix(".csv"))
    assert shown["english_gain"].tolist() == [0, 1, 1]
    done = run_script("plot_figure", "--figure", "pie", *options[2:], "--out", out)
    assert done.returncode == 2
    assert "invalid choice: 'pie'" in done.stderr


def test_the_page_says_what_became_of_it(run_script, tables):
    page = tables.parent / "one_page.html"
    options = ["--experiment", "mine", "--results", tables.parent, *HOW, "--demonstration"]
    done = run_script("write_page", *options, "--out", page)
    assert done.returncode == 0, done.stderr
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "This is a synthetic demonstration" in text


def test_outcomes_that_are_missing_are_named(run_script, results):
    (results / "outcomes/words.parquet").unlink()
    out = results / "inference/differences.parquet"
    done = run_script(
        "compare_outcomes", "--plan", results / "plan.json", "--outcomes", results / "outcomes",
        *HOW, "--seed", 0, "--out", out,
    )  # fmt: skip
    assert failed(done, "words.parquet: cannot be read as a parquet file")
    assert not out.exists()


def test_the_weights_of_an_ablation_are_compared_with_those_that_it_repeats(run_script, tmp_path):
    runs = [
        PlannedRun("a", "sweep", learning_rate=1e-8),
        PlannedRun("direct-a", "direct", learning_rate=1e-8, ablation=True, repeats="a"),
    ]
    for run, moved in zip(runs, ([3.0, 4.0], [3.0, 0.0]), strict=True):
        (tmp_path / run.name).mkdir()
        save_file({"w": np.array(moved, np.float32)}, tmp_path / run.name / "delta.safetensors")
    done = run_script(
        "compare_weights", "--plan", write_plan(tmp_path, runs), "--runs", tmp_path,
        "--out", tmp_path / "weights.csv",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (row,) = pd.read_csv(tmp_path / "weights.csv").to_dict("records")
    assert (row["run"], row["group"], row["learning_rate"]) == ("direct-a", "direct", 1e-8)
    assert row["relative_weight_change"] == pytest.approx(4 / 5)
