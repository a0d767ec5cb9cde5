"""Scripts of methods and of the comparison of methods, as programs."""

import json
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from finished import failed
from safetensors.numpy import load_file

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def script_here(monkeypatch, capsys):
    """Run a script in this process, where torch is imported already."""

    def run(name, *arguments):
        monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
        code = 0
        try:
            runpy.run_path(str(ROOT / f"workflow/scripts/{name}.py"), run_name="__main__")
        except SystemExit as end:
            code = end.code or 0
        said = capsys.readouterr()
        return subprocess.CompletedProcess(name, code, said.out, said.err)

    return run


@pytest.fixture
def tuning_files(tmp_path, tiny_encoder_folder, script_here):
    """A base with provenance, tuning.parquet, and its documents' vectors by the base."""
    from adiabatic.encoding.provenance import base_provenance, write_provenance

    base, data, vectors = tmp_path / "base", tmp_path / "tuning.parquet", tmp_path / "v.npy"
    shutil.copytree(tiny_encoder_folder, base)
    write_provenance(base, base_provenance(base, "path", "tiny", None))
    nouns = ["cat", "dog", "cow", "hen", "fox", "owl", "bee", "ant"]
    rows = [
        {"query": f"the {one} sees {other}", "positive": f"der {one}", "negative": f"der {other}"}
        for one in nouns for other in nouns if one != other
    ]  # fmt: skip
    split = ["validation" if number % 5 == 0 else "train" for number in range(len(rows))]
    pd.DataFrame(rows).assign(split=split).to_parquet(data)
    done = script_here(
        "embed_documents", "--base", base, "--data", data, "--kind", "triplets", "--out", vectors
    )
    assert done.returncode == 0, done.stderr
    return base, data, vectors


def test_baselines_leave_folders_that_are_evaluated_like_runs(script_here, tuning_files, tmp_path):
    base, data, vectors = tuning_files
    rate = ["--learning-rate", 1e-2, "--seed", 0]
    stored = ["--base", base, "--data", data, "--vectors", vectors]
    tuned = {
        "grid": ["tune_query_encoder", *stored, *rate, "--freeze", "embeddings"],
        "both": ["tune_query_encoder", *stored[:4], *rate, "--method", "joint"],
        "lora": ["tune_query_encoder", *stored, *rate, "--method", "lora", "--targets", "query"],
        "adapter": ["fit_adapter", *stored, *rate, "--method", "linear-adapter"],
        "rotated": ["fit_adapter", *stored, "--method", "procrustes"],
        "whole": ["interpolate_weights", "--base", base, "--run", tmp_path / "grid", "--alpha", 1],
        "none": ["interpolate_weights", "--base", base, "--run", tmp_path / "grid", "--alpha", 0],
    }
    provenance = {}
    for name, command in tuned.items():
        done = script_here(*command, "--out", tmp_path / name)
        assert done.returncode == 0, done.stderr
        provenance[name] = json.loads((tmp_path / name / "provenance.json").read_text())
    digests = {name: stated["weights_sha256"] for name, stated in provenance.items()}
    assert digests["none"] == provenance["grid"]["base"]["weights_sha256"]
    assert digests["whole"] == digests["grid"]
    assert len(set(digests.values())) == 6
    assert provenance["whole"]["run"] == provenance["grid"]
    assert provenance["both"]["frozen_sha256"] is None
    assert provenance["lora"]["frozen_sha256"]["after"]["vectors"]
    assert provenance["rotated"]["tuning"] == {"method": "procrustes"}
    assert provenance["adapter"]["parameters"]["tuned"] == 32 * 32
    moved = {name: load_file(tmp_path / name / "delta.safetensors") for name in tuned}
    assert moved["adapter"] == moved["rotated"] == {}
    assert len(moved["lora"]) == 2
    assert moved["both"].keys() > moved["grid"].keys()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["tune_query_encoder", "--learning-rate", 1e-5, "--seed", 0], "--vectors: missing"),
        (["tune_query_encoder", "--seed", 0, "--vectors", "v.npy"], "--learning-rate: missing"),
        (
            ["tune_query_encoder", "--learning-rate", 1e-5, "--seed", 0, "--vectors", "v.npy",
             "--method", "joint"],
            "--vectors: found, which is not read with method joint",
        ),
        (
            ["fit_adapter", "--vectors", "v.npy", "--method", "procrustes", "--seed", 0],
            "--seed: found, which is not read with method procrustes",
        ),
    ],
)  # fmt: skip
def test_options_that_a_method_does_not_read_are_errors(script_here, tmp_path, command, words):
    given = ["--base", tmp_path, "--data", tmp_path, "--out", tmp_path / "run"]
    assert failed(script_here(*command, *given), words)


