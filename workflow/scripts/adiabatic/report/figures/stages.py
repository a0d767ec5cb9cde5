"""The stages of the workflow: what each does, by which rules, and which stages it reads."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.path import Path as MatplotlibPath

from adiabatic.report.figures.style import DARK_GREY, LIGHT_GREY, PAGE, STYLE
from adiabatic.report.numbers import count

# Inches: height of a rule, space between stages; where names of stages, rules and texts start.
RULE, SPACE = 0.15, 0.16
STAGE_AT, RULE_AT, ABOUT_AT, LEFT = 1.02, 1.64, 3.2, 0.95
# Letters of a text that fit.
LONGEST = 76


def draw_stages(rows: pd.DataFrame) -> Figure:
    """A box a stage, a line a rule; an arrow for what one stage reads of another.

    Args:
        rows: a row a rule: stage, reads, rule, jobs, about.
    """
    stages = [(name, part) for name, part in rows.groupby("stage", sort=False)]
    heights = [len(part) * RULE + 0.08 for _, part in stages]
    total = sum(heights) + SPACE * (len(stages) - 1) + 0.1
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(PAGE, total))
        axis = figure.add_axes((0, 0, 1, 1))
        axis.set(xlim=(0, PAGE), ylim=(total, 0))
        axis.set_axis_off()
        top, middle = 0.05, {}
        for (name, part), height in zip(stages, heights, strict=True):
            axis.add_patch(
                Rectangle(
                    (LEFT, top), PAGE - LEFT - 0.05, height, facecolor="#F4F4F4",
                    edgecolor=LIGHT_GREY, lw=0.6,
                )
            )  # fmt: skip
            middle[name] = top + height / 2
            axis.text(STAGE_AT, middle[name], name, weight="bold", va="center")
            for number, row in enumerate(part.itertuples()):
                y = top + 0.04 + (number + 0.5) * RULE
                jobs = f"  ({count(row.jobs, 'job')})" if row.jobs > 1 else ""
                axis.text(RULE_AT, y, f"{row.rule}{jobs}", fontsize=6.5, va="center")
                axis.text(ABOUT_AT, y, _short(row.about), fontsize=6, va="center", color=DARK_GREY)
            top += height + SPACE
        _draw_arrows(figure, rows, middle)
    return figure


def _draw_arrows(figure: Figure, rows: pd.DataFrame, middle: dict[str, float]) -> None:
    """Arcs on the left from what is read to what reads it; the further apart, the wider."""
    axis, order = figure.axes[0], list(middle)
    for stage, part in rows.groupby("stage", sort=False):
        for number, source in enumerate(part["reads"].iloc[0].split()):
            apart = order.index(stage) - order.index(source)
            # Arrows that end at one stage end apart from one another.
            end = middle[stage] - 0.06 + 0.06 * number
            start = middle[source] + (0.04 if apart > 0 else -0.04)
            reach = LEFT - 0.07 - min(0.8, 0.16 * abs(apart))
            control = np.array([[LEFT, start], [reach, start], [reach, end], [LEFT, end]])
            axis.add_patch(
                FancyArrowPatch(
                    path=_curve(control), arrowstyle="-|>", mutation_scale=6, lw=0.8,
                    color=DARK_GREY, shrinkA=0, shrinkB=0,
                )
            )  # fmt: skip


def _curve(points: np.ndarray) -> MatplotlibPath:
    curve = MatplotlibPath.CURVE4
    return MatplotlibPath(points, [MatplotlibPath.MOVETO, curve, curve, curve])


def _short(text: str) -> str:
    """A text that fits into its line: its first part, or its first words."""
    text = text.split(";")[0].rstrip(".")
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rsplit(" ", 1)[0].rstrip(",;:") + " ..."
