"""The claims: a row each, with the number, the bound that decides, and the verdict."""

import re

import numpy as np
import pandas as pd

from adiabatic.inference.claim_list import claims_frame
from adiabatic.inference.values import CROSS_LINGUAL, EVERY, MONOLINGUAL, NON_ENGLISH
from adiabatic.plan.runs import SWEEP
from adiabatic.report.files import Table
from adiabatic.report.material import Material
from adiabatic.report.numbers import POINTS, rate, with_bound, with_interval, with_upper_bound
from adiabatic.report.words import direction
from adiabatic.tasks.kinds import ARXIV

# Claims of which one comparison is the number; of others it is the one that decides of many.
OF_ONE = ("a", "g", "h")


def claims_table(material: Material) -> Table:
    """Every claim at every rate that it is about."""
    rows = claims_frame(material.claims)
    return Table(rows, shown_claims(rows), _caption(material, rows))


def shown_claims(rows: pd.DataFrame) -> pd.DataFrame:
    """For people: `rows` as in claims.csv."""
    return pd.DataFrame(
        {
            "claim": rows["claim"] + ". " + rows["statement"],
            "runs": rows["group"],
            "learning rate": rows["learning_rate"].map(rate),
            "verdict": rows["verdict"],
            "decided by (points)": [_number(row) for _, row in rows.iterrows()],
            "where": [_where(row) for _, row in rows.iterrows()],
            "n": rows["n"].replace(0, "").astype(str),
            "seeds": rows["seeds"].replace(0, "").astype(str),
            "detail": rows["detail"],
            "needed": rows["needed"],
        }
    )


def _number(row: pd.Series) -> str:
    if np.isnan(row["difference"]):
        return ""
    if row["claim"] in OF_ONE:
        return with_interval(row["difference"], row["low"], row["high"])
    # A loss is shown by the upper bound.
    if row["verdict"] == "fails" or (row["claim"] == "f" and row["verdict"] == "holds"):
        return with_upper_bound(row["difference"], row["high"])
    return with_bound(row["difference"], row["low"])


def _where(row: pd.Series) -> str:
    query, document = row["query_language"], row["document_language"]
    task = re.sub(rf"^{ARXIV}\b", "arXiv", row["task"])
    if not task or (query == document == "en"):
        return task
    if document in (MONOLINGUAL, "") or query in (NON_ENGLISH, EVERY):
        return f"{task}, {query if query != EVERY else CROSS_LINGUAL}"
    return f"{task}, {direction(query, document)}"


def _caption(material: Material, rows: pd.DataFrame) -> str:
    """The verdicts of each claim, and how it was tested."""
    lines = []
    for (claim, statement), part in rows.groupby(["claim", "statement"], sort=False):
        swept = part[part["group"] == SWEEP] if (part["group"] == SWEEP).any() else part
        found = []
        for verdict, same in swept.groupby("verdict", sort=False):
            rates = [rate(value) for value in same["learning_rate"].dropna()]
            found.append(f"{verdict} at {', '.join(rates)}" if rates else verdict)
        lines.append(f"- {claim}. {statement}: {'; '.join(found)}")
    margin = material.how.non_inferiority_margin * POINTS
    return (
        f"The claims, each tested as such on the reported items, with a margin of {margin:g} "
        "points. b, c and d hold where the lower bound of every comparison is above minus the "
        "margin; they fail where one is inferior after Holm's correction. What is said of a rate "
        "needs three seeds.\n\n" + "\n".join(lines)
    )
