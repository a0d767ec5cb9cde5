"""All candidates: gain in English against the comparison that decides whether all is kept."""

from collections.abc import Iterator
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from adiabatic.inference.verdicts import NEEDS_SEEDS
from adiabatic.plan.methods import METHODS
from adiabatic.plan.runs import BASE, SWEEP
from adiabatic.report.figures.axes import scale_points, tick
from adiabatic.report.figures.style import (
    BLACK,
    COLUMN,
    DARK_GREY,
    MARGIN_LINE,
    STYLE,
    WINDOW_SHADE,
    ZERO_LINE,
)
from adiabatic.report.numbers import POINTS, count, rate

# Points of one group that are closer than this, in pixels, share a label.
TOGETHER = 14
# Where a label may stand, in points from its marker: near ones and those above or below first.
PLACES = [
    (distance * x, distance * y)
    for distance, (x, y) in product(
        (6, 10, 15, 21, 28, 36),
        ((0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1), (1, 0), (-1, 0)),
    )
]
# Of gains, which have little room.
FEW_TICKS = [-50, -10, -2, 0, 2, 10, 50]
FILLS = ["full", "none", "left", "top"]
VALUES = ["english_gain", "worst_low"]


def draw_methods(frame: pd.DataFrame, margin: float) -> Figure:
    """Gain in English (x) and the lowest bound (y), a marker a method; above the line all is kept.

    Labels give what differs within a group, its learning rates or alphas; what all of its
    candidates share is in the legend. A line joins the sweep's in the order of rates.

    Args:
        frame: as in tables/methods.csv. margin: the non-inferiority margin, in the metric.
    """
    frame = frame.dropna(subset=VALUES).reset_index(drop=True)
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(COLUMN, COLUMN * 1.25), layout="constrained")
        axis.axvline(0, **ZERO_LINE)
        axis.axhline(-margin * POINTS, label="non-inferiority margin", **MARGIN_LINE)
        styles = {name: _style(frame, name) for name in pd.unique(frame["group"])}
        for name, rows in frame.groupby("group", sort=False):
            _draw_group(axis, rows, styles[name])
        best = frame[frame["pareto_optimal"]]
        if len(best):
            axis.plot(
                best["english_gain"] * POINTS, best["worst_low"] * POINTS, "o", markersize=9,
                markerfacecolor="none", markeredgecolor=BLACK, markeredgewidth=0.6,
                label="Pareto-optimal, keeps all",
            )  # fmt: skip
        scale_points([axis], frame["worst_low"].min() * POINTS, frame["worst_low"].max() * POINTS)
        axis.axhspan(-margin * POINTS, axis.get_ylim()[1], **WINDOW_SHADE)
        _scale_gains(axis)
        axis.set_xlabel("gain in English (points)")
        axis.set_ylabel("lowest bound of all comparisons (points)")
        figure.legend(
            *axis.get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=6,
            labelspacing=0.3, handlelength=1.6,
        )  # fmt: skip
        # Labels go where room is left, so all else is laid out first, and then stays.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        _label_points(axis, frame, styles)
    return figure


def _style(frame: pd.DataFrame, name: str) -> dict[str, str]:
    """Marker, colour and filling: the second group of a method is hollow."""
    if name in (BASE, SWEEP):
        return {
            "marker": "*" if name == BASE else "o",
            "color": BLACK if name == BASE else DARK_GREY,
        }
    method = frame.loc[frame["group"] == name, "method"].iloc[0]
    alike = [n for n in pd.unique(frame.loc[frame["method"] == method, "group"]) if n != SWEEP]
    row = METHODS[method]
    fill = FILLS[alike.index(name) % len(FILLS)]
    return {"marker": row.marker, "color": row.color, "fillstyle": fill}


