"""Tiny steps add up where the difference from the base is what is optimized."""

import numpy as np
import pytest
import torch

from adiabatic.tuning.trained_weights import TrainedWeights


def moved(precision, steps, rate=2e-8):
    """A weight of size 1 (a LayerNorm gain) after steps with a gradient of one sign."""
    model = torch.nn.LayerNorm(4)
    trained = TrainedWeights(model, {"weight", "bias"}, precision)
    optimizer = trained.optimizer(rate)
    for _ in range(steps):
        model(torch.tensor([[1.0, 2.0, 3.0, 5.0]])).backward(torch.ones(1, 4))
        trained.step(optimizer)
    return trained, model


def test_tiny_steps_add_up_in_the_difference_and_vanish_in_the_weights():
    # 2e-8 is less than half the gap between 1 and the float32 below it: direct updates vanish.
    direct, _ = moved("direct", 20)
    assert (direct.weights[:4] == 1).all()
    delta, model = moved("delta", 20)
    assert delta.delta[:4].abs().numpy() == pytest.approx(np.full(4, 20 * 2e-8), rel=1e-3)
    assert (model.weight != 1).all()
    assert 0 < delta.share_changed() <= 1


def test_both_precisions_agree_where_steps_are_large():
    direct, delta = moved("direct", 10, 1e-2)[0], moved("delta", 10, 1e-2)[0]
    assert direct.weights.numpy() == pytest.approx(delta.weights.numpy(), abs=1e-6)
