"""Tuning histories: validation accuracy and loss by step, of every run of the sweep."""

import pandas as pd

from adiabatic.plan.runs import SWEEP
from adiabatic.report.files import Table
from adiabatic.report.material import Material
from adiabatic.report.numbers import rate, score


def history_table(material: Material) -> Table:
    """A row a run and point of its history."""
    rows = material.histories
    rows = rows[rows["group"] == SWEEP].drop(columns=["group", "alpha"])
    last = rows[rows["kept"]]
    shown = pd.DataFrame(
        {
            "run": last["run"],
            "step": last["step"],
            "validation accuracy (points)": last["validation_accuracy"].map(score),
            "share of parameters changed": last["share_changed"].map("{:.1%}".format),
        }
    )
    means = last.groupby("learning_rate")[["validation_accuracy", "share_changed"]].mean()
    parts = ", ".join(
        f"{rate(value)}: {score(row['validation_accuracy'])} points ("
        f"{row['share_changed']:.1%} of the tuned parameters changed)"
        for value, row in means.iterrows()
    )
    caption = f"Validation accuracy and loss while tuning. At the end, by learning rate: {parts}."
    return Table(rows, shown, caption)
