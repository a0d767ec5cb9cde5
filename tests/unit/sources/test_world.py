import csv
import unicodedata

import numpy as np
import pandas as pd
import pytest
import yaml

from adiabatic.sources.categories import is_known
from adiabatic.sources.papers import snapshot_records, write_papers
from adiabatic.sources.tuning_data import read_tuning_data
from adiabatic.sources.world import FOLDER, LANGUAGES, World, WorldSizes, write_world
from adiabatic.tasks.files import TaskFiles
from adiabatic.tasks.squad import read_squad
from adiabatic.tasks.xnli import read_xnli

SIZES = WorldSizes(papers=300, triplets=100, premises=30, passages=30, sentences=50)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    write_world(folder, SIZES, 1)
    return folder


def test_the_lexicon_has_a_word_of_its_own_for_every_concept_and_language():
    with open(FOLDER / "lexicon.tsv", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    for language in LANGUAGES:
        words = [row[language] for row in rows]
        assert all(words)
        assert len({word.casefold() for word in words}) == len(rows)


def test_the_languages_have_several_scripts():
    world = World(np.random.default_rng(0))
    scripts = {
        unicodedata.name(world.concepts[0][language][0]).split()[0] for language in LANGUAGES
    }
    assert scripts == {"LATIN", "CYRILLIC", "CJK", "ARABIC", "DEVANAGARI"}


def test_frames_are_parallel_and_use_their_slots_once():
    frames = yaml.safe_load((FOLDER / "frames.yaml").read_text(encoding="utf-8"))["languages"]
    assert set(frames) == set(LANGUAGES)
    for language in LANGUAGES:
        for kind, slots in {"statement": 3, "pair": 2, "negation": 2, "question": 3}.items():
            assert len(frames[language][kind]) == len(frames["en"][kind])
            for frame in frames[language][kind]:
                assert all(frame.count(f"{{{slot}}}") == 1 for slot in "abc"[:slots])
                assert frame.count("{") == slots


def test_the_readers_of_real_sources_read_it(world, tmp_path):
    records = snapshot_records(world / "papers.jsonl")
    counts = write_papers(records, 100, tmp_path / "papers.parquet")
    assert (counts.seen, counts.kept, counts.replaced) == (303, 300, 3)
    papers = pd.read_parquet(tmp_path / "papers.parquet")
    assert papers["categories"].str.len().max() == 2
    assert all(is_known(name) for name in papers["categories"].explode().unique())
    triplets, _ = read_tuning_data(world / "tuning.jsonl", None, 10, 0)
    assert len(triplets) == 100
    languages = list(LANGUAGES)
    premises, _ = read_xnli(TaskFiles([str(world / "xnli-{language}.tsv")], languages))
    assert len(premises) == 30 * len(LANGUAGES)
    passages, _ = read_squad(TaskFiles([str(world / "qa-{language}.json")], languages))
    assert len(passages) == 30 * len(LANGUAGES)


def test_the_same_seed_writes_the_same_bytes(world, tmp_path):
    write_world(tmp_path, SIZES, 1)
    for path in sorted(world.iterdir()):
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_parallel_sentences_have_one_line_each(world):
    for language in LANGUAGES:
        lines = (world / f"parallel-{language}.txt").read_text(encoding="utf-8").splitlines()
        assert len(lines) == 50
