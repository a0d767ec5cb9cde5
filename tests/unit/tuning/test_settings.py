"""Settings of a run, its rates and its batches."""

import dataclasses
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adiabatic.io.errors import InputError
from adiabatic.tuning.settings import TuningSettings, learning_rate_at, tuning_steps

SETTINGS = TuningSettings(1e-3, 0, batch_size=4)


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": float("nan")},
        {"batch_size": 0},
        {"dropout": 1.0},
        {"patience": 0},
        {"temperature": 0.0},
        {"rank": 0},
        {"hidden": 0},
        {"decay": -1.0},
        {"decay": 1001.0},
        {"loss": "ranking"},
        {"precision": "float64", "forward": "bf16"},
    ],
    ids=str,
)
def test_a_setting_that_makes_no_sense_is_named(changes):
    name = list(changes)[-1]
    with pytest.raises(InputError, match=f"^{name}: {changes[name]} found; .* is needed"):
        dataclasses.replace(SETTINGS, **changes)


def test_settings_are_those_that_the_method_reads():
    lora = dataclasses.replace(SETTINGS, method="lora", rank=2).of_method()
    assert lora["rank"] == 2
    assert "freeze" not in lora
    assert "rank" not in dataclasses.replace(SETTINGS, method="joint").of_method()


def test_the_learning_rate_rises_stays_or_falls():
    def rates(**changes):
        settings = dataclasses.replace(SETTINGS, learning_rate=1.0, **changes)
        return [learning_rate_at(step, 10, settings) for step in range(1, 11)]

    assert rates() == [1.0] * 10
    assert rates(warmup=0.2) == [0.5] + [1.0] * 9
    assert rates(schedule="linear") == pytest.approx(np.arange(10, 0, -1) / 10)
    both = rates(schedule="linear", warmup=0.5)
    assert both == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0, 0.8, 0.6, 0.4, 0.2])


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
    batches = [step[0] for step in tuning_steps(lengths, settings)]
    padding = 1 - lengths.sum() / sum(len(b) * lengths[b].max() for b in batches)
    shuffled = np.random.default_rng(1).permutation(3200).reshape(-1, 16)
    assert padding < 0.03 < 0.3 < 1 - lengths.sum() / (lengths[shuffled].max(axis=1) * 16).sum()
    means = np.array([lengths[batch].mean() for batch in batches])
    assert abs(np.corrcoef(means, np.arange(len(means)))[0, 1]) < 0.2
    other = tuning_steps(lengths, dataclasses.replace(settings, seed=1))
    assert [b.tolist() for b in batches] != [step[0].tolist() for step in other]
