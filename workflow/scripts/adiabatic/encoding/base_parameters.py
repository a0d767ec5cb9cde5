"""Names of a base's parameters, without its weights, so that a configuration can be checked."""

from pathlib import Path

from safetensors import safe_open

from adiabatic.encoding.model_folder import WEIGHTS

_EMBEDDINGS = ("word_embeddings", "position_embeddings", "token_type_embeddings")
_LINEAR = (
    *(f"attention.self.{name}" for name in ("query", "key", "value")),
    *("attention.output.dense", "intermediate.dense", "output.dense"),
)
_NORMS = ("attention.output.LayerNorm", "output.LayerNorm")


def parameter_names(folder: Path) -> list[str]:
    """Names of the parameters in a model folder's safetensors files, without reading them."""
    names: list[str] = []
    for path in sorted(folder.glob(WEIGHTS)):
        with safe_open(path, framework="np") as weights:
            names.extend(weights.keys())
    return names


def synthetic_parameter_names(layers: int) -> list[str]:
    """Names of the parameters that a base of the synthetic world will have: BERT's, no pooler."""
    modules = ["embeddings.LayerNorm"]
    modules += [
        f"encoder.layer.{layer}.{name}" for layer in range(layers) for name in (*_LINEAR, *_NORMS)
    ]
    names = [f"embeddings.{name}.weight" for name in _EMBEDDINGS]
    return names + [f"{name}.{part}" for name in modules for part in ("weight", "bias")]
