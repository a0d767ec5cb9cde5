"""Scores of mteb's tasks: base and runs side by side, as mteb gives one number and no items."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from adiabatic.tables import POINTS

# The label of the runs that belong to no baseline.
GRID = "grid"
# The subset that averages over all of a split.
MEAN = "mean"
KEYS = ["task", "type", "query_side", "split", "subset", "languages", "metric"]


class RunScores(NamedTuple):
    """What one run scored: `runs` is grid or a baseline; rate NaN where a method has none."""

    runs: str
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
        The columns KEYS, runs, learning_rate, seeds, base, tuned, difference, smallest, largest;
        the rows in the order of the base's, then of the runs.
    """
    parts = []
    for run in runs:
        both = base.merge(run.scores[["task", "split", "subset", "score"]], how="left",
                          on=["task", "split", "subset"], suffixes=("_base", ""))  # fmt: skip
        both = both.rename(columns={"score_base": "base", "score": "tuned"})
        parts.append(both.assign(runs=run.runs, learning_rate=run.learning_rate))
    rows = pd.concat(parts).rename_axis("row").reset_index()
    rows["difference"] = rows["tuned"] - rows["base"]
    order = {name: number for number, name in enumerate(dict.fromkeys(run.runs for run in runs))}
    rows["label"] = rows["runs"].map(order)
    groups = rows.groupby(["row", *KEYS, "label", "runs", "learning_rate"], dropna=False)
    table = groups.agg(
        seeds=("tuned", "size"),
        base=("base", "first"),
        tuned=("tuned", "mean"),
        difference=("difference", "mean"),
        smallest=("difference", "min"),
        largest=("difference", "max"),
    )
    return table.reset_index().drop(columns=["row", "label"])


def scores_table(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a task, split and subset; one column a rate: differences in points, over seeds."""
    labelled = rows.assign(column=[_column(row) for row in rows.itertuples()])
    labelled["cell"] = [_cell(row) for row in rows.itertuples()]
    first = rows.drop_duplicates(["task", "split", "subset"]).set_index(["task", "split", "subset"])
    cells = labelled.pivot(index=["task", "split", "subset"], columns="column", values="cell")
    base = (first["base"] * POINTS).map("{:.1f}".format)
    names = {"query_side": "by the query encoder"}
    parts = [first[["type", "languages", "query_side", "metric"]].rename(columns=names), base]
    return pd.concat([*parts, cells[labelled["column"].unique()]], axis=1).loc[
        first.index
    ].reset_index()  # fmt: skip


def scores_caption(rows: pd.DataFrame) -> str:
    """What the table shows, the largest and smallest difference, and what it cannot say."""
    whole = rows[_whole(rows)]
    best, worst = whole.loc[whole["difference"].idxmax()], whole.loc[whole["difference"].idxmin()]
    tasks = rows["task"].nunique()
    return (
        f"{tasks} task{'s' if tasks > 1 else ''} of mteb: the base's score in points, and the "
        "difference of the runs of each learning rate from it, averaged over seeds, with the "
        f"smallest and the largest seed in parentheses where there are several. Largest: "
        f"{_said(best)}; smallest: {_said(worst)}. Queries (or what is named in the column) are "
        "encoded by the run's encoder, documents by the base's (by the run's, too, where a method "
        "tunes both); where a task has only one sort of text, the query encoder has it. mteb gives "
        "scores and no outcomes of single items, so there are no intervals here, and nothing of "
        "this enters verdicts or claims."
    )


def _averaged(split: pd.DataFrame) -> pd.DataFrame:
    return split.iloc[:1].assign(subset=MEAN, languages="")


def _whole(rows: pd.DataFrame) -> pd.Series:
    """Of each task and split the mean, or the only subset."""
    several = rows.groupby(["task", "split"])["subset"].transform("nunique") > 1
    return ~several | (rows["subset"] == MEAN)


def _column(row: Any) -> str:
    rate = "" if pd.isna(row.learning_rate) else f"{row.learning_rate:g}"
    return rate if row.runs == GRID else f"{row.runs} {rate}".strip()


def _cell(row: Any) -> str:
    value = f"{row.difference * POINTS:+.1f}"
    if row.seeds == 1:
        return value
    return f"{value} ({row.smallest * POINTS:+.1f} to {row.largest * POINTS:+.1f})"


def _said(row: pd.Series) -> str:
    return f"{row['task']} ({row['split']}) {row['difference'] * POINTS:+.1f} at {_column(row)}"
