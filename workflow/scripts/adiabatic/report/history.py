"""Tuning histories: their caption."""

import pandas as pd


def history_caption(history: pd.DataFrame) -> str:
    """Caption of the tuning histories."""
    last = history[history["kept"]].groupby("learning_rate")
    values = last[["validation_accuracy", "share_moved"]].mean()
    parts = ", ".join(
        f"{rate:g}: {row['validation_accuracy']:.3f} "
        f"({row['share_moved']:.1%} of the tuned weights moved)"
        for rate, row in values.iterrows()
    )
    return f"Validation accuracy and loss while tuning. Final validation accuracy by rate: {parts}."
