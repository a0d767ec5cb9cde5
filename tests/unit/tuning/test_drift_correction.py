"""The mean change of queries is subtracted from each, at the strength that is asked for."""

import dataclasses
import json

import numpy as np
import pytest

from adiabatic.encoding.encoder import load_encoder, save_encoder
from adiabatic.tuning.drift_correction import corrected, mean_drift

TEXTS = ["the cat sees a dog", "owl", "the hen sees a fox", "a bee", "der cat sieht ein ant"]


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def vectors(tiny_encoder_folder, moved_encoder_folder):
    """Vectors of the texts by base and tuned encoder."""
    folders = (tiny_encoder_folder, moved_encoder_folder)
    return tuple(load_encoder(folder).encode(TEXTS, "query") for folder in folders)


def test_the_mean_drift_by_hand():
    before = np.array([[1, 0], [0, 1], [0, 1]], dtype=np.float32)
    after = np.array([[1, 0.5], [0.25, 1], [0.5, 0.75]], dtype=np.float32)
    assert mean_drift(before, after).tolist() == [0.25, pytest.approx(0.25 / 3)]


def test_a_tiny_drift_is_not_lost():
    rng = np.random.default_rng(0)
    before = rng.normal(size=(4000, 8)).astype(np.float32)
    after = before + np.float32(1e-6)
    exact = (after.astype(np.float64) - before.astype(np.float64)).mean(axis=0)
    assert mean_drift(before, after) == pytest.approx(exact, rel=1e-9)
    assert exact == pytest.approx(np.full(8, 1e-6), rel=0.05)


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
@pytest.mark.parametrize("strength", [0.25, 1.0])
def test_it_is_subtracted_from_the_tuned_vector(
    moved_encoder_folder, vectors, strength, similarity
):
    tuned = load_encoder(moved_encoder_folder)
    settings = dataclasses.replace(tuned.settings, similarity=similarity)
    tuned = dataclasses.replace(tuned, settings=settings)
    drift = mean_drift(*vectors)
    assert np.linalg.norm(drift) > 0.01
    expected = tuned.encode(TEXTS, "query") - strength * drift
    if similarity == "cosine":
        expected = unit(expected)
    found = corrected(tuned, strength * drift).encode(TEXTS, "query")
    assert found == pytest.approx(expected, abs=1e-5)


def test_at_full_strength_the_mean_of_the_queries_is_the_bases_again(
    tiny_encoder_folder, moved_encoder_folder
):
    plain, tuned = map(load_encoder, (tiny_encoder_folder, moved_encoder_folder))
    settings = dataclasses.replace(plain.settings, similarity="dot")
    plain, tuned = (dataclasses.replace(one, settings=settings) for one in (plain, tuned))
    before, after = (one.encode(TEXTS, "query") for one in (plain, tuned))
    found = corrected(tuned, mean_drift(before, after)).encode(TEXTS, "query")
    assert found.mean(axis=0) == pytest.approx(before.mean(axis=0), abs=1e-5)
    assert after.mean(axis=0) != pytest.approx(before.mean(axis=0), abs=1e-2)


def test_without_drift_nothing_changes(tiny_encoder):
    found = corrected(tiny_encoder, np.zeros(32)).encode(TEXTS, "query")
    assert found == pytest.approx(tiny_encoder.encode(TEXTS, "query"), abs=1e-6)


def test_its_folder_opens_here_and_with_sentence_transformers(
    moved_encoder_folder, vectors, tmp_path
):
    from sentence_transformers import SentenceTransformer

    encoder = corrected(load_encoder(moved_encoder_folder), mean_drift(*vectors))
    save_encoder(encoder, tmp_path)
    expected = encoder.encode(TEXTS, "query")
    assert load_encoder(tmp_path).encode(TEXTS, "query") == pytest.approx(expected, abs=1e-6)
    theirs = SentenceTransformer(str(tmp_path), device="cpu").encode(TEXTS, prompt_name="query")
    assert theirs == pytest.approx(expected, abs=1e-5)
    # Vectors have unit length before the bias is added, and again after it.
    modules = json.loads((tmp_path / "modules.json").read_text())
    kinds = [module["type"].rsplit(".", 1)[-1] for module in modules]
    assert kinds == ["Transformer", "Pooling", "Normalize", "Dense", "Normalize"]
