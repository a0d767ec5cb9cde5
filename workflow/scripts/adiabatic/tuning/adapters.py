"""Adapters: one matrix on the vectors of queries; the encoder and the document vectors stay."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from safetensors.torch import save_file
from scipy.linalg import orthogonal_procrustes

from adiabatic.encoding.encoder import save_encoder
from adiabatic.encoding.model_folder import DELTA, HISTORY, read_settings
from adiabatic.encoding.provenance import FrozenFiles, run_provenance, write_provenance
from adiabatic.io.errors import InputError
from adiabatic.tuning.history import (
    HISTORY_POINTS,
    HistoryRow,
    best_row,
    history_of,
    out_of_patience,
)
from adiabatic.tuning.losses import query_losses
from adiabatic.tuning.making import Making, tuning_texts
from adiabatic.tuning.settings import TuningSettings, learning_rate_at, tuning_steps


@dataclass(frozen=True)
class EncodedTriplets:
    """Vectors of queries by the base (n, d), and rows of their positives and negatives."""

    queries: np.ndarray
    positives: np.ndarray
    negatives: np.ndarray


@dataclass(frozen=True)
class Adapter:
    """A matrix, float32 of shape (d, d), that makes a query's vector q matrix @ q; its history."""

    matrix: np.ndarray
    history: pd.DataFrame


def make_linear_adapter(making: Making, folder: Path | None) -> None:
    """The base with a matrix on the vectors of queries, trained from the identity."""
    settings, frozen = making.settings(), FrozenFiles.of(making.base, making.vectors)
    train, validation = _encoded(making)
    unit_length = read_settings(making.base).similarity == "cosine"
    documents = making.stored_vectors()
    adapter = linear_adapter(train, validation, documents, settings, unit_length, making.say)
    _write(making, folder, adapter, settings.of_method(), len(train.queries), frozen)


def make_procrustes(making: Making, folder: Path | None) -> None:
    """The base with the rotation that brings training queries closest to their positives."""
    frozen = FrozenFiles.of(making.base, making.vectors)
    train, validation = _encoded(making)
    adapter = procrustes(train, validation, making.stored_vectors())
    _write(making, folder, adapter, {"method": making.run.method}, len(train.queries), frozen)


def procrustes(
    train: EncodedTriplets, validation: EncodedTriplets, documents: np.ndarray
) -> Adapter:
    """The orthogonal matrix that brings the queries closest to their positives.

    It minimises the sum of squared distances (Schoenemann 1966), in float64. The second row of the
    history is the fitted matrix.

    Args:
        documents: vectors of the frozen encoder, float32 of shape (documents, d).
    """
    positives = documents[train.positives].astype(np.float64)
    rotation, _ = orthogonal_procrustes(train.queries.astype(np.float64), positives)
    matrix = np.ascontiguousarray(rotation.T, dtype=np.float32)
    identity = np.eye(len(matrix), dtype=np.float32)
    rows = [
        _row(step, np.nan, candidate, validation, documents)
        for step, candidate in enumerate((identity, matrix))
    ]
    return Adapter(matrix, history_of(rows, kept=1))


