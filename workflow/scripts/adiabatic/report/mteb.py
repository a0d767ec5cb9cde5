"""Scores on mteb's tasks: table and caption."""

from typing import Any

import pandas as pd

from adiabatic.evaluation.mteb_scores import MEAN
from adiabatic.plan.runs import SWEEP
from adiabatic.report.files import Table
from adiabatic.report.numbers import count, points, rate, score

PLACE = ["task", "split", "subset"]


def mteb_table(rows: pd.DataFrame) -> Table:
    """A row a task, split and subset; a column a rate: differences in points, over seeds.

    Args:
        rows: as from `mteb_scores.compared`.
    """
    labelled = rows.assign(column=[_column(row) for row in rows.itertuples()])
    labelled["cell"] = [_cell(row) for row in rows.itertuples()]
    first = rows.drop_duplicates(PLACE).set_index(PLACE)
    cells = labelled.pivot(index=PLACE, columns="column", values="cell")
    base = first["base"].map(score).rename("base (points)")
    names = {"query_side": "by the query encoder"}
    parts = [first[["type", "languages", "query_side", "metric"]].rename(columns=names), base]
    shown = pd.concat([*parts, cells[labelled["column"].unique()]], axis=1)
    return Table(rows, shown.loc[first.index].reset_index(), _caption(rows))


def _caption(rows: pd.DataFrame) -> str:
    """What the table shows, the largest and smallest difference, and what it cannot say."""
    whole = rows[_whole(rows)]
    best, worst = whole.loc[whole["difference"].idxmax()], whole.loc[whole["difference"].idxmin()]
    return (
        f"{count(rows['task'].nunique(), 'task')} of mteb: the base's score in points, and the "
        "difference of the runs of each learning rate from it, averaged over seeds, with the "
        f"smallest and the largest seed in parentheses where there are several. Largest: "
        f"{_said(best)}; smallest: {_said(worst)}. Queries (or what is named in the column) are "
        "encoded by the run's encoder, documents by the base's (by the run's, too, where a method "
        "tunes both); where a task has only one sort of text, the query encoder has it. mteb gives "
        "scores and no outcomes of single items, so there are no intervals here, and nothing of "
        "this enters the verdict or the claims."
    )


def _whole(rows: pd.DataFrame) -> pd.Series:
    """Of each task and split the mean, or the only subset."""
    several = rows.groupby(["task", "split"])["subset"].transform("nunique") > 1
    return ~several | (rows["subset"] == MEAN)


def _column(row: Any) -> str:
    text = rate(row.learning_rate)
    return text if row.group == SWEEP else f"{row.group} {text}".strip()


def _cell(row: Any) -> str:
    if row.seeds == 1:
        return points(row.difference)
    return f"{points(row.difference)} ({points(row.smallest)} to {points(row.largest)})"


def _said(row: pd.Series) -> str:
    return f"{row['task']} ({row['split']}) {points(row['difference'])} at {_column(row)}"
