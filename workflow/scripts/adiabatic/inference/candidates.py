"""The table of all candidates: English gain, whether all languages are kept, which are best."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from adiabatic.inference.comparisons import Candidate
from adiabatic.inference.differences import ALL_TASKS, ENGLISH, Inference
from adiabatic.inference.halves import REPORT, SELECTION
from adiabatic.inference.values import EVERY
from adiabatic.inference.verdicts import LOST, MUST_BE_KEPT, Judgement, enough_seeds, judged
from adiabatic.plan.runs import BASE

# The stored index of document vectors stays as it is.
INDEX_STAYS = "yes"
DECIDING = ["task", "subset", "query_language", "document_language"]


@dataclass(frozen=True)
class Evidence:
    """All differences of an experiment, and what else is known of its runs.

    differences: rows of `compared_with_base`. validation: gain of each run in validation accuracy.
    drift: mean of 1 - cosine of each run's queries. kinds: of the configured tasks, by name.
    """

    differences: pd.DataFrame
    validation: Mapping[str, float]
    drift: Mapping[str, float]
    how: Inference
    kinds: Mapping[str, str] = field(default_factory=dict)

    def of(self, one: Candidate, half: str = REPORT, run: str = "") -> pd.DataFrame:
        """Rows of a candidate, or of one of its runs, against the base."""
        rows = self.differences
        mine = (
            (rows["half"] == half)
            & (rows["against"] == BASE)
            & (rows["group"] == one.group)
            & _same(rows["learning_rate"], one.learning_rate)
            & _same(rows["alpha"], one.alpha)
            & (rows["run"] == run)
        )
        return rows[mine]

    def between(self, first: Candidate, second: Candidate) -> pd.DataFrame:
        """Rows of the second candidate against the first; none where that was not compared."""
        rows = self.differences
        mine = (
            (rows["against"] == first.group)
            & _same(rows["against_rate"], first.learning_rate)
            & _same(rows["against_alpha"], first.alpha)
            & (rows["group"] == second.group)
            & _same(rows["learning_rate"], second.learning_rate)
            & _same(rows["alpha"], second.alpha)
        )
        return rows[mine]

    def judgement(self, one: Candidate, half: str = REPORT, run: str = "") -> Judgement:
        """Whether a candidate, or one of its runs, keeps all that must be kept."""
        rows = self.of(one, half, run)
        enough = bool(run) or enough_seeds(len(one.runs), one.first.row.tuned)
        return judged(rows[rows["family"].isin(MUST_BE_KEPT)], self.how, enough)


def candidate_rows(candidates: list[Candidate], evidence: Evidence) -> pd.DataFrame:
    """A row for each candidate that is no ablation, and one for the base first.

    The difference of the worst is that of the comparison with the lowest bound, which decides.
    Pareto-optimal are those that keep all languages and of which no other that does gains more.
    """
    rows = [_row(one, evidence) for one in candidates if not one.first.ablation]
    frame = pd.DataFrame([_base_row(rows[0]), *rows])
    kept = frame["verdict"] == "kept"
    frame["pareto_optimal"] = pareto_optimal(
        frame["english_gain"].to_numpy(), frame["worst_low"].to_numpy(), kept.to_numpy()
    )
    return frame


def pareto_optimal(gains: np.ndarray, worst: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Which are dominated by no other: none is better in one and at least as good in both.

    Args:
        gains, worst: English gain, and bound of the worst comparison, shape (candidates,).
        allowed: those among which it is asked, shape (candidates,).
    """
    as_good = (gains[None] >= gains[:, None]) & (worst[None] >= worst[:, None])
    better = (gains[None] > gains[:, None]) | (worst[None] > worst[:, None])
    return allowed & ~((as_good & better) & allowed[None]).any(axis=1)


def _row(one: Candidate, evidence: Evidence) -> dict[str, object]:
    rows, judgement = evidence.of(one), evidence.judgement(one)
    english = rows[rows["family"] == ENGLISH].iloc[0]
    cross = rows[(rows["task"] == ALL_TASKS) & (rows["query_language"] == EVERY)]
    selected = [evidence.judgement(one, SELECTION, run.name) for run in one.runs]
    worst = judgement.deciding
    names = [run.name for run in one.runs]
    row = {
        "group": one.group,
        "method": one.first.method,
        "learning_rate": one.learning_rate,
        "alpha": one.alpha,
        "seeds": len(one.runs),
        "speaks_of": english["scope"],
        "enough_seeds": enough_seeds(len(one.runs), one.first.row.tuned),
        "stored_index": one.first.row.index,
        "n": english["n"],
        "english_gain": english["difference"],
        "english_low": english["low"],
        "english_high": english["high"],
        "english_seed_sd": english["seed_sd"],
        "verdict": judgement.verdict,
        "worst_difference": np.nan if worst is None else worst["difference"],
        "worst_low": np.nan if worst is None else worst["low"],
    }
    row |= {f"worst_{key}": "" if worst is None else worst[key] for key in DECIDING}
    row |= {
        "comparisons": judgement.comparisons,
        "non_inferior": judgement.non_inferior,
        "inferior": judgement.inferior,
        "p_value": judgement.p_value,
        "p_inferior": judgement.p_inferior,
    }
    for name, column in (("change", "difference"), ("low", "low"), ("high", "high")):
        row[f"cross_lingual_{name}"] = cross[column].iloc[0] if len(cross) else np.nan
    return row | {
        "drift": float(np.mean([evidence.drift.get(name, np.nan) for name in names])),
        "validation_gain": float(
            np.mean([evidence.validation.get(name, np.nan) for name in names])
        ),
        "seeds_kept_in_selection": sum(of_run.kept for of_run in selected),
        "seeds_lost_in_selection": sum(of_run.verdict == LOST for of_run in selected),
        "judged_in_selection": any(of_run.deciding is not None for of_run in selected),
    }


def _base_row(like: dict[str, object]) -> dict[str, object]:
    numbers = {"english_gain": 0.0, "worst_difference": 0.0, "worst_low": 0.0, "drift": 0.0}
    blank = {key: "" if isinstance(value, str) else np.nan for key, value in like.items()}
    about = {"group": BASE, "method": BASE, "stored_index": INDEX_STAYS, "n": like["n"]}
    return blank | numbers | about | dict.fromkeys(("seeds", "comparisons"), 0)


def _same(column: pd.Series, value: float) -> pd.Series:
    return column.isna() if np.isnan(value) else column == value
