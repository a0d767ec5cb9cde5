"""Is my language safe? What decides on each language in each task, for the chosen candidate."""

import numpy as np
import pandas as pd

from adiabatic.inference.comparisons import Candidate
from adiabatic.inference.differences import ENGLISH, LANGUAGES, LEVELS
from adiabatic.inference.verdicts import verdicts
from adiabatic.report.files import Table
from adiabatic.report.material import Material
from adiabatic.report.numbers import MINUS, POINTS, candidate, with_bound
from adiabatic.report.words import in_words, place
from adiabatic.text.languages import by_family


def forest_table(material: Material) -> Table:
    """A row a language and task: of its comparisons the one with the lowest bound, which decides.

    Before the languages, the held-out English triplets; after them, arXiv's levels by style.
    """
    one = shown_candidate(material)
    rows = material.evidence.of(one)
    rows = rows[rows["family"].isin([ENGLISH, LANGUAGES, LEVELS])]
    language = rows["query_language"].where(rows["family"] == LANGUAGES, material.how.reference)
    styles = rows["subset"].str.rsplit("-", n=1).str[0]
    task = rows["task"].where(rows["family"] != LEVELS, "arXiv, " + styles)
    table = rows.assign(language=language, row_task=task)
    # What has no items has no bound, and is not shown to be safe.
    bounds = table.assign(low=table["low"].fillna(-np.inf))
    lowest = table.loc[bounds.groupby(["row_task", "language"], sort=False)["low"].idxmin()]
    counts = table.groupby(["row_task", "language"])["low"].size()
    margin = material.how.non_inferiority_margin
    lowest = lowest.assign(
        comparisons=[
            counts[key] for key in zip(lowest["row_task"], lowest["language"], strict=True)
        ],
        verdict=verdicts(lowest["low"].to_numpy(), lowest["high"].to_numpy(), margin),
        decided_by=[place(row) for _, row in lowest.iterrows()],
    )
    order = {
        name: number for number, name in enumerate(by_family(list(lowest["language"].unique())))
    }
    families = {ENGLISH: 0, LANGUAGES: 1, LEVELS: 2}
    lowest = lowest.sort_values(
        ["family", "language", "row_task"],
        key=lambda column: (
            column.map(families if column.name == "family" else order)
            if column.name != "row_task"
            else column
        ),
        kind="stable",
    )
    columns = [
        "family",
        "language",
        "row_task",
        "comparisons",
        "decided_by",
        "n",
        "clusters",
        "seeds",
    ]
    columns += ["scope", "base", "difference", "low", "high", "p_noninferior", "verdict"]
    found = lowest[columns].rename(columns={"row_task": "task"}).reset_index(drop=True)
    found.insert(0, "candidate", candidate(one.group, one.learning_rate, one.alpha))
    shown = pd.DataFrame(
        {
            "language": found["language"],
            "task": found["task"],
            "decided by (points)": list(map(with_bound, found["difference"], found["low"])),
            "comparison": found["decided_by"],
            "verdict": found["verdict"],
        }
    )
    return Table(found, shown, _caption(found, margin))


def shown_candidate(material: Material) -> Candidate:
    """The chosen candidate; without one, the sweep at the rate that figures of one rate show."""
    row = material.choice.row
    return material.swept(material.shown_rate) if row is None else material.candidate_of(row)


def _caption(found: pd.DataFrame, margin: float) -> str:
    must = found[found["family"] != ENGLISH]
    known = must.dropna(subset="low")
    worst = known.loc[known["low"].idxmin()] if len(known) else None
    text = (
        f"Is each language safe with {found['candidate'].iloc[0]}? One row for each language and "
        "task: the difference from the base in the comparison with the lowest bound, and that "
        f"bound, at which the line ends. A language is safe where it is right of {MINUS}"
        f"{margin * POINTS:g} points. Of {len(must)} rows that must be kept: "
        f"{in_words(must['verdict'])}. The held-out English triplets, on top, are not counted."
    )
    if len(known) < len(must):
        text += f" Without any item that is reported: {len(must) - len(known)}."
    if worst is not None:
        text += f" Lowest: {with_bound(worst['difference'], worst['low'])}, {worst['decided_by']}."
    return text
