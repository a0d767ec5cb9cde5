"""A run that is stopped at any step ends in the same bytes as one that never was."""

import dataclasses
import os
import resource
import signal
import time

import numpy as np
import pytest
import torch
from forked_processes import CONTEXT

from adiabatic.encoding.devices import use_threads
from adiabatic.encoding.encoder import load_encoder
from adiabatic.io.errors import InputError
from adiabatic.tuning.checkpoints import Checkpoints, Stopped, stop_requests
from adiabatic.tuning.loop import tune
from adiabatic.tuning.settings import TuningSettings
from adiabatic.tuning.triplets import Triplets

STEPS = 40
KILLS = 8


def run(folder, state, identity="one", rate=1e-3, say=print, seconds=0.0, **changes):
    """Tune for 40 steps with a checkpoint after each; returns the weights and the history."""
    use_threads(1)
    encoder = load_encoder(folder)
    nouns = ("cat", "dog", "cow", "hen")
    queries = [f"which {one} sees the {other}" for one in nouns for other in nouns]
    rng = np.random.default_rng(0)
    documents = rng.normal(size=(20, 32)).astype(np.float32)
    documents /= np.linalg.norm(documents, axis=1, keepdims=True)
    rows = np.arange(16)
    triplets = Triplets(encoder.tokenize(queries, "query"), rows, np.roll(rows, 3))
    settings = TuningSettings(rate, 0, batch_size=4, epochs=STEPS // 4, freeze=("embeddings",))
    settings = dataclasses.replace(settings, **changes)
    checkpoints = Checkpoints(state, identity, seconds, say) if state else None
    run = tune(encoder, triplets, triplets, documents, settings, say, checkpoints)
    return {k: v.clone() for k, v in encoder.model.state_dict().items()}, run.history


def child(folder, state):
    run(folder, state, say=lambda line: None)


def same(one, other):
    assert one[1].equals(other[1])
    return all(torch.equal(one[0][name], other[0][name]) for name in one[0])


def test_killed_at_random_steps_many_times_it_ends_in_the_same_bytes(tiny_encoder_folder, tmp_path):
    state, said, seen = tmp_path / "state.safetensors", [], set()
    rng = np.random.default_rng(0)
    for _ in range(KILLS):
        process = CONTEXT.Process(target=child, args=(tiny_encoder_folder, state))
        process.start()
        before = state.stat().st_mtime_ns if state.exists() else 0
        while process.is_alive() and (not state.exists() or state.stat().st_mtime_ns == before):
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.03))
        process.kill()
        process.join()
        seen.add(process.exitcode)
    ended = run(tiny_encoder_folder, state, say=said.append)
    assert -signal.SIGKILL in seen
    assert said[0].startswith("resumed after step")
    assert same(ended, run(tiny_encoder_folder, None))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(
    "changes",
    [{}, {"precision": "direct"}, {"freeze": ()}, {"dropout": 0.1}, {"patience": 20}],
    ids=str,
)
def test_asked_to_stop_it_finishes_the_step_and_saves(
    tiny_encoder_folder, tmp_path, number, changes
):
    state, said = tmp_path / "state.safetensors", []

    def say(line):
        said.append(line)
        if line.startswith("step 8 of"):
            os.kill(os.getpid(), number)

    with pytest.raises(Stopped, match="stopped after step 8 of 40"):
        run(tiny_encoder_folder, state, **changes, say=say, seconds=1e9)
    ended = run(tiny_encoder_folder, state, **changes, say=said.append)
    assert "resumed after step 8" in said
    assert same(ended, run(tiny_encoder_folder, None, **changes))


def full_disk(folder, state, results):
    """Tune where no file can grow beyond one byte."""
    said = []
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    ended = run(folder, state, say=said.append)
    results.put((said[0], {name: tensor.numpy() for name, tensor in ended[0].items()}))


def test_a_full_disk_costs_the_checkpoint_and_not_the_run(tiny_encoder_folder, tmp_path):
    state, results = tmp_path / "state.safetensors", CONTEXT.SimpleQueue()
    process = CONTEXT.Process(target=full_disk, args=(tiny_encoder_folder, state, results))
    process.start()
    line, weights = results.get()
    process.join()
    assert "no checkpoint written (File too large)" in line
    assert not list(tmp_path.iterdir())
    expected = run(tiny_encoder_folder, None)[0]
    assert all(np.array_equal(weights[name], expected[name].numpy()) for name in expected)


def test_a_checkpoint_of_another_run_or_a_broken_one_is_not_resumed(tiny_encoder_folder, tmp_path):
    state, said = tmp_path / "state.safetensors", []
    run(tiny_encoder_folder, state, identity="one")
    run(tiny_encoder_folder, state, identity="other", say=said.append)
    assert said[0].endswith("of another run; this one starts afresh")
    state.write_bytes(state.read_bytes()[:100])
    run(tiny_encoder_folder, state, say=said.append)
    assert any("cannot be read" in line for line in said)


def test_after_a_loss_that_is_not_finite_the_last_checkpoint_stays(
    tiny_encoder_folder, tmp_path, monkeypatch
):
    state = tmp_path / "state.safetensors"
    from adiabatic.tuning import losses

    real, calls = losses.triplet_margin_losses, []

    def loss(*arguments):
        calls.append(1)
        return real(*arguments) * (float("nan") if len(calls) == 9 else 1)

    monkeypatch.setattr(losses, "triplet_margin_losses", loss)
    with pytest.raises(InputError, match=r"0\.001 found; the loss is nan at step 9 \(training"):
        run(tiny_encoder_folder, state)
    said = []
    ended = run(tiny_encoder_folder, state, say=said.append)
    assert said[0] == "resumed after step 8"
    assert same(ended, run(tiny_encoder_folder, None))


def test_handlers_of_signals_are_given_back():
    former = signal.getsignal(signal.SIGTERM)
    with stop_requests():
        assert signal.getsignal(signal.SIGTERM) != former
    assert signal.getsignal(signal.SIGTERM) == former
