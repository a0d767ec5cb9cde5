from dataclasses import replace

import pandas as pd
import pytest
import yaml

from adiabatic.export.model_card import About, model_card
from adiabatic.export.parity import Agreement, agreement_table


def card(**changed):
    provenance = {
        "base": {
            "source": "hub",
            "model": "someone/base",
            "revision": "abc",
            "weights_sha256": "b",
        },
        "tuning": {"method": "query-encoder", "learning_rate": 2e-8},
        "training_triplets": 6000,
        "weights_sha256": "t",
        "data_sha256": {"triplets": "d"},
    }
    run = {"english_gain": 0.0123, "english_low": 0.004, "english_high": 0.02, "verdict": "kept"}
    forest = pd.DataFrame(
        {
            "family": ["English", "languages"],
            "language": ["en", "de"],
            "task": ["held-out", "xnli"],
            "difference": [0.01, -0.002],
            "low": [0.0, -0.011],
            "verdict": ["improved", "non-inferior"],
        }
    )
    agreements = agreement_table([Agreement("ONNX Runtime", "1.0", 500, 0.99999, 0.0)])
    about = About(
        name="lr2e-08-seed1", provenance=provenance, run=pd.Series(run), forest=forest,
        status="Switch at this rate: sweep at 2e-8.", languages=["en", "de"],
        agreements=agreements, margin=0.01, similarity="cosine", query_prefix="query: ",
    )  # fmt: skip
    return model_card(replace(about, **changed))


def test_the_hub_can_read_its_metadata():
    _, metadata, text = card().split("---\n", 2)
    data = yaml.safe_load(metadata)
    assert data["base_model"] == "someone/base"
    assert data["language"] == ["en", "de"]
    assert data["model-index"][0]["results"][0]["metrics"][0]["value"] == 0.0123
    assert text.lstrip().startswith("# lr2e-08-seed1\n")


def test_numbers_are_those_of_the_tables():
    text = card()
    assert "| query-encoder, 2e-8 |" in text
    assert "+1.2 points" in text
    assert "**kept** at a non-inferiority margin of\n1 points" in text
    assert "| de | xnli | −0.2 (at least −1.1) | non-inferior |" in text
    assert "held-out | " not in text
    assert "| ONNX Runtime | 1.0 | 500 | 0.999990 |" in text
    assert "Switch at this rate" in text


def test_a_run_without_a_rate_says_so():
    tuning = {"method": "procrustes"}
    provenance = {
        "base": {"source": "path", "model": "folder", "revision": None, "weights_sha256": "b"},
        "tuning": tuning, "training_triplets": 1, "weights_sha256": "t",
        "data_sha256": {"triplets": "d"},
    }  # fmt: skip
    text = card(provenance=provenance, similarity="dot", query_prefix="")
    assert "| procrustes, none |" in text
    assert "pooling are\ninside" in text
    assert "base_model" not in text


@pytest.mark.parametrize(
    ("method", "key"), [("interpolation", "alpha"), ("drift-correction", "strength")]
)
def test_what_is_made_from_a_run_names_the_training_of_that_run(method, key):
    run = {
        "tuning": {"method": "query-encoder", "learning_rate": 1e-5},
        "training_triplets": 5000, "data_sha256": {"triplets": "theirs"},
    }  # fmt: skip
    provenance = {
        "base": {"source": "path", "model": "folder", "revision": None, "weights_sha256": "b"},
        "tuning": {"method": method, key: 0.5}, "run": run, "weights_sha256": "t",
    }  # fmt: skip
    text = card(provenance=provenance)
    assert f"| {method}, {key} 0.5, 1e-5 |" in text
