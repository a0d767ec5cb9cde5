"""The overview: families of tasks by learning rate."""

import pandas as pd

from adiabatic.report.numbers import POINTS, in_points


def overview_table(window: pd.DataFrame) -> pd.DataFrame:
    """One row a family, one column a learning rate: the base's value, differences in points."""
    window = window.assign(
        cell=[in_points(row.difference, row.ci_low, row.ci_high) for row in window.itertuples()],
        rate=window["learning_rate"].map("{:g}".format),
    )
    first = window.drop_duplicates("family").set_index("family")
    cells = window.pivot(index="family", columns="rate", values="cell")
    table = pd.concat(
        [
            first[["metric", "n"]],
            (first["base"] * POINTS).map("{:.1f}".format).rename("base"),
            cells[window["rate"].unique()],
        ],
        axis=1,
    ).loc[first.index]
    return table.rename_axis("family").reset_index()


def overview_caption(window: pd.DataFrame) -> str:
    """Caption of the overview."""
    best = window.groupby("family", sort=False)["difference"].idxmax()
    parts = ", ".join(
        f"{row['family']} {row['difference'] * POINTS:+.1f} at {row['learning_rate']:g}"
        for _, row in window.loc[best].iterrows()
    )
    return (
        "Differences from the base in points with their intervals, by family of tasks and learning "
        f"rate, averaged over seeds; the column base has the base's own value. Best: {parts}."
    )
