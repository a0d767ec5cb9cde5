"""Every single pair of languages of every task, for languages.csv."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from adiabatic.inference.claims import is_single
from adiabatic.inference.statistics import (
    error_reduction,
    holm,
    intervals_of_differences,
    mcnemar,
    p_values_above,
    simultaneous_intervals,
)
from adiabatic.inference.summary import Inference, Values, headline_cells, resampled

LANGUAGE_COLUMNS = [
    *("learning_rate", "task", "metric", "query_language", "document_language", "n", "seeds"),
    *("base", "tuned", "difference", "ci_low", "ci_high", "simultaneous_low"),
    *("simultaneous_high", "error_reduction", "p_kept", "p_kept_holm", "p_mcnemar"),
]


def language_rows(
    rate: float, base: Values, tuned: list[Values], how: Inference
) -> Iterator[pd.DataFrame]:
    """Rows of languages.csv for one rate: every single pair of languages of every task.

    McNemar's test, a cross-check that knows no bootstrap, is on what is wholly right: both of
    XNLI's comparisons, the first place of retrieval; its p-value is the median over seeds.
    """
    for cell in headline_cells(base):
        before = base[cell]
        columns = [pair for pair in before.columns if is_single(pair)]
        values = [seed[cell][columns] for seed in tuned]
        differences, means = resampled("", cell, before[columns], values, how)
        point = np.nanmean(differences, axis=(0, 1))
        n = before[columns].count().to_numpy()
        low, high = intervals_of_differences(point, means, how.confidence, n)
        corrected = simultaneous_intervals(point, means, how.confidence, n)
        p_kept = p_values_above(point, means, -how.non_inferiority_margin, n)
        mean = before[columns].mean().to_numpy()
        whole = before[columns].to_numpy() == 1
        changed = np.array([mcnemar(whole, seed.to_numpy() == 1) for seed in values])
        yield pd.DataFrame(
            {
                "learning_rate": rate,
                "task": cell.task,
                "metric": cell.metric,
                "query_language": [query for query, _ in columns],
                "document_language": [document for _, document in columns],
                "n": n,
                "seeds": len(tuned),
                "base": mean,
                "tuned": mean + point,
                "difference": point,
                "ci_low": low,
                "ci_high": high,
                "simultaneous_low": corrected[0],
                "simultaneous_high": corrected[1],
                "error_reduction": error_reduction(mean, mean + point),
                "p_kept": p_kept,
                "p_kept_holm": holm(p_kept),
                "p_mcnemar": np.median(changed, axis=0),
            }
        )
