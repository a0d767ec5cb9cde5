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
    COLUMN,
    CROSS_LINGUAL_LINE,
    DARK_GREY,
    ENGLISH_LINE,
    MARGIN_LINE,
    NON_ENGLISH_LINE,
    OTHER_LINES,
    STYLE,
    WINDOW_SHADE,
    ZERO_LINE,
)
from adiabatic.report.numbers import POINTS, metric
from adiabatic.tasks.kinds import ARXIV, HELD_OUT

ENGLISH_PANEL, ENGLISH_LABEL = "English triplets", "English"
CHOSEN_LINE = {"color": DARK_GREY, "lw": 0.8, "linestyle": ":", "zorder": 1}
# Panels side by side, and inches that a panel, a row of the legend and all else are high.
ACROSS = 2
PANEL, LEGEND_ROW, REST = 1.45, 0.145, 0.3
TICKS = [-40, -10, -3, 0, 3, 10, 40]
# Share of a panel's axis that the label of a rate takes.
LABEL = 0.2


def draw_window(rows: pd.DataFrame, margin: float) -> Figure:
    """A panel a task, a line an average; the window is shaded, the chosen rate marked.

    Args:
        rows: as in tables/window.csv. margin: the non-inferiority margin, in the metric.
    """
    english = rows["task"].isin([ARXIV, HELD_OUT])
    panel = rows["task"].where(~english, ENGLISH_PANEL)
    panels = [part for _, part in rows.groupby(panel, sort=False)]
    looks = _looks(rows)
    across = min(len(panels), ACROSS)
    down = -(-len(panels) // across)
    with plt.rc_context(STYLE):
        handles = _handles(rows, looks)
        height = PANEL * down + LEGEND_ROW * -(-len(handles) // 2) + REST
        figure, axes = plt.subplots(
            down, across, figsize=(COLUMN, height), sharey=True, layout="constrained", squeeze=False
        )
        flat = axes.ravel()
        for axis, part in zip(flat, panels, strict=False):
            _draw(axis, part, margin, looks)
        scale_points(flat, rows["low"].min() * POINTS, rows["high"].max() * POINTS, TICKS)
        for axis in flat[len(panels) :]:
            axis.set_visible(False)
        for axis in axes[-1]:
            axis.set_xlabel("learning rate")
        figure.supylabel("difference from the base (points)", fontsize=STYLE["font.size"])
        figure.legend(
            handles=handles, loc="outside lower center", ncols=2, fontsize=6.5, handlelength=2.4,
            labelspacing=0.3,
        )  # fmt: skip
    return figure


def _draw(
    axis: Axes, rows: pd.DataFrame, margin: float, looks: dict[str, tuple[str, str, str]]
) -> None:
    axis.axhline(0, **ZERO_LINE)
    axis.axhline(-margin * POINTS, **MARGIN_LINE)
    rates = sorted(rows["learning_rate"].unique())
    inside = rows.loc[rows["in_window"], "learning_rate"]
    if len(inside):
        axis.axvspan(inside.min() / 1.3, inside.max() * 1.3, **WINDOW_SHADE)
    chosen = rows.loc[rows["chosen"], "learning_rate"]
    if len(chosen):
        axis.axvline(chosen.iloc[0], **CHOSEN_LINE)
    for name, line in rows.groupby("aggregate", sort=False):
        label = _label(name, line)
        color, marker, style = looks[label]
        line = line.sort_values("learning_rate")
        x, low, high = line["learning_rate"], line["low"] * POINTS, line["high"] * POINTS
        axis.fill_between(x, low, high, color=color, alpha=0.15, lw=0)
        axis.plot(
            x, line["difference"] * POINTS, color=color, marker=marker, linestyle=style, label=label
        )
    scale_rates(axis, rates, LABEL)
    axis.set_xlabel("")
    axis.tick_params(labelsize=6.5)
    task = rows["task"].iloc[0]
    title = ENGLISH_PANEL if task in (ARXIV, HELD_OUT) else task
    axis.set_title(f"{title}\n({metric(rows['metric'].iloc[0])})", fontsize=7)


def _label(name: str, line: pd.DataFrame) -> str:
    """What the legend calls an average: English, the other languages, or one of arXiv."""
    if name.endswith((NON_ENGLISH, CROSS_LINGUAL)) or line["task"].iloc[0] == ARXIV:
        return name.split(", ")[-1]
    return ENGLISH_LABEL


def _looks(rows: pd.DataFrame) -> dict[str, tuple[str, str, str]]:
    """Colour, marker and line by label, the same in every panel."""
    known = {
        ENGLISH_LABEL: ENGLISH_LINE,
        NON_ENGLISH: NON_ENGLISH_LINE,
        CROSS_LINGUAL: CROSS_LINGUAL_LINE,
    }
    labels = {_label(name, line) for name, line in rows.groupby("aggregate", sort=False)}
    others = [name.split(", ")[-1] for name in pd.unique(rows["aggregate"])]
    others = [label for label in dict.fromkeys(others) if label in labels - known.keys()]
    found = {label: look for label, look in known.items() if label in labels}
    return found | dict(zip(others, OTHER_LINES, strict=False))


def _handles(rows: pd.DataFrame, looks: dict[str, tuple[str, str, str]]) -> list[Line2D | Patch]:
    """What the one legend explains: lines, the margin, the window, the chosen rate."""
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=color, marker=marker, linestyle=style, label=label)
        for label, (color, marker, style) in looks.items()
    ]
    handles.append(margin_handle())
    if rows["in_window"].any():
        handles.append(Patch(label="window: all kept, English gains", **WINDOW_SHADE))
    if rows["chosen"].any():
        handles.append(Line2D([], [], label="chosen rate", **CHOSEN_LINE))
    return handles
