"""The synthetic world: generated texts in eight languages, in the raw formats of real sources.

`lexicon.tsv` has one row a concept (a noun of an arXiv category) and one column a language;
`frames.yaml` has sentences with slots, frame i meaning the same in every language. Texts are frames
filled with concepts in dictionary form: real words, simplified grammar. It is a demonstration and
a test bed, never evidence about real languages.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

FOLDER = Path(__file__).parent
# What the configuration calls it.
SYNTHETIC = "synthetic"
LANGUAGES = ("en", "de", "fr", "es", "ru", "zh", "ar", "hi")
# Of the papers, this share gets a second, newer version, as harvested archives have.
REVISED = 0.01
# Share of the negatives that deny what is asked for; the others miss one of three concepts.
DENIED = 0.05
# Share of an abstract's later statements in which one concept has nothing to do with the paper.
STRAY = 0.2
# Share of the papers that are in a second category, too.
CROSSED = 0.8


@dataclass(frozen=True)
class WorldSizes:
    """How much of everything is generated; names as in the configuration."""

    papers: int
    triplets: int
    premises: int
    passages: int
    sentences: int


class World:
    """Draws concepts and fills frames with them; `concepts[i]` is a word by language."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        with open(FOLDER / "lexicon.tsv", encoding="utf-8", newline="") as lines:
            self.concepts = list(csv.DictReader(lines, delimiter="\t"))
        frames = yaml.safe_load((FOLDER / "frames.yaml").read_text(encoding="utf-8"))
        self.frames, self.english = frames["languages"], frames["english"]
        self.members: dict[str, list[int]] = {}
        for number, concept in enumerate(self.concepts):
            self.members.setdefault(concept["category"], []).append(number)
        self.categories = list(self.members)

    def choose(self, things: Any, count: int) -> list[Any]:
        """`count` different things in random order."""
        return [things[i] for i in self.rng.permutation(len(things))[:count]]

    def one_of(self, things: Any) -> Any:
        """One thing at random."""
        return things[self.rng.integers(len(things))]

    def concepts_of(self, count: int, without: list[int] | None = None) -> list[int]:
        """Different concepts, mostly of one category and sometimes of anywhere."""
        pool = [c for c in self.members[self.one_of(self.categories)] if c not in (without or [])]
        chosen = self.choose(pool, count)
        for place in range(count):
            if self.rng.random() < 0.25:
                elsewhere = int(self.rng.integers(len(self.concepts)))
                if elsewhere not in chosen and elsewhere not in (without or []):
                    chosen[place] = elsewhere
        return chosen

    def fill(self, frame: str, concepts: list[int], language: str) -> str:
        """A frame whose slots a, b, c hold the concepts' words, starting with a capital letter."""
        words = {slot: self.concepts[c][language] for slot, c in zip("abc", concepts, strict=False)}
        text = frame.format(**words)
        return text[0].upper() + text[1:]

    def sentence(self, kind: str, concepts: list[int]) -> dict[str, str]:
        """One sentence of a kind of frames in every language."""
        number = self.rng.integers(len(self.frames["en"][kind]))
        return {
            language: self.fill(self.frames[language][kind][number], concepts, language)
            for language in LANGUAGES
        }

    def passage(self, concepts: list[int]) -> dict[str, str]:
        """Two sentences about five concepts, in random order, in every language."""
        shuffled = self.choose(concepts, 5)
        sentences = [self.sentence("statement", shuffled[:3]), self.sentence("pair", shuffled[3:])]
        return {
            language: ("" if language == "zh" else " ").join(part[language] for part in sentences)
            for language in LANGUAGES
        }


def write_world(folder: Path, sizes: WorldSizes, seed: int) -> None:
    """Write every raw file of the world into `folder`.

    papers.jsonl is in the arXiv metadata format, tuning.jsonl in MS MARCO's triplet format,
    xnli-LANGUAGE.tsv in XNLI's, qa-LANGUAGE.json in SQuAD's; parallel-LANGUAGE.txt has one
    sentence a line, line i meaning the same in every language.
    """
    parts = {
        "papers": (_papers, sizes.papers),
        "tuning": (_triplets, sizes.triplets),
        "xnli": (_premises, sizes.premises),
        "qa": (_passages, sizes.passages),
        "parallel": (_parallel, sizes.sentences),
    }
    for number, (write, size) in enumerate(parts.values()):
        write(folder, World(np.random.default_rng([seed, number])), size)


