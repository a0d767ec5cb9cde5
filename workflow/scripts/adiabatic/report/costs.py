"""What the methods cost: table and caption."""

import numpy as np
import pandas as pd

from adiabatic.report.methods import keys_for_people, method_in_words


def costs_caption(costs: pd.DataFrame) -> str:
    """Caption of what the methods cost; `costs` as in costs.csv."""
    slowest = costs.loc[costs["tuning_seconds"].fillna(-1).idxmax()]
    text = (
        "Seconds on this machine, with what starting takes, medians over seeds; they differ from "
        "time to time. What is interpolated must be tuned first, and is counted with it. Longest: "
        f"{method_in_words(slowest)}, {slowest['tuning_seconds']:.0f} s."
    )
    for _, row in costs[costs["documents"] > 0].iterrows():
        text += (
            f" {method_in_words(row)} embeds {row['documents']:,} documents again, in "
            f"{row['embedding_seconds']:.0f} s."
        )
    return text


def costs_table(costs: pd.DataFrame) -> pd.DataFrame:
    """For people: one row a method, rate and alpha; `costs` as in costs.csv."""
    seconds = {
        name: costs[column].map(lambda value: "unknown" if np.isnan(value) else f"{value:.0f}")
        for name, column in (
            ("tuning (s)", "tuning_seconds"),
            ("embedding documents again (s)", "embedding_seconds"),
        )
    }
    documents = {"documents embedded again": costs["documents"].astype(str)}
    return pd.DataFrame({**keys_for_people(costs), **seconds, **documents})
