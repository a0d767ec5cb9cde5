"""What approximate search finds of the best passages of exact search."""

import pandas as pd

from adiabatic.plan.runs import BASE
from adiabatic.report.files import Table
from adiabatic.report.material import Material


def search_recall_table(material: Material) -> Table:
    """A row a run, task and language that is searched by an index."""
    frames = []
    for name in (BASE, *(run.name for run in material.plan.runs)):
        path = material.results / "search" / f"{name}.csv"
        if path.exists():
            frames.append(pd.read_csv(path).assign(run=name))
    rows = pd.concat(frames, ignore_index=True)
    rows = rows[["run", *(column for column in rows if column != "run")]]
    lines = []
    for (task, language), part in rows.groupby(["task", "language"], sort=False):
        found = part["recall@100"]
        lines.append(
            f"- {task}, {language} ({part['passages'].iloc[0]:,} passages): {found.min():.1%} to "
            f"{found.max():.1%}; of relevant passages {part['relevant_found'].mean():.1%}, exact "
            f"search {part['relevant_exact'].mean():.1%}"
        )
    caption = (
        "What the approximate index finds of the best 100 passages of exact search, for a sample "
        "of queries, over the base and all runs. Where runs differ here, some of their differences "
        "in the tables are the index's.\n\n" + "\n".join(lines)
    )
    return Table(rows, rows.rename(columns=lambda name: name.replace("_", " ")), caption)
