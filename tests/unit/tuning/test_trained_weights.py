"""Tiny steps add up where the difference from the base is optimized, and decay draws it to 0."""

import numpy as np
import pytest
import torch

from adiabatic.tuning.trained_weights import TrainedWeights


def moved(precision, steps, rate=2e-8, decay=0.0):
    """A weight of size 1 (a LayerNorm gain) after steps with a gradient of one sign."""
    model = torch.nn.LayerNorm(4)
    trained = TrainedWeights(model, {"weight", "bias"}, precision, decay)
    optimizer = trained.optimizer(rate)
    for _ in range(steps):
        values = torch.tensor([[1.0, 2.0, 3.0, 5.0]], dtype=model.weight.dtype)
        model(values).backward(torch.ones_like(values))
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


def test_decay_is_adamws_own_on_the_difference():
    trained, _ = moved("delta", 5, 1e-2, decay=3.0)
    offset = torch.nn.Parameter(torch.zeros(4))
    optimizer = torch.optim.AdamW([offset], lr=1e-2, weight_decay=3.0, fused=True)
    values = torch.tensor([[1.0, 2.0, 3.0, 5.0]])
    for _ in range(5):
        optimizer.zero_grad()
        torch.nn.functional.layer_norm(values, (4,), 1 + offset).sum().backward()
        optimizer.step()
    assert torch.equal(trained.delta[:4], offset.detach())


@pytest.mark.parametrize("precision", ["delta", "direct", "float64"])
def test_two_steps_with_decay_by_hand(precision):
    rate, decay = 1e-2, 3.0
    once, twice = (moved(precision, steps, rate, decay)[0] for steps in (1, 2))
    # The gradient is the same at each step, so that AdamW takes the rate against its sign, and
    # the second step first takes rate x decay of the difference, not of the weight of size 1.
    gradient = np.array([1.0, 2.0, 3.0, 5.0]) - 2.75
    first = -rate * np.sign(gradient)
    for trained, expected in ((once, first), (twice, first * (1 - rate * decay) + first)):
        found = trained.differences()["weight"].numpy()
        assert found == pytest.approx(expected, abs=2e-7)
