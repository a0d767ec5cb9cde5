"""Everything that the tables of an experiment are made of, read once."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from adiabatic.evaluation.drift import QUERIES
from adiabatic.inference.candidates import Evidence, candidate_rows
from adiabatic.inference.claim_list import claims_of
from adiabatic.inference.claims import Claim
from adiabatic.inference.comparisons import Candidate, candidates_of
from adiabatic.inference.differences import Inference
from adiabatic.inference.selection import Choice, judge_choice
from adiabatic.inference.window_claims import OF_WINDOW, window_of
from adiabatic.io.parquet import read_frame
from adiabatic.plan.runs import SWEEP, Plan, PlannedRun, read_plan
from adiabatic.tasks.kinds import ARXIV


@dataclass(frozen=True)
class Material:
    """What tables are made of.

    results: the experiment's folder. selection_share: of the items that chose.
    """

    results: Path
    plan: Plan
    differences: pd.DataFrame
    how: Inference
    selection_share: float

    @classmethod
    def read(cls, results: Path, how: Inference, selection_share: float) -> "Material":
        """Read the plan and the differences; the rest is read when a table needs it."""
        differences = read_frame(results / "inference/differences.parquet")
        return cls(results, read_plan(results / "plan.json"), differences, how, selection_share)

    @cached_property
    def candidates(self) -> list[Candidate]:
        """All candidates, in the order of the plan."""
        return candidates_of(self.plan)

    @cached_property
    def histories(self) -> pd.DataFrame:
        """The history of every run that has one: run, group, learning_rate, alpha, seed, ..."""
        return self._of_runs("runs/{}/history.csv")

    @cached_property
    def drift(self) -> pd.DataFrame:
        """The drift of every run whose queries have vectors."""
        return self._of_runs("drift/{}.csv")

    @cached_property
    def evidence(self) -> Evidence:
        """All differences, with what else is known of the runs."""
        drift = self._query_drift()
        return Evidence(self.differences, self._validation(), drift, self.how, self._kinds)

    @cached_property
    def methods(self) -> pd.DataFrame:
        """The table of all candidates."""
        return candidate_rows(self.candidates, self.evidence)

    @cached_property
    def choice(self) -> Choice:
        """The chosen candidate, and the status of the experiment."""
        return judge_choice(self.methods, self.candidates, self.evidence, self.selection_share)

    @cached_property
    def claims(self) -> list[Claim]:
        """All claims."""
        return claims_of(self.candidates, self.evidence, self._kinds)

    @property
    def window(self) -> list[float]:
        """The learning rates of the window."""
        at_rates = [c for c in self.claims if c.group == SWEEP and c.claim in OF_WINDOW]
        return window_of(at_rates, self.how.tail)

    @property
    def shown_rate(self) -> float:
        """The rate of the sweep that figures of one rate show.

        The chosen one, if it is of the sweep; else the last of the window; else that of the largest
        gain.
        """
        row = self.choice.row
        if row is not None and row["group"] == SWEEP:
            return float(row["learning_rate"])
        if self.window:
            return self.window[-1]
        sweep = self.methods[self.methods["group"] == SWEEP]
        return float(sweep.loc[sweep["english_gain"].idxmax(), "learning_rate"])

    def candidate_of(self, row: pd.Series) -> Candidate:
        """The candidate of a row of the table of methods."""
        keys = (row["group"], repr(float(row["learning_rate"])), repr(float(row["alpha"])))
        return next(
            one
            for one in self.candidates
            if (one.group, repr(one.learning_rate), repr(one.alpha)) == keys
        )

    def swept(self, rate: float) -> Candidate:
        """The candidate of the sweep at a rate."""
        return next(c for c in self.candidates if c.group == SWEEP and c.learning_rate == rate)

    def seconds(self, run: PlannedRun) -> float:
        """How long a run took to make; NaN where that is not known."""
        path = self.results / "runs" / run.name / "time.json"
        if not path.exists():
            return float("nan")
        return float(json.loads(path.read_text(encoding="utf-8"))["seconds"])

    def documents(self, run: str) -> int:
        """How many documents a run embedded again."""
        paths = [
            path
            for path in (self.results / "embeddings" / run).glob("*.json")
            if not path.name.endswith(".faiss.json")
        ]
        return sum(int(json.loads(path.read_text(encoding="utf-8"))["documents"]) for path in paths)

    @property
    def _kinds(self) -> dict[str, str]:
        return {task.name: task.kind for task in self.plan.tasks}

    def _of_runs(self, pattern: str) -> pd.DataFrame:
        frames = []
        for run in self.plan.runs:
            path = self.results / pattern.format(run.name)
            if path.exists():
                about = {"run": run.name, "group": run.group, "learning_rate": run.learning_rate}
                about |= {"alpha": run.alpha, "seed": run.seed}
                rows = pd.read_csv(path, keep_default_na=False, na_values=[""])
                frames.append(rows.assign(**about)[[*about, *rows.columns]])
        return pd.concat(frames, ignore_index=True)

    def _validation(self) -> dict[str, float]:
        """Gain of each run in validation accuracy, from the base to the weights that are kept."""
        gains = {}
        for run, rows in self.histories.groupby("run", sort=False):
            kept = rows.loc[rows["kept"], "validation_accuracy"].iloc[0]
            gains[run] = float(kept - rows["validation_accuracy"].iloc[0])
        return gains

    def _query_drift(self) -> dict[str, float]:
        """Mean of 1 - cosine of each run's queries; each multilingual task counts the same."""
        rows = self.drift[self.drift["kind"] == QUERIES]
        rows = rows[rows["name"].str.split(",").str[0] != ARXIV]
        by_task = rows.groupby(["run", "name"], sort=False)["value"].mean()
        return by_task.groupby("run", sort=False).mean().to_dict()
