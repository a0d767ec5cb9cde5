"""Which parameters of a model are tuned, and which stay as they are."""

import difflib
from fnmatch import fnmatchcase
from pathlib import Path

from safetensors import safe_open

from adiabatic.errors import InputError


def parameter_names(folder: Path) -> list[str]:
    """Names of the parameters in a model folder's safetensors files, without reading them."""
    names: list[str] = []
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, framework="np") as weights:
            names.extend(weights.keys())
    return names


def trained_names(names: list[str], freeze: tuple[str, ...]) -> set[str]:
    """Names of the parameters that no pattern freezes.

    Raises:
        InputError: a pattern matches no name, or nothing is left to tune.
    """
    frozen: set[str] = set()
    for pattern in freeze:
        matching = {name for name in names if fnmatchcase(name, pattern)}
        if not matching:
            near = difflib.get_close_matches(pattern, names, n=3, cutoff=0.3)
            raise InputError(
                f"tuning.freeze: {pattern!r} found, which matches no parameter; "
                f"near names are {', '.join(near or names[:3])}"
            )
        frozen |= matching
    if frozen >= set(names):
        raise InputError("tuning.freeze: all parameters are frozen; at least one must be left")
    return set(names) - frozen
