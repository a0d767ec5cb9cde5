"""The README of an exported query encoder; every number is read from the experiment's tables."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from huggingface_hub import EvalResult, ModelCardData
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adiabatic.inference.differences import LANGUAGES
from adiabatic.report.numbers import count, points, rate_text, with_bound

TEMPLATE = Path(__file__).with_name("model_card.md.jinja")


@dataclass(frozen=True)
class About:
    """What a card is made of.

    provenance: of the run. run: its row of `tables/runs.csv`. forest: `tables/forest.csv`, of the
    candidate that was chosen. status: `tables/verdict.rst`. languages: those evaluated.
    agreements: `agreement_table`. margin: of non-inferiority. similarity: cosine or dot.
    """

    name: str
    provenance: dict[str, Any]
    run: pd.Series
    forest: pd.DataFrame
    status: str
    languages: list[str]
    agreements: pd.DataFrame
    margin: float
    similarity: str
    query_prefix: str


def model_card(about: About) -> str:
    """The card: metadata as the hub reads them, and the text."""
    base, tuning = about.provenance["base"], about.provenance["tuning"]
    # What is interpolated or corrected was not trained itself, but made from a run that was.
    trained = about.provenance.get("run", about.provenance)
    run = about.run
    data = ModelCardData(
        base_model=base["model"] if base["source"] == "hub" else None,
        language=about.languages,
        library_name="sentence-transformers",
        pipeline_tag="sentence-similarity",
        tags=["query-encoder", "adiabatic-tuning"],
        model_name=about.name,
        eval_results=[
            EvalResult(
                task_type="sentence-similarity",
                dataset_type="held-out-triplets",
                dataset_name="held-out English triplets, gain over the base",
                metric_type="accuracy",
                metric_name="difference of accuracy",
                metric_value=float(run["english_gain"]),
            )
        ],
    )
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE.parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rate = trained["tuning"].get("learning_rate")
    return environment.get_template(TEMPLATE.name).render(
        metadata=data.to_yaml(),
        about=about,
        base=base,
        method=tuning["method"]
        + "".join(f", {key} {tuning[key]:g}" for key in ("alpha", "strength") if key in tuning),
        rate=rate_text(rate) if rate else "none",
        data=trained["data_sha256"]["triplets"],
        gain=points(run["english_gain"]),
        interval=[points(run["english_low"]), points(run["english_high"])],
        margin=f"{about.margin * 100:g}",
        triplets=count(int(trained["training_triplets"]), "triplet"),
        kept=run["verdict"],
        of_this=_languages(about.forest),
    )


def _languages(forest: pd.DataFrame) -> list[dict[str, str]]:
    """A row a language and task: the difference, its bound, the verdict."""
    rows = forest[forest["family"] == LANGUAGES]
    return [
        {
            "language": row["language"],
            "task": row["task"],
            "difference": with_bound(row["difference"], row["low"]),
            "verdict": row["verdict"],
        }
        for _, row in rows.iterrows()
    ]
