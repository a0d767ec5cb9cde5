"""Evaluation sets whose texts are angles: documents and queries on a circle."""

import numpy as np
import pandas as pd

from adiabatic.evaluation.outcomes import Queries, outcomes_of
from adiabatic.evaluation.sets import EvaluationSet


def vectors_of(angles):
    """Unit vectors at angles in degrees, by text."""
    radians = np.radians(list(angles.values()))
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def outcomes(kind, items, documents, queries):
    """Outcomes of one set where texts are angles."""
    part = EvaluationSet("task", "all", kind, items, pd.Index(documents), vectors_of(documents))
    return outcomes_of(Queries(pd.Index(queries), vectors_of(queries)), [part])
