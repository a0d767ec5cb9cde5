"""Every single pair of languages of every task, at every rate of the sweep."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from adiabatic.inference.differences import SIMULTANEOUS
from adiabatic.inference.values import is_single
from adiabatic.inference.verdicts import holm, verdicts
from adiabatic.plan.runs import SWEEP
from adiabatic.report.files import Table
from adiabatic.report.material import Material
from adiabatic.report.numbers import POINTS, points, rate, with_interval
from adiabatic.report.words import in_words, pair
from adiabatic.tasks.kinds import ARXIV, HELD_OUT, POOL

COLUMNS = ["learning_rate", "task", "metric", "query_language", "document_language", "n"]
COLUMNS += ["clusters", "seeds", "scope", "base", "tuned", "difference", "low", "high", "verdict"]
COLUMNS += [
    *SIMULTANEOUS,
    "relative_error_reduction",
    "p_noninferior",
    "p_inferior",
    "p_inferior_holm",
]


def languages_table(material: Material) -> Table:
    """A row a rate, task and pair of languages: differences, tests, relative error reduction."""
    frames = []
    for one in material.candidates:
        if one.group != SWEEP:
            continue
        rows = material.evidence.of(one)
        multilingual = ~rows["task"].isin([ARXIV, HELD_OUT, "all tasks"])
        pairs = zip(rows["query_language"], rows["document_language"], strict=True)
        rows = rows[multilingual & np.array([is_single(pair) for pair in pairs])]
        # Which are inferior is asked of all pairs of a task at once.
        corrected = rows.groupby("task")["p_inferior"].transform(lambda p: holm(p.to_numpy()))
        margin = material.how.non_inferiority_margin
        with np.errstate(divide="ignore", invalid="ignore"):
            reduction = np.where(rows["base"] < 1, rows["difference"] / (1 - rows["base"]), np.nan)
        frames.append(
            rows.assign(
                p_inferior_holm=corrected,
                relative_error_reduction=reduction,
                verdict=verdicts(rows["low"].to_numpy(), rows["high"].to_numpy(), margin),
            )[COLUMNS]
        )
    table = pd.concat(frames, ignore_index=True)
    shown = pd.DataFrame(
        {
            "learning rate": table["learning_rate"].map(rate),
            "task": table["task"],
            "queries": table["query_language"],
            "documents": table["document_language"],
            "difference (points)": list(
                map(with_interval, table["difference"], table["low"], table["high"])
            ),
            "verdict": table["verdict"],
        }
    )
    margin = material.how.non_inferiority_margin * POINTS
    lines = "\n".join(_lines(table, material.shown_rate))
    caption = (
        "Every pair of languages: the difference from the base, at the rate that is named below; "
        f"the table has every rate of the sweep, with {material.how.confidence:.0%} intervals, "
        f"whose lower end is compared with the margin of {margin:g} points. In a heat map, bold is "
        f"improved or inferior, and (in parentheses) undecided. The LaTeX table has, at that "
        f"rate, queries on documents of their own language or of all in one pool.\n\n{lines}"
    )
    own = (table["query_language"] == table["document_language"]) | (
        table["document_language"] == POOL
    )
    printed = shown[own & (table["learning_rate"] == material.shown_rate)]
    return Table(table, shown, caption, printed)


def _lines(table: pd.DataFrame, shown_rate: float) -> Iterator[str]:
    """A line a task: its verdicts, and where the least and the most was gained."""
    for task, rows in table[table["learning_rate"] == shown_rate].groupby("task", sort=False):
        verdicts_found = in_words(rows["verdict"])
        best, worst = rows.loc[rows["difference"].idxmax()], rows.loc[rows["difference"].idxmin()]
        yield (
            f"- {task} at {rate(shown_rate)}, {len(rows)} pairs: {verdicts_found}; from "
            f"{points(worst['difference'])} ({pair(worst)}) to {points(best['difference'])} "
            f"({pair(best)})"
        )
