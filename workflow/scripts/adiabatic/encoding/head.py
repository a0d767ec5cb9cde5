"""What pooled vectors pass through before they are compared: modules of sentence-transformers."""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from adiabatic.encoding.model_folder import head_modules
from adiabatic.io.json_files import read_json, write_json

# Activations by the names that sentence-transformers loads without running code of a folder.
IDENTITY, GELU = "torch.nn.modules.linear.Identity", "torch.nn.modules.activation.GELU"
# Names of a module's tensors in its file.
WEIGHT, BIAS = "linear.weight", "linear.bias"


@dataclass(frozen=True)
class Dense:
    """A vector v as activation(weight @ v + bias).

    weight: shape (out, in). bias: shape (out,), None for none. activation: IDENTITY or GELU.
    """

    weight: torch.Tensor
    bias: torch.Tensor | None = None
    activation: str = IDENTITY

    def __call__(self, vectors: torch.Tensor) -> torch.Tensor:
        """Vectors of shape (n, in) as such of shape (n, out)."""
        made = torch.nn.functional.linear(vectors, self.weight, self.bias)
        return torch.nn.functional.gelu(made) if self.activation == GELU else made


@dataclass(frozen=True)
class Normalize:
    """A vector at unit length."""

    def __call__(self, vectors: torch.Tensor) -> torch.Tensor:
        """Vectors of shape (n, d), each divided by its length."""
        return torch.nn.functional.normalize(vectors, dim=-1)


Head = tuple[Dense | Normalize, ...]


def kinds(head: Head) -> list[str]:
    """The kinds of a head's modules, as sentence-transformers calls them."""
    return [type(module).__name__ for module in head]


def write_dense(dense: Dense, folder: Path, metadata: dict[str, str] | None = None) -> None:
    """Write a Dense module as sentence-transformers keeps it.

    Args:
        metadata: of its weights' file.
    """
    outputs, inputs = dense.weight.shape
    shape = {"in_features": inputs, "out_features": outputs, "bias": dense.bias is not None}
    write_json(folder / "config.json", shape | {"activation_function": dense.activation})
    tensors = {WEIGHT: dense.weight} | ({} if dense.bias is None else {BIAS: dense.bias})
    tensors = {name: tensor.contiguous().cpu() for name, tensor in tensors.items()}
    save_file(tensors, folder / "model.safetensors", metadata=metadata)


def read_head(folder: Path, device: str | torch.device) -> Head:
    """The head of an encoder's folder that this project wrote."""
    return tuple(
        _read_dense(folder / path, device) if kind == Dense.__name__ else Normalize()
        for path, kind in head_modules(folder)
    )


def _read_dense(folder: Path, device: str | torch.device) -> Dense:
    tensors = load_file(folder / "model.safetensors", device=str(device))
    activation = read_json(folder / "config.json")["activation_function"]
    return Dense(tensors[WEIGHT], tensors.get(BIAS), activation)
