"""Every pair of languages: caption of the heat maps."""

import pandas as pd

from adiabatic.report.numbers import with_interval


def languages_caption(rows: pd.DataFrame, task: str) -> str:
    """Caption of a heat map of languages; `rows` as in languages.csv."""
    lower = int((rows["simultaneous_high"] < 0).sum())
    higher = int((rows["simultaneous_low"] > 0).sum())
    rate, seeds = rows["learning_rate"].iloc[0], rows["seeds"].iloc[0]
    worst, best = (
        rows.loc[rows["difference"].idxmin()],
        rows.loc[rows["difference"].idxmax()],
    )
    pair = "{0[query_language]} to {0[document_language]}".format
    least, most = rows["n"].min(), rows["n"].max()
    items = f"{least} each" if least == most else f"{least} to {most}"
    return (
        f"{task}: difference in {rows['metric'].iloc[0]} from the base at the learning rate "
        f"{rate:g}, averaged over {seeds} seed{'s' if seeds > 1 else ''}, for every pair of "
        f"languages (n = {items}), sorted by family and script; in parentheses "
        "where the interval that holds for all pairs at once holds 0. "
        f"Of {len(rows)} pairs {higher} gain and {lower} lose by these intervals. Each by its own "
        f"interval: best {pair(best)}, {with_interval(best)}; worst "
        f"{pair(worst)}, {with_interval(worst)}."
    )
