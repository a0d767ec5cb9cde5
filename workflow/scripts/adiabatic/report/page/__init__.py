"""The page for who decides: verdict, claims, three figures, costs, and what was not tested."""

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adiabatic.evaluation.contamination import contamination_in_words
from adiabatic.inference.claims import FAILS, UNDECIDED
from adiabatic.inference.statistics import IMPROVED
from adiabatic.report.claims import claims_table
from adiabatic.report.files import DEMONSTRATION
from adiabatic.report.verdicts import recommendation

TEMPLATE = "page.html.jinja"


def one_page(
    experiment: str,
    runs: pd.DataFrame,
    claims: pd.DataFrame,
    languages: pd.DataFrame,
    sets: pd.DataFrame,
    figures: dict[str, Path],
    costs: list[str],
    demonstration: bool,
) -> str:
    """The page as HTML that needs no other file.

    Args:
        runs, claims, languages, sets: as in tables/runs.csv, claims.csv, languages.csv and
            evaluation_sets.csv.
        figures: PNG files by title.
    """
    chosen = runs.loc[runs["recommended"], "learning_rate"]
    rate = float(chosen.iloc[0]) if len(chosen) else None
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template(TEMPLATE).render(
        experiment=experiment,
        demonstration=DEMONSTRATION if demonstration else "",
        answer=answer(runs, claims),
        verdict=recommendation(runs),
        rate="" if rate is None else f"{rate:g}",
        claims=list(claim_rows(claims, rate)),
        figures=[
            {"title": title, "data": base64.b64encode(path.read_bytes()).decode()}
            for title, path in figures.items()
        ],
        contamination=contamination_in_words(sets),
        costs=costs,
        untested=list(untested(claims, languages)),
    )


def answer(runs: pd.DataFrame, claims: pd.DataFrame) -> str:
    """Yes, where a run is recommended, gains something, and no claim about its rate is open."""
    chosen = runs[runs["recommended"]]
    if not len(chosen):
        return "No."
    if chosen["verdict"].iloc[0] != IMPROVED:
        return "No: nothing is shown to be gained."
    at_rate = claims["learning_rate"] == chosen["learning_rate"].iloc[0]
    open_ones = at_rate & (claims["ablation"] == "") & claims["verdict"].isin([FAILS, UNDECIDED])
    if open_ones[claims["claim"].isin(list("abcd"))].any():
        return (
            "Not yet: the run below is the best, but not all that is claimed of its rate is shown."
        )
    return "Yes."


def claim_rows(claims: pd.DataFrame, rate: float | None) -> Iterable[dict[str, Any]]:
    """Claims at the recommended rate, and those that are about all rates."""
    grid = claims["ablation"] == ""
    about_all = claims["learning_rate"].isna() | claims["claim"].isin(["f", "g", "h"])
    at_rate = grid & (claims["learning_rate"] == rate)
    shown = claims[about_all & (grid | claims["claim"].isin(["g", "h"])) | at_rate]
    texts = claims_table(shown)
    for (_, claim), number in zip(shown.iterrows(), texts["number (points)"], strict=True):
        letter = f"{claim['claim']}. {claim['statement']}"
        yield {**claim[["verdict", "detail"]], "statement": letter, "number": number}


def tuning_costs(seconds: pd.Series, tuned: int, total: int) -> list[str]:
    """What tuning costs in words.

    Args:
        seconds: time of each run.
        tuned, total: numbers of parameters.
    """
    return [
        "No document is embedded again: the stored index stays as it is.",
        f"Tuning took {seconds.median():.0f} seconds a run (median of {len(seconds)}, with what "
        f"starting takes), for {tuned:,} of {total:,} weights.",
        "Queries cost what they cost before: the tuned encoder has the base's shape and speed.",
    ]


def untested(claims: pd.DataFrame, languages: pd.DataFrame) -> Iterable[str]:
    """What nothing in the experiment speaks about."""
    for claim in claims[claims["verdict"] == "not tested"].itertuples():
        rate = "" if pd.isna(claim.learning_rate) else f" (at {claim.learning_rate:g})"
        yield f"{claim.statement}{rate}: {claim.detail}."
    if len(languages):
        known = ", ".join(sorted(languages["query_language"].unique()))
        yield f"Languages other than {known}."
        tasks = languages.groupby("task", sort=False)["n"].first()
        texts = ", ".join(f"{task} ({n} items a language)" for task, n in tasks.items())
        yield f"Multilingual queries of other kinds than those of {texts}."
    yield "Approximate search: documents were compared exactly, whatever index serves them."
    yield "Users: no click, purchase or judgment of live traffic is in these numbers."
