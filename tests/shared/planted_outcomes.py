"""Outcomes whose differences are planted, for tests of inference."""

import numpy as np
import pandas as pd

from adiabatic.inference.candidates import Evidence
from adiabatic.inference.comparisons import Candidate, candidates_of, compared_with_base
from adiabatic.inference.differences import Inference
from adiabatic.inference.values import Cell, Values, averages_of
from adiabatic.plan.runs import BASE, SWEEP, Plan, PlannedRun
from adiabatic.tasks.kinds import KINDS as KNOWN

HOW = Inference(non_inferiority_margin=0.05, confidence=0.95)
LANGUAGES = ["en", "de", "zh"]
# Of the tasks that `outcomes` and `Planted` have.
KINDS = {"xnli": "xnli", "qa": "qa-retrieval"}
KEYS = ["task", "subset", "query_language", "document_language", "item", "cluster"]


def outcomes(right):
    """Outcomes in which right(task, subset, query, document, item) says what is right."""
    cells = [("xnli", subset, q, d) for subset in ("neutral", "contradiction")
             for d in LANGUAGES for q in LANGUAGES]  # fmt: skip
    cells += [("arxiv", f"title-{level}", "en", "en") for level in ("random", "text")]
    cells += [("held-out", "all", "en", "en")]
    return measured([(*cell, str(i), bool(right(*cell, i))) for cell in cells for i in range(40)])


def base_right(task, subset, query, document, item):
    return item % 2 == 0


def better_english(task, subset, query, document, item):
    return item % 2 == 0 or task == "held-out"


def worse_chinese(task, subset, query, document, item):
    return better_english(task, subset, query, document, item) and query != "zh"


def measured(rows, clusters=None, **measures):
    """Outcomes of rows (task, subset, query language, document language, item, right).

    clusters: of the rows; without, each item is a cluster of its own.
    """
    frame = pd.DataFrame(rows, columns=[*KEYS[:5], "correct"])
    frame["cluster"] = frame["task"] + frame["item"] if clusters is None else clusters
    measures = {"mrr@10": np.nan} | measures
    return frame.assign(rank=np.nan, **measures).astype(dict.fromkeys(KEYS, "category"))


class Planted:
    """An experiment whose truth is planted: shifts of accuracy, with flips both ways.

    A run's shift of a column is what shift(group, learning_rate, task, query, document) says. All
    runs of a seed flip the same items for the same reasons, as runs on the same data do.
    """

    def __init__(self, shift, items=400, flips=0.04, seeds=3, rates=(1e-6,), **groups):
        """groups: of each ablation (the setting that it changes, its rates), of others a method."""
        self.shift, self.items, self.flips = shift, items, flips
        self.columns = [("xnli", "mean", q, d) for d in ("en", "zh") for q in ("en", "zh")]
        self.columns += [("qa", "all", language, language) for language in ("en", "zh")]
        self.columns += [("arxiv", f"title-{level}", "en", "en") for level in ("random", "text")]
        self.columns += [("held-out", "all", "en", "en")]
        self.runs = self._runs(SWEEP, rates, seeds)
        for group, about in groups.items():
            if isinstance(about, str):
                self.runs += self._runs(group, rates, seeds, method=about)
            else:
                change, at = about
                self.runs += self._runs(group, at, seeds, ablation=True, changes=change)
        self.plan = Plan(tuple(self.runs))

    @staticmethod
    def _runs(group, rates, seeds, **about):
        return [
            PlannedRun(f"{group}-lr{rate}-{seed}", group, learning_rate=rate, seed=seed, **about)
            for rate in rates
            for seed in range(seeds)
        ]

    @property
    def candidates(self) -> list[Candidate]:
        return candidates_of(self.plan)

    def values(self, name: str) -> Values:
        """The values of a run, or of the base."""
        right = np.random.default_rng(0).random((self.items, len(self.columns))) < 0.5
        if name != BASE:
            run = next(run for run in self.runs if run.name == name)
            right = self._flipped(right, run)
        tables, names = {}, [str(item) for item in range(self.items)]
        for cell in dict.fromkeys(column[:2] for column in self.columns):
            places = [at for at, column in enumerate(self.columns) if column[:2] == cell]
            pairs = pd.MultiIndex.from_tuples([self.columns[at][2:] for at in places])
            table = pd.DataFrame(right[:, places].astype(float), names, pairs)
            means = {
                pair: table.loc[:, mask].mean(axis=1)
                for pair, mask in averages_of(pairs, "en").items()
            }
            metric = "mrr@10" if cell[0] == "qa" else "accuracy"
            tables[Cell(*cell, metric)] = pd.concat([table, pd.DataFrame(means)], axis=1)
        # A passage, premise or paper is shared by two items.
        clusters = {
            task: np.array([f"{task}{item // 2}" for item in range(self.items)], dtype=object)
            for task in {column[0] for column in self.columns}
        }
        kinds = KINDS | dict.fromkeys(("arxiv", "held-out"), "triplets")
        return Values(tables, clusters, {task: KNOWN[kind] for task, kind in kinds.items()})

    def evidence(self, how=HOW, share=0.0, validation=None) -> Evidence:
        """All differences."""
        rows = compared_with_base(self.plan, self.values, how, share, 1, lambda text: None)
        validation = validation or {run.name: run.learning_rate for run in self.runs}
        return Evidence(pd.concat(rows, ignore_index=True), validation, {}, how)

    def _flipped(self, right, run):
        """What is right after a run: flips that runs share, those of its seed, and its shift."""
        shared, own = np.random.default_rng(1), np.random.default_rng([2, run.seed])
        draws = np.where(own.random(right.shape) < 0.3, own.random(right.shape), 0)
        draws = np.where(draws > 0, draws, shared.random(right.shape))
        shifts = [
            self.shift(run.group, run.learning_rate, task, query, document)
            for task, _, query, document in self.columns
        ]
        # Half of the items are right: of them are lost, of the others gained, twice the share.
        shifts = np.array(shifts)
        lost = 2 * np.where(shifts < 0, self.flips / 2 - shifts, self.flips / 2)
        gained = 2 * np.where(shifts > 0, self.flips / 2 + shifts, self.flips / 2)
        return np.where(right, draws >= lost, draws < gained)
