"""The learning-rate window: its caption."""

import pandas as pd

from adiabatic.report.numbers import with_interval
from adiabatic.report.verdicts import recommendation


def window_caption(window: pd.DataFrame, runs: pd.DataFrame, confidence: float) -> str:
    """Caption of the learning-rate window."""
    lines = []
    for family, part in window.groupby("family", sort=False):
        best = part.loc[part["difference"].idxmax()]
        worst = part.loc[part["difference"].idxmin()]
        lines.append(
            f"- {family} ({best['metric']}, n = {best['n']}): best {with_interval(best)} at "
            f"{best['learning_rate']:g}, worst {with_interval(worst)} at {worst['learning_rate']:g}"
        )
    seeds = window["seeds"].iloc[0]
    return (
        "Difference between tuned and base query encoder against the learning rate, averaged over "
        f"{seeds} seed{'s' if seeds > 1 else ''}; bands are {confidence:.0%} paired bootstrap "
        "intervals over items; the axis is linear up to 5 points and logarithmic beyond; the grey "
        "line marks the recommended rate. "
        f"{recommendation(runs)}\n\n" + "\n".join(lines)
    )
