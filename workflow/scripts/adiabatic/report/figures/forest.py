"""The forest plot: what decides on each language in each task."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.textpath import TextPath

from adiabatic.inference.differences import ENGLISH
from adiabatic.report.figures.axes import tick, verdict_handles
from adiabatic.report.figures.style import (
    COLUMN,
    MARGIN_LINE,
    PAGE,
    RED,
    STYLE,
    VERDICTS,
    ZERO_LINE,
)
from adiabatic.report.numbers import POINTS
from adiabatic.text.languages import family_of

# Inches that a row is high, and at least where there are very many; all else; a whole page.
ROW, LOWEST_ROW, REST, HIGHEST = 0.125, 0.096, 0.85, 9.4
# Languages, and rows, from which on a plot has two columns; rows of a column; most columns.
TWO_COLUMNS, LONG, LONGEST, MOST_COLUMNS = 15, 36, 66, 4
LABEL_SIZE = 6.5
# What the verdicts answer.
ANSWERS = {
    "improved": "improved, safe",
    "non-inferior": "non-inferior, safe",
    "undecided": "undecided",
    "inferior": "inferior, not safe",
}


def draw_forest(rows: pd.DataFrame, margin: float) -> Figure:
    """A row a language and task: the difference, and a line to the bound that decides.

    Args:
        rows: as in tables/forest.csv. margin: the non-inferiority margin, in the metric.
    """
    columns = _columns(rows)
    parts = _split(rows, columns)
    longest = max(map(len, parts))
    row = float(np.clip((HIGHEST - REST) / longest, LOWEST_ROW, ROW))
    low = min(rows["low"].min() * POINTS, -margin * POINTS) - 0.5
    high = max(rows["difference"].max() * POINTS, 0) + 0.5
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            1, columns, figsize=(COLUMN if columns == 1 else PAGE, longest * row + REST),
            squeeze=False, layout="constrained", sharex=True,
        )  # fmt: skip
        for axis, part in zip(axes[0], parts, strict=True):
            axis.set_xlim(low, high)
            _draw(axis, part, margin, LABEL_SIZE if row == ROW else LABEL_SIZE * 0.9)
            axis.set_xlabel(f"difference{' from the base' if columns <= 2 else ''} (points)")
            axis.xaxis.set_major_formatter(lambda value, _: tick(round(value, 6)))
        handles = _handles(rows.loc[rows["family"] != ENGLISH, "verdict"])
        figure.legend(
            handles=handles, loc="outside lower center", fontsize=LABEL_SIZE,
            ncols=2 if columns == 1 else len(handles),
        )  # fmt: skip
    return figure


def _columns(rows: pd.DataFrame) -> int:
    """How many columns a plot has, so that it fits a page."""
    if rows["language"].nunique() < TWO_COLUMNS and len(rows) <= LONG:
        return 1
    return min(max(2, -(-len(rows) // LONGEST)), MOST_COLUMNS)


def _draw(axis: Axes, rows: pd.DataFrame, margin: float, size: float) -> None:
    axis.axvspan(axis.get_xlim()[0], -margin * POINTS, color=RED, alpha=0.07, lw=0, zorder=0)
    axis.axvline(0, **ZERO_LINE)
    axis.axvline(-margin * POINTS, **MARGIN_LINE)
    places = -np.arange(len(rows))
    for place, row in zip(places, rows.itertuples(), strict=True):
        color, marker = VERDICTS[row.verdict]
        if np.isnan(row.low):
            axis.text(0, place, " no items", color=color, fontsize=size, va="center")
            continue
        ends = (row.low * POINTS, row.difference * POINTS)
        axis.plot(ends, (place, place), color=color, lw=1, zorder=2)
        axis.plot(ends[0], place, "|", color=color, markersize=4, zorder=2)
        axis.plot(ends[1], place, marker, color=color, zorder=3)
    # Names of tasks start below one another; left of them a language is named, at its first row.
    axis.set_yticks(places, rows["task"], ha="left")
    tasks, languages = (
        1.05 * max(TextPath((0, 0), text, size=size).get_extents().width for text in rows[column])
        for column in ("task", "language")
    )
    axis.tick_params(axis="y", length=0, labelsize=size, pad=tasks + 4)
    before = None
    for place, language in zip(places, rows["language"], strict=True):
        if language == before:
            continue
        axis.annotate(
            language, (0, place), xycoords=axis.get_yaxis_transform(),
            xytext=(-tasks - 1.2 * languages - 10, 0), textcoords="offset points", ha="left",
            va="center", fontsize=size, weight="bold", annotation_clip=False,
        )  # fmt: skip
        if before is not None:
            new = family_of(language) != family_of(before)
            axis.axhline(place + 0.5, color="#999999" if new else "#DDDDDD", lw=0.5, zorder=0)
        before = language
    axis.set_ylim(places[-1] - 0.7, 0.7)


def _handles(verdicts: pd.Series) -> list[Line2D]:
    """What the legend says: how often each verdict is found, and where the margin is."""
    handles = verdict_handles(verdicts)
    for handle in handles[:-1]:
        name = str(handle.get_label())
        handle.set_label(f"{ANSWERS[name]}: {(verdicts == name).sum()}")
    return handles


def _split(rows: pd.DataFrame, columns: int) -> list[pd.DataFrame]:
    """The rows in so many parts of about one length, each language in one."""
    starts = np.flatnonzero((rows["language"] != rows["language"].shift()).to_numpy())
    wanted = np.arange(1, columns) * len(rows) / columns
    cuts = [int(starts[np.argmin(np.abs(starts - place))]) for place in wanted]
    ends = [0, *cuts, len(rows)]
    return [rows.iloc[first:last] for first, last in pairwise(ends)]
