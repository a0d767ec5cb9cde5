"""Numbers as people read them."""

import pandas as pd

POINTS = 100


def in_points(difference: float, low: float, high: float) -> str:
    """A difference and its interval in points: `+1.0 [+0.5, +1.5]`."""
    return f"{difference * POINTS:+.1f} [{low * POINTS:+.1f}, {high * POINTS:+.1f}]"


def with_interval(row: pd.Series) -> str:
    """A difference and its interval, in points."""
    low, high = row["ci_low"] * POINTS, row["ci_high"] * POINTS
    return f"{row['difference'] * POINTS:+.1f} points [{low:+.1f}, {high:+.1f}]"
