"""What the demonstration promises, at its shipped sizes: its numbers mean something."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

from adiabatic.encoding.corpora import document_rows, document_texts
from adiabatic.encoding.devices import use_threads
from adiabatic.encoding.encoder import load_encoder, save_encoder
from adiabatic.encoding.pretraining import BaseSizes, pretrain_base, read_parallel
from adiabatic.evaluation.outcomes import encode_queries, outcomes_of
from adiabatic.evaluation.sets import SetFiles, read_sets
from adiabatic.experiment.configuration import checked_configuration
from adiabatic.io.parquet import read_table
from adiabatic.pairs.negatives import COLUMNS, LEVELS, STYLES, build_pairs
from adiabatic.plan.runs import SWEEP, planned
from adiabatic.sources.papers import snapshot_records, write_papers
from adiabatic.sources.tuning_data import read_tuning_data
from adiabatic.sources.world import LANGUAGES, WorldSizes, write_world
from adiabatic.tasks.files import TaskFiles
from adiabatic.tasks.kinds import KINDS, TRIPLETS
from adiabatic.tasks.reading import read_task
from adiabatic.tuning.loop import tune
from adiabatic.tuning.making import Making
from adiabatic.tuning.triplets import Triplets

ROOT = Path(__file__).resolve().parents[2]
CONFIG = checked_configuration(yaml.safe_load((ROOT / "config.yaml").read_text()))
SIZES = CONFIG["world"]
MODERATE, FAR_TOO_HIGH = 1e-4, 1e-2
# A quarter of the shipped ones: enough to tell the levels apart.
ANCHORS = 500


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    sizes = {name: SIZES[name] for name in WorldSizes.__dataclass_fields__}
    write_world(folder, WorldSizes(**sizes), CONFIG["seed"])
    return folder


@pytest.fixture(scope="module")
def base(world):
    """The folder of the base."""
    use_threads(1)
    sizes = BaseSizes(**{name: SIZES[name] for name in BaseSizes.__dataclass_fields__})
    sentences = read_parallel([world / f"parallel-{language}.txt" for language in LANGUAGES])
    save_encoder(pretrain_base(sentences, sizes, CONFIG["seed"], print), world / "base")
    return world / "base"


@pytest.fixture(scope="module")
def triplets(world):
    validation, seed = CONFIG["tuning"]["validation"], CONFIG["seed"]
    frame, _ = read_tuning_data(world / "tuning.jsonl", None, validation, seed)
    frame.to_parquet(world / "tuning.parquet")
    return frame


@pytest.fixture(scope="module")
def sets(world, base, triplets):
    """The evaluation sets of the demonstration whose items are triplets, with vectors."""
    limit = CONFIG["papers"]["min_abstract_length"]
    write_papers(snapshot_records(world / "papers.jsonl"), limit, world / "papers.parquet")
    papers = read_table(world / "papers.parquet", COLUMNS)
    frames, _ = build_pairs(papers, list(STYLES), list(LEVELS), ANCHORS, CONFIG["seed"])
    pairs = []
    for (style, level), frame in frames.items():
        pairs.append(world / f"{style}-{level}.parquet")
        frame.to_parquet(pairs[-1])
    files = TaskFiles([str(world / "xnli-{language}.tsv")], list(LANGUAGES))
    read_task("xnli", files, world / "xnli.parquet")
    known = SetFiles(pairs, world / "tuning.parquet", [world / "xnli.parquet"], [], [])
    frozen, vectors = load_encoder(base), {}
    found = []
    for part in read_sets(known, {"xnli": "xnli"}):
        if part.task not in vectors:
            vectors[part.task] = frozen.encode(part.corpus.tolist(), "document")
        found.append(replace(part, vectors=vectors[part.task]))
    return found


def accuracies(encoder, sets):
    outcomes = outcomes_of(encode_queries(encoder, sets), sets)
    own = outcomes["query_language"].astype(str) == outcomes["document_language"].astype(str)
    keys = ["task", "subset", "query_language"]
    return outcomes[own].groupby(keys, observed=True)["correct"].mean()


@pytest.fixture(scope="module")
def of_base(base, sets):
    return accuracies(load_encoder(base), sets)


def tuned(base, sets, triplets, rate):
    encoder = load_encoder(base)
    corpus = document_texts([triplets], KINDS[TRIPLETS].documents)
    documents = encoder.encode(corpus.tolist(), "document")

    def split(name):
        rows = triplets[triplets["split"] == name]
        return Triplets(
            encoder.tokenize(rows["query"].tolist(), "query"),
            document_rows(corpus, rows["positive"]),
            document_rows(corpus, rows["negative"]),
        )

    runs = (run for run in planned(CONFIG["tuning"]) if run.group == SWEEP)
    run = next(run for run in runs if run.learning_rate == rate)
    settings = Making(run, base, base, base, base).settings()
    tune(encoder, split("train"), split("validation"), documents, settings, print)
    return accuracies(encoder, sets)


def test_the_base_is_far_from_chance_and_from_perfect_in_every_language(of_base):
    xnli = of_base["xnli"].groupby("query_language", observed=True).mean()
    assert len(xnli) == len(LANGUAGES)
    assert xnli.between(0.65, 0.95).all(), xnli
    assert of_base["held-out"].between(0.65, 0.95).all()


@pytest.mark.parametrize("style", STYLES)
def test_levels_get_harder_in_order(of_base, style):
    levels = pd.Series([of_base["arxiv"][f"{style}-{level}"].iloc[0] for level in LEVELS])
    assert (levels.diff().dropna() < 0).all(), levels
    assert levels.between(0.5, 0.97).all()


def test_a_moderate_rate_improves_english_and_keeps_the_languages(base, sets, triplets, of_base):
    change = tuned(base, sets, triplets, MODERATE) - of_base
    assert change["held-out"].iloc[0] > 0.04
    assert (change["xnli"].groupby("query_language", observed=True).mean() > -0.02).all()


def test_a_far_too_high_rate_breaks_the_other_languages(base, sets, triplets, of_base):
    change = tuned(base, sets, triplets, FAR_TOO_HIGH) - of_base
    xnli = change["xnli"].groupby("query_language", observed=True).mean()
    assert (xnli.drop("en") < -0.05).all(), xnli
