"""Every difference: its caption."""

import pandas as pd


def summary_caption(summary: pd.DataFrame, margin: float) -> str:
    """Caption of the table of every difference."""
    counts = summary["verdict"].value_counts()
    verdicts = ", ".join(f"{counts[verdict]} {verdict}" for verdict in sorted(counts.index))
    return (
        f"Averages of base and tuned encoder over the same items, their differences and intervals, "
        f"for {summary['run'].nunique()} runs: {verdicts} of {len(summary)} rows. improved: the "
        f"interval is above 0; preserved: above minus {margin:g}; degraded: below that; undecided: "
        "the items are too few to tell."
    )
