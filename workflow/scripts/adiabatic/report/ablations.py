"""Ablations: table and caption."""

import pandas as pd

from adiabatic.inference.summary import BASE_TO_ABLATION, BASE_TO_GRID, GRID_TO_ABLATION
from adiabatic.report.numbers import POINTS, in_points, with_interval


def ablation_caption(rows: pd.DataFrame, movements: pd.DataFrame, name: str) -> str:
    """Caption of an ablation: how far its weights are from the sweep's, and whether that matters."""
    compared = rows[rows["comparison"] == GRID_TO_ABLATION]
    counts = compared["verdict"].value_counts()
    verdicts = ", ".join(f"{counts[verdict]} {verdict}" for verdict in sorted(counts.index))
    largest = compared.loc[compared["difference"].abs().idxmax()]
    apart = movements.groupby("learning_rate")["relative_difference"].mean()
    parts = ", ".join(f"{share * POINTS:.3g}% at {rate:g}" for rate, share in apart.items())
    seeds = rows["seeds"].iloc[0]
    return (
        f"Ablation {name}: runs with its settings minus the sweep's runs of the same rates and "
        f"{seeds} seed{'s' if seeds > 1 else ''}, on the same items. Of {len(compared)} "
        f"comparisons: {verdicts} (same: within the non-inferiority margin on both sides). The largest "
        f"difference is {with_interval(largest)} ({largest['family']}, at "
        f"{largest['learning_rate']:g}). The movement of the weights differs from the sweep's by "
        f"{parts} of its norm."
    )


def ablation_table(rows: pd.DataFrame) -> pd.DataFrame:
    """For people: one row a family and rate, in points."""
    cells = rows.assign(
        cell=[in_points(row.difference, row.ci_low, row.ci_high) for row in rows.itertuples()]
    )
    by = ["learning_rate", "family"]
    order = rows.drop_duplicates(by)[by]
    table = cells.pivot(index=by, columns="comparison", values="cell")
    verdicts = cells[cells["comparison"] == GRID_TO_ABLATION].set_index(by)["verdict"]
    table = table[[BASE_TO_GRID, BASE_TO_ABLATION, GRID_TO_ABLATION]].assign(verdict=verdicts)
    table = table.loc[pd.MultiIndex.from_frame(order)].reset_index()
    return table.assign(learning_rate=table["learning_rate"].map("{:g}".format)).rename(
        columns={"learning_rate": "learning rate"}
    )
