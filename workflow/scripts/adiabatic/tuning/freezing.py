"""Which parameters of a model are tuned, and which stay as they are."""

import difflib
import re
from collections.abc import Callable
from fnmatch import fnmatchcase

from adiabatic.io.errors import InputError

_LAYER_NORM = re.compile(r"layer_?norm|\bln\d?\b|norm\d?\.", re.IGNORECASE)
_ATTENTION = re.compile(r"\b(?:self_)?att(?:ention|n)\b")
_FEED_FORWARD = re.compile(r"\b(?:intermediate|output|ffn|mlp)\b")
_LAYER = re.compile(r"\blayers?\.(\d+)\.")
# Sets of parameters that a name in tuning.freeze stands for, as BERT and its kin name them. Layer
# norms are a set of their own, except that "embeddings" has its own.
NAMED_SETS: dict[str, Callable[[str], bool]] = {
    "embeddings": lambda name: "embeddings." in name,
    "attention": lambda name: bool(_ATTENTION.search(name)) and not _LAYER_NORM.search(name),
    "feed-forward": lambda name: (
        bool(_FEED_FORWARD.search(name))
        and not (_ATTENTION.search(name) or _LAYER_NORM.search(name))
    ),
    "layer-norms": lambda name: bool(_LAYER_NORM.search(name)),
    # The paper's: of attention and of feed-forward alike.
    "output.dense.weight": lambda name: name.endswith("output.dense.weight"),
}
_FIRST_LAYERS = re.compile(r"first-(\d+)-layers")


def trained_names(names: list[str], freeze: tuple[str, ...]) -> set[str]:
    """Names of the parameters that no set or pattern freezes.

    Args:
        freeze: names of NAMED_SETS, `first-K-layers`, or patterns (* stands for anything).
    Raises:
        InputError: one of them matches no name, there are not so many layers, or nothing is left.
    """
    frozen: set[str] = set()
    for pattern in freeze:
        _check_layers(pattern, names)
        belongs = _membership(pattern)
        matching = {name for name in names if belongs(name)}
        if not matching:
            near = difflib.get_close_matches(pattern, [*NAMED_SETS, *names], n=3, cutoff=0.3)
            raise InputError(
                f"tuning.freeze: {pattern!r} found, which matches no parameter; "
                f"near names are {', '.join(near or names[:3])}"
            )
        frozen |= matching
    if frozen >= set(names):
        raise InputError("tuning.freeze: all parameters are frozen; at least one must be left")
    return set(names) - frozen


def _check_layers(pattern: str, names: list[str]) -> None:
    first = _FIRST_LAYERS.fullmatch(pattern)
    layers = {int(layer[1]) for name in names if (layer := _LAYER.search(name))}
    if first and int(first[1]) > len(layers):
        raise InputError(f"tuning.freeze: {pattern!r} found; the model has {len(layers)} layers")


def _membership(pattern: str) -> Callable[[str], bool]:
    """Whether a parameter's name belongs to a named set, or matches a pattern."""
    if pattern in NAMED_SETS:
        return NAMED_SETS[pattern]
    if first := _FIRST_LAYERS.fullmatch(pattern):
        layers = int(first[1])
        return lambda name: bool((layer := _LAYER.search(name)) and int(layer[1]) < layers)
    return lambda name: fnmatchcase(name, pattern)
