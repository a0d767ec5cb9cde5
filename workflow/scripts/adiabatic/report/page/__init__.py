"""The page for decision-makers: status, forest plot, alternatives, costs, what was not tested."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adiabatic.evaluation.contamination import contamination_in_words
from adiabatic.inference.claim_list import claims_frame
from adiabatic.inference.differences import LANGUAGES
from adiabatic.inference.halves import REPORT
from adiabatic.plan.methods import METHODS
from adiabatic.plan.runs import BASE, SWEEP
from adiabatic.report.claims import shown_claims
from adiabatic.report.files import DEMONSTRATION
from adiabatic.report.material import Material
from adiabatic.report.numbers import POINTS, count, with_interval
from adiabatic.report.pairs import against_chosen
from adiabatic.report.verdict import paper_is_not_best, reasons, status_words
from adiabatic.report.words import deciding, name_of
from adiabatic.text.languages import by_family

TEMPLATE = "page.html.jinja"
# Pixels of a figure that is wider than one column.
WIDE = 1000
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
        status=status_words(material.choice).split(": ", 1),
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
            figure._asdict() | {"data": base64.b64encode(data).decode(), "narrow": is_narrow(data)}
            for figure in figures
            for data in [figure.png.read_bytes()]
        ],
        contamination=contamination_in_words(sets),
        costs=tuning_costs(material, parameters),
        untested=[*not_covered(material, sets), *untested(material, approximate)],
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


def reported(material: Material) -> pd.DataFrame:
    """Differences of languages from the base on items of the report part, where there are any."""
    rows = material.differences
    rows = rows[(rows["family"] == LANGUAGES) & (rows["half"] == REPORT)]
    return rows[(rows["against"] == BASE) & (rows["n"] > 0)]


def not_covered(material: Material, sets: pd.DataFrame) -> Iterator[str]:
    """Of which languages nothing is known: not evaluated, or without an item in the report part.

    Args:
        sets: as in data/evaluation_sets.csv.
    """
    judged = reported(material)
    if judged.empty:
        yield "Any language but English: nothing multilingual was evaluated."
        return
    known = by_family(list(judged["query_language"].unique()))
    yield f"Languages other than {', '.join(known)}: there is no evidence about them."
    configured = sets.set_index("set")["languages"].str.split()
    for task in material.plan.tasks:
        seen = set(judged.loc[judged["task"] == task.name, "query_language"])
        missing = [name for name in configured.get(task.name, []) if name not in seen]
        if missing:
            yield (
                f"{', '.join(by_family(missing))} in {task.name}: configured, but no item of it is "
                "among those that are reported, so nothing is known."
            )


def is_narrow(png: bytes) -> bool:
    """Whether a figure has room for something beside it: its width, from the head of its file."""
    return int.from_bytes(png[16:20], "big") < WIDE


def untested(material: Material, approximate: list[str]) -> Iterator[str]:
    """What nothing in the experiment speaks about."""
    for claim in material.claims:
        if claim.verdict == "not tested" and claim.group == SWEEP:
            yield f"Claim {claim.claim}: {claim.detail}."
    judged = reported(material)
    if len(judged):
        sizes = judged.groupby("task", sort=False)["n"].max()
        tasks = ", ".join(f"{task} ({n:,} reported items a language)" for task, n in sizes.items())
        yield f"Queries of other kinds than those of {tasks}."
    if approximate:
        yield (
            f"Your own index: {', '.join(approximate)} searched by an approximate index of this "
            "project, all else exactly."
        )
    else:
        yield "Approximate search: documents were compared exactly, whatever index serves them."
    yield "Users: no click, purchase or judgment of live traffic is in these numbers."