def _papers(folder: Path, world: World, count: int) -> None:
    records = []
    for number in range(count):
        primary = world.one_of(world.categories)
        archive = [c for c in world.categories if c.split(".")[0] == primary.split(".")[0]]
        others = archive if world.rng.random() < 0.7 else world.categories
        other = next(c for c in world.choose(others, 2) if c != primary)
        crossed = [other] if world.rng.random() < CROSSED else []
        # What makes the levels differ: papers share concepts with their categories and archive.
        theme = world.choose(world.members[primary], 4)
        if crossed:
            theme[2:] = world.choose(world.members[other], 2)
        theme.append(world.one_of(world.members[world.one_of(archive)]))
        records.append(_paper(world, number, [primary, *crossed], theme))
    for number in world.choose(range(count), int(count * REVISED)):
        revised = dict(records[number], update_date="2025-06-01")
        revised["title"] += " (revised)"
        records.append(revised)
    _write_lines(folder / "papers.jsonl", records)


def _paper(world: World, number: int, categories: list[str], theme: list[int]) -> dict[str, Any]:
    def statement(stray: float) -> str:
        concepts = world.choose(theme, 3)
        if world.rng.random() < stray:
            concepts[2] = int(world.rng.integers(len(world.concepts)))
        return world.sentence("statement", concepts)["en"]

    title = world.fill(world.one_of(world.english["title"]), world.choose(theme, 3), "en")
    fillers = world.choose(world.english["filler"], 2)
    abstract = f"{statement(0)} {fillers[0]} {statement(STRAY)}\n{statement(STRAY)} {fillers[1]}"
    day = f"{2010 + number % 15}-{1 + number % 12:02d}-{1 + number % 28:02d}"
    return {
        "id": f"{number // 10000:04d}.{number % 10000:05d}",
        "submitter": None,
        "authors": "The generator of the synthetic world",
        "title": title.replace(" and ", "\n  and ", 1),
        "categories": " ".join(categories),
        "abstract": f"  {abstract}\n",
        "update_date": day,
    }


def _triplets(folder: Path, world: World, count: int) -> None:
    records = []
    for _ in range(count):
        concepts = world.concepts_of(5)
        query = world.sentence("question", concepts[:3])["en"]
        wrong = _denial if world.rng.random() < DENIED else _all_but_one
        negative = wrong(world, concepts)
        records.append({"query": query, "pos": [world.passage(concepts)["en"]], "neg": [negative]})
    _write_lines(folder / "tuning.jsonl", records)


def _all_but_one(world: World, concepts: list[int]) -> str:
    """A passage that misses one of the three concepts that are asked for."""
    replaced = list(concepts)
    others = world.concepts_of(2, without=concepts)
    replaced[world.rng.integers(3)] = others[0]
    replaced[4] = others[1]
    return world.passage(replaced)["en"]


def _denial(world: World, concepts: list[int]) -> str:
    """A passage that says it does not deal with two of the three concepts that are asked for."""
    asked = world.choose(concepts[:3], 3)
    told = world.sentence("statement", world.choose([asked[2], *concepts[3:]], 3))["en"]
    return f"{told} {world.sentence('negation', asked[:2])['en']}"


def _premises(folder: Path, world: World, count: int) -> None:
    lines: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for _ in range(count):
        concepts = world.concepts_of(3)
        premise = world.sentence("statement", concepts)
        told = world.choose(concepts, 2)
        strangers = [world.concepts_of(1, without=concepts)[0] for _ in range(2)]
        hypotheses = {
            "neutral": world.sentence("pair", world.choose([told[0], strangers[0]], 2)),
            "contradiction": world.sentence("negation", world.choose([told[1], strangers[1]], 2)),
            "entailment": world.sentence("pair", told),
        }
        for label, hypothesis in hypotheses.items():
            for language in LANGUAGES:
                lines[language].append(f"{premise[language]}\t{hypothesis[language]}\t{label}\n")
    for language in LANGUAGES:
        (folder / f"xnli-{language}.tsv").write_text("".join(lines[language]), encoding="utf-8")


def _passages(folder: Path, world: World, count: int) -> None:
    paragraphs: dict[str, list[dict[str, Any]]] = {language: [] for language in LANGUAGES}
    for number in range(count):
        concepts = world.concepts_of(5)
        passage, question = world.passage(concepts), world.sentence("question", concepts[:3])
        for language in LANGUAGES:
            asked = {"id": f"question-{number}", "question": question[language], "answers": []}
            paragraphs[language].append({"context": passage[language], "qas": [asked]})
    for language in LANGUAGES:
        content = {"version": "1.1", "data": [{"title": "", "paragraphs": paragraphs[language]}]}
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (folder / f"qa-{language}.json").write_text(text, encoding="utf-8")


def _parallel(folder: Path, world: World, count: int) -> None:
    kinds = ["statement", "pair", "negation", "question"]
    sentences = [world.sentence(world.one_of(kinds), world.concepts_of(3)) for _ in range(count)]
    for language in LANGUAGES:
        text = "".join(sentence[language] + "\n" for sentence in sentences)
        (folder / f"parallel-{language}.txt").write_text(text, encoding="utf-8")


def _write_lines(path: Path, records: list[dict[str, Any]]) -> None:
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    path.write_text(text, encoding="utf-8")
