"""A query encoder as an ONNX model whose output is the vector: pooling and normalisation inside."""

import logging
import warnings
from pathlib import Path

import torch

from adiabatic.encoding.encoder import Encoder

# Name of the one output, as sentence-transformers and servers call it.
OUTPUT = "sentence_embedding"


class _Vectors(torch.nn.Module):
    """Token ids and mask to vectors, as a module."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.model, self.encoder = encoder.model, encoder

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Vectors of a batch, shape (n, d)."""
        return self.encoder.vectors(input_ids, attention_mask)


def write_onnx(encoder: Encoder, path: Path) -> None:
    """Write the encoder for any number of texts of any length that it takes, weights included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    batch, tokens = torch.export.Dim("batch"), torch.export.Dim("tokens")
    # Two texts of different lengths, as an example.
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    ids = torch.where(mask == 1, mask, encoder.padding)
    axes = {0: batch, 1: tokens}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Vectors(encoder).eval(),
            (ids, mask),
            path,
            input_names=["input_ids", "attention_mask"],
            output_names=[OUTPUT],
            dynamic_shapes={"input_ids": axes, "attention_mask": axes},
            external_data=False,
            verbose=False,
        )
