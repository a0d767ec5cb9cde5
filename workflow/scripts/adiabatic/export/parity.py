"""Whether other libraries compute the pipeline's vectors from an export: the least cosine."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from adiabatic.export.loaders import Loader
from adiabatic.io.errors import InputError

# A loader that agrees less than this computes something else.
LEAST_COSINE = 0.9999
# Of vectors that are not brought to unit length: largest difference of lengths, relative.
LARGEST_STRETCH = 1e-3
QUERIES = 500
ENCODE = Path(__file__).parents[2] / "encode_by_loader.py"


@dataclass(frozen=True)
class Agreement:
    """How far a loader's vectors agree with the pipeline's; NaN where it was not tried."""

    loader: str
    version: str
    texts: int
    least_cosine: float
    largest_stretch: float

    @property
    def tried(self) -> bool:
        """Whether its packages are installed."""
        return bool(self.version)

    @property
    def agrees(self) -> bool:
        """Whether it computes the same."""
        return self.least_cosine >= LEAST_COSINE and self.largest_stretch <= LARGEST_STRETCH


def queries_of(texts: Mapping[str, list[str]], count: int = QUERIES) -> list[str]:
    """Queries in all languages alike, in all `count`, and of each language one that is too long.

    Args:
        texts: queries by language.
    """
    each = max(count // max(len(texts), 1) - 1, 1)
    chosen = []
    for queries in texts.values():
        distinct = list(dict.fromkeys(queries))
        places = np.linspace(0, len(distinct) - 1, min(each, len(distinct))).astype(int)
        chosen += [distinct[place] for place in places]
        chosen.append(" ".join(distinct[:200]))
    return chosen


def agreement_of(
    loader: Loader, export: Path, texts: list[str], expected: np.ndarray, packages: Path
) -> Agreement:
    """What a loader makes of an export, in a process of its own.

    Args:
        export: folder of the export's folders. expected: vectors of the texts, shape (n, d).
        packages: folder that has those of earlier loaders.
    Raises:
        InputError: the loader fails on the export.
    """
    environment = dict(os.environ)
    if loader.earlier:
        if not packages.is_dir():
            return Agreement(loader.name, "", len(texts), np.nan, np.nan)
        paths = [str(packages), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    with tempfile.TemporaryDirectory() as folder:
        asked, vectors = Path(folder) / "texts.json", Path(folder) / "vectors.npy"
        asked.write_text(json.dumps(texts), encoding="utf-8")
        command = [sys.executable, ENCODE, "--loader", loader.name]
        command += ["--folder", export / loader.folder, "--texts", asked, "--out", vectors]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise InputError(f"{export / loader.folder}: {loader.name} fails on it ({last[:300]})")
        found, version = np.load(vectors), done.stdout.strip().splitlines()[-1]
    return Agreement(loader.name, version, len(texts), *compared(found, expected))


def compared(found: np.ndarray, expected: np.ndarray) -> tuple[float, float]:
    """Least cosine, and largest relative difference of lengths, of vectors of shape (n, d).

    Raises:
        InputError: they differ in shape.
    """
    if found.shape != expected.shape:
        raise InputError(f"vectors of shape {found.shape} found; {expected.shape} are needed")
    lengths = [np.linalg.norm(part.astype(np.float64), axis=1) for part in (found, expected)]
    products = np.einsum("nd,nd->n", found.astype(np.float64), expected.astype(np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        cosines = products / (lengths[0] * lengths[1])
        stretch = np.abs(lengths[0] / lengths[1] - 1)
    return float(np.nan_to_num(cosines, nan=-1).min()), float(np.nan_to_num(stretch, nan=1).max())


def agreement_table(found: list[Agreement]) -> pd.DataFrame:
    """A row a loader: version, texts, least cosine, largest stretch, whether it agrees."""
    return pd.DataFrame(
        [
            {
                "loader": one.loader,
                "version": one.version or "not installed",
                "texts": one.texts if one.tried else 0,
                "least_cosine": one.least_cosine,
                "largest_stretch": one.largest_stretch,
                "agrees": one.agrees if one.tried else None,
            }
            for one in found
        ]
    )


def check_agreements(found: list[Agreement]) -> None:
    """Raises InputError where a loader computes something else than the pipeline."""
    for one in found:
        if one.tried and not one.agrees:
            raise InputError(
                f"{one.loader} {one.version}: least cosine {one.least_cosine:.6f}, lengths differ "
                f"by {one.largest_stretch:.2g} of the pipeline's; at least {LEAST_COSINE} and at "
                f"most {LARGEST_STRETCH} are needed"
            )
