import numpy as np
import pandas as pd
import pytest

from adiabatic.evaluation.sets import EvaluationSet, Passages
from adiabatic.inference.planned_sets import PlannedSet, claim_of, planned_sets
from adiabatic.tasks.kinds import ARXIV, HELD_OUT, TRIPLETS

LANGUAGES = ("en", "de", "zh")
KINDS = {"xnli": "xnli", "qa": "qa-retrieval", "pool": "mixed-pool", "search": "beir"}


def part(task, kind, columns, languages=LANGUAGES, items=8, subset="all", **about):
    """A set without vectors, whose items come in pairs of one cluster in every language."""
    rows = [
        {"language": language, "item": f"{item}", "query": f"{language} query {item // 2}"}
        | {"passage": f"{item // 2}"}
        | {column: f"{language} {column} {item // 2}" for column in columns}
        for language in languages
        for item in range(items)
    ]
    frame = pd.DataFrame(rows)
    corpus = pd.MultiIndex.from_frame(frame[["language", columns[0]]].drop_duplicates())
    if kind in ("xnli", TRIPLETS):
        corpus = pd.Index(pd.unique(frame[list(columns)].to_numpy().ravel()))
    return EvaluationSet(task, subset, kind, frame, corpus, np.empty((len(corpus), 0)), **about)


def test_comparisons_items_and_clusters_are_those_that_are_judged():
    triplets = ("positive", "negative")
    sets = [
        part(ARXIV, TRIPLETS, triplets, ["en"], subset=f"title-{x}") for x in ("text", "random")
    ]
    sets += [part(HELD_OUT, TRIPLETS, triplets, ["en"], items=20)]
    sets += [part("xnli", "xnli", ("entailment", "neutral", "contradiction"))]
    sets += [part(name, KINDS[name], ("document",)) for name in ("qa", "pool")]
    sets += [part("search", "beir", ("document",), passages=Passages(np.arange(3)))]
    found = {one.task: one for one in planned_sets(sets, KINDS, 0.25, "en")}
    # Every pair of languages; each language's queries on its documents, and on the others'.
    counts = {"arxiv": 2, "held-out": 1, "xnli": 9, "qa": 6, "pool": 3, "search": 3}
    assert {task: one.comparisons for task, one in found.items()} == counts
    assert found["qa"] == PlannedSet("qa", "c", 6, 8, 4, 0.75)
    assert found["qa"].reported == 6
    # The held-out triplets choose nothing.
    assert found["held-out"].reported == 20


@pytest.mark.parametrize(
    ("task", "claim"), [(ARXIV, "d"), (HELD_OUT, "a"), ("xnli", "b"), ("qa", "c"), ("other", "")]
)
def test_a_set_is_evidence_for_a_claim(task, claim):
    assert claim_of(task, KINDS) == claim
