import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save_file

from adiabatic.evaluation.outcomes import Queries
from adiabatic.evaluation.run_drift import drift_of_run
from adiabatic.evaluation.sets import EvaluationSet

TEXTS = pd.Index(["a", "b"])


def arxiv_set(subset):
    items = pd.DataFrame({"language": "en", "item": ["1", "2"], "query": TEXTS})
    return EvaluationSet("arxiv", subset, "triplets", items, pd.Index([]), np.empty((0, 2)))


def test_the_drift_of_a_run_is_of_its_weights_and_of_each_styles_anchors_once(tmp_path):
    base, run = tmp_path / "base", tmp_path / "run"
    for folder in (base, run):
        folder.mkdir()
    name = "encoder.layer.0.output.dense.weight"
    save_file({name: np.array([3.0, 4.0], np.float32)}, base / "model.safetensors")
    save_file({name: np.array([0.0, 0.5], np.float32)}, run / "delta.safetensors")
    before = Queries(TEXTS, np.eye(2, dtype=np.float32))
    after = Queries(TEXTS, np.array([[1, 0], [1, 0]], np.float32))
    levels = [arxiv_set("title-random"), arxiv_set("title-text"), arxiv_set("first-sentence-text")]
    rows = drift_of_run(base, run, before, after, levels).set_index(["kind", "name"])
    assert rows.loc[("block", "0 feed-forward"), "value"] == pytest.approx(0.1)
    queries = rows.loc["queries", "value"].to_dict()
    # One of two queries turned by a right angle.
    assert queries == pytest.approx({"arxiv, title": 0.5, "arxiv, first-sentence": 0.5})
