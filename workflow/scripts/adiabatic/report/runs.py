"""The verdict on each run: for this run, by its items alone."""

import pandas as pd

from adiabatic.inference.differences import ENGLISH
from adiabatic.inference.selection import SWITCH
from adiabatic.report.files import Table
from adiabatic.report.material import Material
from adiabatic.report.numbers import MINUS, POINTS, count, with_interval
from adiabatic.report.words import deciding


def runs_table(material: Material) -> Table:
    """A row a run: gain in English, the comparison that decides, and whether all are kept."""
    evidence, rows = material.evidence, []
    for one in material.candidates:
        for run in one.runs:
            english = evidence.of(one, run=run.name)
            english = english[english["family"] == ENGLISH].iloc[0]
            found = evidence.judgement(one, run=run.name)
            worst = found.deciding
            row = {
                "run": run.name,
                "group": run.group,
                "method": run.method,
                "learning_rate": run.learning_rate,
                "alpha": run.alpha,
                "seed": run.seed,
                "english_gain": english["difference"],
                "english_low": english["low"],
                "english_high": english["high"],
                "verdict": found.verdict,
                "comparisons": found.comparisons,
                "non_inferior": found.non_inferior,
                "inferior": found.inferior,
                "worst_difference": None if worst is None else worst["difference"],
                "worst_low": None if worst is None else worst["low"],
            }
            for key in ("task", "subset", "query_language", "document_language"):
                row[f"worst_{key}"] = "" if worst is None else worst[key]
            switch = material.choice.status == SWITCH
            row["deployed"] = switch and run.name == material.choice.run
            rows.append(row)
    table = pd.DataFrame(rows).astype({"worst_difference": float, "worst_low": float})
    shown = pd.DataFrame(
        {
            "run": table["run"],
            "English gain (points)": list(
                map(
                    with_interval,
                    table["english_gain"],
                    table["english_low"],
                    table["english_high"],
                )
            ),
            "lowest bound (points)": [deciding(row) for _, row in table.iterrows()],
            "all kept, for this run": table["verdict"],
        }
    )
    kept = int((table["verdict"] == "kept").sum())
    margin = material.how.non_inferiority_margin * POINTS
    caption = (
        f"Each of {count(len(table), 'run')} by itself: intervals are for this run, over its "
        f"reported items. {kept} of them keep everything: the lower bound of each comparison is "
        f"above {MINUS}{margin:g} points."
    )
    return Table(table, shown, caption)
