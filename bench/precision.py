"""What rounding does to tiny updates: the precisions delta and plain against float64.

The error is the norm of the difference between the movement of the weights and that of a float64
run of the same triplets, relative to the latter; overall, for the gains of layer norms, and by
the size of the base weight.
"""

import argparse
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from random_encoder import QUERY_WORDS, first_of, load_base, make_base, texts, triplets_of, vectors

from adiabatic.encoding.encoder import Encoder, load_encoder
from adiabatic.tuning.loop import tune
from adiabatic.tuning.settings import TuningSettings
from adiabatic.tuning.triplets import Triplets

RATES = (2e-8, 6e-8, 1e-6)
SIZES = (0.0, 0.01, 0.1, 0.5, np.inf)
WORDS = 5000
# Triplets of a run that is timed, and how often delta and plain take turns.
TIMED, TURNS = 140, 5
Weights = dict[str, np.ndarray]


@dataclass(frozen=True)
class Work:
    """What every run is given."""

    load: Callable[[], Encoder]
    triplets: Triplets
    documents: np.ndarray

    def movement(self, rate: float, precision: str) -> dict[str, np.ndarray]:
        """Tuned minus base by parameter."""
        differences = self.run(rate, precision, self.triplets)
        return {name: part.double().numpy().ravel() for name, part in differences.items()}

    def seconds(self, precision: str) -> float:
        """Time of a short run."""
        rows = np.arange(TIMED)
        few = Triplets(
            self.triplets.queries.take(rows),
            self.triplets.positives[rows],
            self.triplets.negatives[rows],
        )
        start = time.perf_counter()
        self.run(RATES[0], precision, few)
        return time.perf_counter() - start

    def run(self, rate: float, precision: str, triplets: Triplets) -> dict[str, torch.Tensor]:
        settings = TuningSettings(rate, 0, 0.1, 14, 1, ("embeddings",), precision)
        one = first_of(triplets)
        encoder = self.load()
        tuned = tune(encoder, triplets, one, self.documents, settings, lambda line: None)
        return tuned.differences


def groups(base: Weights) -> Iterator[tuple[str, Weights]]:
    """Names of groups of weights, and where they are in each parameter."""
    yield "all", {name: np.full(len(weights), True) for name, weights in base.items()}
    gains = {n: np.full(len(w), True) for n, w in base.items() if re.search(r"Norm\.weight$", n)}
    yield "layer-norm gains", gains
    for low, high in pairwise(SIZES):
        size = {name: np.abs(weights) for name, weights in base.items()}
        name = f"{low:g} to {high:g}" if np.isfinite(high) else f"{low:g} and more"
        yield name, {n: (s >= low) & (s < high) for n, s in size.items()}


def error(moved: Weights, reference: Weights, where: Weights) -> float:
    """Norm of the difference over that of the reference, in some weights."""
    wrong = sum(((moved[n] - reference[n])[chosen] ** 2).sum() for n, chosen in where.items())
    right = sum((reference[n][chosen] ** 2).sum() for n, chosen in where.items())
    return float(np.sqrt(wrong / right)) if right else np.nan


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--triplets", type=int, default=420, help="30 steps of 14")
    parser.add_argument("--encoder", type=Path, help="an experiment's base/; none: random weights")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = arguments.encoder or Path(name)
        if arguments.encoder is None:
            make_base(folder, WORDS)
        load = partial(load_encoder if arguments.encoder else load_base, folder)
        encoder = load()
        triplets = triplets_of(encoder, texts(arguments.triplets, QUERY_WORDS, 0, WORDS))
        documents = np.concatenate([vectors(arguments.triplets, seed) for seed in (1, 2)])
        work = Work(load, triplets, documents[:, : encoder.model.config.hidden_size])
        base = {n: p.detach().double().numpy().ravel() for n, p in encoder.model.named_parameters()}
        rows = []
        for rate in RATES:
            reference = work.movement(rate, "float64")
            tuned = {name: base[name] for name in reference}
            for precision in ("delta", "direct"):
                moved = work.movement(rate, precision)
                errors = {group: error(moved, reference, where) for group, where in groups(tuned)}
                rows.append({"rate": rate, "precision": precision} | errors)
        print(pd.DataFrame(rows).to_markdown(index=False, floatfmt=".1e"))
        turns = [(work.seconds("delta"), work.seconds("direct")) for _ in range(TURNS)]
        delta, plain = np.median(turns, axis=0)
        print(f"time of delta: {delta / plain:.2f} times that of plain")


if __name__ == "__main__":
    main()
