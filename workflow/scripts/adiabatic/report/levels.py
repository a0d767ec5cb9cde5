"""Levels of difficulty: table and caption."""

import pandas as pd

from adiabatic.report.numbers import POINTS, in_points


def levels_rows(summary: pd.DataFrame, run: str) -> pd.DataFrame:
    """Accuracy by style and level of one run, as figure and table show it."""
    rows = summary[(summary["run"] == run) & (summary["task"] == "arxiv")].copy()
    parts = rows["subset"].str.rsplit("-", n=1)
    rows.insert(0, "style", parts.str[0])
    rows.insert(1, "level", parts.str[1])
    columns = ["style", "level", "n", "base", "tuned", "difference", "ci_low", "ci_high", "verdict"]
    return rows.loc[rows["level"] != "mean", columns].reset_index(drop=True)


def levels_table(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a style and level, in points; `rows` as from `levels_rows`."""
    return pd.DataFrame(
        {
            "style": rows["style"],
            "level": rows["level"],
            "n": rows["n"],
            "base": (rows["base"] * POINTS).map("{:.1f}".format),
            "tuned": (rows["tuned"] * POINTS).map("{:.1f}".format),
            "difference": [
                in_points(row.difference, row.ci_low, row.ci_high) for row in rows.itertuples()
            ],
            "verdict": rows["verdict"],
        }
    )


def levels_caption(rows: pd.DataFrame, run: str) -> str:
    """Caption of the levels."""
    parts = []
    for style, part in rows.groupby("style", sort=False):
        accuracies = ", ".join(
            f"{level} {base:.3f}" for level, base in part[["level", "base"]].values
        )
        order = "falls" if part["base"].is_monotonic_decreasing else "does not fall"
        parts.append(
            f"With {style} anchors the base's accuracy {order} from level to level ({accuracies}); "
            f"run {run} differs by {part['difference'].mean() * POINTS:+.1f} points on average."
        )
    return (
        "Triplet accuracy on arXiv title/abstract pairs by level of difficulty; bars on the tuned "
        "encoder are intervals of its difference from the base. " + " ".join(parts)
    )