def linear_adapter(
    train: EncodedTriplets,
    validation: EncodedTriplets,
    documents: np.ndarray,
    settings: TuningSettings,
    unit_length: bool,
    say: Callable[[str], None],
) -> Adapter:
    """A matrix that is trained from the identity with the losses and steps of tuning, by AdamW.

    Optimised is its difference from the identity, so that tiny steps add up.

    Args:
        documents: vectors of the frozen encoder, float32 of shape (documents, d).
        unit_length: whether vectors of queries are brought to unit length (cosine similarity).
    Raises:
        InputError: the loss is not finite, so the learning rate is too high.
    """
    width = train.queries.shape[1]
    difference = torch.zeros(width, width, requires_grad=True)
    optimizer = torch.optim.AdamW([difference], weight_decay=0.0, fused=True)
    queries, vectors = torch.from_numpy(train.queries), torch.from_numpy(documents)
    # All are encoded already, so no batch has a length.
    steps = tuning_steps(np.zeros(len(queries)), settings)
    recorded = set(np.linspace(0, len(steps), HISTORY_POINTS + 1).round().astype(int))
    rows = [_row(0, np.nan, _matrix(difference), validation, documents)]
    best, losses = _matrix(difference), []
    for step, (batch,) in enumerate(steps, start=1):
        used = np.concatenate([train.positives[batch], train.negatives[batch]])
        adapted = queries[batch] + queries[batch] @ difference.T
        if unit_length:
            adapted = torch.nn.functional.normalize(adapted, dim=-1)
        of_batch = torch.from_numpy(used)
        own = torch.arange(len(batch))
        loss = query_losses(adapted, vectors[of_batch], of_batch, own, settings).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.param_groups[0]["lr"] = learning_rate_at(step, len(steps), settings)
        optimizer.step()
        losses.append(loss.item())
        if not np.isfinite(losses[-1]):
            raise InputError(
                f"tuning.methods.learning_rates: {settings.learning_rate:g} found; the loss is "
                f"{losses[-1]} at step {step}, so a lower rate is needed"
            )
        if step in recorded:
            rows.append(_row(step, np.mean(losses), _matrix(difference), validation, documents))
            losses.clear()
            say(f"step {step} of {len(steps)}: loss {rows[-1][1]:.5f}, accuracy {rows[-1][2]:.4f}")
            if best_row(rows) == len(rows) - 1:
                best = _matrix(difference)
            if out_of_patience(rows, settings.patience):
                break
    if settings.patience is None:
        return Adapter(_matrix(difference), history_of(rows, kept=len(rows) - 1))
    return Adapter(best, history_of(rows, kept=best_row(rows)))


def _matrix(difference: torch.Tensor) -> np.ndarray:
    return (torch.eye(len(difference)) + difference.detach()).numpy()


def _row(
    step: int, loss: float, matrix: np.ndarray, validation: EncodedTriplets, documents: np.ndarray
) -> HistoryRow:
    """A row of the history; the length of a query's vector does not matter to its triplet."""
    rotated = validation.queries @ matrix.T
    difference = documents[validation.positives] - documents[validation.negatives]
    right = np.einsum("nd,nd->n", rotated, difference) > 0
    moved = np.mean(matrix != np.eye(len(matrix), dtype=np.float32))
    return step, float(loss), float(right.mean()), float(moved)


def _encoded(making: Making) -> list[EncodedTriplets]:
    """The triplets that are trained on, and those of validation, with vectors by the base."""
    encoder, texts = making.encoder(), tuning_texts(making.data)
    splits = []
    for part in (texts.train, texts.validation):
        queries = encoder.encode(part.queries, "query", progress="queries")
        splits.append(EncodedTriplets(queries, part.positives, part.negatives))
    return splits


def _write(
    making: Making,
    folder: Path | None,
    adapter: Adapter,
    settings: dict[str, Any],
    triplets: int,
    frozen: FrozenFiles,
) -> None:
    """Write the run's folder, if this process has one to write."""
    accuracy = adapter.history.loc[adapter.history["kept"], "validation_accuracy"].item()
    making.say(f"validation accuracy {accuracy:.4f}")
    if folder is None:
        return
    encoder = making.encoder()
    save_encoder(replace(encoder, projection=torch.from_numpy(adapter.matrix)), folder)
    save_file({}, folder / DELTA)
    adapter.history.to_csv(folder / HISTORY, index=False)
    frozen_weights = sum(parameter.numel() for parameter in encoder.model.parameters())
    provenance = run_provenance(
        folder,
        making.base,
        settings,
        making.computed(),
        {"tuned": adapter.matrix.size, "frozen": frozen_weights},
        triplets,
        {"triplets": making.data, "vectors": making.vectors},
        frozen,
        making.code(),
    )
    write_provenance(folder, provenance)
