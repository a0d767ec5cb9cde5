"""Every difference of every run of the sweep: summary.csv."""

import pandas as pd

from adiabatic.inference.halves import REPORT
from adiabatic.inference.verdicts import verdicts
from adiabatic.plan.runs import BASE, SWEEP
from adiabatic.report.files import Table
from adiabatic.report.material import Material
from adiabatic.report.numbers import MINUS, POINTS, count, metric, with_interval
from adiabatic.report.words import in_words, place

COLUMNS = ["run", "learning_rate", "seed", "task", "subset", "query_language"]
COLUMNS += ["document_language", "metric", "n", "base", "tuned", "difference", "ci_low", "ci_high"]
COLUMNS += ["verdict"]


def summary_table(material: Material) -> Table:
    """A row a run of the sweep and comparison, each with its own interval, for this run alone."""
    rows = material.differences
    rows = rows[(rows["half"] == REPORT) & (rows["against"] == BASE)]
    rows = rows[(rows["group"] == SWEEP) & (rows["run"] != "")]
    seeds = {run.name: run.seed for run in material.plan.sweep}
    margin = material.how.non_inferiority_margin
    table = rows.rename(columns={"low": "ci_low", "high": "ci_high"}).assign(
        seed=rows["run"].map(seeds),
        verdict=verdicts(rows["low"].to_numpy(), rows["high"].to_numpy(), margin),
    )[COLUMNS]
    shown = pd.DataFrame(
        {
            "run": table["run"],
            "comparison": [place(row) for _, row in table.iterrows()],
            "metric": table["metric"].map(metric),
            "n": table["n"],
            "difference (points)": list(
                map(with_interval, table["difference"], table["ci_low"], table["ci_high"])
            ),
            "verdict": table["verdict"],
        }
    )
    # Of thousands of rows a paper prints the averages.
    printed = shown[(rows["aggregate"] != "").to_numpy()]
    caption = (
        f"Every difference of {count(table['run'].nunique(), 'run')} of the sweep from the base, "
        f"on the reported items, with the {material.how.confidence:.0%} interval for this run: "
        f"{in_words(table['verdict'])} (non-inferior: above {MINUS}{margin * POINTS:g} points). "
        "The LaTeX table has the averages alone."
    )
    return Table(table, shown, caption, printed)
