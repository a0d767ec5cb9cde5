import contextlib
import dataclasses
import os
import socket

import numpy as np
import pytest
import torch
from forked_processes import CONTEXT

from adiabatic.encoding.devices import joined_processes, use_threads
from adiabatic.encoding.encoder import load_encoder
from adiabatic.io.errors import InputError
from adiabatic.tuning import loop as tuning
from adiabatic.tuning.loop import tune
from adiabatic.tuning.settings import TuningSettings
from adiabatic.tuning.triplets import Triplets

SETTINGS = TuningSettings(1e-3, 0, batch_size=4, freeze=("embeddings.*",))
QUERIES = [f"which {noun} sees the {other}" for noun in ("cat", "dog", "cow", "hen") for other in
           ("fox", "owl", "bee", "ant")]  # fmt: skip


def tuned(folder, settings=SETTINGS):
    encoder, run = tuned_run(folder, settings)
    return encoder, run.history


def tuned_run(folder, settings, processes=None):
    encoder = load_encoder(folder)
    rng = np.random.default_rng(0)
    documents = rng.normal(size=(20, 32)).astype(np.float32)
    documents /= np.linalg.norm(documents, axis=1, keepdims=True)
    triplets = Triplets(
        encoder.tokenize(QUERIES, "query"), np.arange(16), np.roll(np.arange(16), 3)
    )
    before = documents.copy()
    run = tune(
        encoder, triplets, triplets, documents, settings, lambda line: None, processes=processes
    )
    assert (documents == before).all()
    return encoder, run


def test_accumulated_batches_are_one_larger_batch(tiny_encoder_folder):
    parts, whole = (
        tuned(tiny_encoder_folder, dataclasses.replace(SETTINGS, **changes))[0].model.state_dict()
        for changes in (
            {"batch_size": 4, "accumulate": 4, "epochs": 3},
            {"batch_size": 16, "epochs": 3},
        )
    )
    for name in parts:
        assert torch.allclose(parts[name], whole[name], atol=2e-5), name


def test_clipped_gradients_move_less_where_it_counts(tiny_encoder_folder):
    free, clipped = (
        tuned(tiny_encoder_folder, dataclasses.replace(SETTINGS, max_gradient_norm=norm))[0]
        for norm in (None, 1e-9)
    )
    base = dict(load_encoder(tiny_encoder_folder).model.named_parameters())
    moved = [
        sum((p - base[n]).abs().sum().item() for n, p in encoder.model.named_parameters())
        for encoder in (free, clipped)
    ]
    # Adam divides by the size of the gradient, except where it is as small as its epsilon, 1e-8.
    assert moved[1] < moved[0] / 5


@pytest.mark.parametrize(
    "changes",
    [
        {"loss": "multiple-negatives-ranking"},
        {"schedule": "linear", "warmup": 0.1},
        {"accumulate": 2},
    ],
)
def test_every_loss_and_schedule_learns(tiny_encoder_folder, changes):
    settings = dataclasses.replace(SETTINGS, epochs=15, **changes)
    accuracy = tuned(tiny_encoder_folder, settings)[1]["validation_accuracy"]
    assert accuracy.iloc[-1] > accuracy.iloc[0] + 0.1


@pytest.mark.parametrize("precision", ["delta", "direct"])
def test_tuning_learns_and_leaves_frozen_parameters_alone(tiny_encoder_folder, precision):
    settings = dataclasses.replace(SETTINGS, epochs=15, precision=precision)
    base = dict(load_encoder(tiny_encoder_folder).model.named_parameters())
    encoder, history = tuned(tiny_encoder_folder, settings)
    accuracy = history["validation_accuracy"]
    assert accuracy.iloc[-1] > accuracy.iloc[0] + 0.2
    assert history["loss"].iloc[-1] < history["loss"].iloc[1]
    for name, parameter in encoder.model.named_parameters():
        assert torch.equal(parameter, base[name]) == name.startswith("embeddings.")


