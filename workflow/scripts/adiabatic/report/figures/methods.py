"""The figure that compares all methods: gain in English against the worst language."""

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

from adiabatic.inference.method_comparison import ADIABATIC, BASE
from adiabatic.report.figures.panels import scale_points
from adiabatic.report.figures.style import BLACK, COLUMN, FILLS, GREY, METHODS, STYLE
from adiabatic.report.numbers import POINTS

# Points of one method that are closer than this, in pixels, share a label.
TOGETHER = 14


# Where a label may stand, in points from its marker: near ones and those above or below first.
PLACES = [
    (distance * x, distance * y)
    for distance, (x, y) in product(
        (6, 10, 15, 21, 28, 36),
        ((0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1), (1, 0), (-1, 0)),
    )
]


def methods_figure(frame: pd.DataFrame, margin: float) -> Figure:
    """Gain in English (x) against the worst language (y), a marker a method, the Pareto front.

    Labels give what differs within a method, its learning rates or alphas; what all of its runs
    share is in the legend. A line joins the sweep's runs in the order of rates.

    Args:
        frame: as in methods.csv.
        margin: of no loss, in the metric.
    """
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(COLUMN, COLUMN * 1.2), layout="constrained")
        axis.axhline(
            -margin * POINTS, color=BLACK, lw=0.8, linestyle=":", label="non-inferiority margin"
        )
        styles = {name: _style(frame, name) for name in pd.unique(frame["name"])}
        for name, rows in frame.groupby("name", sort=False):
            _draw_method(axis, rows, styles[name])
        scale_points([axis])
        _scale_gains(axis)
        _draw_front(axis, frame[frame["pareto"]])
        axis.set_xlabel("gain in English (points)")
        axis.set_ylabel("worst language (points)")
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
    """Marker, colour and filling: the second baseline of a method is hollow."""
    method = frame.loc[frame["name"] == name, "method"].iloc[0]
    alike = [n for n in pd.unique(frame.loc[frame["method"] == method, "name"]) if n != ADIABATIC]
    key = name if name == ADIABATIC else method
    marker, color = METHODS[key]
    place = alike.index(name) if name in alike else 0
    return {"marker": marker, "color": color, "fillstyle": FILLS[place % len(FILLS)]}


def _draw_method(axis: Axes, rows: pd.DataFrame, style: dict[str, str]) -> None:
    gain, worst = rows["english_gain"] * POINTS, rows["worst_difference"] * POINTS
    reaches = [
        np.nan_to_num(
            [(rows[value] - rows[f"{prefix}_low"]), (rows[f"{prefix}_high"] - rows[value])]
        ).clip(min=0)
        * POINTS
        for value, prefix in (("english_gain", "english"), ("worst_difference", "worst"))
    ]
    axis.errorbar(
        gain, worst, xerr=reaches[0], yerr=reaches[1], fmt="none", ecolor=style["color"], lw=0.6,
        alpha=0.4,
    )  # fmt: skip
    name = rows["name"].iloc[0]
    edge = style["color"] if style["fillstyle"] == "none" else BLACK
    line = "-" if name == ADIABATIC else ""
    shared = [
        word.format(rows[column].iloc[0])
        for column, word in (("alpha", "alpha {:g}"), ("learning_rate", "rate {:g}"))
        if rows[column].nunique() == 1
    ]
    axis.plot(
        gain, worst, linestyle=line, lw=0.7, markersize=5, markeredgecolor=edge,
        markeredgewidth=0.5, label=", ".join([name, *shared]), zorder=3 + (name == BASE), **style,
    )  # fmt: skip


def _scale_gains(axis: Axes) -> None:
    """The axis of gains: to scale, unless some method loses or gains many points."""
    low, high = axis.get_xlim()
    if max(-low, high) > 20:
        ticks = [-50, -20, -5, -2, 0, 2, 5, 20, 50]
        axis.set_xscale("symlog", linthresh=5)
        axis.set_xticks(ticks, [f"{tick:+d}" if tick else "0" for tick in ticks])
        axis.set_xlim(low, high)
        axis.minorticks_off()
    else:
        axis.xaxis.set_major_formatter(lambda value, _: f"{value:+g}" if value else "0")


def _draw_front(axis: Axes, front: pd.DataFrame) -> None:
    """A step line around what the methods that are not dominated leave behind."""
    ordered = front.sort_values(["english_gain", "worst_difference"], ascending=[True, False])
    gain, worst = ordered["english_gain"] * POINTS, ordered["worst_difference"] * POINTS
    (left, _), (bottom, _) = axis.get_xlim(), axis.get_ylim()
    axis.plot(
        [left, *gain, gain.iloc[-1]], [worst.iloc[0], *worst, bottom], color=GREY, lw=1,
        linestyle="--", drawstyle="steps-pre", zorder=1, scalex=False, scaley=False,
        label="not dominated",
    )  # fmt: skip


def _label_points(axis: Axes, frame: pd.DataFrame, styles: dict[str, dict[str, str]]) -> None:
    """Write rates or alphas where they cover no marker and no other label."""
    places = axis.transData.transform(
        frame[["english_gain", "worst_difference"]].to_numpy() * POINTS
    )
    taken = [Bbox.from_bounds(x - 6, y - 6, 12, 12) for x, y in places]
    for rows, text in _labels(frame, places):
        middle = places[rows].mean(axis=0)
        nearest = rows[int(np.argmin(np.abs(places[rows] - middle).sum(axis=1)))]
        point = frame[["english_gain", "worst_difference"]].to_numpy()[nearest] * POINTS
        label = axis.annotate(
            text, point, xytext=PLACES[0], textcoords="offset points", ha="center", va="center",
            fontsize=6,
            arrowprops={"arrowstyle": "-", "lw": 0.5, "shrinkA": 0, "shrinkB": 3, "zorder": 2,
                        "color": styles[frame.loc[nearest, "name"]]["color"]},
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
    for _, rows in frame.groupby("name", sort=False):
        varied = [column for column in ("alpha", "learning_rate") if rows[column].nunique() > 1]
        groups: list[list[int]] = []
        for row in rows.index if varied else []:
            if groups and np.linalg.norm(places[row] - places[groups[-1][-1]]) < TOGETHER:
                groups[-1].append(row)
            else:
                groups.append([row])
        for group in groups:
            texts = [
                " of ".join(f"{frame.loc[row, column]:g}" for column in varied) for row in group
            ]
            yield group, " to ".join(dict.fromkeys([texts[0], texts[-1]]))
