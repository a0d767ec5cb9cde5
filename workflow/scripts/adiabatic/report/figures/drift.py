"""Gain against drift of the queries, and relative weight change of the blocks."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from adiabatic.evaluation.drift import BLOCK, QUERIES
from adiabatic.report.figures.axes import looks_of, scale_points, scale_rates
from adiabatic.report.figures.style import (
    BLACK,
    DARK_GREY,
    GREY,
    LIGHT_GREY,
    PAGE,
    STYLE,
    ZERO_LINE,
)
from adiabatic.report.numbers import MINUS, POINTS, rate
from adiabatic.tasks.kinds import HELD_OUT

BLOCK_LINES = [(BLACK, "o", "-"), (DARK_GREY, "s", "--"), (GREY, "^", "-."), (LIGHT_GREY, "D", ":")]
# Share of the axis of the weights that the label of a rate takes.
LABEL = 0.26
# Panels of tasks beside English and the weights.
MOST_TASKS = 2


def draw_drift(rows: pd.DataFrame) -> Figure:
    """A panel for English and for the non-English queries of tasks, one for the weights.

    Args:
        rows: as in tables/drift.csv.
    """
    queries = rows[(rows["kind"] == QUERIES) & rows["difference"].notna()]
    names = [HELD_OUT, *[n for n in pd.unique(queries["name"]) if n != HELD_OUT][:MOST_TASKS]]
    looks = looks_of(sorted(queries["learning_rate"].unique()))
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            1, len(names) + 1, figsize=(PAGE, 2.5), layout="constrained", squeeze=False
        )
        *scatters, last = axes[0]
        ranges = []
        for axis, name in zip(scatters, names, strict=True):
            part = queries[queries["name"] == name]
            if name != HELD_OUT:
                part = part[part["language"] != "en"]
            runs = part.groupby(["learning_rate", "run"])[["value", "difference"]].mean()
            axis.axhline(0, **ZERO_LINE)
            for value, points in runs.groupby("learning_rate"):
                color, marker = looks[value]
                axis.plot(
                    points["value"], points["difference"] * POINTS, marker, color=color,
                    label=rate(value), clip_on=False,
                )  # fmt: skip
            axis.set(xscale="log", xlabel=f"query drift (1 {MINUS} cosine)")
            axis.set_title("English" if name == HELD_OUT else f"{name}, non-English")
            axis.minorticks_off()
            axis.xaxis.set_major_formatter(_plain)
            ranges += [runs["difference"].min() * POINTS, runs["difference"].max() * POINTS]
        scale_points(scatters, min(ranges), max(ranges))
        for axis in scatters[1:]:
            axis.tick_params(labelleft=False)
        scatters[0].set_ylabel("difference from the base (points)")
        _draw_blocks(last, rows)
        handles = scatters[0].get_legend_handles_labels()
        figure.legend(
            *handles, title="learning rate", loc="outside lower center", ncols=len(handles[1])
        )
    return figure


def _draw_blocks(axis: plt.Axes, rows: pd.DataFrame) -> None:
    """Relative weight change by kind of block, layers taken together; without what is frozen."""
    blocks = rows[(rows["kind"] == BLOCK) & (rows["name"] != "other") & (rows["value"] > 0)]
    kind = blocks["name"].str.replace(r"^\d+ ", "", regex=True)
    means = blocks.groupby([kind, "learning_rate"], sort=False)["value"].mean()
    for (color, marker, style), (name, part) in zip(
        BLOCK_LINES, means.groupby(level=0, sort=False), strict=False
    ):
        values = part.droplevel(0)
        axis.plot(
            values.index, values * POINTS, color=color, marker=marker, linestyle=style, label=name
        )
    axis.set(yscale="log", title="weights")
    scale_rates(axis, sorted(blocks["learning_rate"].unique()), LABEL)
    axis.set_ylabel("relative weight change (%)")
    axis.minorticks_off()
    # Room for the legend above all lines, which rise.
    axis.set_ylim(top=axis.get_ylim()[1] * 30)
    axis.yaxis.set_major_formatter(_plain)
    axis.legend(fontsize=6, handlelength=2.4, loc="upper left")


def _plain(value: float, _: int) -> str:
    """A positive number on a logarithmic axis: `0.01`, `10`, and `1e-6` from there on."""
    return f"{value:g}" if value >= 1e-4 else rate(value)
