"""Tuning of the query encoder against stored document vectors, exact at tiny learning rates."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from adiabatic.checkpoints import Checkpoints, Progress, Stopped, stop_requests
from adiabatic.encoder import Encoder, TokenIds
from adiabatic.errors import InputError
from adiabatic.freezing import trained_names

# Points of the history beside the start; enough for a curve, too few to cost time.
HISTORY_POINTS = 20
# Batches within which triplets are sorted by length: more save little, and mix less.
POOL = 50


@dataclass(frozen=True)
class TuningSettings:
    """One run of the grid; names as in the configuration."""

    learning_rate: float
    seed: int
    margin: float
    batch_size: int
    epochs: int
    freeze: tuple[str, ...]
    precision: str
    loss: str = "triplet"
    temperature: float = 0.05
    schedule: str = "constant"
    warmup: float = 0.0
    accumulate: int = 1
    max_gradient_norm: float | None = None


@dataclass(frozen=True)
class Triplets:
    """Tokenized queries (n), and rows of their positives and negatives in the document vectors."""

    queries: TokenIds
    positives: np.ndarray
    negatives: np.ndarray


class TrainedWeights:
    """The trained parameters of a model as views of one flat float32 vector w.

    With precision "delta", AdamW runs on the difference d from the base weights w0, and the model
    computes with w = w0 + d. A step of size 1e-8 that would vanish when added to a weight of size
    1 (float32 carries 7 digits) adds up in d. With "plain", AdamW runs on w itself.
    """

    def __init__(self, model: torch.nn.Module, freeze: tuple[str, ...], precision: str) -> None:
        self.names = trained_names([name for name, _ in model.named_parameters()], freeze)
        parameters = []
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name in self.names)
            if name in self.names:
                parameters.append(parameter)
        self.base = torch.cat([parameter.detach().reshape(-1) for parameter in parameters])
        self.weights = self.base.clone()
        self.gradient = torch.zeros_like(self.base)
        start = 0
        for parameter in parameters:
            end = start + parameter.numel()
            parameter.data = self.weights[start:end].view_as(parameter)
            parameter.grad = self.gradient[start:end].view_as(parameter)
            start = end
        self.delta = torch.zeros_like(self.base) if precision == "delta" else None
        self.optimized = torch.nn.Parameter(self.weights if self.delta is None else self.delta)
        self.optimized.grad = self.gradient

    def optimizer(self, learning_rate: float) -> torch.optim.Optimizer:
        """AdamW without weight decay: nothing but the triplets moves a weight."""
        return torch.optim.AdamW([self.optimized], lr=learning_rate, weight_decay=0.0, fused=True)

    def step(self, optimizer: torch.optim.Optimizer) -> None:
        """One update from the gradient that backward() added up, which is then set to zero."""
        optimizer.step()
        self.materialize()
        self.gradient.zero_()

    def materialize(self) -> None:
        """Bring the model's weights to what AdamW has made of the difference."""
        if self.delta is not None:
            torch.add(self.base, self.delta, out=self.weights)

    def share_moved(self) -> float:
        """Share of the trained weights whose float32 value is not the base's any more."""
        return torch.count_nonzero(self.weights != self.base).item() / self.base.numel()


def parameter_counts(model: torch.nn.Module) -> dict[str, int]:
    """Numbers of single weights of a model that are tuned and that are frozen."""
    counts = {"tuned": 0, "frozen": 0}
    for parameter in model.parameters():
        counts["tuned" if parameter.requires_grad else "frozen"] += parameter.numel()
    return counts


def triplet_margin_loss(
    queries: torch.Tensor, positives: torch.Tensor, negatives: torch.Tensor, margin: float
) -> torch.Tensor:
    """Mean of max(0, margin - cos(q, p) + cos(q, n)); unit vectors of shape (n, d)."""
    difference = (queries * (positives - negatives)).sum(dim=1)
    return torch.relu(margin - difference).mean()


def ranking_loss(
    queries: torch.Tensor, documents: torch.Tensor, rows: torch.Tensor, temperature: float
) -> torch.Tensor:
    """Multiple-negatives ranking: cross-entropy of each query's positive among all documents.

    The documents are the positives of the n queries, in their order, then the given negatives. A
    document that is a query's positive at another place counts neither for nor against it.

    Args:
        queries, documents: unit vectors, shapes (n, d) and (m, d) with m >= n.
        rows: which document each is, shape (m,).
        temperature: cosine similarities are divided by it.
    """
    scores = queries @ documents.T / temperature
    own = torch.arange(len(queries))
    again = rows[None, :] == rows[own][:, None]
    again[own, own] = False
    return torch.nn.functional.cross_entropy(scores.masked_fill(again, -torch.inf), own)


def learning_rate_at(step: int, steps: int, settings: TuningSettings) -> float:
    """Learning rate of a step (from 1): linear warm-up, then constant or linear to zero."""
    warm = round(settings.warmup * steps)
    if step <= warm:
        return settings.learning_rate * step / warm
    if settings.schedule == "linear":
        return settings.learning_rate * (steps - step + 1) / (steps - warm)
    return settings.learning_rate


def triplet_accuracy(encoder: Encoder, triplets: Triplets, documents: np.ndarray) -> float:
    """Share of triplets whose positive is closer to the query than the negative."""
    queries = encoder.encode_tokens(triplets.queries)
    difference = documents[triplets.positives] - documents[triplets.negatives]
    return float((np.einsum("nd,nd->n", queries, difference) > 0).mean())


