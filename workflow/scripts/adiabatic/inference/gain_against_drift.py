"""What each run has gained, and how far its queries have drifted."""

import pandas as pd

from adiabatic.evaluation.drift import BLOCK, QUERIES
from adiabatic.inference.summary import OTHERS, headline_rows
from adiabatic.tasks.kinds import HELD_OUT


def run_points(drift: pd.DataFrame, summary: pd.DataFrame, reference: str = "en") -> pd.DataFrame:
    """Drift of queries and difference from the base of each run: what the drift figure shows.

    Args:
        drift: rows of every run, with run, learning_rate and seed before COLUMNS.
        summary: rows of summary.csv.
        reference: the language that is tuned on.
    Returns:
        run, learning_rate, seed, family, distance (mean of 1 - cosine), difference. The families
        are the held-out English triplets and, for each multilingual task, its other languages.
    """
    kept = summary[
        (summary["task"] == HELD_OUT)
        | (headline_rows(summary) & (summary["query_language"] == OTHERS))
    ]
    moved = drift[drift["kind"] == QUERIES]
    rows = []
    for row in kept.itertuples():
        mine = moved[(moved["run"] == row.run) & (moved["name"] == row.task)]
        if row.task == HELD_OUT:
            family = "held-out English triplets"
        else:
            family = f"{row.task}, other languages"
            mine = mine[mine["language"] != reference]
        distance = mine["value"].mean()
        rows.append((row.run, row.learning_rate, row.seed, family, distance, row.difference))
    columns = ["run", "learning_rate", "seed", "family", "distance", "difference"]
    return pd.DataFrame(rows, columns=columns)


def block_points(drift: pd.DataFrame) -> pd.DataFrame:
    """Movement of the weights relative to their norm, by kind of block and learning rate.

    Returns:
        block (layers taken together), learning_rate, movement (mean over layers and seeds).
    """
    blocks = drift[(drift["kind"] == BLOCK) & (drift["name"] != "other")]
    kind = blocks["name"].str.replace(r"^\d+ ", "", regex=True).rename("block")
    means = blocks.groupby([kind, "learning_rate"], sort=False)["value"].mean()
    return means.rename("movement").reset_index()
