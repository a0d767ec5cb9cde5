"""The tiny experiment on an index that exists: read, checked, tuned against, to the report."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import yaml
from dry_runs import jobs
from planted_index import write_parquet

from adiabatic.encoding.corpora import document_texts


@pytest.fixture
def indexed(experiment, tmp_path):
    """A copy of the finished experiment, and an overlay with an index of its documents."""
    folder = tmp_path / "indexed"
    shutil.copytree(experiment, folder, symlinks=True)
    results = folder / "results/tiny"
    frame = pd.read_parquet(results / "data/tuning.parquet")
    texts = document_texts([frame], ["positive", "negative"])
    vectors = np.load(results / "embeddings/tuning.npy").astype(np.float16)
    ids = [f"doc-{number}" for number in range(len(texts))]
    # One is no document of the index, and another is of one by its id alone.
    known = [text for text in texts if text != frame["positive"][0]]
    kept = texts.isin(known)
    columns = {"doc_id": np.array(ids)[kept].tolist()}
    write_parquet(
        folder / "index.parquet", range(kept.sum()), vectors[kept], texts[kept], **columns
    )
    pairs = frame[["query", "positive"]].to_dict("records")
    pairs[1] = {"query": pairs[1]["query"], "positive_id": ids[texts.get_loc(pairs[1]["positive"])]}
    (folder / "pairs.jsonl").write_text("".join(json.dumps(pair) + "\n" for pair in pairs))
    overlay = {
        "index": {"source": "parquet", "path": "index.parquet", "columns": {"id": "doc_id"}},
        "tuning": {
            "source": "path", "path": "pairs.jsonl", "learning_rates": [1e-5], "ablations": [],
            "methods": [{"name": "bm25", "method": "bm25"}],
        },
    }  # fmt: skip
    (folder / "overlay.yaml").write_text(yaml.safe_dump(overlay))
    return folder


def test_an_experiment_on_an_index_reaches_its_report(indexed, run_tiny):
    plan = jobs(run_tiny(indexed, "overlay.yaml", "--dry-run"))
    assert plan["read_index"] == plan["check_index"] == plan["match_pairs"] == 1
    # Of the other sets, documents are embedded as they were.
    assert not {"embed_documents", "read_tuning_data", "pretrain_base"} & set(plan)
    index = (indexed / "index.parquet").read_bytes()
    done = run_tiny(indexed, "overlay.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    results = indexed / "results/tiny"
    check = json.loads((results / "index/check.json").read_text())
    assert check["stored_as"] == "float16"
    assert check["agreeing"] == check["documents"] == 300
    counts = json.loads((results / "index/pairs.json").read_text())
    assert (counts["positives_by_id"], counts["given_negatives"]) == (1, 0)
    assert counts["positives_not_in_index"] >= 1
    triplets = pd.read_parquet(results / "data/tuning.parquet")
    assert len(triplets) == counts["used"] == counts["negatives_from_index"]
    # What is tuned against are the index's own values.
    vectors = np.load(results / "embeddings/tuning.npy")
    assert np.array_equal(vectors, vectors.astype(np.float16))
    history = pd.read_csv(results / "runs/lr1e-05-seed0/history.csv")
    assert history["validation_accuracy"].between(0, 1).all()
    assert (results / "one_page.html").exists()
    assert (results / "report.zip").exists()
    assert (indexed / "index.parquet").read_bytes() == index
    again = run_tiny(indexed, "overlay.yaml", "--dry-run")
    assert "Nothing to be done" in again.stdout + again.stderr
    stricter = indexed / "stricter.yaml"
    stricter.write_text(yaml.safe_dump({"index": {"negatives": {"below": 0.9}}}))
    plan = jobs(run_tiny(indexed, "overlay.yaml", stricter, "--dry-run"))
    assert plan["match_pairs"] == plan["tune_query_encoder"] == 1
    assert not {"read_index", "check_index", "read_task"} & set(plan)
