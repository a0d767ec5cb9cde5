"""The learning-rate window: averages of tasks against the learning rate."""

import pandas as pd

from adiabatic.inference.comparisons import Candidate
from adiabatic.plan.runs import SWEEP
from adiabatic.report.files import Table
from adiabatic.report.material import Material
from adiabatic.report.numbers import count, metric, points, rate, score, with_interval
from adiabatic.report.words import deciding


def window_table(material: Material) -> Table:
    """A row an average and learning rate of the sweep.

    in_window, chosen, shown: about the rate; shown is the one of figures of one rate.
    """
    inside = material.window
    row = material.choice.row
    chosen = row["learning_rate"] if row is not None and row["group"] == SWEEP else None
    frames = [
        _rows(material, one).assign(
            in_window=one.learning_rate in inside,
            chosen=one.learning_rate == chosen,
            shown=one.learning_rate == material.shown_rate,
        )
        for one in material.candidates
        if one.group == SWEEP
    ]
    rows = pd.concat(frames, ignore_index=True)
    order = rows["aggregate"].unique()
    cells = rows.assign(
        rate=rows["learning_rate"].map(rate),
        cell=list(map(with_interval, rows["difference"], rows["low"], rows["high"])),
    )
    first = rows.drop_duplicates("aggregate").set_index("aggregate")
    wide = cells.pivot(index="aggregate", columns="rate", values="cell")
    shown = pd.concat(
        [
            first["metric"].map(metric),
            first["base"].map(score).rename("base (points)"),
            wide[cells["rate"].unique()],
        ],
        axis=1,
    ).loc[order]
    shown = shown.rename_axis("average").reset_index()
    return Table(rows, shown, _caption(material, rows))


def _rows(material: Material, one: Candidate) -> pd.DataFrame:
    rows = material.evidence.of(one)
    columns = ["aggregate", "task", "subset", "metric", "query_language", "document_language"]
    columns += ["seeds", "seed_sd", "scope", "n", "base", "tuned", "difference", "low", "high"]
    found = rows.loc[rows["aggregate"] != "", columns]
    found.insert(0, "learning_rate", one.learning_rate)
    return found


def _caption(material: Material, rows: pd.DataFrame) -> str:
    """What is drawn, and at which rates what is best and worst."""
    lines = []
    for name, part in rows.groupby("aggregate", sort=False):
        best, worst = part.loc[part["difference"].idxmax()], part.loc[part["difference"].idxmin()]
        lines.append(
            f"- {name}: best {points(best['difference'])} at {rate(best['learning_rate'])}, worst "
            f"{points(worst['difference'])} at {rate(worst['learning_rate'])}"
        )
    seeds = count(int(rows["seeds"].iloc[0]), "seed")
    kept = material.methods[material.methods["group"] == SWEEP]
    bounds = "; ".join(f"{rate(r['learning_rate'])}: {deciding(r)}" for _, r in kept.iterrows())
    return (
        f"Difference of the tuned from the base query encoder, mean of {seeds}, with "
        f"{material.how.confidence:.0%} intervals for {rows['scope'].iloc[0]}, on the reported "
        "items; the axis is logarithmic beyond 5 points where differences exceed 20. What decides "
        f"at each rate, the comparison with the lowest bound: {bounds}.\n\n" + "\n".join(lines)
    )
