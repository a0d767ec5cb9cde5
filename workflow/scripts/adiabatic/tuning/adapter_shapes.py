"""Shapes of trained adapters: what is added to the vector of a query, and how it is saved."""

from typing import Protocol

import torch

from adiabatic.encoding.head import GELU, Dense


class AdapterShape(Protocol):
    """A function of a query's vector q that is q itself at the start.

    trained: what is optimised, all of it zero at the start, so that tiny steps add up.
    of_unit_length: whether the direction of the result depends on the length of q, so that q is
    brought to unit length before it where that is how vectors are compared.
    """

    trained: list[torch.Tensor]
    of_unit_length: bool

    def adapted(self, queries: torch.Tensor) -> torch.Tensor:
        """Vectors of queries, shape (n, d), adapted, with gradients."""

    def layers(self) -> tuple[Dense, ...]:
        """The function as it is now, as modules to save."""

    def share_changed(self) -> float:
        """Share of the trained numbers whose float32 value is not that of the start any more."""


class LinearMap:
    """q + D q: a matrix of shape (d, d), of which the difference D from the identity is trained."""

    of_unit_length = False

    def __init__(self, width: int) -> None:
        self.difference = torch.zeros(width, width, requires_grad=True)
        self.trained = [self.difference]

    def adapted(self, queries: torch.Tensor) -> torch.Tensor:
        """See `AdapterShape`."""
        return queries + queries @ self.difference.T

    def layers(self) -> tuple[Dense, ...]:
        """One matrix."""
        return (Dense(torch.eye(len(self.difference)) + self.difference.detach()),)

    def share_changed(self) -> float:
        """See `AdapterShape`."""
        (layer,) = self.layers()
        return float((layer.weight != torch.eye(len(layer.weight))).double().mean())


class ResidualMLP:
    """q + W2 gelu(W1 q), as in Drift-Adapter (arXiv 2509.23471), here without biases.

    W1, of shape (hidden, d), is drawn by the seed from the standard normal distribution, so that
    W1 q has variance 1 where q has unit length; its difference from there is trained. W2, of shape
    (d, hidden), is zero at the start.
    """

    of_unit_length = True

    def __init__(self, width: int, hidden: int, seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        self.start = torch.randn(hidden, width, generator=generator)
        self.difference = torch.zeros(hidden, width, requires_grad=True)
        self.output = torch.zeros(width, hidden, requires_grad=True)
        self.trained = [self.difference, self.output]

    def adapted(self, queries: torch.Tensor) -> torch.Tensor:
        """See `AdapterShape`."""
        hidden = torch.nn.functional.gelu(queries @ (self.start + self.difference).T)
        return queries + hidden @ self.output.T

    def layers(self) -> tuple[Dense, ...]:
        """Two matrices with an activation between, which any sentence-transformers reads.

        Its Dense modules have no residual connection before version 5.7. But gelu(x) - gelu(-x)
        = x, exactly, so that 2 d more hidden units carry q past the activation: the weights are
        (W1; I; -I) and (W2, I, -I), and the result differs from the formula by rounding alone.
        """
        with torch.no_grad():
            identity = torch.eye(len(self.output))
            first = torch.cat([self.start + self.difference, identity, -identity])
            second = torch.cat([self.output, identity, -identity], dim=1)
        return Dense(first, activation=GELU), Dense(second)

    def share_changed(self) -> float:
        """See `AdapterShape`."""
        with torch.no_grad():
            first = self.start + self.difference != self.start
            changed = torch.cat([first.flatten(), (self.output != 0).flatten()])
        return float(changed.double().mean())
