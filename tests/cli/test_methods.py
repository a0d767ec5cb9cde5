"""Runs of every method, made by the one script of all of them."""

import json
import shutil

import pandas as pd
import pytest
from finished import failed
from plans import write_plan
from safetensors.numpy import load_file

from adiabatic.plan.runs import PlannedRun

NOUNS = ["cat", "dog", "cow", "hen", "fox", "owl", "bee", "ant"]
RUNS = [
    PlannedRun("swept", "sweep", learning_rate=1e-2, settings={"freeze": ["embeddings"]}),
    PlannedRun("joint", "joint", "joint", 1e-2),
    PlannedRun("drawn", "drawn", "l2-sp", 1e-2, settings={"freeze": ["embeddings"], "decay": 2.0}),
    PlannedRun("lora", "lora", "lora", 1e-2, settings={"targets": ["query"], "rank": 2}),
    PlannedRun("adapter", "adapter", "linear-adapter", 1e-2),
    PlannedRun("bent", "bent", "mlp-adapter", 1e-2, settings={"hidden": 48}),
    PlannedRun("rotated", "rotated", "procrustes"),
    PlannedRun("whole", "mixed", "interpolation", 1e-2, alpha=1.0, repeats="swept"),
    PlannedRun(
        "back",
        "back",
        "drift-correction",
        1e-2,
        alpha=1.0,
        repeats="swept",
        settings={"strength": 1.0},
    ),
    PlannedRun("none", "mixed", "interpolation", 1e-2, alpha=0.0, repeats="swept"),
]


@pytest.fixture
def options(tmp_path, tiny_encoder_folder, script_here):
    """Options of a base with provenance, its plan, tuning.parquet, and vectors by the base."""
    from adiabatic.encoding.provenance import base_provenance, write_provenance

    base, data = tmp_path / "base", tmp_path / "tuning.parquet"
    shutil.copytree(tiny_encoder_folder, base)
    write_provenance(base, base_provenance(base, "path", "tiny", None))
    rows = [
        {"query": f"the {one} sees {other}", "positive": f"der {one}", "negative": f"der {other}"}
        for one in NOUNS for other in NOUNS if one != other
    ]  # fmt: skip
    split = ["validation" if number % 5 == 0 else "train" for number in range(len(rows))]
    pd.DataFrame(rows).assign(split=split).to_parquet(data)
    planned = ["--plan", write_plan(tmp_path, RUNS), "--base", base]
    done = script_here(
        "embed_documents", *planned, "--tuning", data, "--out", tmp_path / "embeddings"
    )
    assert done.returncode == 0, done.stderr
    vectors = tmp_path / "embeddings/tuning.npy"
    return [*planned, "--data", data, "--vectors", vectors, "--out", tmp_path / "runs"]


def test_every_method_leaves_a_folder_that_is_evaluated_like_any_run(
    script_here, options, tmp_path
):
    names = [run.name for run in RUNS]
    done = script_here("tune_query_encoder", *options, "--runs", *names)
    assert done.returncode == 0, done.stderr
    folders = {name: tmp_path / "runs" / name for name in names}
    provenance = {
        name: json.loads((folder / "provenance.json").read_text())
        for name, folder in folders.items()
    }
    digests = {name: stated["weights_sha256"] for name, stated in provenance.items()}
    assert digests["none"] == provenance["swept"]["base"]["weights_sha256"]
    assert digests["whole"] == digests["swept"]
    assert len(set(digests.values())) == 9
    assert provenance["whole"]["run"] == provenance["swept"]
    assert provenance["drawn"]["tuning"]["decay"] == 2
    assert provenance["back"]["run"] == provenance["swept"]
    # Of 56 triplets, every fifth is held out.
    assert provenance["back"]["tuning"]["queries"] == 44
    assert provenance["back"]["tuning"]["drift_length"] > 0
    weights = [(folders[name] / "model.safetensors").read_bytes() for name in ("back", "swept")]
    assert weights[0] == weights[1]
    assert provenance["joint"]["frozen_sha256"] is None
    assert provenance["lora"]["frozen_sha256"]["after"]["vectors"]
    assert provenance["rotated"]["tuning"] == {"method": "procrustes"}
    assert provenance["adapter"]["parameters"]["tuned"] == 32 * 32
    moved = {name: load_file(folder / "delta.safetensors") for name, folder in folders.items()}
    assert provenance["bent"]["parameters"]["tuned"] == 2 * 32 * 48
    assert moved["adapter"] == moved["bent"] == moved["rotated"] == {}
    assert moved["back"].keys() == moved["swept"].keys()
    assert len(moved["lora"]) == 2
    assert moved["joint"].keys() > moved["swept"].keys()
    for folder in folders.values():
        assert json.loads((folder / "time.json").read_text())["seconds"] >= 0
        assert pd.read_csv(folder / "history.csv")["kept"].sum() == 1
    # Beside the folders nothing is left.
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == sorted(names)


def test_a_run_that_is_not_planned_is_named(script_here, options, tmp_path):
    done = script_here("tune_query_encoder", *options, "--runs", "swept", "other")
    assert failed(done, "--runs: 'other' found; the plan has no such run")
    assert not (tmp_path / "runs").exists()


def test_a_run_of_another_base_is_not_interpolated(script_here, options, tmp_path):
    about = {"base": {"weights_sha256": "0" * 64}}
    (tmp_path / "runs/swept").mkdir(parents=True)
    (tmp_path / "runs/swept/provenance.json").write_text(json.dumps(about))
    done = script_here("tune_query_encoder", *options, "--runs", "whole")
    assert failed(done, "tuned from another base")
    assert not (tmp_path / "runs/whole").exists()


def test_vectors_of_other_data_are_refused(script_here, options, tmp_path):
    data = pd.DataFrame({"query": ["a", "b"], "positive": "p", "negative": "n",
                         "split": ["train", "validation"]})  # fmt: skip
    data.to_parquet(tmp_path / "tuning.parquet")
    done = script_here("tune_query_encoder", *options, "--runs", "swept")
    assert failed(done, "tuning.npy: 8 vectors found; 2 are needed")
    assert not (tmp_path / "runs/swept").exists()