def test_the_same_seed_gives_the_same_weights(tiny_encoder_folder):
    first, second, other = (
        tuned(tiny_encoder_folder, dataclasses.replace(SETTINGS, seed=seed))[0].model.state_dict()
        for seed in (0, 0, 1)
    )
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_the_history_starts_with_the_base_and_ends_with_the_last_step(tiny_encoder_folder):
    _, history = tuned(tiny_encoder_folder)
    assert history["step"].tolist() == [0, 1, 2, 3, 4]
    assert np.isnan(history["loss"].iloc[0])
    assert history["share_changed"].iloc[0] == 0


def test_a_loss_that_is_not_finite_names_rate_and_step(tiny_encoder_folder):
    settings = dataclasses.replace(SETTINGS, learning_rate=1e30, epochs=3)
    with pytest.raises(InputError, match=r"learning_rates: 1e\+30 found; the loss is nan at step"):
        tuned(tiny_encoder_folder, settings)


@pytest.mark.parametrize("precision", ["delta", "direct", "float64"])
def test_the_delta_is_what_the_weights_moved_by(tiny_encoder_folder, precision):
    base = dict(load_encoder(tiny_encoder_folder).model.named_parameters())
    settings = dataclasses.replace(SETTINGS, precision=precision)
    encoder, run = tuned_run(tiny_encoder_folder, settings)
    weights = dict(encoder.model.named_parameters())
    assert {name for name in weights if not name.startswith("embeddings.")} == set(run.differences)
    for name, difference in run.differences.items():
        assert weights[name].dtype == difference.dtype == torch.float32
        assert torch.allclose(base[name] + difference, weights[name], rtol=0, atol=3e-7), name
        # A bias of the keys has no gradient: it shifts all scores of a query alike.
        assert difference.abs().max() > 0 or name.endswith("key.bias")


def moved_by(folder, **changes):
    """Differences from the base as one vector, at a rate at which float32 rounds."""
    settings = dataclasses.replace(SETTINGS, learning_rate=2e-8, epochs=3, **changes)
    differences = tuned_run(folder, settings)[1].differences
    kept = [name for name in sorted(differences) if not name.endswith("key.bias")]
    return torch.cat([differences[name].double().ravel() for name in kept])


def test_delta_agrees_with_float64_where_direct_updates_round(tiny_encoder_folder):
    exact, delta, direct = (
        moved_by(tiny_encoder_folder, precision=precision)
        for precision in ("float64", "delta", "direct")
    )
    assert (delta - exact).norm() / exact.norm() < 1e-4
    assert (direct - exact).norm() / exact.norm() > 1e-2


@pytest.mark.parametrize("decay", [0.0, 30.0])
def test_training_only_the_rows_that_occur_gives_the_same_bytes(
    tiny_encoder_folder, monkeypatch, decay
):
    settings = dataclasses.replace(SETTINGS, freeze=("attention",), epochs=3, decay=decay)
    rows, of_rows = tuned_run(tiny_encoder_folder, settings)
    name = "embeddings.word_embeddings.weight"
    base = dict(load_encoder(tiny_encoder_folder).model.named_parameters())[name]
    touched = np.unique(rows.tokenize(QUERIES, "query").flat)
    assert 0 < len(touched) < len(base)
    changed = (rows.model.get_input_embeddings().weight != base).any(dim=1)
    assert set(np.flatnonzero(changed)) <= set(touched)
    # All but the tokens that are in every query, whose vectors have no gradient to speak of.
    assert changed.sum() > len(touched) / 2
    monkeypatch.setattr(tuning, "touched_rows", lambda *given: contextlib.nullcontext())
    whole, of_whole = tuned_run(tiny_encoder_folder, settings)
    # The share is of the rows that are trained, and of the whole matrix.
    histories = [run.history.drop(columns="share_changed") for run in (of_rows, of_whole)]
    assert histories[0].equals(histories[1])
    states = rows.model.state_dict(), whole.model.state_dict()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[1])
    assert all(torch.equal(of_rows.differences[n], d) for n, d in of_whole.differences.items())


