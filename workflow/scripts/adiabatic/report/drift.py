"""Gain against drift: its caption."""

import pandas as pd

from adiabatic.report.numbers import POINTS


def drift_caption(points: pd.DataFrame, drift: pd.DataFrame) -> str:
    """Caption of gain against drift, with anisotropy and the gap between meanings by rate."""
    means = points.groupby(["family", "learning_rate"], sort=False)[["distance", "difference"]]
    lines = [
        f"- {family} at {rate:g}: drift {row['distance']:.2g}, "
        f"{row['difference'] * POINTS:+.1f} points"
        for (family, rate), row in means.mean().iterrows()
    ]
    changes = drift[drift["kind"].isin(["anisotropy", "gap"])]
    for (kind, rate), value in changes.groupby(["kind", "learning_rate"])["value"].mean().items():
        words = {
            "anisotropy": "mean cosine between different queries of one language",
            "gap": "cosine of one meaning minus other meanings, across languages",
        }[kind]
        lines.append(f"- change of the {words} at {rate:g}: {value:+.4f}")
    return (
        "Difference from the base against the drift of the queries' vectors (mean of 1 - cosine "
        "between a query's vectors before and after; a point for each run, the line joins the "
        "means of the rates), and the movement of the weights by kind of block, relative to their "
        "norm.\n\n" + "\n".join(lines)
    )
