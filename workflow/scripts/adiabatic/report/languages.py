"""Every single pair of languages of every task, at every rate of the sweep."""

import numpy as np
import pandas as pd

from adiabatic.inference.values import is_single
from adiabatic.inference.verdicts import holm, verdicts
from adiabatic.plan.runs import SWEEP
from adiabatic.report.files import Table
from adiabatic.report.material import Material
from adiabatic.report.numbers import POINTS, rate, with_interval
from adiabatic.tasks.kinds import ARXIV, HELD_OUT

COLUMNS = ["learning_rate", "task", "metric", "query_language", "document_language", "n"]
COLUMNS += ["clusters", "seeds", "scope", "base", "tuned", "difference", "low", "high", "verdict"]
COLUMNS += [
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
    caption = (
        "Every pair of languages of every task at every learning rate of the sweep: the difference "
        f"from the base with its {material.how.confidence:.0%} interval, whose lower end is "
        f"compared with the margin of {margin:g} points; the relative error reduction; one-sided "
        "p-values of a loss of the margin or more and of less, the latter also corrected by Holm "
        "for all pairs of the task."
    )
    return Table(table, shown, caption)
