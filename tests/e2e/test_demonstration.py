"""What the demonstration promises, at its shipped sizes: its numbers mean something."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from adiabatic.encoding.corpora import document_rows, document_texts
from adiabatic.encoding.devices import use_threads
from adiabatic.encoding.encoder import load_encoder, save_encoder
from adiabatic.encoding.pretraining import BaseSizes, pretrain_base, read_parallel
from adiabatic.evaluation.outcomes import encode_queries, outcomes_of
from adiabatic.evaluation.sets import EvaluationSet
from adiabatic.io.parquet import read_table
from adiabatic.pairs.negatives import COLUMNS, LEVELS, STYLES, build_pairs
from adiabatic.sources.papers import snapshot_records, write_papers
from adiabatic.sources.tuning_data import read_tuning_data
from adiabatic.sources.world import LANGUAGES, WorldSizes, write_world
from adiabatic.tasks.kinds import DOCUMENT_COLUMNS
from adiabatic.tasks.reading import read_task
from adiabatic.tuning.loop import Triplets, tune
from adiabatic.tuning.settings import TuningSettings

ROOT = Path(__file__).resolve().parents[2]
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())
SIZES = CONFIG["world"]
MODERATE, FAR_TOO_HIGH = 1e-4, 1e-2


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
    return read_tuning_data(
        world / "tuning.jsonl", None, CONFIG["tuning"]["validation"], CONFIG["seed"]
    )[0]


@pytest.fixture(scope="module")
def sets(world, base, triplets):
    """The evaluation sets of the demonstration."""
    frozen = load_encoder(base)

    def evaluation_set(task, subset, kind, items):
        corpus = document_texts([items], DOCUMENT_COLUMNS[kind])
        vectors = frozen.encode(corpus.tolist(), "document")
        return EvaluationSet(task, subset, kind, items, corpus, vectors)

    limit = CONFIG["papers"]["min_abstract_length"]
    write_papers(snapshot_records(world / "papers.jsonl"), limit, world / "papers.parquet")
    papers = read_table(world / "papers.parquet", COLUMNS)
    sets = []
    anchors, seed = CONFIG["pairs"]["anchors"], CONFIG["seed"]
    frames, _ = build_pairs(papers, list(STYLES), list(LEVELS), anchors, seed)
    for (style, level), frame in frames.items():
        items = frame.rename(columns={"anchor": "query", "anchor_id": "item"})
        items["language"] = "en"
        sets.append(evaluation_set("arxiv", f"{style}-{level}", "triplets", items))
    test = triplets[triplets["split"] == "test"].reset_index(drop=True)
    items = test.assign(language="en", item=test.index.astype(str))
    sets.append(evaluation_set("held-out", "all", "triplets", items))
    path = str(world / "xnli-{language}.tsv")
    premises, _ = read_task("xnli", path, list(LANGUAGES), None)
    return [*sets, evaluation_set("xnli", "all", "xnli", premises)]


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
    corpus = document_texts([triplets], DOCUMENT_COLUMNS["triplets"])
    documents = encoder.encode(corpus.tolist(), "document")

    def split(name):
        rows = triplets[triplets["split"] == name]
        return Triplets(
            encoder.tokenize(rows["query"].tolist(), "query"),
            document_rows(corpus, rows["positive"]),
            document_rows(corpus, rows["negative"]),
        )

    settings = TuningSettings(rate, 0, 0.1, 16, 1, ("embeddings.*",), "delta")
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
