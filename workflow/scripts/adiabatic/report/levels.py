"""arXiv's levels of difficulty: base and tuned accuracy, and their difference."""

import pandas as pd

from adiabatic.inference.differences import LEVELS
from adiabatic.inference.verdicts import verdicts
from adiabatic.report.files import Table
from adiabatic.report.material import Material
from adiabatic.report.numbers import points, rate, score, with_interval


def levels_table(material: Material) -> Table:
    """A row a style and level, at the rate that figures of one rate show."""
    shown_rate = material.shown_rate
    rows = material.evidence.of(material.swept(shown_rate))
    rows = rows[rows["family"] == LEVELS]
    parts = rows["subset"].str.rsplit("-", n=1)
    margin = material.how.non_inferiority_margin
    table = rows.assign(
        learning_rate=shown_rate,
        style=parts.str[0],
        level=parts.str[1],
        verdict=verdicts(rows["low"].to_numpy(), rows["high"].to_numpy(), margin),
    )
    columns = ["learning_rate", "style", "level", "n", "seeds", "base", "tuned", "difference"]
    table = table[[*columns, "low", "high", "verdict"]].reset_index(drop=True)
    shown = pd.DataFrame(
        {
            "style": table["style"],
            "level": table["level"],
            "n": table["n"],
            "base (points)": table["base"].map(score),
            "tuned (points)": table["tuned"].map(score),
            "difference (points)": list(
                map(with_interval, table["difference"], table["low"], table["high"])
            ),
            "verdict": table["verdict"],
        }
    )
    return Table(table, shown, _caption(table, shown_rate))


def _caption(table: pd.DataFrame, shown_rate: float) -> str:
    parts = []
    for style, part in table.groupby("style", sort=False):
        accuracies = ", ".join(
            f"{level} {score(base)}" for level, base in part[["level", "base"]].values
        )
        order = "falls" if part["base"].is_monotonic_decreasing else "does not fall"
        parts.append(
            f"With {style} anchors the base's accuracy {order} from level to level ({accuracies}); "
            f"the tuned encoder differs by {points(part['difference'].mean())} points on average."
        )
    return (
        "Triplet accuracy on arXiv title/abstract pairs by level of difficulty, base and tuned at "
        f"{rate(shown_rate)}, and their difference with its interval. " + " ".join(parts)
    )
