import shutil

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save_file

from adiabatic.encoding.corpora import document_texts
from adiabatic.encoding.devices import Processes
from adiabatic.encoding.document_vectors import write_vectors
from adiabatic.encoding.encoder import load_encoder
from adiabatic.encoding.provenance import document_side_digest
from adiabatic.io.errors import InputError
from adiabatic.plan.runs import PlannedRun
from adiabatic.tuning.interpolation import history_beside_base, interpolated
from adiabatic.tuning.making import Making

RNG = np.random.default_rng(0)
BASE = {name: RNG.normal(size=(7, 5)).astype(np.float32) for name in ("tuned", "frozen")}
DELTA = {"tuned": (RNG.normal(size=(7, 5)) * 1e-5).astype(np.float32)}
TUNED = BASE["tuned"] + DELTA["tuned"]


def test_at_0_and_1_it_is_base_and_run_bit_for_bit():
    for alpha, expected in ((0.0, BASE["tuned"]), (1.0, TUNED)):
        weights, added = interpolated(BASE, DELTA, alpha)
        assert weights["tuned"].tobytes() == expected.tobytes()
        assert weights["frozen"].tobytes() == BASE["frozen"].tobytes()
        assert added.keys() == {"tuned"}
    assert (BASE["tuned"] != TUNED).any()


@pytest.mark.parametrize("alpha", [0.25, 0.5, 2.0, -1.0])
def test_between_and_beyond_it_is_the_line_through_both(alpha):
    weights, added = interpolated(BASE, DELTA, alpha)
    exact = BASE["tuned"].astype(np.float64) + alpha * DELTA["tuned"].astype(np.float64)
    assert weights["tuned"].dtype == np.float32
    assert weights["tuned"] == pytest.approx(exact, abs=2e-7)
    assert added["tuned"] == pytest.approx(alpha * DELTA["tuned"], rel=1e-6)


@pytest.mark.parametrize(
    ("delta", "words"),
    [
        ({"other": DELTA["tuned"]}, "'other', shape .* found; the base has no such weight"),
        ({"tuned": np.zeros(3, np.float32)}, r"shape \(3,\) found; the base has another shape"),
    ],
)
def test_differences_of_another_model_are_refused(delta, words):
    with pytest.raises(InputError, match=words):
        interpolated(BASE, delta, 0.5)


def test_the_history_is_of_all_triplets_though_one_process_of_several_computes_it(
    tiny_encoder_folder, moved_encoder_folder, tmp_path
):
    rows = [
        {"query": f"the {one} sees", "positive": f"der {one}", "negative": f"der {other}"}
        for one, other in (("cat", "dog"), ("cow", "hen"), ("fox", "owl"), ("bee", "ant"))
    ]
    data = pd.DataFrame(rows).assign(split=["train", *["validation"] * 3])
    data.to_parquet(tmp_path / "tuning.parquet")
    texts = document_texts([data], ["positive", "negative"])
    base, vectors = load_encoder(tiny_encoder_folder), tmp_path / "tuning.npy"
    documents = base.encode(texts.tolist(), "document")
    write_vectors(vectors, documents, texts, document_side_digest(tiny_encoder_folder))
    folder = shutil.copytree(moved_encoder_folder, tmp_path / "moved")
    save_file({"a": np.array([0, 1, 2, 3], np.float32)}, folder / "delta.safetensors")
    files = (tiny_encoder_folder, tmp_path / "tuning.parquet", vectors, tmp_path)
    making = Making(PlannedRun("r", "g"), *files, processes=Processes(0, 2))
    history = history_beside_base(making, folder)
    thirds = history["validation_accuracy"] * 3
    assert thirds.tolist() == pytest.approx(thirds.round().tolist())
    assert history["share_changed"].tolist() == [0, 0.75]
    assert history["kept"].tolist() == [False, True]
