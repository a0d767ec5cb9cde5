"""What is evaluated, and its overlap with the training data."""

import pandas as pd

from adiabatic.evaluation.contamination import contamination_in_words
from adiabatic.report.files import Table
from adiabatic.report.material import Material


def evaluation_sets_table(material: Material) -> Table:
    """A row an evaluation set."""
    rows = pd.read_csv(material.results / "data/evaluation_sets.csv")
    caption = (
        "What is evaluated: items (those that several languages share count once), distinct "
        "documents, queries that repeat another of their language word for word, and items whose "
        "query or relevant document is in the tuning data (its training and validation splits), "
        "but for case, spaces and punctuation. " + contamination_in_words(rows)
    )
    return Table(rows, rows.rename(columns=lambda name: name.replace("_", " ")), caption)
