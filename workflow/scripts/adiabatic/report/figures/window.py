"""The figure of the learning-rate window."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from adiabatic.report.figures.panels import panel_of, scale_points, window_panel
from adiabatic.report.figures.style import PAGE, STYLE


def window_figure(window: pd.DataFrame, recommended: float | None) -> Figure:
    """Difference against learning rate: a panel for each task, a line for each family.

    Args:
        window: family, task, learning_rate, difference, ci_low, ci_high (see window.csv).
        recommended: the recommended learning rate, None where there is none.
    """
    panels = [
        part for _, part in window.assign(panel=panel_of(window)).groupby("panel", sort=False)
    ]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            1, len(panels), figsize=(PAGE, 2.9), sharey=True, layout="constrained", squeeze=False
        )
        for axis, part in zip(axes[0], panels, strict=True):
            window_panel(axis, part, recommended)
            axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), handlelength=2.6)
        scale_points(axes[0])
        axes[0][0].set_ylabel("difference from the base (points)")
        if recommended is not None:
            place = (recommended, axes[0][0].get_ylim()[1])
            side = "left" if recommended == window["learning_rate"].min() else "correct"
            axes[0][0].annotate(" recommended ", place, ha=side, va="top", color="#666666")
    return figure