def test_dropout_is_drawn_by_seed_and_step(tiny_encoder_folder):
    off, first, second = (
        tuned(tiny_encoder_folder, dataclasses.replace(SETTINGS, dropout=dropout))[0].model
        for dropout in (0.0, 0.2, 0.2)
    )
    assert not first.training
    states = [model.state_dict() for model in (off, first, second)]
    assert all(torch.equal(states[1][name], states[2][name]) for name in states[1])
    assert not all(torch.equal(states[0][name], states[1][name]) for name in states[1])


def test_dropout_needs_layers_of_it():
    with pytest.raises(InputError, match=r"tuning\.dropout: 0\.1 found; this model has no dropout"):
        tuning.set_dropout(torch.nn.Linear(2, 2), 0.1)


def test_without_patience_a_run_goes_to_its_end_with_it_the_best_weights_stay(
    tiny_encoder_folder, monkeypatch
):
    seen = iter([0.5, 0.7, 0.6, 0.7, 0.65, *[0.1] * 40])
    monkeypatch.setattr(tuning, "triplet_accuracy", lambda *given: next(seen))
    settings = dataclasses.replace(SETTINGS, epochs=10, patience=3)
    stopped, history = tuned(tiny_encoder_folder, settings)
    assert history["validation_accuracy"].tolist() == [0.5, 0.7, 0.6, 0.7, 0.65]
    assert history["kept"].tolist() == [False, True, False, False, False]
    best, weights = int(history["step"][1]), stopped.model.state_dict()
    monkeypatch.undo()
    steps = tuning.tuning_steps
    monkeypatch.setattr(tuning, "tuning_steps", lambda *given: steps(*given)[:best])
    until_best, whole = tuned(tiny_encoder_folder, dataclasses.replace(settings, patience=None))
    assert whole["kept"].tolist() == [False] * (len(whole) - 1) + [True]
    expected = until_best.model.state_dict()
    assert all(torch.equal(weights[name], expected[name]) for name in weights)


def test_a_bf16_pass_leaves_weights_in_float32_and_goes_the_same_way(tiny_encoder_folder):
    exact, rounded = (
        moved_by(tiny_encoder_folder, forward=forward) for forward in ("float32", "bf16")
    )
    assert not torch.equal(exact, rounded)
    assert torch.nn.functional.cosine_similarity(exact, rounded, dim=0) > 0.9


def in_a_process(folder, settings, rank, count, port, results):
    """What torch's launcher tells each process, and then a run; the first one reports."""
    names = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
    os.environ.update(zip(names, map(str, (rank, count, "127.0.0.1", port)), strict=True))
    use_threads(1)
    with joined_processes(torch.device("cpu")) as processes:
        encoder, run = tuned_run(folder, settings, processes)
        if processes.first:
            state = {name: tensor.numpy() for name, tensor in encoder.model.state_dict().items()}
            results.put((state, run.history))
        processes.wait()


@pytest.mark.parametrize("loss", ["triplet", "multiple-negatives-ranking"])
def test_two_processes_give_the_weights_of_one(tiny_encoder_folder, loss):
    settings = dataclasses.replace(SETTINGS, loss=loss, batch_size=5, epochs=3)
    results = CONTEXT.SimpleQueue()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = [(tiny_encoder_folder, settings, rank, 2, port, results) for rank in range(2)]
    children = [CONTEXT.Process(target=in_a_process, args=given) for given in arguments]
    for child in children:
        child.start()
    state, history = results.get()
    for child in children:
        child.join()
        assert child.exitcode == 0
    encoder, alone = tuned(tiny_encoder_folder, settings)
    assert history["validation_accuracy"].tolist() == alone["validation_accuracy"].tolist()
    assert history["loss"].tolist() == pytest.approx(alone["loss"].tolist(), rel=1e-6, nan_ok=True)
    for name, tensor in encoder.model.state_dict().items():
        if not name.endswith("key.bias"):
            assert state[name] == pytest.approx(tensor.numpy(), abs=2e-5), name
