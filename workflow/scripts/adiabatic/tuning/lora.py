"""LoRA (arXiv 2106.09685): low-rank matrices on linear layers, merged into them at the end."""

import torch
from peft import LoraConfig, LoraModel

from adiabatic.io.errors import InputError, shown
from adiabatic.tuning.settings import TuningSettings


def lora_layers(model: torch.nn.Module, settings: TuningSettings) -> "LoraLayers":
    """The layers of a run's settings."""
    return LoraLayers(model, settings.rank, settings.targets, settings.seed)


class LoraLayers:
    """Linear layers W of a model, in place, as W + B A with trained B and A of a low rank.

    A is drawn by the seed, and B is zero at the start. Nothing scales the product, so that a rate
    means the same at any rank (peft's `lora_alpha` is the rank).
    """

    def __init__(
        self, model: torch.nn.Module, rank: int, targets: tuple[str, ...], seed: int
    ) -> None:
        """Put the matrices into the model; see `linear_layers` for targets and InputError."""
        names = linear_layers(model, targets)
        config = LoraConfig(r=rank, lora_alpha=rank, target_modules=names)
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.tuner = LoraModel(model, config, "default")
        modules = dict(model.named_modules())
        self.layers = {name: modules[name] for name in names}

    def names(self) -> set[str]:
        """Names of the parameters that are trained, as the model has them now."""
        parameters = ((name, layer.named_parameters()) for name, layer in self.layers.items())
        return {
            f"{name}.{part}" for name, parts in parameters for part, _ in parts if "lora_" in part
        }

    def merge(self) -> dict[str, torch.Tensor]:
        """Make the model what it was, with W + B A as W; returns B A by the name of W.

        The products are float32, on the CPU.
        """
        products = {
            f"{name}.weight": layer.get_delta_weight("default").detach().float().cpu()
            for name, layer in self.layers.items()
        }
        self.tuner.merge_and_unload()
        return products


def linear_layers(model: torch.nn.Module, targets: tuple[str, ...]) -> list[str]:
    """Names of the linear layers that end with one of the targets; without targets, of all.

    Args:
        targets: endings in whole parts of a name, such as `query` or `output.dense`.
    Raises:
        InputError: a target is the ending of no linear layer's name.
    """
    names = [n for n, module in model.named_modules() if isinstance(module, torch.nn.Linear)]
    for target in targets:
        if not any(_ends(name, target) for name in names):
            endings = dict.fromkeys(name.rsplit(".", 1)[-1] for name in names)
            raise InputError(
                f"tuning.methods.targets: {shown(target)} found, with which no linear layer's "
                f"name ends; they end with {', '.join(endings) or 'nothing: there are none'}"
            )
    return [name for name in names if not targets or any(_ends(name, t) for t in targets)]


def _ends(name: str, target: str) -> bool:
    return f".{name}".endswith(f".{target}")
