"""An ablation beside the runs of the sweep that it repeats."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from adiabatic.inference.comparisons import Candidate
from adiabatic.report.files import Table
from adiabatic.report.material import Material
from adiabatic.report.numbers import POINTS, count, digits, points, rate, with_interval
from adiabatic.report.words import in_words

# Verdicts on the difference of an ablation from the sweep.
EQUIVALENT, MORE, LESS, UNDECIDED = "equivalent", "more", "less", "undecided"


def ablation_tables(material: Material) -> Mapping[str, Table]:
    """A table for each ablation, by the name of its files."""
    groups: dict[str, list[Candidate]] = {}
    for one in material.candidates:
        if one.first.ablation:
            groups.setdefault(one.group, []).append(one)
    return {f"ablation-{name}": _table(material, name, rates) for name, rates in groups.items()}


def _table(material: Material, name: str, rates: list[Candidate]) -> Table:
    """A row a rate and average: gains of both from the base, and their paired difference."""
    frames = []
    for one in rates:
        swept = material.swept(one.learning_rate)
        both = material.evidence.between(swept, one)
        rows = both[both["aggregate"] != ""].set_index("aggregate")
        parts = {
            "sweep": material.evidence.of(swept).set_index("aggregate"),
            "ablation": material.evidence.of(one).set_index("aggregate"),
        }
        gains = {
            f"{who}_{column}": part.loc[rows.index, column].to_numpy()
            for who, part in parts.items()
            for column in ("difference", "low", "high")
        }
        about = {"learning_rate": one.learning_rate, "seeds": rows["seeds"], "n": rows["n"]}
        about |= {column: rows[column] for column in ("task", "metric")}
        ends = {column: rows[column] for column in ("difference", "low", "high")}
        frames.append(pd.DataFrame(about | gains | ends).reset_index())
    table = pd.concat(frames, ignore_index=True)
    table["verdict"] = _equivalence(table, material.how.non_inferiority_margin)
    table = table.merge(weight_changes(material, name), on="learning_rate", how="left")
    shown = pd.DataFrame(
        {
            "learning rate": table["learning_rate"].map(rate),
            "average": table["aggregate"],
            "sweep (points)": _interval(table, "sweep_"),
            f"{name} (points)": _interval(table, "ablation_"),
            "difference (points)": _interval(table, ""),
            "verdict": table["verdict"],
        }
    )
    return Table(table, shown, _caption(table, name, material.how.non_inferiority_margin))


def weight_changes(material: Material, name: str) -> pd.DataFrame:
    """How far the weights of an ablation's runs are from the sweep's, by rate: means over seeds."""
    path = material.results / "inference" / "weights.csv"
    columns = ["learning_rate", "relative_weight_change"]
    if not path.exists():
        return pd.DataFrame(columns=columns)
    rows = pd.read_csv(path)
    rows = rows[rows["group"] == name]
    return rows.groupby("learning_rate")["relative_weight_change"].mean().reset_index()[columns]


def _equivalence(table: pd.DataFrame, margin: float) -> np.ndarray:
    """equivalent: within the margin on both sides. more, less: on one side of 0."""
    low, high = table["low"].to_numpy(), table["high"].to_numpy()
    same = (low > -margin) & (high < margin)
    return np.select([same, low > 0, high < 0], [EQUIVALENT, MORE, LESS], UNDECIDED)


def _interval(table: pd.DataFrame, prefix: str) -> list[str]:
    columns = (table[f"{prefix}{name}"] for name in ("difference", "low", "high"))
    return list(map(with_interval, *columns))


def _caption(table: pd.DataFrame, name: str, margin: float) -> str:
    largest = table.loc[table["difference"].abs().idxmax()]
    text = (
        f"Ablation {name} against the runs of the sweep of the same rates, paired by item and seed "
        f"({count(int(table['seeds'].max()), 'seed')}). Of {len(table)} averages: "
        f"{in_words(table['verdict'])} "
        f"(equivalent: within {margin * POINTS:g} points on both sides). The figure has no panel "
        "for an average that is equivalent and differs by 0.0 at every rate. Largest difference: "
        f"{points(largest['difference'])} points ({largest['aggregate']}, at "
        f"{rate(largest['learning_rate'])})."
    )
    changes = table.drop_duplicates("learning_rate").dropna(subset="relative_weight_change")
    if len(changes):
        parts = ", ".join(
            f"{digits(row.relative_weight_change)} at {rate(row.learning_rate)}"
            for row in changes.itertuples()
        )
        text += f" Relative difference of the weight changes: {parts}."
    return text
