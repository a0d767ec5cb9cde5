"""Drift of one run: of its weights, and of the vectors of all queries that are evaluated."""

from pathlib import Path

import pandas as pd
from safetensors.numpy import load_file

from adiabatic.encoding.model_folder import DELTA, WEIGHTS
from adiabatic.evaluation.drift import MovedQueries, block_drift, query_drift
from adiabatic.evaluation.outcomes import Queries
from adiabatic.evaluation.sets import EvaluationSet, is_parallel
from adiabatic.tasks.kinds import ARXIV


def drift_of_run(
    base: Path, run: Path, before: Queries, after: Queries, sets: list[EvaluationSet]
) -> pd.DataFrame:
    """Drift of a run's weights and of its queries' vectors.

    Args:
        base, run: folders of the base and of the run.
        before, after: vectors of the queries by each.
    """
    tasks: dict[str, MovedQueries] = {}
    for part in sets:
        # All levels of a style have the same anchors.
        style = f", {part.subset.rsplit('-', 1)[0]}" if part.task == ARXIV else ""
        name = part.task + style
        if name not in tasks:
            asked = part.items[part.items["query"].notna()]
            items = asked.drop_duplicates(["language", "item"])
            languages = items["language"].to_numpy()
            both = (encoded.of(items["query"]) for encoded in (before, after))
            tasks[name] = MovedQueries(name, is_parallel(part), languages, *both)
    weights = {k: v for file in sorted(base.glob(WEIGHTS)) for k, v in load_file(file).items()}
    of_weights = block_drift(weights, load_file(run / DELTA))
    return pd.concat([of_weights, query_drift(tasks.values())], ignore_index=True)
