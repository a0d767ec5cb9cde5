from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tiny_runs import QUERIES, TEXTS

from adiabatic.plan.runs import PlannedRun
from adiabatic.tuning.making import Making
from adiabatic.tuning.settings import TuningSettings, tuning_steps
from adiabatic.tuning.timing import Timing, number_of_steps, timed


@pytest.mark.parametrize(
    ("triplets", "settings"),
    [
        (1, {}),
        (1000, {"batch_size": 14}),
        (1000, {"batch_size": 7, "accumulate": 3, "epochs": 2}),
        (1500, {"batch_size": 10, "resample": True}),
    ],
)
def test_steps_are_counted_as_they_are_made(triplets, settings):
    settings = TuningSettings(1e-6, 0, **settings)
    lengths = np.arange(triplets) % 9
    assert number_of_steps(triplets, settings) == len(tuning_steps(lengths, settings))


def test_a_run_is_its_steps_and_its_validations():
    assert Timing(0.5, 0.01, 0.1, 1.0).run(100, 20) == pytest.approx(50 + 2.2)


@pytest.mark.parametrize("repeated", [1, 4])
def test_parts_are_timed_on_the_triplets_that_are_configured(
    tmp_path, tiny_encoder_folder, repeated
):
    count = 16 * repeated
    data = {"query": QUERIES * repeated, "positive": TEXTS * repeated}
    splits = ["train"] * count + ["validation"] * 2
    frame = pd.DataFrame(data | {"negative": TEXTS[::-1] * repeated})
    frame = pd.concat([frame, frame[:2]], ignore_index=True).assign(split=splits)
    frame.to_parquet(tmp_path / "tuning.parquet")
    run = PlannedRun("r", "sweep", learning_rate=1e-6, settings={"batch_size": 2})
    making = Making(run, tiny_encoder_folder, tmp_path / "tuning.parquet", Path(), Path())
    before = (tiny_encoder_folder / "model.safetensors").read_bytes()
    found = timed(making, frame["query"].tolist(), TEXTS)
    assert 0 < found.step < 5
    assert 0 < found.query < 1
    assert 0 < found.validation < 1
    assert 0 < found.document < 1
    assert number_of_steps(count, making.settings()) == count / 2
    # The base stays as it is.
    assert (tiny_encoder_folder / "model.safetensors").read_bytes() == before
