"""What each candidate takes: time to tune, and to embed documents again where it has to."""

import numpy as np
import pandas as pd

from adiabatic.inference.comparisons import Candidate
from adiabatic.report.files import Table
from adiabatic.report.material import Material
from adiabatic.report.methods import shown_keys
from adiabatic.report.numbers import candidate


def costs_table(material: Material) -> Table:
    """A row a candidate; these numbers vary between runs of the experiment."""
    rows = [_row(material, one) for one in material.candidates if not one.first.ablation]
    table = pd.DataFrame(rows)
    seconds = {
        words: table[column].map(lambda value: "unknown" if np.isnan(value) else f"{value:.0f}")
        for words, column in (
            ("tuning (s)", "tuning_seconds"),
            ("embedding documents again (s)", "embedding_seconds"),
        )
    }
    documents = table["documents"].map("{:,}".format)
    shown = pd.DataFrame({**shown_keys(table), **seconds, "documents embedded again": documents})
    return Table(table, shown, _caption(table))


def _row(material: Material, one: Candidate) -> dict[str, object]:
    """Medians over seeds. What is made from another run also takes what that run took."""
    names = {run.name: run for run in material.plan.runs}
    tuning, embedding, documents = [], [], 0
    for run in one.runs:
        made_from = [names[run.repeats]] if run.row.repeats else []
        parts = [run, *made_from] if run.row.make else []
        tuning.append(sum(material.seconds(part) for part in parts))
        if run.row.own_documents:
            embedding.append(_embedding_seconds(material, run.name))
            documents = material.documents(run.name)
    return {
        "group": one.group,
        "method": one.first.method,
        "learning_rate": one.learning_rate,
        "alpha": one.alpha,
        "seeds": len(one.runs),
        "tuning_seconds": float(np.median(tuning)),
        "embedding_seconds": float(np.median(embedding)) if embedding else 0.0,
        "documents": documents,
    }


def _embedding_seconds(material: Material, run: str) -> float:
    paths = list((material.results / "benchmarks").glob(f"embeddings-{run}-*.tsv"))
    if not paths:
        return float("nan")
    return float(sum(pd.read_csv(path, sep="\t")["s"].iloc[0] for path in paths))


def _caption(table: pd.DataFrame) -> str:
    known = table.dropna(subset="tuning_seconds")
    text = (
        "Seconds on this machine, medians over seeds, without loading libraries; they vary between "
        "runs of the experiment. What is made from another run counts that, too."
    )
    if len(known):
        slowest = known.loc[known["tuning_seconds"].idxmax()]
        name = candidate(slowest["group"], slowest["learning_rate"], slowest["alpha"])
        text += f" Longest: {name}, {slowest['tuning_seconds']:.0f} s."
    for _, row in table[table["documents"] > 0].iterrows():
        name = candidate(row["group"], row["learning_rate"], row["alpha"])
        text += (
            f" {name} embeds {row['documents']:,} documents again, in "
            f"{row['embedding_seconds']:.0f} s."
        )
    return text
