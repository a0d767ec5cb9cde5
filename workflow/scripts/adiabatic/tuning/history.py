"""The history of a tuning run: validation by step, patience, and which row is kept."""

import numpy as np
import pandas as pd

# Points of the history beside the start; enough for a curve, too few to cost time.
HISTORY_POINTS = 10
# Step, mean loss since the row before, validation accuracy, share of the weights that moved.
HistoryRow = tuple[int, float, float, float]


def best_row(rows: list[HistoryRow]) -> int:
    """The row of a history with the best validation accuracy, the first one of several."""
    return int(np.argmax([row[2] for row in rows]))


def out_of_patience(rows: list[HistoryRow], patience: int | None) -> bool:
    """Whether the best validation accuracy is `patience` rows ago; never without patience."""
    return patience is not None and len(rows) - 1 - best_row(rows) >= patience


def history_of(rows: list[HistoryRow], kept: int) -> pd.DataFrame:
    """A run's history; `kept` is the number of the row whose weights are kept."""
    columns = ["step", "loss", "validation_accuracy", "share_changed"]
    history = pd.DataFrame(rows, columns=columns)
    return history.assign(kept=np.arange(len(history)) == kept)
