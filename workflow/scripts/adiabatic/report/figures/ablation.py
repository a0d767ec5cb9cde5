"""The figure of an ablation."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from adiabatic.inference.summary import GRID_TO_ABLATION
from adiabatic.report.figures.panels import panel_of, scale_points, window_panel
from adiabatic.report.figures.style import BLACK, PAGE, STYLE
from adiabatic.report.numbers import POINTS


def ablation_figure(rows: pd.DataFrame, movements: pd.DataFrame) -> Figure:
    """An ablation against the sweep: distance of the weights, then a panel for each task, by rate.

    Args:
        rows: comparison, family, task, metric, learning_rate, difference, ci_low, ci_high (see
            ablation-NAME.csv).
        movements: learning_rate, relative_difference, a row for each seed.
    """
    compared = rows[rows["comparison"] == GRID_TO_ABLATION]
    parts = compared.assign(panel=panel_of(compared)).groupby("panel", sort=False)
    panels = [part for _, part in parts]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            1, len(panels) + 1, figsize=(PAGE, 2.8), layout="constrained", squeeze=False
        )
        first, *others = axes[0]
        apart = movements.assign(share=movements["relative_difference"] * POINTS)
        means = apart.groupby("learning_rate")["share"].mean()
        first.plot(apart["learning_rate"], apart["share"], "o", color="#999999", label="one seed")
        first.plot(means.index, means, color=BLACK, label="mean of seeds")
        # Runs that patience has taken back to the base have not moved at all.
        moved = apart.loc[apart["share"] > 0, "share"]
        first.set(xscale="log", xlabel="learning rate", title="weights")
        if len(moved):
            low, high = np.log10([moved.min(), moved.max()])
            first.set_yscale("log")
            first.set_ylim(10 ** np.floor(low - 0.1), 10 ** np.ceil(high + 0.1))
        first.yaxis.set_major_formatter("{x:g}")
        first.minorticks_off()
        first.set_ylabel("distance of movements (%)")
        for axis, part in zip(others, panels, strict=True):
            window_panel(axis, part, None)
            axis.tick_params(labelleft=axis is others[0])
        scale_points(others)
        for axis in axes[0]:
            axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.25), handlelength=2.6)
        others[0].set_ylabel("ablation minus grid (points)")
    return figure
