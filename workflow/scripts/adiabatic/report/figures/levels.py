"""The figure of the levels of difficulty."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from adiabatic.report.figures.style import BASE_BAR, BLACK, PAGE, STYLE, TUNED_BAR


def levels_figure(rows: pd.DataFrame) -> Figure:
    """Accuracy of base and tuned encoder for each level, a panel for each anchor style.

    Args:
        rows: style, level, base, tuned, ci_low, ci_high (the interval is that of the difference).
    """
    styles = pd.unique(rows["style"])
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            1, len(styles), figsize=(PAGE, 2.3), sharey=True, layout="constrained", squeeze=False
        )
        for axis, style in zip(axes[0], styles, strict=True):
            part = rows[rows["style"] == style]
            place = np.arange(len(part))
            axis.bar(place - 0.2, part["base"], 0.38, color=BASE_BAR, label="base")
            axis.bar(place + 0.2, part["tuned"], 0.38, color=TUNED_BAR, label="tuned")
            reach = [part["difference"] - part["ci_low"], part["ci_high"] - part["difference"]]
            axis.errorbar(
                place + 0.2, part["tuned"], np.maximum(reach, 0), fmt="none", ecolor=BLACK, lw=0.8
            )
            axis.set_xticks(place, part["level"])
            axis.set_xlabel("level of difficulty")
            axis.set_title(f"{style} anchors")
            axis.axhline(0.5, color=BLACK, lw=0.6, linestyle=":")
            axis.set_ylim(0, 1)
        axes[0][0].set_ylabel("triplet accuracy (chance: 0.5)")
        labels = axes[0][0].get_legend_handles_labels()
        figure.legend(*labels, loc="outside lower center", ncols=2)
    return figure
