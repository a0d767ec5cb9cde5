"""Scores on mteb's tasks: table and caption."""

from typing import Any

import pandas as pd

from adiabatic.evaluation.mteb_scores import GRID, MEAN
from adiabatic.report.numbers import POINTS


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
