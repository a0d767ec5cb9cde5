import dataclasses
from itertools import chain

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from adiabatic.encoder import load_encoder
from adiabatic.errors import InputError
from adiabatic.tuning import (
    TrainedWeights,
    Triplets,
    TuningSettings,
    learning_rate_at,
    ranking_loss,
    triplet_margin_loss,
    tune,
    tuning_steps,
)

SETTINGS = TuningSettings(1e-3, 0, 0.1, 4, 1, ("embeddings.*",), "delta")
QUERIES = [f"which {noun} sees the {other}" for noun in ("cat", "dog", "cow", "hen") for other in
           ("fox", "owl", "bee", "ant")]  # fmt: skip


def tuned(folder, settings=SETTINGS):
    encoder = load_encoder(folder)
    rng = np.random.default_rng(0)
    documents = rng.normal(size=(20, 32)).astype(np.float32)
    documents /= np.linalg.norm(documents, axis=1, keepdims=True)
    triplets = Triplets(
        encoder.tokenize(QUERIES, "query"), np.arange(16), np.roll(np.arange(16), 3)
    )
    before = documents.copy()
    history = tune(encoder, triplets, triplets, documents, settings, lambda line: None)
    assert (documents == before).all()
    return encoder, history


def test_the_loss_is_that_of_its_formula():
    queries, positives, negatives = (
        torch.nn.functional.normalize(torch.randn(5, 8, generator=torch.manual_seed(i)), dim=1)
        for i in range(3)
    )
    cosine = torch.nn.functional.cosine_similarity
    expected = (0.3 - cosine(queries, positives) + cosine(queries, negatives)).clamp(min=0).mean()
    assert triplet_margin_loss(queries, positives, negatives, 0.3).item() == pytest.approx(
        expected.item(), abs=1e-6
    )


def test_the_ranking_loss_is_that_of_its_formula_and_knows_a_positive_that_comes_twice():
    queries, documents = (
        torch.nn.functional.normalize(torch.randn(n, 8, generator=torch.manual_seed(n)), dim=1)
        for n in (3, 6)
    )
    documents[4] = documents[0]
    rows = torch.tensor([7, 8, 9, 5, 7, 6])
    scores = (queries @ documents.T / 0.1).double()
    expected = 0.0
    for row, candidates in enumerate(([0, 1, 2, 3, 5], range(6), range(6))):
        total = torch.logsumexp(scores[row, list(candidates)], dim=0)
        expected += (total - scores[row, row]).item() / 3
    assert ranking_loss(queries, documents, rows, 0.1).item() == pytest.approx(expected, rel=1e-5)


def test_the_learning_rate_rises_stays_or_falls():
    def rates(**changes):
        settings = dataclasses.replace(SETTINGS, learning_rate=1.0, **changes)
        return [learning_rate_at(step, 10, settings) for step in range(1, 11)]

    assert rates() == [1.0] * 10
    assert rates(warmup=0.2) == [0.5] + [1.0] * 9
    assert rates(schedule="linear") == pytest.approx(np.arange(10, 0, -1) / 10)
    both = rates(schedule="linear", warmup=0.5)
    assert both == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0, 0.8, 0.6, 0.4, 0.2])


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
    "changes", [{"loss": "ranking"}, {"schedule": "linear", "warmup": 0.1}, {"accumulate": 2}]
)
def test_every_loss_and_schedule_learns(tiny_encoder_folder, changes):
    settings = dataclasses.replace(SETTINGS, epochs=15, **changes)
    accuracy = tuned(tiny_encoder_folder, settings)[1]["validation_accuracy"]
    assert accuracy.iloc[-1] > accuracy.iloc[0] + 0.1


@pytest.mark.parametrize("precision", ["delta", "plain"])
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


def moved(precision, steps, rate=2e-8):
    """A weight of size 1 (a LayerNorm gain) after steps with a gradient of one sign."""
    model = torch.nn.LayerNorm(4)
    trained = TrainedWeights(model, (), precision)
    optimizer = trained.optimizer(rate)
    for _ in range(steps):
        model(torch.tensor([[1.0, 2.0, 3.0, 5.0]])).backward(torch.ones(1, 4))
        trained.step(optimizer)
    return trained, model


def test_tiny_steps_add_up_in_the_difference_and_vanish_in_the_weights():
    # 2e-8 is less than half the gap between 1 and the float32 below it: plain never moves.
    plain, _ = moved("plain", 20)
    assert (plain.weights[:4] == 1).all()
    delta, model = moved("delta", 20)
    assert delta.delta[:4].abs().numpy() == pytest.approx(np.full(4, 20 * 2e-8), rel=1e-3)
    assert (model.weight != 1).all()
    assert 0 < delta.share_moved() <= 1


def test_both_precisions_agree_where_steps_are_large():
    plain, delta = moved("plain", 10, 1e-2)[0], moved("delta", 10, 1e-2)[0]
    assert plain.weights.numpy() == pytest.approx(delta.weights.numpy(), abs=1e-6)


@given(
    lengths=st.lists(st.integers(3, 30), min_size=1, max_size=200),
    batch_size=st.integers(1, 9),
    accumulate=st.integers(1, 3),
    seed=st.integers(0, 5),
)
def test_every_epoch_has_every_triplet_once(lengths, batch_size, accumulate, seed):
    changes = {"batch_size": batch_size, "accumulate": accumulate, "seed": seed}
    settings = dataclasses.replace(SETTINGS, epochs=2, **changes)
    steps = tuning_steps(lengths, settings)
    half = len(steps) // 2
    epochs = [
        np.concatenate(list(chain.from_iterable(part))).tolist()
        for part in (steps[:half], steps[half:])
    ]
    assert all(sorted(rows) == list(range(len(lengths))) for rows in epochs)
    assert all(len(batch) <= batch_size for step in steps for batch in step)
    assert all(len(step) <= accumulate for step in steps)
    again = tuning_steps(lengths, settings)
    assert [[b.tolist() for b in s] for s in steps] == [[b.tolist() for b in s] for s in again]


def test_batches_hold_queries_of_similar_length_at_any_time_of_the_epoch():
    lengths = np.random.default_rng(0).integers(4, 40, 3200)
    settings = dataclasses.replace(SETTINGS, batch_size=16)
    batches = [step[0] for step in tuning_steps(lengths.tolist(), settings)]
    padding = 1 - lengths.sum() / sum(len(b) * lengths[b].max() for b in batches)
    shuffled = np.random.default_rng(1).permutation(3200).reshape(-1, 16)
    assert padding < 0.03 < 0.3 < 1 - lengths.sum() / (lengths[shuffled].max(axis=1) * 16).sum()
    means = np.array([lengths[batch].mean() for batch in batches])
    assert abs(np.corrcoef(means, np.arange(len(means)))[0, 1]) < 0.2
    other = tuning_steps(lengths.tolist(), dataclasses.replace(settings, seed=1))
    assert [b.tolist() for b in batches] != [step[0].tolist() for step in other]


def test_the_history_starts_with_the_base_and_ends_with_the_last_step(tiny_encoder_folder):
    _, history = tuned(tiny_encoder_folder)
    assert history["step"].tolist() == [0, 1, 2, 3, 4]
    assert np.isnan(history["loss"].iloc[0])
    assert history["share_moved"].iloc[0] == 0


def test_a_loss_that_is_not_finite_names_rate_and_step(tiny_encoder_folder):
    settings = dataclasses.replace(SETTINGS, learning_rate=1e30, epochs=3)
    with pytest.raises(InputError, match=r"learning_rates: 1e\+30 found; the loss is nan at step"):
        tuned(tiny_encoder_folder, settings)
