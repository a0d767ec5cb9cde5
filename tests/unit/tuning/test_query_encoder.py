"""Runs through the steps of tuning by other methods: LoRA, L2-SP, both encoders together."""

import dataclasses
import os
import signal

import numpy as np
import pytest
import torch
from tiny_runs import JOINT, L2_SP, LORA, TEXTS, prepared, tuned, weights

from adiabatic.encoding.devices import Processes
from adiabatic.encoding.encoder import load_encoder
from adiabatic.tuning.checkpoints import Checkpoints, Stopped
from adiabatic.tuning.triplets import triplet_accuracy

METHODS = pytest.mark.parametrize("settings", [LORA, L2_SP, JOINT], ids=lambda s: s.method)


@METHODS
def test_it_learns_and_the_same_seed_gives_the_same_weights(tiny_encoder_folder, settings):
    (first, of_first), (second, _) = (tuned(tiny_encoder_folder, settings) for _ in range(2))
    other = weights(tuned(tiny_encoder_folder, dataclasses.replace(settings, seed=1))[0])
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
    encoder, run = tuned(
        tiny_encoder_folder, dataclasses.replace(settings, precision=precision, epochs=2)
    )
    for name, weight in weights(encoder).items():
        moved = run.differences.get(name, torch.zeros(()))
        assert weight.dtype == torch.float32
        assert torch.allclose(base[name] + moved, weight, rtol=0, atol=3e-7), name
    assert any(moved.abs().max() > 0 for moved in run.differences.values())


@METHODS
def test_stopped_at_a_step_it_ends_in_the_same_bytes(tiny_encoder_folder, tmp_path, settings):
    state, said = tmp_path / "state.safetensors", []

    def say(line):
        said.append(line)
        if line.startswith("step 8 of"):
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Stopped, match="stopped after step 8 of 40"):
        tuned(tiny_encoder_folder, settings, Checkpoints(state, "one", 1e9, say), say)
    again = Checkpoints(state, "one", 1e9, said.append)
    resumed, of_resumed = tuned(tiny_encoder_folder, settings, again)
    assert "resumed after step 8" in said
    whole, of_whole = tuned(tiny_encoder_folder, settings)
    assert of_resumed.history.equals(of_whole.history)
    assert all(torch.equal(weights(resumed)[n], w) for n, w in weights(whole).items())


@pytest.mark.parametrize("precision", ["delta", "direct", "float64"])
def test_without_decay_l2_sp_is_the_sweep_bit_for_bit(tiny_encoder_folder, precision):
    runs = [
        tuned(tiny_encoder_folder, dataclasses.replace(L2_SP, precision=precision, **changes))
        for changes in ({"decay": 0.0}, {"decay": 0.0, "method": "query-encoder"})
    ]
    (one, of_one), (two, of_two) = runs
    assert of_one.history.equals(of_two.history)
    assert all(torch.equal(weights(two)[name], weight) for name, weight in weights(one).items())


@pytest.mark.parametrize("precision", ["delta", "direct"])
def test_the_larger_the_decay_the_closer_to_the_base(tiny_encoder_folder, precision):
    lengths = []
    for decay in (0.0, 1.0, 10.0, 100.0):
        settings = dataclasses.replace(L2_SP, precision=precision, decay=decay)
        differences = tuned(tiny_encoder_folder, settings)[1].differences
        lengths.append(sum(moved.square().sum().item() for moved in differences.values()) ** 0.5)
    assert lengths == sorted(lengths, reverse=True)
    # With 100, each step takes all of what the steps before it added.
    assert lengths[-1] < 0.2 * lengths[0]


def test_joint_tuning_moves_the_documents_and_gradients_come_from_both_sides(tiny_encoder_folder):
    encoder, run = tuned(tiny_encoder_folder, JOINT)
    base = load_encoder(tiny_encoder_folder)
    before, after = (e.encode(TEXTS, "document") for e in (base, encoder))
    assert (before * after).sum(axis=1).mean() < 0.999
    # The last row of the history is of documents by the encoder as it is then.
    _, triplets, tokens = prepared(tiny_encoder_folder, JOINT)
    last = run.history["validation_accuracy"].iloc[-1]
    assert triplet_accuracy(encoder, triplets, after, Processes()) == last
    assert triplet_accuracy(encoder, triplets, tokens, Processes()) == last


@pytest.mark.parametrize("loss", ["triplet", "multiple-negatives-ranking"])
def test_a_step_of_joint_tuning_follows_the_gradient_of_both_sides(tiny_encoder_folder, loss):
    changes = {"batch_size": 16, "epochs": 1, "learning_rate": 1e-6, "precision": "float64"}
    settings = dataclasses.replace(JOINT, loss=loss, **changes)
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
    _, run = tuned(tiny_encoder_folder, settings)
    assert run.history["loss"].iloc[-1] == pytest.approx(value.item(), rel=1e-9)
    gradients = dict(model.named_parameters())
    for name, moved in run.differences.items():
        expected = gradients[name].grad
        # AdamW's first step goes against the sign of each gradient, by the rate.
        clear = expected.abs() > 1e-6
        assert torch.equal(moved[clear].sign(), -expected[clear].sign().float()), name


def test_joint_tuning_trains_only_the_token_embeddings_that_occur(tiny_encoder_folder):
    run = tuned(tiny_encoder_folder, dataclasses.replace(JOINT, freeze=("attention",)))[1]
    _, triplets, tokens = prepared(tiny_encoder_folder, JOINT)
    moved = run.differences["embeddings.word_embeddings.weight"].abs().sum(dim=1) > 0
    touched = np.union1d(triplets.queries.flat, tokens.flat)
    assert set(np.flatnonzero(moved)) <= set(touched)
    of_documents = np.setdiff1d(tokens.flat, triplets.queries.flat)
    assert moved[of_documents].any()
