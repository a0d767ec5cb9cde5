"""Drift: how far tuning moved the weights and the vectors of queries, beside what it gained."""

import pandas as pd

from adiabatic.evaluation.drift import ALIGNMENT_GAP, ANISOTROPY, BLOCK, QUERIES
from adiabatic.inference.differences import ENGLISH
from adiabatic.inference.values import NON_ENGLISH
from adiabatic.plan.runs import SWEEP
from adiabatic.report.files import Table
from adiabatic.report.material import Material
from adiabatic.report.numbers import MINUS, digits, points, rate
from adiabatic.tasks.kinds import HELD_OUT

KINDS = {
    BLOCK: "relative weight change",
    QUERIES: f"query drift (1 {MINUS} cosine)",
    ANISOTROPY: "anisotropy",
    ALIGNMENT_GAP: "cross-lingual alignment gap",
}


def drift_table(material: Material) -> Table:
    """A row a run of the sweep and what drifted; rows of queries also have the gain there."""
    rows = material.drift
    rows = rows[rows["group"] == SWEEP].drop(columns=["group", "alpha"]).reset_index(drop=True)
    rows["difference"] = [_gain(material, row) for row in rows.itertuples()]
    means = (
        rows.groupby(["kind", "name", "learning_rate"], sort=False)["value"].mean().reset_index()
    )
    texts = means.assign(
        learning_rate=means["learning_rate"].map(rate), value=means["value"].map(digits)
    )
    wide = texts.pivot(index=["kind", "name"], columns="learning_rate", values="value")
    keys = means[["kind", "name"]].drop_duplicates()
    wide = wide.loc[pd.MultiIndex.from_frame(keys), texts["learning_rate"].unique()]
    shown = wide.fillna("").reset_index().rename(columns={"name": "of"}).rename_axis(columns=None)
    shown = shown.assign(kind=shown["kind"].map(KINDS))
    return Table(rows, shown, _caption(rows))


def _gain(material: Material, row: object) -> float:
    """The run's difference from the base in a task: English, or its non-English queries."""
    if row.kind != QUERIES:
        return float("nan")
    one = material.swept(row.learning_rate)
    found = material.evidence.of(one, run=row.run)
    if row.name == HELD_OUT:
        found = found[found["family"] == ENGLISH]
    else:
        other = (found["task"] == row.name) & (found["query_language"] == NON_ENGLISH)
        found = found[other & (found["aggregate"] != "")]
    return float(found["difference"].iloc[0]) if len(found) else float("nan")


def _caption(rows: pd.DataFrame) -> str:
    queries = rows[(rows["kind"] == QUERIES) & (rows["name"] == HELD_OUT)]
    means = queries.groupby("learning_rate")[["value", "difference"]].mean()
    parts = "; ".join(
        f"{rate(value)}: drift {digits(row['value'])}, {points(row['difference'])} points"
        for value, row in means.iterrows()
    )
    return (
        f"Drift of the queries' vectors (mean of 1 {MINUS} cosine between a query's vectors before "
        "and after tuning) and what it goes with: the difference from the base, the relative "
        "weight change of each kind of block, anisotropy (mean cosine between different queries of "
        "one language) and the cross-lingual alignment gap (cosine of one meaning minus that of "
        f"others, across languages). Held-out English: {parts}."
    )
