"""How long a run, its evaluation and the documents take on this machine, from a few of each."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from adiabatic.encoding.encoder import Encoder, load_encoder
from adiabatic.encoding.token_ids import TokenIds
from adiabatic.tuning.history import HISTORY_POINTS
from adiabatic.tuning.loop import tune
from adiabatic.tuning.making import Making
from adiabatic.tuning.query_encoder import tokenized
from adiabatic.tuning.settings import TuningSettings
from adiabatic.tuning.triplets import Triplets

# Steps that warm up, and those that are timed after as many.
WARM, TIMED = 3, 12
# Texts that are timed.
QUERIES, DOCUMENTS = 256, 128


@dataclass(frozen=True)
class Timing:
    """Seconds for a step of tuning, and to encode one text.

    validation: a query of the validation split. query: one of evaluation. document: of any corpus.
    """

    step: float
    validation: float
    query: float
    document: float

    def run(self, steps: int, validation: int) -> float:
        """Seconds for a run: its steps, and its validations, of which one comes before them."""
        return steps * self.step + (HISTORY_POINTS + 1) * validation * self.validation


def timed(making: Making, queries: Sequence[str], documents: Sequence[str]) -> Timing:
    """Time what most of an experiment's time goes to.

    Args:
        queries, documents: texts, of which some are taken at even distances.
    """
    encoder = making.encoder()
    _, validation = tokenized(making.base, making.data)
    places = _spread(len(validation.queries), QUERIES)
    parts = (
        validation.queries.take(places),
        encoder.tokenize([queries[place] for place in _spread(len(queries), QUERIES)], "query"),
        encoder.tokenize(
            [documents[place] for place in _spread(len(documents), DOCUMENTS)], "document"
        ),
    )
    return Timing(seconds_a_step(making), *(_seconds_each(encoder, tokens) for tokens in parts))


def seconds_a_step(making: Making) -> float:
    """Seconds for a step of a run's settings on its triplets, without what comes once."""
    train, _ = tokenized(making.base, making.data)
    settings = replace(making.settings(), epochs=1, patience=None)
    few = _seconds_of_steps(making, train, settings, WARM)
    many = _seconds_of_steps(making, train, settings, WARM + TIMED)
    steps = number_of_steps(len(train.queries), settings)
    # Where there are fewer triplets than that, a step is timed with what comes once.
    return max(many - few, 0) / TIMED if steps >= WARM + TIMED else many / steps


def number_of_steps(triplets: int, settings: TuningSettings) -> int:
    """The steps of a run on so many triplets, if it is not stopped early: see `tuning_steps`."""
    return settings.epochs * ceil(ceil(triplets / settings.batch_size) / settings.accumulate)


def _seconds_of_steps(
    making: Making, train: Triplets, settings: TuningSettings, steps: int
) -> float:
    rows = np.arange(len(train.queries))
    wanted = min(steps * settings.batch_size * settings.accumulate, len(rows))
    # As a batch holds triplets of about one length, a run of them would be too even.
    rows = np.random.default_rng(0).permutation(rows)[:wanted]
    places, packed = np.unique([train.positives[rows], train.negatives[rows]], return_inverse=True)
    positives, negatives = packed.reshape(2, -1)
    part = Triplets(train.queries.take(rows), positives, negatives)
    one = Triplets(train.queries.take(rows[:1]), positives[:1], negatives[:1])
    encoder = load_encoder(making.base, device=making.device)
    width = encoder.encode_tokens(one.queries).shape[1]
    # Any vectors of length 1 take the same time.
    vectors = np.random.default_rng(0).standard_normal((len(places), width), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    start = time.perf_counter()
    tune(encoder, part, one, vectors, settings, lambda line: None)
    return time.perf_counter() - start


def _seconds_each(encoder: Encoder, tokens: TokenIds) -> float:
    if not len(tokens):
        return 0.0
    encoder.encode_tokens(tokens.take(np.arange(min(8, len(tokens)))))
    start = time.perf_counter()
    encoder.encode_tokens(tokens)
    return (time.perf_counter() - start) / len(tokens)


def _spread(count: int, most: int) -> np.ndarray:
    """So many places, at even distances."""
    return np.unique(np.linspace(0, max(count - 1, 0), min(most, count)).round().astype(int))
