"""What several figures share: axes of points, lines by learning rate."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from adiabatic.report.figures.style import BLACK, LINES, MARKERS
from adiabatic.report.numbers import POINTS

# Differences up to so many points are drawn to scale, larger ones on a logarithmic axis.
LINEAR_POINTS = 5


def looks_of(rates: Sequence[float]) -> dict[float, tuple[tuple[float, ...], str]]:
    """Colour and marker of each learning rate: from dark to light, and apart in grey, too."""
    colors = plt.get_cmap("viridis")(np.linspace(0, 0.9, len(rates)))
    markers = MARKERS * (1 + len(rates) // len(MARKERS))
    return dict(zip(rates, zip(map(tuple, colors), markers, strict=False), strict=True))


def window_panel(axis: Axes, part: pd.DataFrame, recommended: float | None) -> None:
    axis.axhline(0, color=BLACK, lw=0.6)
    if recommended is not None:
        axis.axvline(recommended, color="#999999", lw=3, alpha=0.4, zorder=0)
    for (color, marker, style), (label, line) in zip(
        LINES, part.groupby("family", sort=False), strict=False
    ):
        line = line.sort_values("learning_rate")
        rates, middle = line["learning_rate"], line["difference"] * POINTS
        axis.fill_between(
            rates, line["ci_low"] * POINTS, line["ci_high"] * POINTS, color=color, alpha=0.15, lw=0
        )
        axis.plot(
            rates, middle, color=color, marker=marker, linestyle=style, label=label.split(", ")[-1]
        )
    axis.set_xscale("log")
    axis.set_xlabel("learning rate")
    axis.set_title(part["panel"].iloc[0])


def scale_points(axes: Sequence[Axes]) -> None:
    """Y axes of differences in points, linear near 0 and logarithmic beyond, that show all data."""
    low = min(0, *(axis.dataLim.y0 for axis in axes))
    high = max(0, *(axis.dataLim.y1 for axis in axes))
    ticks = [-50, -20, -10, -5, -2, 0, 2, 5, 10, 20, 50]
    for axis in axes:
        axis.set_yscale("symlog", linthresh=LINEAR_POINTS)
        axis.set_yticks(ticks, [f"{tick:+d}" if tick else "0" for tick in ticks])
        axis.set_ylim(1.1 * low - 0.2, 1.1 * high + 0.2)
        axis.minorticks_off()


def panel_of(window: pd.DataFrame) -> pd.Series:
    """The panel of a row: English triplets together, each multilingual task for itself."""
    english = window["task"].isin(["held-out", "arxiv"])
    task = window["task"].where(~english, "English triplets")
    return task + " (" + window["metric"] + ")"
