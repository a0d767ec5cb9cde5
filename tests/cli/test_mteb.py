"""Scripts about the tasks of mteb."""

import json

import pandas as pd
import pytest
from plans import write_plan

from adiabatic.evaluation.mteb_tasks import folder_digest
from adiabatic.plan.runs import PlannedRun


def test_a_run_is_evaluated_and_compared(
    script_here, tiny_encoder_folder, moved_encoder_folder, mteb_data, tmp_path
):
    base, tuned, data = tiny_encoder_folder, moved_encoder_folder, mteb_data
    stored, table = tmp_path / "documents.safetensors", tmp_path / "tables" / "mteb.csv"
    frozen = ["--document-encoder", base, "--data", data, "--languages", "deu", "eng", "--tasks"]
    runs = {"base": [base, "--documents-out"], "tuned": [tuned, "--documents"]}
    for name, (encoder, option) in (runs | {"again": runs["tuned"]}).items():
        asked = ["--encoder", encoder, option, stored, *frozen, "BUCC.v2"]
        done = script_here("evaluate_mteb", *asked, "--out", tmp_path / f"{name}.json")
        assert done.returncode == 0, done.stderr
    found = {name: json.loads((tmp_path / f"{name}.json").read_text()) for name in runs}
    assert (tmp_path / "tuned.json").read_bytes() == (tmp_path / "again.json").read_bytes()
    (task,) = found["tuned"]["tasks"]
    assert task["source"] == {
        "folder": f"{data}/BUCC.v2",
        "sha256": folder_digest(data / "BUCC.v2"),
    }
    assert (task["type"], task["query_side"]) == ("BitextMining", "first text")
    assert task["scores"][0]["languages"] == ["deu-Latn", "eng-Latn"]
    plan = write_plan(tmp_path, [PlannedRun("tuned", "sweep", learning_rate=1e-5)])
    done = script_here(
        "compare_mteb", "--plan", plan, "--runs", "tuned", "--scores", tmp_path, "--out", table
    )
    assert done.returncode == 0, done.stderr
    (row,) = pd.read_csv(table).itertuples()
    before, after = (found[name]["tasks"][0]["scores"][0]["main_score"] for name in runs)
    assert (row.metric, row.seeds) == ("f1", 1)
    assert (row.base, row.tuned) == pytest.approx((before, after), abs=1e-5)
    assert row.difference == pytest.approx(after - before, abs=1e-5) != 0
    shown = f"{100 * (after - before):+.1f}".replace("-", "\N{MINUS SIGN}")
    assert shown in table.with_suffix(".md").read_text()
    assert f"BUCC.v2 (test) {shown} at 1e-5" in table.with_suffix(".rst").read_text()
    # There is German for XQuADRetrieval, too, but not in the folder.
    asked = ["--encoder", base, *frozen, "BUCC.v2", "XQuADRetrieval"]
    done = script_here("evaluate_mteb", *asked, "--out", tmp_path / "none.json")
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f"error: evaluation.mteb.tasks: XQuADRetrieval: {data}/XQuADRetrieval")
    assert not (tmp_path / "none.json").exists()


def scores(**by_subset):
    """A run's scores on one task with the subsets."""
    rows = [
        {"split": "test", "subset": name, "languages": [name], "main_score": value}
        for name, value in by_subset.items()
    ]
    task = {"task": "XNLI", "type": "PairClassification", "query_side": "first text"}
    return {"tasks": [task | {"metric": "max_ap", "scores": rows}]}


def test_a_cell_has_the_mean_of_the_seeds_and_the_smallest_and_largest(run_script, tmp_path):
    runs = [
        PlannedRun("a", "sweep", learning_rate=1e-5),
        PlannedRun("b", "sweep", learning_rate=1e-5, seed=1),
        PlannedRun("c", "procrustes", "procrustes"),
    ]
    found = {
        "base": scores(de=0.5, en=0.6),
        "a": scores(de=0.52, en=0.6),
        "b": scores(de=0.48, en=0.7),
        "c": scores(de=0.5, en=0.59),
    }
    for name, of_run in found.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(of_run))
    done = run_script(
        "compare_mteb", "--plan", write_plan(tmp_path, runs), "--runs", "a", "b", "c",
        "--scores", tmp_path, "--out", tmp_path / "mteb.csv",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    header, _, *lines = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (tmp_path / "mteb.md").read_text().splitlines()
    )
    table = pd.DataFrame(lines, columns=header)
    assert table["subset"].tolist() == ["mean", "de", "en"]
    assert table["1e-5"].tolist()[0] == "+2.5 (+1.0 to +4.0)"
    assert table["procrustes"].tolist() == ["\N{MINUS SIGN}0.5", "0.0", "\N{MINUS SIGN}1.0"]
    assert table["base (points)"].tolist() == ["55.0", "50.0", "60.0"]
