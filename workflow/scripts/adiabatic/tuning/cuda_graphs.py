"""CUDA graphs: the thousand short kernels of a small batch take longer to launch than to run."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

# Passes before a graph is recorded, in which libraries choose their kernels and take their memory.
WARM_UP = 3


@dataclass(frozen=True)
class Batch:
    """What one forward and backward pass reads, on the device.

    ids, mask: tokens of n queries, shape (n, tokens).
    documents, rows: vectors and rows of the positives, then the negatives; (m, d) and (m,).
        Without vectors, the pass encodes the documents; it is not recorded then.
    own: place of each query's positive among the documents, shape (n,).
    share: what the loss of one query weighs in its step, shape ().
    """

    ids: torch.Tensor
    mask: torch.Tensor
    documents: torch.Tensor | None
    rows: torch.Tensor
    own: torch.Tensor
    share: torch.Tensor

    def tensors(self) -> tuple[torch.Tensor, ...]:
        """All of them, in order."""
        assert self.documents is not None
        return (self.ids, self.mask, self.documents, self.rows, self.own, self.share)


Backward = Callable[[Batch], torch.Tensor]


class GraphedBackward:
    """A backward pass that is recorded once for each shape of batch, and then replayed.

    The gradient is added up in `gradient`, as without graphs.
    """

    def __init__(self, backward: Backward, gradient: torch.Tensor) -> None:
        self.backward, self.gradient = backward, gradient
        self.recorded: dict[tuple[int, ...], tuple[torch.cuda.CUDAGraph, Batch, torch.Tensor]] = {}
        self.pool = torch.cuda.graph_pool_handle()

    def __call__(self, batch: Batch) -> torch.Tensor:
        shape = (*batch.ids.shape, len(batch.rows))
        if shape not in self.recorded:
            self.recorded[shape] = self._record(batch)
        graph, static, loss = self.recorded[shape]
        for place, tensor in zip(static.tensors(), batch.tensors(), strict=True):
            place.copy_(tensor)
        graph.replay()
        return loss.clone()

    def _record(self, batch: Batch) -> tuple[torch.cuda.CUDAGraph, Batch, torch.Tensor]:
        static = Batch(*(tensor.clone() for tensor in batch.tensors()))
        kept = self.gradient.clone()
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UP):
                self.backward(static)
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self.pool):
            loss = self.backward(static)
        self.gradient.copy_(kept)
        return graph, static, loss
