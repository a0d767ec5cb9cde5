"""The claims: table and caption."""

from typing import Any

import numpy as np
import pandas as pd


def claims_caption(frame: pd.DataFrame) -> str:
    """Caption of the claims: for each the verdicts, and at which learning rates."""
    lines = []
    for (claim, statement), rows in frame[frame["ablation"] == ""].groupby(
        ["claim", "statement"], sort=False
    ):
        if rows["learning_rate"].nunique() > 1:
            parts = [
                f"{verdict} at {', '.join(map('{:g}'.format, part['learning_rate']))}"
                for verdict, part in rows.groupby("verdict", sort=False)
            ]
        else:
            parts = [
                f"{row.verdict} ({row.detail})" if row.detail else row.verdict
                for row in rows.itertuples()
            ]
        lines.append(f"- {claim}. {statement}: {'; '.join(parts)}")
    judged = frame[(frame["ablation"] != "") & frame["claim"].isin(["g", "h"])]
    lines += [
        f"- {row.claim}. {row.statement} (ablation {row.ablation}): {row.verdict} ({row.detail})"
        for row in judged.itertuples()
    ]
    return (
        "The claims, each tested as such. a: the interval of the difference is above 0. b to d: "
        "non-inferiority in every comparison, corrected for their number by Holm; the number is "
        "the worst comparison's, its interval one that holds for all of them at once; Holm's "
        "p-values decide. n counts premises, questions or anchors, the units that are resampled; "
        "seeds are a second level. e: the number counts the rates at which a to d are so by the "
        "estimates, its interval goes from the rates in the window to those at which nothing is "
        "shown to fail. g: the number is what other languages keep with it frozen at the first "
        "rate beyond the sweep's window, the verdict is by the ends of both windows.\n\n"
        + "\n".join(lines)
    )


def claims_table(frame: pd.DataFrame) -> pd.DataFrame:
    """For people: one row a claim and learning rate."""
    numbers = [_number(row) for row in frame.itertuples()]
    rates = frame["learning_rate"].map(lambda rate: "" if np.isnan(rate) else f"{rate:g}")
    return pd.DataFrame(
        {
            "claim": frame["claim"] + ". " + frame["statement"],
            "learning rate": rates,
            "ablation": frame["ablation"],
            "number (points)": numbers,
            "n": frame["n"].replace(0, "").astype(str),
            "seeds": frame["seeds"].replace(0, "").astype(str),
            "verdict": frame["verdict"],
            "detail": frame["detail"],
        }
    )


def _number(row: Any) -> str:
    """Number and interval of a row of claims.csv, with the unit where it is not points."""
    if np.isnan(row.number):
        return ""
    if row.unit == "points":
        return f"{row.number:+.1f} [{row.ci_low:+.1f}, {row.ci_high:+.1f}]"
    return f"{row.number:g} [{row.ci_low:g}, {row.ci_high:g}] {row.unit}"
