"""The learning-rate window: difference from the base against the learning rate."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from adiabatic.inference.values import CROSS_LINGUAL, NON_ENGLISH
from adiabatic.report.figures.axes import margin_handle, scale_points, scale_rates
from adiabatic.report.figures.style import (
    CROSS_LINGUAL_LINE,
    ENGLISH_LINE,
    MARGIN_LINE,
    NON_ENGLISH_LINE,
    OTHER_LINES,
    PAGE,
    STYLE,
    WINDOW_SHADE,
    ZERO_LINE,
)
from adiabatic.report.numbers import POINTS, metric
from adiabatic.tasks.kinds import ARXIV, HELD_OUT

ENGLISH_PANEL = "English triplets"
CHOSEN_LINE = {"color": "#666666", "lw": 0.8, "linestyle": ":", "zorder": 1}


def draw_window(rows: pd.DataFrame, margin: float) -> Figure:
    """A panel a task, a line an average; the window is shaded, the chosen rate marked.

    Args:
        rows: as in tables/window.csv. margin: the non-inferiority margin, in the metric.
    """
    english = rows["task"].isin([ARXIV, HELD_OUT])
    panel = rows["task"].where(~english, ENGLISH_PANEL)
    panels = [part for _, part in rows.groupby(panel, sort=False)]
    count = len(panels)
    across = min(count, 3)
    down = -(-count // across)
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            down, across, figsize=(PAGE, 2.0 * down + 0.55), sharey=True, layout="constrained",
            squeeze=False,
        )  # fmt: skip
        flat = axes.ravel()
        for axis, part in zip(flat, panels, strict=False):
            _draw(axis, part, margin)
        scale_points(flat, rows["low"].min() * POINTS, rows["high"].max() * POINTS)
        for axis in flat[count:]:
            axis.set_visible(False)
        for axis in axes[:, 0]:
            axis.set_ylabel("difference from the base (points)")
        handles = [margin_handle()]
        if rows["in_window"].any():
            handles.append(Patch(label="window: all is kept, and English gains", **WINDOW_SHADE))
        if rows["chosen"].any():
            handles.append(Line2D([], [], label="chosen rate", **CHOSEN_LINE))
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return figure


def _draw(axis: Axes, rows: pd.DataFrame, margin: float) -> None:
    axis.axhline(0, **ZERO_LINE)
    axis.axhline(-margin * POINTS, **MARGIN_LINE)
    rates = sorted(rows["learning_rate"].unique())
    inside = rows.loc[rows["in_window"], "learning_rate"]
    if len(inside):
        axis.axvspan(inside.min() / 1.3, inside.max() * 1.3, **WINDOW_SHADE)
    chosen = rows.loc[rows["chosen"], "learning_rate"]
    if len(chosen):
        axis.axvline(chosen.iloc[0], **CHOSEN_LINE)
    others = iter(OTHER_LINES)
    for name, line in rows.groupby("aggregate", sort=False):
        color, marker, style = _look(name, line) or next(others)
        line = line.sort_values("learning_rate")
        x, low, high = line["learning_rate"], line["low"] * POINTS, line["high"] * POINTS
        axis.fill_between(x, low, high, color=color, alpha=0.15, lw=0)
        axis.plot(
            x, line["difference"] * POINTS, color=color, marker=marker, linestyle=style,
            label=name.split(", ")[-1],
        )  # fmt: skip
    scale_rates(axis, rates)
    task = rows["task"].iloc[0]
    title = ENGLISH_PANEL if task in (ARXIV, HELD_OUT) else task
    axis.set_title(f"{title} ({metric(rows['metric'].iloc[0])})")
    axis.legend(fontsize=6, handlelength=2.4, loc="lower left")


def _look(name: str, line: pd.DataFrame) -> tuple[str, str, str] | None:
    """English, the other languages and cross-lingual look alike in every panel."""
    if name.endswith(NON_ENGLISH):
        return NON_ENGLISH_LINE
    if name.endswith(CROSS_LINGUAL):
        return CROSS_LINGUAL_LINE
    return None if line["task"].iloc[0] == ARXIV else ENGLISH_LINE
