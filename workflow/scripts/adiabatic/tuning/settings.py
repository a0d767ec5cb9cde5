"""The settings of a tuning run, and what follows from them alone: its rates and batches."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from adiabatic.io.errors import InputError
from adiabatic.plan.methods import METHODS

# Losses: margin between positive and negative, or InfoNCE with the negatives of the batch.
TRIPLET, IN_BATCH = "triplet", "multiple-negatives-ranking"
# Arithmetic of the forward and backward pass.
FORWARD = ("float32", "tf32", "bf16")
# Marks the draws of a bootstrap sample, which no epoch shares.
RESAMPLED = 2**31
# Batches within which triplets are sorted by length: more save little, and mix less.
POOL = 50


@dataclass(frozen=True)
class TuningSettings:
    """One run; names as in the configuration. What its method does not read is left as it is."""

    learning_rate: float
    seed: int
    margin: float = 0.1
    batch_size: int = 16
    epochs: int = 1
    freeze: tuple[str, ...] = ()
    precision: str = "delta"
    loss: str = TRIPLET
    temperature: float = 0.05
    schedule: str = "constant"
    warmup: float = 0.0
    accumulate: int = 1
    max_gradient_norm: float | None = None
    dropout: float = 0.0
    patience: int | None = None
    forward: str = "float32"
    method: str = "query-encoder"
    decay: float = 0.0
    rank: int = 8
    targets: tuple[str, ...] = ()
    resample: bool = False
    hidden: int | None = None

    def __post_init__(self) -> None:
        """Raises InputError where a value makes no sense; the configuration's schema says more."""
        for name, allowed, words in (
            ("learning_rate", 0 < self.learning_rate < np.inf, "a number above 0"),
            ("loss", self.loss in (TRIPLET, IN_BATCH), f"{TRIPLET} or {IN_BATCH}"),
            ("margin", 0 <= self.margin < np.inf, "a number from 0"),
            ("temperature", 0 < self.temperature < np.inf, "a number above 0"),
            ("batch_size", self.batch_size > 0, "a number from 1"),
            ("accumulate", self.accumulate > 0, "a number from 1"),
            ("epochs", self.epochs > 0, "a number from 1"),
            ("warmup", 0 <= self.warmup <= 0.9, "a share up to 0.9"),
            ("dropout", 0 <= self.dropout < 1, "a number from 0, below 1"),
            ("patience", self.patience is None or self.patience > 0, "a number from 1"),
            ("forward", self.precision != "float64" or self.forward == "float32", "float32"),
            ("decay", 0 <= self.decay * self.learning_rate <= 1, "0 to 1 / learning_rate"),
            ("rank", self.rank > 0, "a number from 1"),
            ("hidden", self.hidden is None or self.hidden > 0, "a number from 1"),
        ):
            if not allowed:
                raise InputError(f"{name}: {getattr(self, name)} found; {words} is needed")

    def of_method(self) -> dict[str, Any]:
        """The settings that the run's method reads, by name."""
        names = ("method", "learning_rate", "seed", *METHODS[self.method].settings)
        return {name: getattr(self, name) for name in names}


def learning_rate_at(step: int, steps: int, settings: TuningSettings) -> float:
    """Learning rate of a step (from 1): linear warm-up, then constant or linear to zero."""
    warm = round(settings.warmup * steps)
    if step <= warm:
        return settings.learning_rate * step / warm
    if settings.schedule == "linear":
        return settings.learning_rate * (steps - step + 1) / (steps - warm)
    return settings.learning_rate


def tuning_steps(lengths: np.ndarray, settings: TuningSettings) -> list[list[np.ndarray]]:
    """The batches of every step of all epochs, a pure function of lengths, seed and epoch.

    Each epoch shuffles the triplets. Within runs of POOL batches they are sorted by the length of
    their queries, so that a batch holds little padding; then the batches are shuffled. Every
    triplet comes once in an epoch, at any time in it; with `resample`, every one of the seed's own
    bootstrap sample of as many triplets, in which some come several times and others never.

    Args:
        lengths: tokens of each triplet's query.
    Returns:
        For each step the rows of its batches; the last batch and step of an epoch may be smaller.
    """
    tokens = np.asarray(lengths)
    steps, sample = [], np.arange(len(tokens))
    if settings.resample:
        sample = np.random.default_rng([settings.seed, RESAMPLED]).choice(sample, len(sample))
    for epoch in range(settings.epochs):
        rng = np.random.default_rng([settings.seed, epoch])
        order = sample[rng.permutation(len(sample))]
        pools = _split(order, POOL * settings.batch_size)
        sorted_pools = [pool[np.argsort(tokens[pool], kind="stable")] for pool in pools]
        batches = [batch for pool in sorted_pools for batch in _split(pool, settings.batch_size)]
        shuffled = [batches[number] for number in rng.permutation(len(batches))]
        for start in range(0, len(shuffled), settings.accumulate):
            steps.append(shuffled[start : start + settings.accumulate])
    return steps


def _split(rows: np.ndarray, size: int) -> list[np.ndarray]:
    return np.array_split(rows, range(size, len(rows), size))
