"""The page for decision-makers: status, forest plot, alternatives, costs, what was not tested."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adiabatic.evaluation.contamination import contamination_in_words
from adiabatic.inference.claim_list import claims_frame
from adiabatic.plan.methods import METHODS
from adiabatic.plan.runs import BASE, SWEEP
from adiabatic.report.claims import shown_claims
from adiabatic.report.files import DEMONSTRATION
from adiabatic.report.material import Material
from adiabatic.report.numbers import POINTS, count, with_interval
from adiabatic.report.pairs import against_chosen
from adiabatic.report.verdict import paper_is_not_best, reasons, status_words
from adiabatic.report.words import deciding, name_of

TEMPLATE = "page.html.jinja"
# Claims about one rate, which the page shows at the chosen one.
AT_A_RATE = "abcd"


class PageFigure(NamedTuple):
    """A figure of the page: its title, and its caption, which says the finding."""

    title: str
    png: Path
    finding: str


def page(
    material: Material,
    experiment: str,
    figures: list[PageFigure],
    parameters: dict[str, int],
    approximate: list[str],
    demonstration: bool,
) -> str:
    """The page as HTML that needs no other file.

    Args:
        parameters: numbers of tuned and frozen parameters of a run of the sweep.
        approximate: tasks that were searched by an approximate index.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    margin = f"{material.how.non_inferiority_margin * POINTS:g}"
    sets = pd.read_csv(material.results / "data/evaluation_sets.csv")
    return environment.get_template(TEMPLATE).render(
        experiment=experiment,
        demonstration=DEMONSTRATION if demonstration else "",
        status=status_words(material.choice),
        reasons=reasons(material) if material.choice.row is not None else [],
        paper=paper_is_not_best(material),
        rule=(
            f"The rule: a language is safe where the one-sided "
            f"{1 - material.how.tail:.1%} lower bound of every difference from the base is above "
            f"\N{MINUS SIGN}{margin} points; what is printed beside a verdict is that bound."
        ),
        methods=list(method_rows(material)),
        claims=list(claim_rows(material)),
        figures=[
            figure._asdict() | {"data": base64.b64encode(figure.png.read_bytes()).decode()}
            for figure in figures
        ],
        contamination=contamination_in_words(sets),
        costs=tuning_costs(material, parameters),
        untested=list(untested(material, approximate)),
    )


def method_rows(material: Material) -> Iterator[dict[str, str]]:
    """A row a candidate, those that keep all languages first."""
    paired = against_chosen(material)
    differences = {}
    if len(paired):
        texts = map(with_interval, paired["difference"], paired["low"], paired["high"])
        differences = dict(zip(paired["other"], texts, strict=True))
    rows = material.methods[material.methods["group"] != BASE]
    order = {"kept": 0, "undecided": 1, "needs seeds": 2, "lost": 3}
    rows = rows.assign(order=rows["verdict"].map(order))
    for _, row in rows.sort_values(["order", "english_gain"], ascending=[True, False]).iterrows():
        name = name_of(row)
        yield {
            # A rate is not broken at its hyphen.
            "name": name.rpartition(" ")[::2],
            "verdict": row["verdict"],
            "gain": with_interval(row["english_gain"], row["english_low"], row["english_high"]),
            "paired": differences.get(name, "chosen" if material.choice.row is not None else ""),
            "bound": deciding(row),
            "seeds": f"{row['seeds']:.0f}",
            "index": row["stored_index"],
            "serving": METHODS[row["method"]].serving,
        }


def claim_rows(material: Material) -> Iterator[dict[str, Any]]:
    """Claims a to d at the rate that figures show, and those about several rates."""
    rows = claims_frame(material.claims)
    at_rate = rows["claim"].isin(list(AT_A_RATE)) & (rows["group"] == SWEEP)
    at_rate &= rows["learning_rate"] == material.shown_rate
    shown = rows[at_rate | ~rows["claim"].isin(list(AT_A_RATE))]
    for _, row in shown_claims(shown).iterrows():
        yield row.to_dict()


def tuning_costs(material: Material, parameters: dict[str, int]) -> list[str]:
    """What tuning costs, in sentences."""
    seconds = pd.Series([material.seconds(run) for run in material.plan.sweep]).dropna()
    tuned, total = parameters["tuned"], sum(parameters.values())
    told = ["No document is embedded again: the stored index stays as it is."]
    if len(seconds):
        told.append(
            f"Tuning took {seconds.median():.0f} seconds a run (median of "
            f"{count(len(seconds), 'run')}), for {tuned:,} of {total:,} parameters."
        )
    return told


def untested(material: Material, approximate: list[str]) -> Iterator[str]:
    """What nothing in the experiment speaks about."""
    for claim in material.claims:
        if claim.verdict == "not tested" and claim.group == SWEEP:
            yield f"Claim {claim.claim}: {claim.detail}."
    judged = material.differences[material.differences["family"] == "languages"]
    if len(judged):
        known = ", ".join(sorted(judged["query_language"].unique()))
        yield f"Languages other than {known}: there is no evidence about them."
        sizes = judged.groupby("task", sort=False)["n"].max()
        tasks = ", ".join(f"{task} ({n:,} reported items a language)" for task, n in sizes.items())
        yield f"Queries of other kinds than those of {tasks}."
    else:
        yield "Any language but English: no multilingual task was evaluated."
    if approximate:
        yield (
            f"Your own index: {', '.join(approximate)} searched by an approximate index of this "
            "project, all else exactly."
        )
    else:
        yield "Approximate search: documents were compared exactly, whatever index serves them."
    yield "Users: no click, purchase or judgment of live traffic is in these numbers."
