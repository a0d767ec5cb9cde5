"""All candidates side by side: English gain, the comparison that decides, costs of serving."""

import numpy as np
import pandas as pd

from adiabatic.plan.runs import BASE, SWEEP
from adiabatic.report.files import Table
from adiabatic.report.material import Material
from adiabatic.report.numbers import POINTS, count, digits, rate, score, with_interval
from adiabatic.report.words import deciding, name_of


def methods_table(material: Material) -> Table:
    """A row a candidate, the base first."""
    table = material.methods
    differs = table["group"] != BASE
    shown = pd.DataFrame(
        {
            **shown_keys(table),
            "seeds": table["seeds"].replace(0, "").astype(str),
            "English gain (points)": _interval(table, "english", "gain"),
            "SD of seeds (points)": table["english_seed_sd"].map(score),
            "lowest bound (points)": [
                deciding(row) if known else ""
                for (_, row), known in zip(table.iterrows(), differs, strict=True)
            ],
            "all kept": table["verdict"],
            "cross-lingual change (points)": _interval(table, "cross_lingual", "change"),
            "drift of queries": table["drift"].map(digits),
            "stored index stays valid": table["stored_index"],
            "Pareto-optimal": table["pareto_optimal"].map({True: "yes", False: ""}),
        }
    )
    return Table(table, shown, methods_caption(material))


def shown_keys(table: pd.DataFrame) -> dict[str, pd.Series]:
    """The columns that name a candidate."""
    alike = (table["group"] == table["method"]) | table["group"].isin([BASE, SWEEP])
    return {
        "method": table["group"].where(alike, table["group"] + " (" + table["method"] + ")"),
        "learning rate": table["learning_rate"].map(rate),
        "alpha": table["alpha"].map(lambda value: "" if np.isnan(value) else f"{value:g}"),
    }


def methods_caption(material: Material) -> str:
    """What gains most, what keeps all, and what is best of those."""
    rows = material.methods[material.methods["group"] != BASE]
    best = rows.loc[rows["english_gain"].idxmax()]
    margin = material.how.non_inferiority_margin * POINTS
    text = (
        f"Every candidate against the base, on the reported items: gain on held-out English "
        f"triplets with its {material.how.confidence:.0%} interval, and of "
        f"{count(int(rows['comparisons'].iloc[0]), 'comparison')} that must be kept the one with "
        f"the lowest bound, which decides. Largest gain: {name_of(best)}, {_gain(best)}. "
    )
    kept = rows[rows["verdict"] == "kept"]
    if len(kept):
        safe = kept.loc[kept["english_gain"].idxmax()]
        text += (
            f"Shown to keep everything within {margin:g} points: {len(kept)} of {len(rows)}, of "
            f"which {name_of(safe)} gains most: {_gain(safe)}. "
        )
    else:
        text += f"None is shown to keep everything within {margin:g} points. "
    optimal = rows[rows["pareto_optimal"]]
    names = "; ".join(name_of(row) for _, row in optimal.iterrows()) or "none"
    return f"{text}Pareto-optimal among those that keep everything: {names}."


def _interval(table: pd.DataFrame, prefix: str, value: str) -> list[str]:
    columns = (table[f"{prefix}_{name}"] for name in (value, "low", "high"))
    texts = list(map(with_interval, *columns))
    return [
        "" if group == BASE else text for group, text in zip(table["group"], texts, strict=True)
    ]


def _gain(row: pd.Series) -> str:
    return with_interval(row["english_gain"], row["english_low"], row["english_high"]) + " points"
