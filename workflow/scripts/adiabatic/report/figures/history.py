"""Tuning histories: validation accuracy and loss against the step."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from adiabatic.report.figures.axes import looks_of
from adiabatic.report.figures.style import PAGE, STYLE
from adiabatic.report.numbers import POINTS, rate

# What a loss is measured in, by the loss; the triplet loss is in units of similarity.
UNITS = {"triplet": "similarity", "multiple-negatives-ranking": "nats"}


def draw_history(rows: pd.DataFrame, loss: str) -> Figure:
    """A colour a learning rate, a line a seed.

    Args:
        rows: as in tables/history.csv. loss: that is tuned by.
    """
    rates = sorted(rows["learning_rate"].unique())
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(1, 2, figsize=(PAGE, 2.4), layout="constrained")
        for value, (color, marker) in looks_of(rates).items():
            runs = rows[rows["learning_rate"] == value].groupby("seed", sort=True)
            for number, (_, run) in enumerate(runs):
                look = {"color": color, "marker": marker, "markevery": 4, "lw": 0.9}
                label = rate(value) if number == 0 else None
                axes[0].plot(run["step"], run["validation_accuracy"] * POINTS, label=label, **look)
                axes[1].plot(run["step"], run["loss"], **look)
        axes[0].set_ylabel("validation accuracy (points)")
        axes[1].set_ylabel(f"training loss ({UNITS[loss]})")
        for axis in axes:
            axis.set_xlabel("step")
        figure.legend(title="learning rate", loc="outside right center")
    return figure
