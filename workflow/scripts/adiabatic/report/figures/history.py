"""The figure of the tuning histories."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from adiabatic.report.figures.panels import looks_of
from adiabatic.report.figures.style import PAGE, STYLE


def history_figure(
    history: pd.DataFrame, loss: str = "triplet", similarity: str = "cosine"
) -> Figure:
    """Validation accuracy and loss against the step, a colour for each rate, a line for each seed.

    Args:
        history: learning_rate, seed, step, loss, validation_accuracy.
        loss: triplet or multiple-negatives-ranking, which have units of their own.
        similarity: cosine or dot, in which the triplet loss is measured.
    """
    measured = {"cosine": "cosine similarity", "dot": "inner product"}[similarity]
    unit = {"triplet": measured, "multiple-negatives-ranking": "nats"}[loss]
    rates = sorted(history["learning_rate"].unique())
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(1, 2, figsize=(PAGE, 2.5), layout="constrained")
        for rate, (color, marker) in looks_of(rates).items():
            runs = history[history["learning_rate"] == rate].groupby("seed", sort=True)
            for number, (_, run) in enumerate(runs):
                look = {"color": color, "marker": marker, "markevery": 4}
                label = f"{rate:g}" if number == 0 else None
                axes[0].plot(run["step"], run["validation_accuracy"], label=label, **look)
                axes[1].plot(run["step"], run["loss"], **look)
        axes[0].set_ylabel("validation accuracy")
        axes[1].set_ylabel(f"training loss ({unit})")
        for axis in axes:
            axis.set_xlabel("step")
        figure.legend(title="learning rate", loc="outside right center")
    return figure