def test_a_run_of_another_base_is_not_interpolated(script_here, tmp_path, tiny_encoder_folder):
    about = {"base": {"weights_sha256": "0" * 64}}
    (tmp_path / "provenance.json").write_text(json.dumps(about))
    done = script_here(
        "interpolate_weights", "--base", tiny_encoder_folder, "--run", tmp_path, "--alpha", 0.5,
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert failed(done, "tuned from another base")
    assert not (tmp_path / "out").exists()


def test_bm25_and_other_methods_are_compared(run_script, tmp_path):
    animals = ["cat", "dog", "cow", "hen"]
    texts = [(f"where is the {one}", f"here is one {one}", "nothing is here") for one in animals]
    triplets = pd.DataFrame(texts, columns=["query", "positive", "negative"])
    numbered = triplets.assign(item=list("1234"))
    files = {
        "title-text": numbered.rename(columns={"query": "anchor", "item": "anchor_id"}),
        "tuning": triplets.assign(split=["train", "validation", "test", "test"]),
        "mine": pd.concat([numbered.assign(language=code) for code in ("en", "de")]),
    }
    for name, frame in files.items():
        frame.to_parquet(tmp_path / f"{name}.parquet")
    done = run_script(
        "evaluate_bm25", "--pairs", tmp_path / "title-text.parquet", "--tuning",
        tmp_path / "tuning.parquet", "--task", "mine", "triplets", tmp_path / "mine.parquet",
        "--out", tmp_path / "outcomes/words.parquet",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outcomes = pd.read_parquet(tmp_path / "outcomes/words.parquet")
    assert len(outcomes) == 4 + 2 + 2 * 4
    assert outcomes["correct"].all()
    # A base that knows no English, and a run that learns it and forgets German.
    for name, known in (("base", ["de"]), ("lr1.0-seed0", ["en"])):
        right = outcomes["query_language"].isin(known)
        changed = outcomes.assign(right=right, rank=np.where(right, 1, 2))
        changed.to_parquet(tmp_path / f"outcomes/{name}.parquet")
    for folder, name, text in (
        ("drift", "lr1.0-seed0.csv", "kind,name,language,value\nqueries,mine,de,0.25\n"),
        ("benchmarks", "tune_query_encoder-lr1.0-seed0.tsv", "s\th:m:s\n12.5\t0:00:12\n"),
        ("", "mine.json", '{"encoder": "e", "texts": "t", "documents": 8}'),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(text)
    done = run_script(
        "compare_methods", "--outcomes", tmp_path / "outcomes", "--drift", tmp_path / "drift",
        "--benchmarks", tmp_path / "benchmarks", "--vectors", tmp_path / "mine.npy",
        "--run", "adiabatic", "query-encoder", "1.0", "nan", "-", "lr1.0-seed0",
        "--run", "words", "bm25", "nan", "nan", "-", "words", "--non-inferiority-margin", 0.02,
        "--confidence", 0.95, "--resamples", 50, "--seed", 0, "--out", tmp_path / "tables",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    methods = pd.read_csv(tmp_path / "tables/methods.csv", index_col="name")
    assert methods["english_gain"].to_dict() == {"base": 0, "adiabatic": 1, "words": 1}
    assert methods["worst_difference"].to_dict() == {"base": 0, "adiabatic": -1, "words": 0}
    assert methods["drift"].to_dict() == pytest.approx(
        {"base": 0, "adiabatic": 0.25, "words": np.nan}, nan_ok=True
    )
    assert methods["pareto"].tolist() == [False, False, True]
    costs = pd.read_csv(tmp_path / "tables/costs.csv", index_col="name")
    assert costs["tuning_seconds"].to_dict() == {"adiabatic": 12.5, "words": 0}
    for name in ("methods", "costs"):
        assert r"\toprule" in (tmp_path / f"tables/{name}.tex").read_text()
        assert (tmp_path / f"tables/{name}.md").read_text().startswith("| method")
    done = run_script(
        "plot_methods", "--table", tmp_path / "tables/methods.csv", "--non-inferiority-margin", 0.02,
        "--confidence", 0.95, "--out", tmp_path / "methods.pdf",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "adiabatic (rate 1), +100.0 points" in (tmp_path / "methods.rst").read_text()
    assert (tmp_path / "methods.png").exists()
    missing = tmp_path / "none.parquet"
    done = run_script(
        "evaluate_bm25", "--pairs", missing, "--tuning", missing, "--out", tmp_path / "o.parquet"
    )
    assert failed(done, "none.parquet: cannot be read as a parquet file")
