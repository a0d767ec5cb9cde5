"""An ablation: its difference from the sweep's runs, by learning rate."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from adiabatic.inference.differences import ALL_TASKS
from adiabatic.inference.values import CROSS_LINGUAL, NON_ENGLISH
from adiabatic.report.ablations import EQUIVALENT
from adiabatic.report.figures.axes import margin_handle, scale_points
from adiabatic.report.figures.style import (
    COLUMN,
    CROSS_LINGUAL_LINE,
    ENGLISH_LINE,
    GREY,
    MARGIN_LINE,
    NON_ENGLISH_LINE,
    PAGE,
    STYLE,
    ZERO_LINE,
)
from adiabatic.report.numbers import POINTS, rate
from adiabatic.tasks.kinds import HELD_OUT

# What is drawn: English, and the averages over all multilingual tasks.
PANELS = {
    "held-out English triplets": ENGLISH_LINE,
    f"{ALL_TASKS}, {NON_ENGLISH}": NON_ENGLISH_LINE,
    f"{ALL_TASKS}, {CROSS_LINGUAL}": CROSS_LINGUAL_LINE,
}
# How far apart sweep and ablation stand at one rate.
APART = 0.12


def draw_ablation(rows: pd.DataFrame, margin: float, name: str) -> Figure:
    """A panel an average: gain of the sweep (hollow), of the ablation, and their difference.

    Args:
        rows: as in tables/ablation-NAME.csv. margin: in the metric. name: of the ablation.
    """
    panels = [panel for panel in PANELS if _says_something(panel, rows)]
    rates = sorted(rows["learning_rate"].unique())
    columns = {"sweep": "sweep_", name: "ablation_", "difference": ""}
    low = min(-margin, *(rows[f"{prefix}low"].min() for prefix in columns.values())) * POINTS
    high = max(rows[f"{prefix}high"].max() for prefix in columns.values()) * POINTS
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            1, len(panels), figsize=(COLUMN if len(panels) == 1 else PAGE, 2.4), sharey=True,
            squeeze=False, layout="constrained",
        )  # fmt: skip
        for axis, panel in zip(axes[0], panels, strict=True):
            part = rows[rows["aggregate"] == panel].sort_values("learning_rate")
            color, marker, _ = PANELS[panel]
            axis.axhline(0, **ZERO_LINE)
            axis.axhline(-margin * POINTS, **MARGIN_LINE)
            for turn, (label, prefix) in enumerate(columns.items()):
                paired = label == "difference"
                value = part[f"{prefix}difference"] * POINTS
                low_end, high_end = (part[f"{prefix}{end}"] * POINTS for end in ("low", "high"))
                axis.errorbar(
                    [rates.index(r) + (turn - 1) * 2 * APART for r in part["learning_rate"]],
                    value,
                    yerr=[(value - low_end).clip(lower=0), (high_end - value).clip(lower=0)],
                    fmt="D" if paired else marker,
                    color=GREY if paired else color,
                    fillstyle="none" if label == "sweep" else "full",
                    lw=0.8,
                    label=f"{name} minus sweep" if paired else label,
                )
            axis.set_xticks(range(len(rates)), list(map(rate, rates)))
            axis.set_xlim(-0.5, len(rates) - 0.5)
            axis.set_xlabel("learning rate")
            axis.set_title("English" if panel.startswith(HELD_OUT) else panel)
        scale_points(axes[0], low, high)
        axes[0][0].set_ylabel("difference (points)")
        handles, _ = axes[0][0].get_legend_handles_labels()
        handles.append(margin_handle())
        columns_of_legend = 2 if len(panels) == 1 else len(handles)
        figure.legend(handles=handles, loc="outside lower center", ncols=columns_of_legend)
    return figure


def _says_something(panel: str, rows: pd.DataFrame) -> bool:
    """Whether there is such an average, of which something differs; English is always shown."""
    part = rows[rows["aggregate"] == panel]
    same = (part["verdict"] == EQUIVALENT) & ((part["difference"] * POINTS).round(1) == 0)
    return len(part) > 0 and (panel.startswith(HELD_OUT) or not same.all())
