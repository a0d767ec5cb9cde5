"""Runs that tune weights: of the query encoder, by low-rank matrices, or of both encoders."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from adiabatic.encoding.corpora import document_texts
from adiabatic.encoding.encoder import load_encoder, save_encoder
from adiabatic.encoding.model_folder import DELTA, HISTORY
from adiabatic.encoding.provenance import (
    FrozenFiles,
    run_identity,
    run_provenance,
    write_provenance,
)
from adiabatic.encoding.token_ids import TokenIds
from adiabatic.io.parquet import read_frame
from adiabatic.tasks.kinds import KINDS, TRIPLETS
from adiabatic.tuning.checkpoints import Checkpoints, Stopped
from adiabatic.tuning.loop import Layers, tune
from adiabatic.tuning.making import Making, tuning_texts
from adiabatic.tuning.settings import TuningSettings
from adiabatic.tuning.triplets import Triplets

MakeLayers = Callable[[torch.nn.Module, TuningSettings], Layers]


def make_query_encoder(making: Making, folder: Path | None) -> None:
    """The query encoder tuned against the stored document vectors."""
    _make(making, folder, making.stored_vectors(), making.vectors)


def make_l2_sp(making: Making, folder: Path | None) -> None:
    """The same with weight decay towards the base: L2-SP.

    Li, Grandvalet, Davoine 2018, "Explicit inductive bias for transfer learning with convolutional
    networks", ICML. Theirs is a penalty in the loss; here it is decoupled from the gradient's
    scale, as in AdamW: see `TrainedWeights`.
    """
    _make(making, folder, making.stored_vectors(), making.vectors)


def make_lora(making: Making, folder: Path | None) -> None:
    """The same through low-rank matrices on linear layers, merged into them at the end."""
    # Imported where it is needed, since that takes seconds.
    from adiabatic.tuning.lora import lora_layers

    _make(making, folder, making.stored_vectors(), making.vectors, lora_layers)


def make_joint(making: Making, folder: Path | None) -> None:
    """One encoder of queries and documents tuned, with gradients from both."""
    _make(making, folder, _document_tokens(making.base, making.data), None)


def _make(
    making: Making,
    folder: Path | None,
    documents: np.ndarray | TokenIds,
    vectors: Path | None,
    layers: MakeLayers | None = None,
) -> None:
    """Tune, and write the run's folder, if this process has one to write.

    Args:
        documents, layers: see `tune`. vectors: the file that must not change, None for none.
    """
    settings, encoder = making.settings(), making.encoder()
    train, validation = tokenized(making.base, making.data)
    frozen = FrozenFiles.of(making.base, vectors)
    files = {"triplets": making.data} | ({"vectors": vectors} if vectors else {})
    checkpoints = None
    if making.checkpoint:
        decided = settings.of_method() | making.computed()
        identity = run_identity(decided, files, frozen, making.code())
        checkpoints = Checkpoints(
            making.checkpoint, identity, making.checkpoint_seconds, making.say, making.at_end
        )
    try:
        tuned = tune(
            encoder, train, validation, documents, settings, making.say, checkpoints,
            making.processes, layers,
        )  # fmt: skip
    except Stopped as stopped:
        making.say(f"{stopped}; run again to go on")
        raise SystemExit(143) from None
    if folder is None:
        return
    save_encoder(encoder, folder)
    save_file(tuned.differences, folder / DELTA)
    tuned.history.to_csv(folder / HISTORY, index=False)
    provenance = run_provenance(
        folder,
        making.base,
        settings.of_method(),
        making.computed(),
        tuned.parameters,
        len(train.queries),
        files,
        frozen,
        making.code(),
    )
    write_provenance(folder, provenance)


@cache
def tokenized(base: Path, data: Path) -> tuple[Triplets, Triplets]:
    """The triplets that are trained on, and those of validation, with tokens of their queries."""
    encoder, texts = load_encoder(base), tuning_texts(data)
    train, validation = (
        Triplets(encoder.tokenize(part.queries, "query"), part.positives, part.negatives)
        for part in (texts.train, texts.validation)
    )
    return train, validation


@cache
def _document_tokens(base: Path, data: Path) -> TokenIds:
    columns = list(KINDS[TRIPLETS].documents)
    texts = document_texts([read_frame(data, columns=columns)], columns)
    return load_encoder(base).tokenize(texts.tolist(), "document")
