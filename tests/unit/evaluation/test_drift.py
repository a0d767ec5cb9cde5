import numpy as np
import pytest

from adiabatic.evaluation.drift import (
    MovedQueries,
    block_drift,
    block_of,
    query_drift,
    weight_changes,
)


def unit(rng, *shape):
    vectors = rng.normal(size=shape)
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("embeddings.word_embeddings.weight", "embeddings"),
        ("embeddings.LayerNorm.weight", "embeddings"),
        ("encoder.layer.11.attention.output.dense.weight", "11 attention"),
        ("encoder.layer.0.attention.output.LayerNorm.weight", "0 layer norms"),
        ("encoder.layer.3.output.dense.bias", "3 feed-forward"),
        ("layers.2.mlp.Wo.weight", "2 feed-forward"),
        ("pooler.dense.weight", "other"),
    ],
)
def test_every_parameter_is_in_a_block(name, block):
    assert block_of(name) == block


def test_the_drift_of_a_block_is_relative_to_its_weights_frozen_ones_included():
    name = "encoder.layer.0.output.dense"
    base = {f"{name}.weight": np.array([3.0, 0.0]), f"{name}.bias": np.array([4.0])}
    drift = block_drift(base | {"embeddings.x": np.ones(3)}, {f"{name}.bias": np.array([0.5])})
    values = drift.set_index("name")["value"]
    assert values["0 feed-forward"] == pytest.approx(0.1)
    assert values["embeddings"] == 0


def test_query_measures_are_their_definitions():
    rng, languages, n = np.random.default_rng(0), ["en", "de", "zh"], 5
    names = np.repeat(languages, n)
    before, after = unit(rng, 3 * n, 4), unit(rng, 3 * n, 4)
    # Vectors that are compared by inner product may have any length.
    rows = query_drift([MovedQueries("xnli", True, names, before, 3 * after)])
    rows = rows.set_index(["kind", "name", "language"])
    cosine = np.einsum("nd,nd->n", before, after).reshape(3, n).mean(axis=1)
    for number, language in enumerate(languages):
        assert rows.loc[("queries", "xnli", language), "value"] == pytest.approx(1 - cosine[number])
        own = after.reshape(3, n, 4)[number]
        pairs = [own[i] @ own[j] for i in range(n) for j in range(n) if i != j]
        found = rows.loc[("anisotropy", "xnli", language), "tuned"]
        assert found == pytest.approx(np.mean(pairs), abs=1e-6)
    same, different = [], []
    for a in range(3):
        for b in range(3):
            for i in range(n):
                for j in range(n):
                    if a != b:
                        value = before[a * n + i] @ before[b * n + j]
                        (same if i == j else different).append(value)
    gap = rows.loc[("alignment gap", "xnli", "every")]
    assert gap["base"] == pytest.approx(np.mean(same) - np.mean(different), abs=1e-6)
    assert gap["value"] == pytest.approx(gap["tuned"] - gap["base"])


def test_what_has_not_moved_has_no_drift():
    vectors = unit(np.random.default_rng(0), 6, 4)
    languages = np.repeat("en", 6)
    rows = query_drift([MovedQueries("held-out", False, languages, vectors, vectors)])
    rows = rows.set_index("kind")
    assert rows.loc["queries", "value"] == 0
    assert rows.loc["anisotropy", "value"] == 0
    assert "alignment gap" not in rows.index


def test_changes_of_weights_are_compared_by_their_norms():
    repeated = {"a": np.array([3.0, 0.0]), "b": np.array([4.0])}
    ablated = {"a": np.array([3.0, 0.0]), "c": np.array([4.0])}
    found = weight_changes(repeated, ablated)
    assert found["norm_sweep"] == found["norm_ablation"] == 5
    # What one run froze, it has not changed.
    assert found["relative_weight_change"] == pytest.approx(np.sqrt(32) / 5)
    assert weight_changes(repeated, repeated)["relative_weight_change"] == 0
    assert weight_changes({}, {})["relative_weight_change"] == 0
