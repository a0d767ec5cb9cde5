"""Scores of mteb's tasks: base and runs side by side, as mteb gives one number and no items."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

# The subset that averages over all of a split.
MEAN = "mean"


KEYS = ["task", "type", "query_side", "split", "subset", "languages", "metric"]


class RunScores(NamedTuple):
    """What one run scored: its group, and its rate, NaN where a method has none."""

    group: str
    learning_rate: float
    scores: pd.DataFrame


def score_rows(evaluated: dict[str, Any]) -> pd.DataFrame:
    """One row a task, split and subset, and the mean of those that have several subsets.

    Args:
        evaluated: a run's scores as `evaluate_mteb` writes them.
    Returns:
        The columns KEYS, and score.
    """
    rows = []
    for task in evaluated["tasks"]:
        about = {key: task[key] for key in ("task", "type", "query_side", "metric")}
        for score in task["scores"]:
            place = {key: score[key] for key in ("split", "subset")}
            languages = " ".join(score["languages"])
            rows.append(about | place | {"languages": languages, "score": score["main_score"]})
    table = pd.DataFrame(rows)[[*KEYS, "score"]]
    parts = []
    for _, split in table.groupby(["task", "split"], sort=False):
        if len(split) > 1:
            mean = split["score"].mean()
            split = pd.concat([_averaged(split).assign(score=mean), split])
        parts.append(split)
    return pd.concat(parts, ignore_index=True)


def compared(base: pd.DataFrame, runs: Sequence[RunScores]) -> pd.DataFrame:
    """Means over seeds, and the difference from the base with its smallest and largest seed.

    Args:
        base: the base's rows, as from `score_rows`.
    Returns:
        The columns KEYS, group, learning_rate, seeds, base, tuned, difference, smallest, largest;
        the rows in the order of the base's, then of the runs.
    """
    parts = []
    for run in runs:
        both = base.merge(run.scores[["task", "split", "subset", "score"]], how="left",
                          on=["task", "split", "subset"], suffixes=("_base", ""))  # fmt: skip
        both = both.rename(columns={"score_base": "base", "score": "tuned"})
        parts.append(both.assign(group=run.group, learning_rate=run.learning_rate))
    rows = pd.concat(parts).rename_axis("row").reset_index()
    rows["difference"] = rows["tuned"] - rows["base"]
    order = {name: number for number, name in enumerate(dict.fromkeys(run.group for run in runs))}
    rows["label"] = rows["group"].map(order)
    groups = rows.groupby(["row", *KEYS, "label", "group", "learning_rate"], dropna=False)
    table = groups.agg(
        seeds=("tuned", "size"),
        base=("base", "first"),
        tuned=("tuned", "mean"),
        difference=("difference", "mean"),
        smallest=("difference", "min"),
        largest=("difference", "max"),
    )
    return table.reset_index().drop(columns=["row", "label"])


def _averaged(split: pd.DataFrame) -> pd.DataFrame:
    return split.iloc[:1].assign(subset=MEAN, languages="")
