"""Claims as frames: for claims.csv, and for people."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from adiabatic.claims import NOT_TESTED, STATEMENTS, Claim


def claims_frame(claims: list[Claim]) -> pd.DataFrame:
    """Claims as a frame, with their statements; those that nothing tested are added."""
    missing = [
        Claim(claim, NOT_TESTED, detail="no such ablation was configured")
        for claim in STATEMENTS
        if claim not in {one.claim for one in claims}
    ]
    ordered = sorted([*claims, *missing], key=lambda one: one.claim)
    frame = pd.DataFrame([asdict(claim) for claim in ordered])
    frame.insert(1, "statement", frame["claim"].map(STATEMENTS))
    return frame


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
