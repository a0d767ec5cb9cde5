"""What an adapter trains is what it saves, and it starts as the base."""

import pytest
import torch

from adiabatic.tuning.adapter_shapes import LinearMap, ResidualMLP

WIDTH, HIDDEN = 16, 24
QUERIES = torch.nn.functional.normalize(
    torch.randn(50, WIDTH, generator=torch.Generator().manual_seed(0)), dim=-1
)
SHAPES = pytest.mark.parametrize(
    "make",
    [lambda: LinearMap(WIDTH), lambda: ResidualMLP(WIDTH, HIDDEN, 0)],
    ids=["linear", "mlp"],
)


def moved(shape):
    """The shape with all that it trains drawn at random."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for part in shape.trained:
            part.copy_(0.3 * torch.randn(part.shape, generator=generator))
    return shape


def by_layers(shape, vectors):
    for layer in shape.layers():
        vectors = layer(vectors)
    return vectors


@SHAPES
def test_it_starts_as_the_base(make):
    shape = make()
    assert torch.equal(shape.adapted(QUERIES), QUERIES)
    assert by_layers(shape, QUERIES).numpy() == pytest.approx(QUERIES.numpy(), abs=1e-7)
    assert shape.share_changed() == 0
    assert not any(part.any() for part in shape.trained)


@SHAPES
@pytest.mark.parametrize("length", [1e-3, 1.0, 30.0])
def test_what_is_saved_is_what_is_trained(make, length):
    shape = moved(make())
    vectors = length * QUERIES
    expected = shape.adapted(vectors).detach()
    assert (expected - vectors).abs().max() > 0.01 * length
    assert by_layers(shape, vectors).numpy() == pytest.approx(
        expected.numpy(), abs=1e-6 * length, rel=1e-5
    )
    assert shape.share_changed() == 1


@SHAPES
def test_a_layer_is_a_snapshot(make):
    shape = make()
    before = shape.layers()
    moved(shape)
    for layer, other in zip(before, make().layers(), strict=True):
        assert torch.equal(layer.weight, other.weight)


def test_the_residual_mlp_is_its_formula():
    shape = moved(ResidualMLP(WIDTH, HIDDEN, 0))
    first, second = shape.start + shape.difference, shape.output
    assert first.shape == (HIDDEN, WIDTH)
    hidden = QUERIES @ first.T
    gelu = hidden * (1 + torch.erf(hidden / 2**0.5)) / 2
    expected = QUERIES + gelu @ second.T
    assert torch.allclose(shape.adapted(QUERIES), expected, atol=1e-5)


def test_the_seed_draws_the_first_matrix():
    one, two, other = (ResidualMLP(WIDTH, 2000, seed).start for seed in (0, 0, 1))
    assert torch.equal(one, two)
    assert not torch.equal(one, other)
    # A hidden unit starts with variance 1.
    assert (one @ QUERIES.T).std().item() == pytest.approx(1, abs=0.05)
