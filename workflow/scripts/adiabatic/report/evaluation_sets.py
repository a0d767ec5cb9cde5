"""The evaluation sets: caption of their table."""

import pandas as pd

from adiabatic.evaluation.contamination import contamination_in_words


def evaluation_sets_caption(table: pd.DataFrame) -> str:
    """Caption of the table of evaluation sets."""
    return (
        "What is evaluated: items (those of all languages that share them count once), distinct "
        "documents, queries that repeat another of their language word for word, and items of "
        "which the tuning data (its training and validation splits) has the query or the right "
        "document as a query or a positive passage, but for case, spaces and punctuation. "
        + contamination_in_words(table)
    )
