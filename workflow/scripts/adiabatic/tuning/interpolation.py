"""Interpolation of a tuned encoder's weights with the base's."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from safetensors.numpy import load_file, save_file

from adiabatic.encoding.devices import Processes
from adiabatic.encoding.encoder import load_encoder
from adiabatic.encoding.model_folder import DELTA, HISTORY, WEIGHTS
from adiabatic.encoding.provenance import (
    PROVENANCE_FILE,
    repeated_provenance,
    weights_digest,
    write_provenance,
)
from adiabatic.io.errors import InputError, shown
from adiabatic.tuning.history import history_of
from adiabatic.tuning.making import Making
from adiabatic.tuning.query_encoder import tokenized
from adiabatic.tuning.triplets import triplet_accuracy


def make_interpolation(making: Making, folder: Path | None) -> None:
    """Weights between the base's and those of the run that it repeats."""
    source, run = repeated_run(making)
    alpha = making.run.alpha
    files = sorted(making.base.glob(WEIGHTS))
    base = {name: weight for path in files for name, weight in load_file(path).items()}
    weights, added = interpolated(base, load_file(source / DELTA), alpha)
    if folder is None:
        return
    shutil.copytree(making.base, folder, dirs_exist_ok=True)
    for path in files:
        part = {name: weights[name] for name in load_file(path)}
        # Without this word transformers does not read a file.
        save_file(part, folder / path.name, metadata={"format": "pt"})
    save_file(added, folder / DELTA)
    history_beside_base(making, folder).to_csv(folder / HISTORY, index=False)
    about = {"method": making.run.method, "alpha": alpha}
    provenance = repeated_provenance(folder, making.base, about, run, making.code())
    write_provenance(folder, provenance)
    making.say(f"{making.run.name}: {alpha:g} of the way from the base to {source.name}")


def repeated_run(making: Making) -> tuple[Path, dict[str, Any]]:
    """Folder and provenance of the run that this one is made from.

    Raises:
        InputError: it was tuned from another base.
    """
    source = making.runs / making.run.repeats
    run = json.loads((source / PROVENANCE_FILE).read_text(encoding="utf-8"))
    if run["base"]["weights_sha256"] != weights_digest(making.base):
        raise InputError(f"{source}: tuned from another base than {making.base}")
    return source, run


def history_beside_base(making: Making, folder: Path) -> pd.DataFrame:
    """Validation accuracy of the base and of the encoder in a folder, which was not trained itself.

    Whoever writes the folder computes it alone: other processes of the job are elsewhere.
    """
    _, validation = tokenized(making.base, making.data)
    documents = making.stored_vectors()
    before, after = (
        triplet_accuracy(encoder, validation, documents, Processes())
        for encoder in (making.encoder(), load_encoder(folder, device=making.device))
    )
    added = load_file(folder / DELTA)
    moved = [np.count_nonzero(part) for part in added.values()]
    share = sum(moved) / max(1, sum(part.size for part in added.values()))
    return history_of([(0, np.nan, before, 0.0), (1, np.nan, after, share)], kept=1)


def interpolated(
    base: Mapping[str, np.ndarray], delta: Mapping[str, np.ndarray], alpha: float
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Weights base + alpha (tuned - base), and what was added, by name.

    As in WiSE-FT (arXiv 2109.01903) and LM-Cocktail (arXiv 2311.13534). At 0 these are the base's
    bits, and at 1 those of a run whose updates are exact (precision delta).

    Args:
        base: all weights of the base, float32.
        delta: tuned minus base of those that were tuned.
    Raises:
        InputError: a difference is of no weight of the base, or of another shape.
    """
    for name, moved in delta.items():
        if name not in base or base[name].shape != moved.shape:
            raise InputError(
                f"delta of {shown(name)}, shape {moved.shape} found; the base has "
                f"{'another shape of it' if name in base else 'no such weight'}"
            )
    added = {name: np.float32(alpha) * moved for name, moved in delta.items()}
    return {n: w + added[n] if n in added else w for n, w in base.items()}, added
