"""Runs of a second on the tiny encoder, by the methods that tune weights."""

import numpy as np

from adiabatic.encoding.devices import use_threads
from adiabatic.encoding.encoder import load_encoder
from adiabatic.tuning.loop import tune
from adiabatic.tuning.lora import lora_layers
from adiabatic.tuning.settings import TuningSettings
from adiabatic.tuning.triplets import Triplets

NOUNS = ("cat", "dog", "cow", "hen")
QUERIES = [f"which {one} sees the {other}" for one in NOUNS for other in NOUNS]
TEXTS = [f"der {one} sieht ein {other}" for one in NOUNS for other in NOUNS]
LORA = TuningSettings(1e-2, 0, batch_size=4, epochs=10, method="lora", rank=2)
L2_SP = TuningSettings(1e-2, 0, batch_size=4, epochs=10, method="l2-sp", decay=1.0)
JOINT = TuningSettings(1e-2, 0, batch_size=4, epochs=10, freeze=("embeddings",), method="joint")


def prepared(folder, settings):
    """An encoder, triplets, and documents as the method reads them."""
    use_threads(1)
    encoder = load_encoder(folder)
    rows = np.arange(16)
    # The wrong way round for the base: another document is the positive of each query.
    triplets = Triplets(encoder.tokenize(QUERIES, "query"), np.roll(rows, 4), rows)
    tokens = encoder.tokenize(TEXTS, "document")
    joint = settings.method == "joint"
    return encoder, triplets, tokens if joint else encoder.encode_tokens(tokens)


def tuned(folder, settings, checkpoints=None, say=lambda line: None):
    """The tuned encoder, and what the run leaves beside it."""
    encoder, triplets, documents = prepared(folder, settings)
    layers = lora_layers if settings.method == "lora" else None
    return encoder, tune(
        encoder, triplets, triplets, documents, settings, say, checkpoints, make_layers=layers
    )


def weights(encoder):
    """All weights of an encoder by name."""
    return dict(encoder.model.state_dict())
