"""Outcomes whose differences are planted, for tests of inference."""

import numpy as np
import pandas as pd

from adiabatic.inference.summary import Inference

HOW = Inference(non_inferiority_margin=0.05, confidence=0.95, resamples=500, seed=1)
LANGUAGES = ["en", "de", "zh"]


def outcomes(right, mrr=None):
    """Outcomes in which right(task, subset, query, document, item) says what is right."""
    rows = []
    cells = [("xnli", subset, q, d) for subset in ("neutral", "contradiction")
             for d in LANGUAGES for q in LANGUAGES]  # fmt: skip
    cells += [("arxiv", f"title-{level}", "en", "en") for level in ("random", "text")]
    cells += [("held-out", "all", "en", "en")]
    for task, subset, query, document in cells:
        for item in range(40):
            good = bool(right(task, subset, query, document, item))
            rows.append((task, subset, query, document, str(item), good, 2 - good, np.nan, np.nan))
    frame = pd.DataFrame(
        rows,
        columns=["task", "subset", "query_language", "document_language", "item", "correct", "rank",
                 "mrr@10", "ndcg@10"],
    )  # fmt: skip
    for column in frame.columns[:5]:
        frame[column] = frame[column].astype("category")
    return frame


def base_right(task, subset, query, document, item):
    return item % 2 == 0


def better_english(task, subset, query, document, item):
    return item % 2 == 0 or task == "held-out"


def worse_chinese(task, subset, query, document, item):
    return better_english(task, subset, query, document, item) and query != "zh"


def measured(rows, **measures):
    """Outcomes of rows (task, subset, query language, document language, item, right)."""
    columns = ["task", "subset", "query_language", "document_language", "item", "correct"]
    frame = pd.DataFrame(rows, columns=columns).assign(**measures)
    return frame.astype(dict.fromkeys(columns[:5], "category"))
