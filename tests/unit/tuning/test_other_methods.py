"""Baselines that go through the steps of tuning: LoRA, and both encoders tuned together."""

import dataclasses
import os
import signal

import numpy as np
import pytest
import torch
from peft import LoraConfig, LoraModel

from adiabatic.encoding.devices import Processes, use_threads
from adiabatic.encoding.encoder import load_encoder
from adiabatic.io.errors import InputError
from adiabatic.tuning.checkpoints import Checkpoints, Stopped
from adiabatic.tuning.loop import Triplets, triplet_accuracy, tune
from adiabatic.tuning.lora import LoraLayers, linear_layers
from adiabatic.tuning.settings import TuningSettings

NOUNS = ("cat", "dog", "cow", "hen")
QUERIES = [f"which {one} sees the {other}" for one in NOUNS for other in NOUNS]
TEXTS = [f"der {one} sieht ein {other}" for one in NOUNS for other in NOUNS]
SETTINGS = TuningSettings(1e-2, 0, 0.1, 4, 10, (), "delta", method="lora", rank=2)
BOTH = TuningSettings(1e-2, 0, 0.1, 4, 10, ("embeddings",), "delta", method="joint")
METHODS = pytest.mark.parametrize("settings", [SETTINGS, BOTH], ids=lambda s: s.method)


def prepared(folder, settings):
    """An encoder, triplets, and documents as the method reads them."""
    use_threads(1)
    encoder = load_encoder(folder)
    rows = np.arange(16)
    # The wrong way round for the base: another document is the positive of each query.
    triplets = Triplets(encoder.tokenize(QUERIES, "query"), np.roll(rows, 4), rows)
    tokens = encoder.tokenize(TEXTS, "document")
    both = settings.method == "joint"
    return encoder, triplets, tokens if both else encoder.encode_tokens(tokens)


def run(folder, settings, checkpoints=None, say=lambda line: None):
    encoder, triplets, documents = prepared(folder, settings)
    return encoder, tune(encoder, triplets, triplets, documents, settings, say, checkpoints)


def weights(encoder):
    return dict(encoder.model.state_dict())


@METHODS
def test_it_learns_and_the_same_seed_gives_the_same_weights(tiny_encoder_folder, settings):
    (first, of_first), (second, _) = (run(tiny_encoder_folder, settings) for _ in range(2))
    other = weights(run(tiny_encoder_folder, dataclasses.replace(settings, seed=1))[0])
    accuracy = of_first.history["validation_accuracy"]
    assert accuracy.iloc[-1] > accuracy.iloc[0] + 0.1
    one, two = weights(first), weights(second)
    assert one.keys() == weights(load_encoder(tiny_encoder_folder)).keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)


@METHODS
@pytest.mark.parametrize("precision", ["delta", "direct", "float64"])
def test_the_delta_is_what_the_weights_moved_by(tiny_encoder_folder, settings, precision):
    base = weights(load_encoder(tiny_encoder_folder))
    encoder, tuned = run(
        tiny_encoder_folder, dataclasses.replace(settings, precision=precision, epochs=2)
    )
    for name, weight in weights(encoder).items():
        moved = tuned.differences.get(name, torch.zeros(()))
        assert weight.dtype == torch.float32
        assert torch.allclose(base[name] + moved, weight, rtol=0, atol=3e-7), name
    assert any(moved.abs().max() > 0 for moved in tuned.differences.values())


@METHODS
def test_stopped_at_a_step_it_ends_in_the_same_bytes(tiny_encoder_folder, tmp_path, settings):
    state, said = tmp_path / "state.safetensors", []

    def say(line):
        said.append(line)
        if line.startswith("step 6 of"):
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Stopped, match="stopped after step 6 of 40"):
        run(tiny_encoder_folder, settings, Checkpoints(state, "one", 1e9, say), say)
    again = Checkpoints(state, "one", 1e9, said.append)
    resumed, of_resumed = run(tiny_encoder_folder, settings, again)
    assert "resumed after step 6" in said
    whole, of_whole = run(tiny_encoder_folder, settings)
    assert of_resumed.history.equals(of_whole.history)
    assert all(torch.equal(weights(resumed)[n], w) for n, w in weights(whole).items())


def test_merged_lora_gives_the_vectors_of_pefts_own_unmerged_layers(tiny_encoder_folder):
    merged, unmerged = (load_encoder(tiny_encoder_folder) for _ in range(2))
    layers = LoraLayers(merged.model, 4, ("query", "output.dense"), seed=3)
    config = LoraConfig(r=4, lora_alpha=4, target_modules=["query", "output.dense"])
    LoraModel(unmerged.model, config, "default")
    drawn = {name: p for name, p in merged.model.named_parameters() if name in layers.names()}
    assert len(drawn) == 2 * 2 * 3
    torch.manual_seed(0)
    theirs = dict(unmerged.model.named_parameters())
    with torch.no_grad():
        for name, parameter in drawn.items():
            parameter.normal_(std=0.1)
            theirs[name].copy_(parameter)
    products = layers.merge()
    assert set(products) < set(weights(load_encoder(tiny_encoder_folder)))
    vectors = merged.encode(QUERIES, "query")
    assert vectors == pytest.approx(unmerged.encode(QUERIES, "query"), abs=1e-5)
    assert vectors != pytest.approx(
        load_encoder(tiny_encoder_folder).encode(QUERIES, "query"), abs=1e-2
    )
    product = products["encoder.layer.0.attention.self.query.weight"]
    assert torch.linalg.matrix_rank(product) == 4


