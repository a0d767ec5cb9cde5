"""Adapters: a small function of a query's vector; encoder and document vectors stay."""

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
from adiabatic.encoding.head import Dense, Head, Normalize
from adiabatic.encoding.model_folder import DELTA, HISTORY, read_settings
from adiabatic.encoding.provenance import FrozenFiles, run_provenance, write_provenance
from adiabatic.io.errors import InputError
from adiabatic.tuning.adapter_shapes import AdapterShape, LinearMap, ResidualMLP
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
    """What follows the pooling of queries, how many numbers of it are tuned, and its history."""

    head: Head
    tuned: int
    history: pd.DataFrame


def make_linear_adapter(making: Making, folder: Path | None) -> None:
    """The base with a matrix on the vectors of queries, trained from the identity."""
    _make_trained(making, folder, lambda width, settings: LinearMap(width))


def make_mlp_adapter(making: Making, folder: Path | None) -> None:
    """The base with a residual MLP on the vectors of queries; see `ResidualMLP`."""
    _make_trained(
        making,
        folder,
        lambda width, settings: ResidualMLP(width, settings.hidden or width, settings.seed),
    )


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
    matrix = torch.from_numpy(np.ascontiguousarray(rotation.T, dtype=np.float32))
    identity = torch.eye(len(matrix))
    rows = [
        _row(step, np.nan, (Dense(candidate),), share, validation, documents)
        for step, candidate, share in (
            (0, identity, 0.0),
            (1, matrix, float((matrix != identity).double().mean())),
        )
    ]
    return Adapter((Dense(matrix),), matrix.numel(), history_of(rows, kept=1))


def trained_adapter(
    shape: AdapterShape,
    train: EncodedTriplets,
    validation: EncodedTriplets,
    documents: np.ndarray,
    settings: TuningSettings,
    unit_length: bool,
    say: Callable[[str], None],
) -> Adapter:
    """An adapter that is trained with the losses and steps of tuning, by AdamW.

    Optimised is its difference from the start, so that tiny steps add up.

    Args:
        documents: vectors of the frozen encoder, float32 of shape (documents, d).
        unit_length: whether vectors of queries are brought to unit length (cosine similarity).
    Raises:
        InputError: the loss is not finite, so the learning rate is too high.
    """
    optimizer = torch.optim.AdamW(shape.trained, weight_decay=0.0, fused=True)
    queries, vectors = torch.from_numpy(train.queries), torch.from_numpy(documents)
    # All are encoded already, so no batch has a length.
    steps = tuning_steps(np.zeros(len(queries)), settings)
    recorded = set(np.linspace(0, len(steps), HISTORY_POINTS + 1).round().astype(int))
    best, losses = shape.layers(), []
    rows = [_row(0, np.nan, best, 0.0, validation, documents)]
    for step, (batch,) in enumerate(steps, start=1):
        used = np.concatenate([train.positives[batch], train.negatives[batch]])
        adapted = shape.adapted(queries[batch])
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
            layers, loss_since = shape.layers(), float(np.mean(losses))
            share = shape.share_changed()
            rows.append(_row(step, loss_since, layers, share, validation, documents))
            losses.clear()
            say(f"step {step} of {len(steps)}: loss {rows[-1][1]:.5f}, accuracy {rows[-1][2]:.4f}")
            if best_row(rows) == len(rows) - 1:
                best = layers
            if out_of_patience(rows, settings.patience):
                break
    kept = len(rows) - 1
    if settings.patience is None:
        best = shape.layers()
    else:
        kept = best_row(rows)
    before = (Normalize(),) if unit_length and shape.of_unit_length else ()
    tuned = sum(part.numel() for part in shape.trained)
    return Adapter((*before, *best), tuned, history_of(rows, kept))


def _row(
    step: int,
    loss: float,
    layers: tuple[Dense, ...],
    share: float,
    validation: EncodedTriplets,
    documents: np.ndarray,
) -> HistoryRow:
    """A row of the history; the length of a query's vector does not matter to its triplet."""
    adapted = torch.from_numpy(validation.queries)
    for layer in layers:
        adapted = layer(adapted)
    difference = documents[validation.positives] - documents[validation.negatives]
    right = np.einsum("nd,nd->n", adapted.numpy(), difference) > 0
    return step, loss, float(right.mean()), share


def _make_trained(
    making: Making,
    folder: Path | None,
    make_shape: Callable[[int, TuningSettings], AdapterShape],
) -> None:
    """The base with a trained adapter; make_shape takes the width of vectors and the settings."""
    settings, frozen = making.settings(), FrozenFiles.of(making.base, making.vectors)
    train, validation = _encoded(making)
    unit_length = read_settings(making.base).similarity == "cosine"
    documents = making.stored_vectors()
    shape = make_shape(documents.shape[1], settings)
    adapter = trained_adapter(
        shape, train, validation, documents, settings, unit_length, making.say
    )
    _write(making, folder, adapter, settings.of_method(), len(train.queries), frozen)


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
    save_encoder(replace(encoder, head=adapter.head), folder)
    save_file({}, folder / DELTA)
    adapter.history.to_csv(folder / HISTORY, index=False)
    frozen_weights = sum(parameter.numel() for parameter in encoder.model.parameters())
    provenance = run_provenance(
        folder,
        making.base,
        settings,
        making.computed(),
        {"tuned": adapter.tuned, "frozen": frozen_weights},
        triplets,
        {"triplets": making.data, "vectors": making.vectors},
        frozen,
        making.code(),
    )
    write_provenance(folder, provenance)
