import dataclasses

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from scipy.linalg import orthogonal_procrustes
from scipy.stats import ortho_group

from adiabatic.encoding.devices import use_threads
from adiabatic.encoding.encoder import load_encoder, save_encoder
from adiabatic.encoding.head import Dense, Normalize
from adiabatic.encoding.provenance import weights_digest
from adiabatic.io.errors import InputError
from adiabatic.tuning.adapter_shapes import LinearMap, ResidualMLP
from adiabatic.tuning.adapters import EncodedTriplets, procrustes, trained_adapter
from adiabatic.tuning.settings import TuningSettings

WIDTH = 16
ROTATION = ortho_group.rvs(WIDTH, random_state=0).astype(np.float32)
SETTINGS = TuningSettings(2e-2, 0, margin=0.3, batch_size=30, epochs=12, method="linear-adapter")


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def planted():
    """Documents, and queries that are their positives turned by one rotation, with some noise."""
    use_threads(1)
    rng = np.random.default_rng(0)
    documents = unit(rng.normal(size=(400, WIDTH)))
    rows = np.arange(400)
    queries = unit(documents @ ROTATION + 0.02 * rng.normal(size=documents.shape))
    negatives = np.roll(rows, 7)
    train, validation = (
        EncodedTriplets(queries[part], rows[part], negatives[part])
        for part in (rows < 300, rows >= 300)
    )
    return train, validation, documents


def trained(planted, **changes):
    settings = dataclasses.replace(SETTINGS, **changes)
    return trained_adapter(LinearMap(WIDTH), *planted, settings, True, lambda line: None)


def matrix_of(adapter):
    """The one matrix of a linear adapter."""
    (dense,) = adapter.head
    return dense.weight.numpy()


def trained_mlp(planted, **changes):
    """A residual MLP on the planted queries, and the vectors that it makes of the validation's."""
    settings = dataclasses.replace(SETTINGS, method="mlp-adapter", hidden=24, **changes)
    shape = ResidualMLP(WIDTH, settings.hidden, settings.seed)
    adapter = trained_adapter(shape, *planted, settings, True, lambda line: None)
    vectors = torch.from_numpy(planted[1].queries)
    for module in adapter.head:
        vectors = module(vectors)
    return adapter, vectors.numpy()


@pytest.mark.parametrize("loss", ["triplet", "multiple-negatives-ranking"])
def test_an_adapter_learns_a_planted_rotation(planted, loss):
    _, validation, documents = planted
    adapter = trained(planted, loss=loss)
    accuracy = adapter.history["validation_accuracy"]
    assert accuracy.iloc[0] < 0.7
    assert accuracy.iloc[-1] > 0.95
    turned = unit(validation.queries @ matrix_of(adapter).T)
    cosines = (turned * documents[validation.positives]).sum(axis=1)
    assert cosines.mean() > 0.5
    assert len(adapter.history) == 11
    assert adapter.history["kept"].tolist() == [False] * 10 + [True]


def test_the_first_row_is_the_base_and_a_tiny_rate_moves_next_to_nothing(planted):
    adapter = trained(planted, learning_rate=1e-9, epochs=1)
    first, last = (adapter.history["validation_accuracy"].iloc[row] for row in (0, -1))
    assert first == last
    assert np.abs(matrix_of(adapter) - np.eye(WIDTH)).max() < 1e-7
    # Off the diagonal there is nothing to round to.
    assert (matrix_of(adapter)[~np.eye(WIDTH, dtype=bool)] != 0).all()


def test_the_same_seed_gives_the_same_matrix(planted):
    first, second, other = (matrix_of(trained(planted, epochs=2, seed=seed)) for seed in (0, 0, 1))
    assert (first == second).all()
    assert (first != other).any()


def test_patience_keeps_the_best_matrix(planted):
    patient = trained(planted, epochs=20, patience=2)
    rows = patient.history
    best = int(rows["validation_accuracy"].to_numpy().argmax())
    assert rows["kept"].to_numpy().nonzero()[0].tolist() == [best]
    assert len(rows) == best + 3 < 11
    _, validation, documents = planted
    turned = validation.queries @ matrix_of(patient).T
    difference = documents[validation.positives] - documents[validation.negatives]
    right = ((turned * difference).sum(axis=1) > 0).mean()
    assert right == rows["validation_accuracy"].iloc[best]


