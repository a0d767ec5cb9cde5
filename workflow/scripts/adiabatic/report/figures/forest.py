"""The forest plot: what decides on each language in each task."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from adiabatic.report.figures.axes import tick, verdict_handles
from adiabatic.report.figures.style import (
    COLUMN,
    MARGIN_LINE,
    PAGE,
    STYLE,
    VERDICTS,
    ZERO_LINE,
)
from adiabatic.report.numbers import POINTS

# Inches a row, and rows of a plot's one column.
ROW, LONGEST = 0.125, 60


def draw_forest(rows: pd.DataFrame, margin: float) -> Figure:
    """A row a language and task: the difference, and a line to the bound that decides.

    Args:
        rows: as in tables/forest.csv. margin: the non-inferiority margin, in the metric.
    """
    columns = 1 if len(rows) <= 36 else 2 if len(rows) <= 2 * LONGEST else 3
    parts = _split(rows, columns)
    height = max(map(len, parts)) * ROW + 0.8
    low = min(rows["low"].min() * POINTS, -margin * POINTS) - 0.5
    high = max(rows["difference"].max() * POINTS, 0) + 0.5
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            1, columns, figsize=(COLUMN if columns == 1 else PAGE, height), squeeze=False,
            layout="constrained", sharex=True,
        )  # fmt: skip
        for axis, part in zip(axes[0], parts, strict=True):
            _draw(axis, part, margin)
            axis.set_xlim(low, high)
            axis.set_xlabel("difference from the base (points)")
            axis.xaxis.set_major_formatter(lambda value, _: tick(round(value, 6)))
        handles = verdict_handles(rows["verdict"])
        figure.legend(handles=handles, loc="outside lower center", ncols=2 if columns == 1 else 5)
    return figure


def _draw(axis: Axes, rows: pd.DataFrame, margin: float) -> None:
    axis.axvline(0, **ZERO_LINE)
    axis.axvline(-margin * POINTS, **MARGIN_LINE)
    places = -np.arange(len(rows))
    for place, row in zip(places, rows.itertuples(), strict=True):
        color, marker = VERDICTS[row.verdict]
        ends = (row.low * POINTS, row.difference * POINTS)
        axis.plot(ends, (place, place), color=color, lw=1, zorder=2)
        axis.plot(ends[0], place, "|", color=color, markersize=4, zorder=2)
        axis.plot(ends[1], place, marker, color=color, zorder=3)
    # A language is named once, at its first row.
    names = rows["language"].where(rows["language"] != rows["language"].shift(), "")
    axis.set_yticks(
        places, [f"{name}  {task}" for name, task in zip(names, rows["task"], strict=True)]
    )
    axis.tick_params(axis="y", length=0, labelsize=6.5)
    for place, language in zip(places[1:], names.iloc[1:], strict=True):
        if language:
            axis.axhline(place + 0.5, color="#DDDDDD", lw=0.5, zorder=0)
    axis.set_ylim(places[-1] - 0.7, 0.7)


def _split(rows: pd.DataFrame, columns: int) -> list[pd.DataFrame]:
    """The rows in so many parts of about one length, each language in one."""
    starts = np.flatnonzero((rows["language"] != rows["language"].shift()).to_numpy())
    wanted = np.arange(1, columns) * len(rows) / columns
    cuts = [int(starts[np.argmin(np.abs(starts - place))]) for place in wanted]
    ends = [0, *cuts, len(rows)]
    return [rows.iloc[first:last] for first, last in pairwise(ends)]
