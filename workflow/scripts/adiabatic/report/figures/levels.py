"""Levels of difficulty: accuracy of base and tuned encoder, and their difference below."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from adiabatic.report.figures.axes import tick, verdict_handles
from adiabatic.report.figures.style import (
    DARK_GREY,
    LIGHT_GREY,
    MARGIN_LINE,
    PAGE,
    STYLE,
    VERDICTS,
    ZERO_LINE,
)
from adiabatic.report.numbers import POINTS, rate


def draw_levels(rows: pd.DataFrame, margin: float) -> Figure:
    """A column of panels for each anchor style.

    Args:
        rows: as in tables/levels.csv. margin: the non-inferiority margin, in the metric.
    """
    styles = pd.unique(rows["style"])
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            2, len(styles), figsize=(PAGE, 3.0), sharex="col", sharey="row", squeeze=False,
            layout="constrained", height_ratios=(3, 2),
        )  # fmt: skip
        for (above, below), style in zip(axes.T, styles, strict=True):
            part = rows[rows["style"] == style]
            place = np.arange(len(part))
            above.bar(place - 0.2, part["base"] * POINTS, 0.38, color=LIGHT_GREY, label="base")
            above.bar(place + 0.2, part["tuned"] * POINTS, 0.38, color=DARK_GREY, label="tuned")
            above.axhline(50, color="black", lw=0.6, linestyle=":")
            above.set_title(f"{style} anchors")
            above.set_ylim(0, 100)
            below.axhline(0, **ZERO_LINE)
            below.axhline(-margin * POINTS, **MARGIN_LINE)
            for x, row in zip(place, part.itertuples(), strict=True):
                color, marker = VERDICTS[row.verdict]
                below.plot((x, x), (row.low * POINTS, row.high * POINTS), color=color, lw=1)
                below.plot(x, row.difference * POINTS, marker, color=color)
            below.set_xticks(place, part["level"])
            below.set_xlabel("level of difficulty")
            below.yaxis.set_major_formatter(lambda value, _: tick(round(value, 6)))
        axes[0][0].set_ylabel("triplet accuracy\n(points; chance: 50)")
        axes[1][0].set_ylabel("difference\n(points)")
        bars, _ = axes[0][0].get_legend_handles_labels()
        bars[1].set_label(f"tuned at {rate(rows['learning_rate'].iloc[0])}")
        handles = [*bars, *verdict_handles(rows["verdict"])]
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return figure
