"""The plan of an experiment by its script, on tiny sets: tables, warnings, and a pilot."""

import json

import pandas as pd
import pytest
from finished import failed
from plans import write_plan
from planted_outcomes import KINDS
from planted_results import write_results
from records import squad, xnli_lines
from tiny_runs import QUERIES, TEXTS

from adiabatic.plan.runs import PlannedRun

TASKS = {"xnli": "xnli", "qa": "qa-retrieval"}


@pytest.fixture
def options(script_here, tmp_path, tiny_encoder_folder):
    """Options of the script for two tiny sets and a sweep of two rates."""
    for language in ("en", "de"):
        lines = [line for i in range(3) for line in xnli_lines(f"premise {i} {language}")]
        (tmp_path / f"xnli-{language}.tsv").write_text("\n".join(lines))
        questions = squad(
            [(f"{language} text {i}", [(str(i), f"{language} q{i}")]) for i in range(4)]
        )
        (tmp_path / f"qa-{language}.json").write_text(json.dumps(questions))
    for name, kind in TASKS.items():
        path = tmp_path / (f"{name}-{{language}}." + ("tsv" if name == "xnli" else "json"))
        done = script_here(
            "read_task", "--kind", kind, "--path", path, "--languages", "en", "de",
            "--out", tmp_path / f"{name}.parquet",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    splits = ["train"] * 12 + ["validation"] * 2 + ["test"] * 2
    tuning = {"query": QUERIES, "positive": TEXTS, "negative": TEXTS[::-1], "split": splits}
    pd.DataFrame(tuning).to_parquet(tmp_path / "tuning.parquet")
    pairs = {"anchor_id": ["1"], "anchor": ["ant"], "positive": ["bee"], "negative": ["fox"]}
    pd.DataFrame(pairs).to_parquet(tmp_path / "title-random.parquet")
    settings = {"batch_size": 2}
    runs = [
        PlannedRun(
            f"lr{rate}-seed{seed}", "sweep", learning_rate=rate, seed=seed, settings=settings
        )
        for rate in (1e-6, 1e-3)
        for seed in range(3)
    ]
    return [
        "--plan", write_plan(tmp_path, runs, TASKS), "--base", tiny_encoder_folder,
        "--pairs", tmp_path / "title-random.parquet", "--tuning", tmp_path / "tuning.parquet",
        "--tasks", *(tmp_path / f"{name}.parquet" for name in TASKS),
        "--non-inferiority-margin", 0.02, "--confidence", 0.95, "--selection-share", 0.5,
        "--out", tmp_path / "tables",
    ]  # fmt: skip


def test_what_can_be_decided_and_what_it_takes(script_here, options, tmp_path):
    done = script_here("plan_experiment", *options)
    assert done.returncode == 0, done.stderr
    rows = pd.read_csv(tmp_path / "tables/sample_sizes.csv").set_index(["claim", "learning_rate"])
    assert rows.loc[("b", 1e-6), "comparisons"] == 4
    assert rows.loc[("b", 1e-6), "items"] == 3
    # Three premises show nothing.
    assert rows.loc["b", "power"].max() == 0
    assert (rows.loc["b", "needed_items"] > 300).all()
    assert "warning: claim b on xnli has no chance at any rate" in done.stdout
    assert (tmp_path / "tables/sample_sizes.txt").read_text() in done.stdout
    costs = pd.read_csv(tmp_path / "tables/expected_costs.csv").set_index("what")
    assert costs.loc["the sweep", "count"] == 6
    assert (costs["seconds"] > 0).all()


def test_a_pilot_tells_what_changes(script_here, options, tmp_path):
    assert set(KINDS) == set(TASKS)
    done = script_here("plan_experiment", *options, "--pilot", tmp_path / "none")
    assert failed(done, "evaluation.pilot: no ", "the pilot must have run")
    pilot = write_results(tmp_path / "pilot")
    done = script_here("plan_experiment", *options, "--pilot", pilot)
    assert done.returncode == 0, done.stderr
    rows = pd.read_csv(tmp_path / "tables/sample_sizes.csv")
    rows = rows[rows["claim"] != "e"]
    # The nearest of 1e-6, 1e-5 and 1.3e-3.
    assert dict(zip(rows["learning_rate"], rows["pilot_rate"], strict=True)) == {
        1e-6: 1e-6,
        1e-3: 1.3e-3,
    }