def test_a_rate_that_is_too_high_is_named(planted):
    settings = dataclasses.replace(SETTINGS, learning_rate=1e38)
    with pytest.raises(InputError, match=r"learning_rates: 1e\+38 found; the loss is .* at step"):
        trained_adapter(LinearMap(WIDTH), *planted, settings, False, lambda line: None)


@pytest.mark.parametrize("loss", ["triplet", "multiple-negatives-ranking"])
def test_a_residual_mlp_learns_it_too(planted, loss):
    _, validation, documents = planted
    adapter, vectors = trained_mlp(planted, loss=loss)
    accuracy = adapter.history["validation_accuracy"]
    assert accuracy.iloc[0] < 0.7
    assert accuracy.iloc[-1] > 0.95
    cosines = (unit(vectors) * documents[validation.positives]).sum(axis=1)
    assert cosines.mean() > 0.5
    assert adapter.tuned == 2 * 24 * WIDTH
    assert isinstance(adapter.head[0], Normalize)


def test_a_residual_mlp_starts_as_the_base_and_a_tiny_rate_moves_next_to_nothing(planted):
    adapter, vectors = trained_mlp(planted, learning_rate=1e-9, epochs=1)
    accuracy = adapter.history["validation_accuracy"]
    assert accuracy.iloc[0] == accuracy.iloc[-1]
    assert vectors == pytest.approx(planted[1].queries, abs=1e-6)
    assert adapter.history["share_changed"].iloc[0] == 0
    # The output's weights, which start at zero, have moved; what rounding takes has not.
    output = adapter.head[-1].weight[:, :24]
    assert ((output != 0) & (output.abs() < 1e-7)).all()


def test_the_same_seed_gives_the_same_residual_mlp(planted):
    first, second, other = (trained_mlp(planted, epochs=2, seed=seed)[1] for seed in (0, 0, 1))
    assert (first == second).all()
    assert (first != other).any()


def test_patience_keeps_the_best_residual_mlp(planted):
    adapter, vectors = trained_mlp(planted, epochs=20, patience=2)
    _, validation, documents = planted
    kept = adapter.history.loc[adapter.history["kept"], "validation_accuracy"].item()
    difference = documents[validation.positives] - documents[validation.negatives]
    assert ((vectors * difference).sum(axis=1) > 0).mean() == kept
    assert len(adapter.history) < 11


def test_procrustes_is_scipys_and_finds_the_rotation(planted):
    train, _, documents = planted
    adapter = procrustes(*planted)
    expected, _ = orthogonal_procrustes(
        train.queries.astype(np.float64), documents[train.positives].astype(np.float64)
    )
    assert matrix_of(adapter) == pytest.approx(expected.T, abs=1e-6)
    assert matrix_of(adapter) == pytest.approx(ROTATION, abs=0.02)
    assert matrix_of(adapter) @ matrix_of(adapter).T == pytest.approx(np.eye(WIDTH), abs=1e-5)
    assert adapter.history["validation_accuracy"].tolist()[1] == 1
    assert adapter.history["kept"].tolist() == [False, True]


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_an_encoder_with_a_matrix_is_saved_for_sentence_transformers_too(
    tiny_encoder, tiny_encoder_folder, tmp_path, similarity
):
    from sentence_transformers import SentenceTransformer

    matrix = np.random.default_rng(0).normal(size=(32, 32)).astype(np.float32)
    settings = dataclasses.replace(
        tiny_encoder.settings, similarity=similarity, query_prefix="the cat "
    )
    plain = dataclasses.replace(tiny_encoder, settings=settings)
    adapted = dataclasses.replace(plain, head=(Dense(torch.from_numpy(matrix)),))
    save_encoder(adapted, tmp_path)
    texts = ["sees a dog", "and the hen sees a fox", "owl"]
    vectors = load_encoder(tmp_path).encode(texts, "query")
    expected = plain.encode(texts, "query") @ matrix.T
    if similarity == "cosine":
        expected = unit(expected)
    assert vectors == pytest.approx(expected, abs=1e-5)
    theirs = SentenceTransformer(str(tmp_path), device="cpu").encode(texts, prompt_name="query")
    assert theirs == pytest.approx(vectors, abs=1e-5)
    assert load_file(tmp_path / "2_Dense/model.safetensors")["linear.weight"].shape == (32, 32)
    assert weights_digest(tmp_path) != weights_digest(tiny_encoder_folder)
