"""Candidates against one another, in pairs on the same items and seeds."""

import pandas as pd

from adiabatic.inference.comparisons import Candidate
from adiabatic.inference.differences import ENGLISH
from adiabatic.plan.runs import BASE
from adiabatic.report.files import Table
from adiabatic.report.forest import shown_candidate
from adiabatic.report.material import Material
from adiabatic.report.numbers import candidate, count, with_interval

COLUMNS = ["against", "against_rate", "against_alpha", "group", "learning_rate", "alpha", "seeds"]
COLUMNS += ["scope", "aggregate", "metric", "n", "difference", "low", "high", "p_improved"]

PAIRED = ["difference", "low", "high", "seeds"]


def pairs_table(material: Material) -> Table:
    """A row a pair of candidates and average; the difference is the second minus the first."""
    rows = material.differences
    ablations = {one.group for one in material.candidates if one.first.ablation}
    rows = rows[(rows["against"] != BASE) & ~rows["group"].isin(ablations)]
    table = rows.loc[rows["aggregate"] != "", COLUMNS].reset_index(drop=True)
    english = table[table["aggregate"] == "held-out English triplets"]
    shown = pd.DataFrame(
        {
            "first": list(
                map(
                    candidate, english["against"], english["against_rate"], english["against_alpha"]
                )
            ),
            "second": list(
                map(candidate, english["group"], english["learning_rate"], english["alpha"])
            ),
            "seeds": english["seeds"],
            "English, second minus first (points)": list(
                map(with_interval, english["difference"], english["low"], english["high"])
            ),
            "finding": [
                "more" if low > 0 else "less" if high < 0 else "no difference shown"
                for low, high in zip(english["low"], english["high"], strict=True)
            ],
        }
    )
    different = int(((english["low"] > 0) | (english["high"] < 0)).sum())
    one = shown_candidate(material)
    name = candidate(one.group, one.learning_rate, one.alpha)
    printed = shown[(shown["first"] == name) | (shown["second"] == name)]
    caption = (
        f"Candidates compared with one another on the same items and seeds: of {len(english)} "
        f"pairs {different} differ in English beyond chance, each by its own interval. The CSV "
        f"also has every average ({count(table['aggregate'].nunique(), 'average')}), and the LaTeX "
        f"table has the pairs of {name} alone."
    )
    return Table(table, shown, caption, printed)


def against_chosen(material: Material) -> pd.DataFrame:
    """English of every other candidate minus the chosen one's, paired; empty without a choice."""
    row = material.choice.row
    if row is None:
        return pd.DataFrame(columns=["other", *PAIRED])
    chosen = material.candidate_of(row)
    found = []
    for other in material.candidates:
        if other.first.ablation or other is chosen:
            continue
        paired = paired_english(material, chosen, other)
        if paired is not None:
            name = candidate(other.group, other.learning_rate, other.alpha)
            found.append({"other": name, **paired})
    return pd.DataFrame(found)


def paired_english(
    material: Material, first: Candidate, second: Candidate
) -> dict[str, float] | None:
    """English of the second minus that of the first: PAIRED; None where they were not compared."""
    sign, rows = 1, material.evidence.between(first, second)
    if rows.empty:
        sign, rows = -1, material.evidence.between(second, first)
    rows = rows[rows["family"] == ENGLISH]
    if rows.empty:
        return None
    row = rows.iloc[0]
    low, high = sorted([sign * row["low"], sign * row["high"]])
    return dict(zip(PAIRED, (sign * row["difference"], low, high, row["seeds"]), strict=True))