def tune(
    encoder: Encoder,
    train: Triplets,
    validation: Triplets,
    documents: np.ndarray,
    settings: TuningSettings,
    say: Callable[[str], None],
    checkpoints: Checkpoints | None = None,
) -> pd.DataFrame:
    """Tune the encoder's model in place; the document vectors never change.

    Dropout stays off: the loss is then that of the encoder which is evaluated, and a learning
    rate near zero leaves its outputs as they were.

    Args:
        documents: unit vectors of the frozen encoder, float32 of shape (documents, d).
        checkpoints: where to save the run and to resume it from; the result is the same.
    Returns:
        The history: step, loss (mean since the row before), validation_accuracy, share_moved.
    Raises:
        InputError: the loss is not finite (the learning rate is too high), or see `trained_names`.
        Stopped: SIGTERM or SIGINT came; the step is finished and saved.
    """
    vectors = torch.from_numpy(documents)
    encoder.model.eval()
    trained = TrainedWeights(encoder.model, settings.freeze, settings.precision)
    optimizer = trained.optimizer(settings.learning_rate)
    steps = tuning_steps([len(ids) for ids in train.queries], settings)
    recorded = set(np.linspace(0, len(steps), HISTORY_POINTS + 1).round().astype(int))
    progress = checkpoints.restore(optimizer) if checkpoints else None
    trained.materialize()
    if progress is None:
        progress = Progress(rows=[(0, np.nan, triplet_accuracy(encoder, validation, documents), 0)])
    bar = tqdm(total=len(steps), initial=progress.step, desc="tuning", disable=None)
    with bar, stop_requests() as stop:
        for batches in steps[progress.step :]:
            progress.step += 1
            progress.losses.append(_backward(encoder, train, vectors, batches, settings))
            _check_finite(progress, batches[0], settings)
            if settings.max_gradient_norm is not None:
                torch.nn.utils.clip_grad_norm_([trained.optimized], settings.max_gradient_norm)
            rate = learning_rate_at(progress.step, len(steps), settings)
            optimizer.param_groups[0]["lr"] = rate
            trained.step(optimizer)
            bar.update()
            if progress.step in recorded:
                accuracy = triplet_accuracy(encoder, validation, documents)
                mean_loss = float(np.mean(progress.losses))
                progress.rows.append((progress.step, mean_loss, accuracy, trained.share_moved()))
                progress.losses.clear()
                say(
                    f"step {progress.step} of {len(steps)}: loss {mean_loss:.5f}, validation "
                    f"accuracy {accuracy:.4f}, weights moved {progress.rows[-1][3]:.1%}"
                )
            if checkpoints and (stop.asked or checkpoints.due()):
                checkpoints.write(optimizer, progress)
            if stop.asked:
                raise Stopped(f"stopped after step {progress.step} of {len(steps)}")
    columns = ["step", "loss", "validation_accuracy", "share_moved"]
    return pd.DataFrame(progress.rows, columns=columns)


def _backward(
    encoder: Encoder,
    train: Triplets,
    vectors: torch.Tensor,
    batches: list[np.ndarray],
    settings: TuningSettings,
) -> float:
    """Add up the gradient of a step over its batches; returns the mean loss of its triplets."""
    total, triplets = 0.0, sum(map(len, batches))
    for batch in batches:
        queries = encoder.vectors([train.queries[row] for row in batch])
        positives, negatives = train.positives[batch], train.negatives[batch]
        if settings.loss == "triplet":
            loss = triplet_margin_loss(
                queries, vectors[positives], vectors[negatives], settings.margin
            )
        else:
            rows = torch.from_numpy(np.concatenate([positives, negatives]))
            loss = ranking_loss(queries, vectors[rows], rows, settings.temperature)
        share = len(batch) / triplets
        (loss if share == 1 else loss * share).backward()
        total += loss.item() * share
    return total


def _check_finite(progress: Progress, batch: np.ndarray, settings: TuningSettings) -> None:
    if not np.isfinite(progress.losses[-1]):
        raise InputError(
            f"tuning.learning_rates: {settings.learning_rate:g} found; the loss is "
            f"{progress.losses[-1]} at step {progress.step} (training triplets "
            f"{', '.join(map(str, batch[:3]))}, ...), so a lower rate is needed"
        )


def tuning_steps(lengths: list[int], settings: TuningSettings) -> list[list[np.ndarray]]:
    """The batches of every step of all epochs, a pure function of lengths, seed and epoch.

    Each epoch shuffles the triplets. Within runs of POOL batches they are sorted by the length of
    their queries, so that a batch holds little padding; then the batches are shuffled. Every
    triplet comes once in an epoch, at any time in it.

    Args:
        lengths: tokens of each triplet's query.
    Returns:
        For each step the rows of its batches; the last batch and step of an epoch may be smaller.
    """
    tokens = np.asarray(lengths)
    steps = []
    for epoch in range(settings.epochs):
        rng = np.random.default_rng([settings.seed, epoch])
        order = rng.permutation(len(tokens))
        pools = _split(order, POOL * settings.batch_size)
        sorted_pools = [pool[np.argsort(tokens[pool], kind="stable")] for pool in pools]
        batches = [batch for pool in sorted_pools for batch in _split(pool, settings.batch_size)]
        shuffled = [batches[number] for number in rng.permutation(len(batches))]
        for start in range(0, len(shuffled), settings.accumulate):
            steps.append(shuffled[start : start + settings.accumulate])
    return steps


def _split(rows: np.ndarray, size: int) -> list[np.ndarray]:
    return np.array_split(rows, range(size, len(rows), size))
