"""A run of the tiny experiment exported as servers load it, checked by all that load it here."""

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from adiabatic.export.loaders import EARLIER, LOADERS

pytest.importorskip("onnxruntime", reason="`make export` installs onnxruntime")
# After the pooling it has modules of every kind that an encoder may have.
RUN = "mlp-lr0.01-seed0"


@pytest.fixture
def export(edited, run_tiny):
    """The folder of the export, in a copy of the finished experiment."""
    folder = edited()
    # Not by a server of jobs: earlier loaders are found by an environment variable at the start.
    done = run_tiny(folder, "--cores", "1", f"export_encoder_{RUN}", python=sys.executable)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "results/tiny/export" / RUN


def test_every_loader_computes_the_pipelines_vectors(export):
    parity = pd.read_csv(export / "parity.csv").set_index("loader")
    assert parity.index.tolist() == list(LOADERS)
    tried = parity[parity["version"] != "not installed"]
    assert (tried["least_cosine"] >= 0.9999).all()
    assert tried["agrees"].all()
    if (Path(sys.prefix) / EARLIER).is_dir():
        assert len(tried) == len(LOADERS)
        assert tried.loc["sentence-transformers before 5.4", "version"] < "5.4"
    card = (export / "query-encoder/README.md").read_text()
    assert f"# {RUN}\n" in card
    weights = json.loads((export.parents[1] / f"runs/{RUN}/provenance.json").read_text())
    assert weights["weights_sha256"] in card
