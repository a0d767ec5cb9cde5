"""Tuning of the query encoder against stored document vectors, exact at tiny learning rates.

What others do instead goes through the same steps: tuning both sides, and low-rank matrices.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from adiabatic.encoding.devices import Processes
from adiabatic.encoding.encoder import Encoder
from adiabatic.encoding.token_ids import TokenIds
from adiabatic.io.errors import InputError
from adiabatic.tuning.checkpoints import Checkpoints, Progress, Stopped, StopRequest, stop_requests
from adiabatic.tuning.cuda_graphs import Batch, GraphedBackward
from adiabatic.tuning.freezing import trained_names
from adiabatic.tuning.history import HISTORY_POINTS, best_row, history_of, out_of_patience
from adiabatic.tuning.losses import query_losses
from adiabatic.tuning.settings import IN_BATCH, TuningSettings, learning_rate_at, tuning_steps
from adiabatic.tuning.trained_weights import TouchedRows, TrainedWeights
from adiabatic.tuning.triplets import Triplets, training_tokens, triplet_accuracy

# Steps between two looks at the loss on a GPU, which would wait for each of them, and the length
# of which that of a batch is a multiple there, so that few graphs are recorded.
GPU_STEPS, GPU_LENGTH = 100, 8


class Layers(Protocol):
    """What is put into a model and trained in place of its own parameters."""

    def names(self) -> set[str]:
        """Names of the parameters that are trained, as the model has them now."""

    def merge(self) -> dict[str, torch.Tensor]:
        """Make the model what it was, with other weights; returns what was added, by name."""


@dataclass(frozen=True)
class Tuned:
    """What a run leaves beside the tuned model.

    history: step, loss (mean since the row before), validation_accuracy, share_changed, and kept:
        whether the weights are those of this row.
    differences: tuned minus base of each parameter of the base that was trained, float32.
    parameters: see `parameter_counts`.
    """

    history: pd.DataFrame
    differences: dict[str, torch.Tensor]
    parameters: dict[str, int]


def parameter_counts(model: torch.nn.Module) -> dict[str, int]:
    """Numbers of parameters of a model that are tuned and that are frozen."""
    counts = {"tuned": 0, "frozen": 0}
    for parameter in model.parameters():
        counts["tuned" if parameter.requires_grad else "frozen"] += parameter.numel()
    return counts


def tune(
    encoder: Encoder,
    train: Triplets,
    validation: Triplets,
    documents: np.ndarray | TokenIds,
    settings: TuningSettings,
    say: Callable[[str], None],
    checkpoints: Checkpoints | None = None,
    processes: Processes | None = None,
    make_layers: Callable[[torch.nn.Module, TuningSettings], Layers] | None = None,
) -> Tuned:
    """Tune the encoder's model in place; stored document vectors never change.

    Args:
        documents: vectors of the frozen encoder, float32 of shape (documents, d); or the tokens of
            the documents, which the encoder that is tuned then encodes itself, with gradients.
        checkpoints: where to save the run and to resume it from; the result is the same.
        processes: those that share the run; their weights are the same.
        make_layers: puts layers into the model that are trained in place of its own.
    Raises:
        InputError: the loss is not finite (the learning rate is too high), or see `trained_names`,
            `set_dropout` and `make_layers`.
        Stopped: SIGTERM or SIGINT came; the step is finished and saved.
    """
    set_dropout(encoder.model, settings.dropout)
    torch.set_float32_matmul_precision("high" if settings.forward == "tf32" else "highest")
    layers = make_layers and make_layers(encoder.model, settings)
    every = [name for name, _ in encoder.model.named_parameters()]
    names = layers.names() if layers else trained_names(every, settings.freeze)
    tokens = training_tokens(train, documents)
    with touched_rows(encoder, tokens, names) as rows, stop_requests() as stop:
        trained = TrainedWeights(encoder.model, names, settings.precision, settings.decay)
        run = _Run(
            encoder, train, validation, documents, settings, say, trained, rows,
            checkpoints, processes or Processes(),
        )  # fmt: skip
        history = run.to_the_end(stop)
        differences = trained.differences()
        if rows is not None:
            name = next(n for n, module in encoder.model.named_modules() if module is rows)
            differences[f"{name}.weight"] = rows.spread(differences[f"{name}.weight"])
    counts = parameter_counts(encoder.model)
    if layers:
        differences = layers.merge()
    encoder.model.float()
    return Tuned(history, differences, counts)


def set_dropout(model: torch.nn.Module, probability: float) -> None:
    """Set all dropout layers of a model; they work in training mode only.

    Raises:
        InputError: dropout is asked of a model that has no such layers.
    """
    layers = [module for module in model.modules() if isinstance(module, torch.nn.Dropout)]
    if probability and not layers:
        raise InputError(f"tuning.dropout: {probability} found; this model has no dropout layers")
    for layer in layers:
        layer.p = probability


@contextmanager
def touched_rows(
    encoder: Encoder, tokens: np.ndarray, names: set[str]
) -> Iterator[TouchedRows | None]:
    """Where the token embedding is among the trained names, only the rows of some tokens."""
    embedding = encoder.model.get_input_embeddings()
    trained = {name: p for name, p in encoder.model.named_parameters() if name in names}
    if not any(parameter is embedding.weight for parameter in trained.values()):
        yield None
        return
    rows = TouchedRows(embedding, np.union1d(tokens, [encoder.padding]))
    encoder.model.set_input_embeddings(rows)
    try:
        yield rows
        rows.write_back()
    finally:
        encoder.model.set_input_embeddings(embedding)


@dataclass
class _Run:
    """The state of a run, and its steps."""

    encoder: Encoder
    train: Triplets
    validation: Triplets
    documents: np.ndarray | TokenIds
    settings: TuningSettings
    say: Callable[[str], None]
    trained: TrainedWeights
    rows: TouchedRows | None
    checkpoints: Checkpoints | None
    processes: Processes
    progress: Progress = field(default_factory=Progress)
    # Losses that were not looked at yet, on the device.
    pending: list[torch.Tensor] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.device = self.encoder.model.device
        self.on_gpu = self.device.type == "cuda"
        self.optimizer = self.trained.optimizer(self.settings.learning_rate)
        self.steps = tuning_steps(self._lengths(), self.settings)
        self.vectors = None
        if not isinstance(self.documents, TokenIds):
            vectors = torch.from_numpy(self.documents)
            self.vectors = vectors.to(self.device) if self.on_gpu else vectors
        self.best = self.trained.optimized.detach().clone() if self.settings.patience else None
        # Passes over documents would be recorded for each pair of lengths, so they are not.
        graphed = self.on_gpu and not self.settings.dropout and self.vectors is not None
        self.backward = (
            GraphedBackward(self._backward, self.trained.gradient) if graphed else self._backward
        )

    def to_the_end(self, stop: StopRequest) -> pd.DataFrame:
        """All steps from where the checkpoint is; the weights to keep; the history."""
        total = len(self.steps)
        recorded = set(np.linspace(0, total, HISTORY_POINTS + 1).round().astype(int))
        self._start()
        # None: a bar on a terminal only.
        silent = None if self.processes.first else True
        with tqdm(total=total, initial=self.progress.step, desc="tuning", disable=silent) as bar:
            while self.progress.step < total and not self._out_of_patience():
                self.progress.step += 1
                self._step(self.steps[self.progress.step - 1])
                bar.update()
                at_point = self.progress.step in recorded
                if self.on_gpu and not at_point and self.progress.step % GPU_STEPS:
                    continue
                self._look_at_losses()
                if at_point:
                    self._record()
                asked = self.processes.any(stop.asked, self.device)
                if self.checkpoints and self.processes.first and (asked or self.checkpoints.due()):
                    self.checkpoints.write(self.optimizer, self.progress, self.best)
                if asked:
                    self.processes.wait()
                    raise Stopped(f"stopped after step {self.progress.step} of {total}")
        if self.checkpoints and self.processes.first and self.checkpoints.at_end:
            self.checkpoints.write(self.optimizer, self.progress, self.best)
        return self._end()

    def _lengths(self) -> np.ndarray:
        """Tokens of each training triplet's longest text among those that are encoded."""
        lengths = self.train.queries.lengths
        if isinstance(self.documents, TokenIds):
            of_documents = self.documents.lengths
            for rows in (self.train.positives, self.train.negatives):
                lengths = np.maximum(lengths, of_documents[rows])
        return lengths

    def _start(self) -> None:
        resumed = self.checkpoints.restore(self.optimizer, self.best) if self.checkpoints else None
        self.trained.materialize()
        if resumed:
            self.progress = resumed
        else:
            self.progress.rows.append((0, np.nan, self._accuracy(), 0.0))

    def _step(self, batches: list[np.ndarray]) -> None:
        """One update from the gradient of a step's batches."""
        settings, step = self.settings, self.progress.step
        if settings.dropout:
            entropy = [settings.seed, step, self.processes.rank]
            torch.manual_seed(int(np.random.SeedSequence(entropy).generate_state(1)[0]))
            self.encoder.model.train()
        triplets = sum(map(len, batches))
        parts = [self.backward(part) for b in batches if (part := self._batch(b, triplets))]
        self.pending.append(torch.stack(parts or [self.trained.base.new_zeros(())]).sum())
        self.encoder.model.eval()
        self.processes.add_up(self.trained.gradient)
        if settings.max_gradient_norm is not None:
            torch.nn.utils.clip_grad_norm_([self.trained.optimized], settings.max_gradient_norm)
        self.optimizer.param_groups[0]["lr"] = learning_rate_at(step, len(self.steps), settings)
        self.trained.step(self.optimizer)

    def _batch(self, batch: np.ndarray, triplets: int) -> Batch | None:
        """This process' share of a batch of a step of so many triplets; None where it has none."""
        mine = self.processes.share(np.arange(len(batch)))
        if not len(mine):
            return None
        # In-batch negatives are those of the whole batch, whoever encodes its queries.
        in_batch = self.settings.loss == IN_BATCH
        used, own = (batch, mine) if in_batch else (batch[mine], np.arange(len(mine)))
        rows = np.concatenate([self.train.positives[used], self.train.negatives[used]])
        multiple = GPU_LENGTH if self.on_gpu else 1
        ids, mask = self.train.queries.padded(batch[mine], self.encoder.padding, multiple)
        on_device = [torch.from_numpy(a).to(self.device) for a in (ids, mask, rows, own)]
        dtype = self.trained.base.dtype
        documents = None if self.vectors is None else self.vectors[on_device[2]].to(dtype)
        share = torch.tensor(1 / triplets, dtype=dtype, device=self.device)
        return Batch(*on_device[:2], documents, *on_device[2:], share)

    def _backward(self, batch: Batch) -> torch.Tensor:
        """Add up the gradient of a batch; returns its part of the step's mean loss."""
        settings = self.settings
        bf16 = settings.forward == "bf16"
        with torch.autocast(self.device.type, torch.bfloat16, enabled=bf16, cache_enabled=False):
            queries = self.encoder.vectors(batch.ids, batch.mask)
            documents = self._encoded(batch.rows) if batch.documents is None else batch.documents
        queries, documents = (
            vectors.to(self.trained.base.dtype) for vectors in (queries, documents)
        )
        losses = query_losses(queries, documents, batch.rows, batch.own, settings)
        loss = losses.sum() * batch.share
        loss.backward()
        return loss.detach()

    def _encoded(self, rows: torch.Tensor) -> torch.Tensor:
        """Vectors of documents by the encoder as it is now, with gradients; each encoded once."""
        assert isinstance(self.documents, TokenIds)
        distinct, places = torch.unique(rows, return_inverse=True)
        multiple = GPU_LENGTH if self.on_gpu else 1
        batch = self.documents.padded(distinct.cpu().numpy(), self.encoder.padding, multiple)
        ids, mask = (torch.from_numpy(array).to(self.device) for array in batch)
        return self.encoder.vectors(ids, mask)[places]

    def _look_at_losses(self) -> None:
        """Move the pending losses into the progress."""
        losses = self.processes.add_up(torch.stack(self.pending).double()).tolist()
        for step, loss in enumerate(losses, start=self.progress.step - len(losses) + 1):
            if not np.isfinite(loss):
                raise InputError(
                    f"tuning.learning_rates: {self.settings.learning_rate:g} found; the loss is "
                    f"{loss} at step {step} (training triplets "
                    f"{', '.join(map(str, self.steps[step - 1][0][:3]))}, ...), so a lower rate is "
                    "needed"
                )
        self.progress.losses.extend(losses)
        self.pending.clear()

    def _record(self) -> None:
        """A row of the history; where it is the best, its weights are kept."""
        progress = self.progress
        accuracy, loss = self._accuracy(), float(np.mean(progress.losses))
        if self.best is not None and accuracy > max(row[2] for row in progress.rows):
            self.best.copy_(self.trained.optimized.detach())
        progress.rows.append((progress.step, loss, accuracy, self.trained.share_changed()))
        progress.losses.clear()
        self.say(
            f"step {progress.step} of {len(self.steps)}: loss {loss:.5f}, validation accuracy "
            f"{accuracy:.4f}, parameters changed {progress.rows[-1][3]:.1%}"
        )

    def _accuracy(self) -> float:
        """Share of the validation triplets whose positive is closer than the negative."""
        if self.rows is not None:
            self.rows.write_back()
        return triplet_accuracy(self.encoder, self.validation, self.documents, self.processes)

    def _out_of_patience(self) -> bool:
        return out_of_patience(self.progress.rows, self.settings.patience)

    def _end(self) -> pd.DataFrame:
        """Keep the best weights where patience asks for it; the history."""
        kept = len(self.progress.rows) - 1
        if self.best is not None:
            kept = best_row(self.progress.rows)
            with torch.no_grad():
                self.trained.optimized.copy_(self.best)
            self.trained.materialize()
            self.say(
                f"stopped after step {self.progress.step} of {len(self.steps)}; kept are the "
                f"weights of step {self.progress.rows[kept][0]}, where validation was best"
            )
        return history_of(self.progress.rows, kept)
