"""What every method makes a run from."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from adiabatic.encoding.corpora import hashed_rows
from adiabatic.encoding.devices import Processes
from adiabatic.encoding.document_vectors import check_same_encoder, read_vectors
from adiabatic.encoding.encoder import Encoder, load_encoder
from adiabatic.encoding.provenance import document_side_digest
from adiabatic.io.parquet import read_frame
from adiabatic.plan.runs import PlannedRun
from adiabatic.plan.source_digest import source_digest
from adiabatic.tasks.kinds import KINDS, TRIPLETS
from adiabatic.tuning.settings import TuningSettings


@dataclass(frozen=True)
class Making:
    """A run to make, and what it is made from.

    base: folder of the base. data: tuning.parquet. vectors: of its documents, by the base. runs:
    folder of all runs. processes: those that share the run, of which the first one writes it.
    checkpoint: where to save the run and to resume it from, every so many seconds; at_end: at its
    end, too, since other runs of the same job follow.
    """

    run: PlannedRun
    base: Path
    data: Path
    vectors: Path
    runs: Path
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    threads: int = 1
    processes: Processes = field(default_factory=Processes)
    checkpoint: Path | None = None
    checkpoint_seconds: float = 60
    at_end: bool = False
    say: Callable[[str], None] = print

    def settings(self) -> TuningSettings:
        """The run's settings; what its method does not read is left at its default."""
        known = {field.name for field in fields(TuningSettings)}
        read = {key: value for key, value in self.run.settings.items() if key in known}
        hashable = {k: tuple(v) if isinstance(v, list) else v for k, v in read.items()}
        about = {"method": self.run.method, "seed": self.run.seed}
        return TuningSettings(learning_rate=self.run.learning_rate, **about, **hashable)

    def computed(self) -> dict[str, Any]:
        """On what it is computed, which is part of its provenance."""
        count = self.processes.count
        return {"device": self.device.type, "processes": count, "threads": self.threads}

    def code(self) -> str:
        """Digest of the code that makes it."""
        return source_digest("tune_query_encoder", self.run.row)

    def encoder(self) -> Encoder:
        """A fresh copy of the base."""
        return load_encoder(self.base, device=self.device)

    def stored_vectors(self) -> np.ndarray:
        """The base's vectors of the documents, float32 of shape (documents, d).

        Raises:
            InputError: they are not of this base and these documents.
        """
        check_same_encoder([self.vectors], document_side_digest(self.base))
        return read_vectors(self.vectors, tuning_texts(self.data).hashes)


class Split(NamedTuple):
    """Triplets of a split: texts of queries, rows of positives and negatives in the documents."""

    queries: list[str]
    positives: np.ndarray
    negatives: np.ndarray


class TuningTexts(NamedTuple):
    """The tuning data by split, and hashes of its documents' texts."""

    train: Split
    validation: Split
    hashes: np.ndarray


@cache
def tuning_texts(data: Path) -> TuningTexts:
    """The training and validation triplets of a tuning.parquet, read once for all runs of a job."""
    (positives, negatives), hashes = hashed_rows(data, KINDS[TRIPLETS].documents)
    frame = read_frame(data, columns=["query", "split"])
    parts = []
    for split in ("train", "validation"):
        mine = (frame["split"] == split).to_numpy()
        queries = frame.loc[mine, "query"].tolist()
        parts.append(Split(queries, positives[mine], negatives[mine]))
    return TuningTexts(*parts, hashes)
