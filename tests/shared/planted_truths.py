"""Experiments whose truth is planted, and how often the project's inference shows it."""

import numpy as np
import pandas as pd
from scipy.special import ndtr

from adiabatic.inference.estimates import estimate
from adiabatic.inference.intervals import THE_RATE, THESE_RUNS, bounds
from adiabatic.inference.power import Prospects, Test

# Experiments that are inferred from at a time.
TOGETHER = 20
MARGIN, TAIL = 0.02, 0.025
KEPT = Test(-MARGIN, TAIL)


def planted(comparisons=1, difference=0.0, changed=0.1, spread=0.0):
    """A truth: see `drawn`."""
    every = np.ones(comparisons)
    about = {"difference": difference * every, "changed": changed * every}
    return about | {"alike": 0.5, "agree": 0.8, "spread": spread}


def independent(comparisons=1, difference=0.0, changed=0.1, correlation=0.0):
    """Prospects of these runs, whose items are all independent."""
    every, zero = np.ones(comparisons), np.zeros(comparisons)
    common = changed - difference**2
    return Prospects(
        difference * every, changed * every, common * every, zero, zero, every,
        np.zeros(comparisons, dtype=int), THESE_RUNS, correlation,
    )  # fmt: skip


def rows_of(difference, **columns):
    """Rows as in differences.parquet, of 400 items of which a tenth changed."""
    frame = pd.DataFrame({"difference": np.atleast_1d(difference)})
    about = {"task": "xnli", "subset": "mean", "metric": "accuracy", "family": "languages"}
    about |= {"query_language": "de", "document_language": "fr", "scope": THE_RATE, "seeds": 3}
    about |= {"n": 400, "clusters": 400, "changed": 0.1, "standard_error": 0.016}
    about |= {"items_variance": 0.1 / 400, "runs_variance": 2e-5, "residual_variance": 2e-5}
    return frame.assign(**about | columns)


def drawn(rng, truth, items, seeds, experiments):
    """Differences, (seeds, items, experiments, comparisons), of -1, 0 and 1.

    truth: changed and difference (comparisons,), alike: share of the latent normal variance that
    comparisons of an item have in common, agree: that its runs have, spread: of the runs' means.
    """
    comparisons = len(truth["difference"])
    alike, agree = np.sqrt(truth["alike"]), np.sqrt(truth["agree"])
    of_item = rng.standard_normal((items, experiments, 1)) * alike
    own = rng.standard_normal((items, experiments, comparisons)) * np.sqrt(1 - truth["alike"])
    shape = (seeds, items, experiments, comparisons)
    latent = agree * (of_item + own) + rng.standard_normal(shape) * np.sqrt(1 - truth["agree"])
    shift = rng.standard_normal((seeds, 1, experiments, comparisons)) * truth["spread"]
    difference = truth["difference"] + shift
    place, changed = ndtr(latent), truth["changed"]
    gained, lost = (changed + difference) / 2, (changed - difference) / 2
    return (place < gained).astype(np.int8) - (place > 1 - lost).astype(np.int8)


def prospects_of_truth(truth, scope, seeds=3):
    """What a great many items and runs would tell of the truth, its spread being known."""
    rng = np.random.default_rng(5)
    found = drawn(rng, truth | {"spread": 0.0}, 20_000, 8, 1)[:, :, 0].astype(float)
    whole = found.var(axis=1).mean(axis=0)
    common = np.mean([found[i] * found[j] for i in range(8) for j in range(i)], axis=(0, 1))
    common = common - truth["difference"] ** 2
    alike = np.corrcoef(found[0].T) if found.shape[2] > 1 else np.eye(1)
    comparisons = len(truth["difference"])
    pairs = comparisons * (comparisons - 1)
    correlation = (alike.sum() - comparisons) / pairs if pairs else 0.0
    return Prospects(
        truth["difference"],
        truth["changed"],
        common,
        whole - common,
        np.full(comparisons, truth["spread"] ** 2),
        np.ones(comparisons),
        np.zeros(comparisons, dtype=int),
        scope,
        max(correlation, 0.0),
    )


def share_shown(truth, scope, items, seeds, threshold, tail, experiments=400):
    """Share of the experiments in which every lower bound is above the threshold."""
    rng, shown, comparisons = np.random.default_rng(9), [], len(truth["difference"])
    for _ in range(experiments // TOGETHER):
        values = drawn(rng, truth, items, seeds, TOGETHER).reshape(seeds, items, -1)
        low, _ = bounds(estimate(values, np.arange(items)), tail, scope)
        shown.append((low.reshape(TOGETHER, comparisons) > threshold).all(axis=1))
    return float(np.mean(shown))
