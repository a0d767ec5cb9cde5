"""Drift correction: the mean change of queries by tuning, subtracted from the vector of each."""

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import torch

from adiabatic.encoding.encoder import Encoder, load_encoder, save_encoder
from adiabatic.encoding.head import Dense, Head, Normalize
from adiabatic.encoding.model_folder import DELTA, HISTORY
from adiabatic.encoding.provenance import repeated_provenance, write_provenance
from adiabatic.tuning.interpolation import history_beside_base, repeated_run
from adiabatic.tuning.making import Making, tuning_texts

# Training queries whose change is averaged, at most: of so many, the standard error of the mean is
# a hundredth of the standard deviation between queries.
QUERIES = 10_000


def make_drift_correction(making: Making, folder: Path | None) -> None:
    """The run that it repeats, with a share of the mean drift of its queries taken back."""
    source, run = repeated_run(making)
    if folder is None:
        return
    strength = making.run.settings["strength"]
    tuned, queries = load_encoder(source, device=making.device), _sample(making.data)
    after = tuned.encode(queries, "query", progress="queries")
    drift = mean_drift(_by_base(making.base, making.data, making.device), after)
    save_encoder(corrected(tuned, strength * drift), folder)
    shutil.copyfile(source / DELTA, folder / DELTA)
    history_beside_base(making, folder).to_csv(folder / HISTORY, index=False)
    about = {"method": making.run.method, "strength": strength, "queries": len(queries)}
    length = float(np.linalg.norm(drift))
    about |= {"drift_length": float(f"{length:.3g}")}
    provenance = repeated_provenance(folder, making.base, about, run, making.code())
    write_provenance(folder, provenance)
    making.say(f"{making.run.name}: {strength:g} of a mean drift of length {length:.3g} taken back")


def mean_drift(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The mean of after - before, float64 of shape (d,).

    Args:
        before, after: vectors of the same queries by the base and by the tuned encoder, float32 of
            shape (queries, d).
    """
    return np.mean(after.astype(np.float64) - before, axis=0)


def corrected(encoder: Encoder, drift: np.ndarray) -> Encoder:
    """The encoder with a vector subtracted from its own, and the length brought to 1 again.

    Query drift compensation (arXiv 2506.00037): q' = normalise(q - drift), one vector for all
    queries; without normalising where similarity is the dot product.

    Args:
        drift: shape (d,).
    """
    device, width = encoder.model.device, len(drift)
    bias = torch.from_numpy(-drift).float().to(device)
    before: Head = (Normalize(),) if encoder.settings.similarity == "cosine" else ()
    head = (*encoder.head, *before, Dense(torch.eye(width, device=device), bias))
    return replace(encoder, head=head)


def _sample(data: Path) -> list[str]:
    """Training queries, at even distances in the data."""
    queries = tuning_texts(data).train.queries
    places = np.linspace(0, len(queries) - 1, min(QUERIES, len(queries))).astype(int)
    return [queries[place] for place in places]


@cache
def _by_base(base: Path, data: Path, device: torch.device) -> np.ndarray:
    """Vectors of the sample by the base, computed once for all runs of a job."""
    return load_encoder(base, device=device).encode(_sample(data), "query", progress="queries")