def _draw_group(axis: Axes, rows: pd.DataFrame, style: dict[str, str]) -> None:
    gain, bound = (rows[column] * POINTS for column in VALUES)
    reach = [gain - rows["english_low"] * POINTS, rows["english_high"] * POINTS - gain]
    axis.errorbar(
        gain, bound, xerr=np.nan_to_num(reach).clip(min=0), fmt="none", ecolor=style["color"],
        lw=0.6, alpha=0.4,
    )  # fmt: skip
    name = rows["group"].iloc[0]
    shared = [
        word.format(
            rate(rows[column].iloc[0]) if column == "learning_rate" else rows[column].iloc[0]
        )
        for column, word in (("alpha", "alpha {:g}"), ("learning_rate", "{}"))
        if rows[column].nunique() == 1
    ]
    # One run says nothing of a rate, wherever it lies.
    if name != BASE and rows["verdict"].eq(NEEDS_SEEDS).any():
        shared.append(count(int(rows["seeds"].iloc[0]), "seed"))
    axis.plot(
        gain, bound, linestyle="-" if name == SWEEP else "", lw=0.7, markersize=5,
        markeredgecolor=style["color"] if style.get("fillstyle") == "none" else BLACK,
        markeredgewidth=0.5, label=", ".join([name, *shared]), zorder=3 + (name == BASE), **style,
    )  # fmt: skip


def _scale_gains(axis: Axes) -> None:
    """The axis of gains: to scale, unless some method loses or gains many points."""
    low, high = axis.get_xlim()
    if max(-low, high) > 20:
        axis.set_xscale("symlog", linthresh=5)
        axis.set_xticks(FEW_TICKS, list(map(tick, FEW_TICKS)))
        axis.set_xlim(low, high)
        axis.minorticks_off()
    else:
        axis.xaxis.set_major_formatter(lambda value, _: tick(round(value, 6)))


def _label_points(axis: Axes, frame: pd.DataFrame, styles: dict[str, dict[str, str]]) -> None:
    """Write rates or alphas where they cover no marker and no other label."""
    places = axis.transData.transform(frame[VALUES].to_numpy() * POINTS)
    taken = [Bbox.from_bounds(x - 6, y - 6, 12, 12) for x, y in places]
    for rows, text in _labels(frame, places):
        middle = places[rows].mean(axis=0)
        nearest = rows[int(np.argmin(np.abs(places[rows] - middle).sum(axis=1)))]
        point = frame[VALUES].to_numpy()[nearest] * POINTS
        label = axis.annotate(
            text, point, xytext=PLACES[0], textcoords="offset points", ha="center", va="center",
            fontsize=6,
            arrowprops={"arrowstyle": "-", "lw": 0.5, "shrinkA": 0, "shrinkB": 3, "zorder": 2,
                        "color": styles[frame.loc[nearest, "group"]]["color"]},
            path_effects=[withStroke(linewidth=1.5, foreground="white")], zorder=4,
        )  # fmt: skip
        taken.append(_moved_to_free_place(axis, label, taken))


def _moved_to_free_place(axis: Axes, label: Annotation, taken: list[Bbox]) -> Bbox:
    """Move a label to the first place that is free, or else to the one that covers least."""
    inside = axis.get_window_extent()
    found: list[tuple[float, int]] = []
    boxes = []
    for number, place in enumerate(PLACES):
        label.set_position(place)
        # The text alone: an annotation's own extent counts the line to its marker, too.
        label.update_positions(axis.figure.canvas.get_renderer())
        box = Text.get_window_extent(label)
        outside = box.width * box.height - _shared(box, inside)
        covered = sum(_shared(box, other) for other in taken)
        boxes.append(box)
        found.append((covered + outside, number))
        if found[-1][0] == 0:
            break
    _, best = min(found)
    label.set_position(PLACES[best])
    return boxes[best]


def _shared(one: Bbox, other: Bbox) -> float:
    """Area that two boxes share."""
    both = Bbox.intersection(one, other)
    return both.width * both.height if both else 0.0


def _labels(frame: pd.DataFrame, places: np.ndarray) -> Iterator[tuple[list[int], str]]:
    """Rows that share a label, and its text: neighbours of one method that lie close together."""
    for _, rows in frame.groupby("group", sort=False):
        varied = [column for column in ("alpha", "learning_rate") if rows[column].nunique() > 1]
        groups: list[list[int]] = []
        for row in rows.index if varied else []:
            if groups and np.linalg.norm(places[row] - places[groups[-1][-1]]) < TOGETHER:
                groups[-1].append(row)
            else:
                groups.append([row])
        for group in groups:
            texts = [
                " of ".join(
                    rate(frame.loc[row, c]) if c == "learning_rate" else f"{frame.loc[row, c]:g}"
                    for c in varied
                )
                for row in group
            ]
            yield group, " to ".join(dict.fromkeys([texts[0], texts[-1]]))