def test_lora_trains_its_matrices_alone(tiny_encoder_folder):
    settings = dataclasses.replace(SETTINGS, targets=("query",), epochs=1)
    encoder, tuned = run(tiny_encoder_folder, settings)
    assert tuned.differences.keys() == {
        f"encoder.layer.{n}.attention.self.query.weight" for n in range(2)
    }
    assert tuned.parameters["tuned"] == 2 * 2 * (32 + 32)
    assert not hasattr(encoder.model, "peft_config")


def test_targets_are_endings_of_whole_parts_of_names(tiny_encoder):
    every = linear_layers(tiny_encoder.model, ())
    # Query, key, value, output, and two of the feed-forward part, in two layers.
    assert len(every) == 12
    assert len(linear_layers(tiny_encoder.model, ("output.dense",))) == 4
    assert len(linear_layers(tiny_encoder.model, ("attention.output.dense", "key"))) == 4
    with pytest.raises(InputError, match=r"targets: 'uery' found.*end with query, key, value, de"):
        linear_layers(tiny_encoder.model, ("key", "uery"))


def test_joint_move_the_documents_and_gradients_come_from_both_sides(tiny_encoder_folder):
    encoder, tuned = run(tiny_encoder_folder, BOTH)
    base = load_encoder(tiny_encoder_folder)
    before, after = (e.encode(TEXTS, "document") for e in (base, encoder))
    assert (before * after).sum(axis=1).mean() < 0.999
    # The last row of the history is of documents by the encoder as it is then.
    _, triplets, tokens = prepared(tiny_encoder_folder, BOTH)
    last = tuned.history["validation_accuracy"].iloc[-1]
    assert triplet_accuracy(encoder, triplets, after, Processes()) == last
    assert triplet_accuracy(encoder, triplets, tokens, Processes()) == last


@pytest.mark.parametrize("loss", ["triplet", "ranking"])
def test_a_step_of_joint_follows_the_gradient_of_both_sides(tiny_encoder_folder, loss):
    changes = {"batch_size": 16, "epochs": 1, "learning_rate": 1e-6, "precision": "float64"}
    settings = dataclasses.replace(BOTH, loss=loss, **changes)
    encoder, triplets, tokens = prepared(tiny_encoder_folder, settings)
    model = encoder.model.double()

    def vectors(ids):
        batch = ids.padded(np.arange(16), encoder.padding)
        return encoder.vectors(*(torch.from_numpy(array) for array in batch))

    queries, documents = vectors(triplets.queries), vectors(tokens)
    positives, negatives = documents[triplets.positives], documents[triplets.negatives]
    if loss == "triplet":
        value = (0.1 - (queries * (positives - negatives)).sum(1)).clamp(min=0).mean()
    else:
        # Each document is among positives and among negatives; others' places of it do not count.
        scores = queries @ torch.cat([positives, negatives]).T / 0.05
        again = torch.from_numpy(np.r_[triplets.positives, triplets.negatives])[None, :]
        again = again == torch.from_numpy(triplets.positives)[:, None]
        again[torch.arange(16), torch.arange(16)] = False
        scores = scores.masked_fill(again, -torch.inf)
        value = torch.nn.functional.cross_entropy(scores, torch.arange(16))
    value.backward()
    _, tuned = run(tiny_encoder_folder, settings)
    assert tuned.history["loss"].iloc[-1] == pytest.approx(value.item(), rel=1e-9)
    gradients = dict(model.named_parameters())
    for name, moved in tuned.differences.items():
        expected = gradients[name].grad
        # AdamW's first step goes against the sign of each gradient, by the rate.
        clear = expected.abs() > 1e-6
        assert torch.equal(moved[clear].sign(), -expected[clear].sign().float()), name


def test_joint_train_only_the_token_embeddings_of_queries_and_documents(
    tiny_encoder_folder,
):
    tuned = run(tiny_encoder_folder, dataclasses.replace(BOTH, freeze=("attention",)))[1]
    _, triplets, tokens = prepared(tiny_encoder_folder, BOTH)
    moved = tuned.differences["embeddings.word_embeddings.weight"].abs().sum(dim=1) > 0
    touched = np.union1d(triplets.queries.flat, tokens.flat)
    assert set(np.flatnonzero(moved)) <= set(touched)
    of_documents = np.setdiff1d(tokens.flat, triplets.queries.flat)
    assert moved[of_documents].any()


def test_settings_are_those_that_the_method_reads():
    assert SETTINGS.of_method()["rank"] == 2
    assert "freeze" not in SETTINGS.of_method()
    assert "rank" not in BOTH.of_method()
    with pytest.raises(InputError, match="rank: 0 found"):
        dataclasses.replace(SETTINGS, rank=0)
