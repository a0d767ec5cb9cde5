"""The figure of gain against drift."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from adiabatic.report.figures.panels import looks_of, scale_points
from adiabatic.report.figures.style import BLACK, LINES, PAGE, STYLE
from adiabatic.report.numbers import POINTS


def drift_figure(points: pd.DataFrame, blocks: pd.DataFrame) -> Figure:
    """Difference against drift of the queries, by family; drift of the blocks, by learning rate.

    Args:
        points: learning_rate, family, distance, difference, a row for each run and family.
        blocks: block, learning_rate, movement.
    """
    families = pd.unique(points["family"])
    looks = looks_of(sorted(points["learning_rate"].unique()))
    # What is frozen has not moved, and a logarithmic axis has no place for it.
    blocks = blocks[blocks["movement"] > 0]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            1, len(families) + 1, figsize=(PAGE, 2.8), layout="constrained", squeeze=False
        )
        *scatters, last = axes[0]
        for axis, family in zip(scatters, families, strict=True):
            part = points[points["family"] == family]
            means = part.groupby("learning_rate")[["distance", "difference"]].mean()
            axis.axhline(0, color=BLACK, lw=0.6)
            axis.plot(means["distance"], means["difference"] * POINTS, color="#BBBBBB", lw=1)
            for rate, runs in part.groupby("learning_rate"):
                color, marker = looks[rate]
                axis.plot(
                    runs["distance"], runs["difference"] * POINTS, marker, color=color,
                    label=f"{rate:g}",
                )  # fmt: skip
            axis.set(
                xscale="log", title=family, xlabel="drift of queries (1 \N{MINUS SIGN} cosine)"
            )
            scale_points([axis])
        scatters[0].set_ylabel("difference from the base (points)")
        for (color, marker, style), (name, part) in zip(
            LINES, blocks.groupby("block", sort=False), strict=False
        ):
            last.plot(
                part["learning_rate"], part["movement"] * POINTS, color=color, marker=marker,
                linestyle=style, label=name,
            )  # fmt: skip
        last.set(xscale="log", yscale="log", xlabel="learning rate", title="weights")
        last.set_ylabel("movement (% of the norm)")
        last.minorticks_off()
        last.legend(fontsize=6, handlelength=2.6)
        handles = scatters[0].get_legend_handles_labels()
        columns = len(dict.fromkeys(handles[1]))
        figure.legend(*handles, title="learning rate", loc="outside lower center", ncols=columns)
    return figure
