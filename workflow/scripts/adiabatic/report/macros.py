"""numbers.tex: a macro for every number of the verdict and the claims, for papers."""

import re
from collections.abc import Iterator

import pandas as pd

from adiabatic.inference.claim_list import claims_frame
from adiabatic.report.claims import shown_claims
from adiabatic.report.files import DEMONSTRATION
from adiabatic.report.latex import latex_text
from adiabatic.report.material import Material
from adiabatic.report.numbers import POINTS, p_value, points, rate, with_interval
from adiabatic.report.verdict import verdict_table
from adiabatic.report.words import place

DIGITS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
SPOKEN = {".": "Point", "-": "Minus", "+": "Plus", **dict(zip("0123456789", DIGITS, strict=True))}
# Claims of which each comparison must be non-inferior.
OF_ALL = ("b", "c", "d")
Macro = tuple[str, str]


def numbers_tex(material: Material, experiment: str, demonstration: bool) -> str:
    r"""A file to \input in a preamble: \EXPERIMENTVerdictEnglishGain, \EXPERIMENTClaimASweepAt...

    Args:
        experiment: its name, with which names of macros start, so that a paper may have several.
    """
    start = _start(experiment)
    found = [*verdict_macros(material), *claim_macros(material)]
    lines = [rf"\newcommand{{\{start}{name}}}{{{latex_text(value)}}}" for name, value in found]
    about = [f"% Numbers of the experiment {experiment}, differences in points."]
    about += [f"% {DEMONSTRATION}"] if demonstration else []
    return "\n".join([*about, *lines, ""])


def verdict_macros(material: Material) -> Iterator[Macro]:
    """Names and texts of what tables/verdict.csv holds, and of the rule."""
    yield "VerdictMargin", f"{material.how.non_inferiority_margin * POINTS:g}"
    yield "VerdictConfidence", f"{material.how.confidence:.0%}"
    row = verdict_table(material).rows.iloc[0]
    for name in ("status", "chosen", "run", "missing"):
        yield f"Verdict{name.title()}", row[name]
    if material.choice.row is None:
        return
    chosen = material.choice.row
    yield "VerdictOutcome", chosen["verdict"]
    yield "VerdictRate", rate(chosen["learning_rate"])
    yield "VerdictAlpha", "" if pd.isna(chosen["alpha"]) else f"{chosen['alpha']:g}"
    yield "VerdictItems", f"{chosen['n']:,.0f}"
    for name in ("seeds", "comparisons", "non_inferior", "inferior"):
        yield f"Verdict{_camel(name)}", f"{chosen[name]:,.0f}"
    for name in ("english_gain", "english_low", "english_high", "worst_difference", "worst_low"):
        yield f"Verdict{_camel(name)}", points(chosen[name])
    ends = (chosen[f"english_{name}"] for name in ("gain", "low", "high"))
    yield "VerdictEnglishInterval", with_interval(*ends)
    yield "VerdictWorstPlace", place(chosen, "worst_")


def claim_macros(material: Material) -> Iterator[Macro]:
    """Names and texts of what each row of tables/claims.csv holds; what is not known has none."""
    rows = claims_frame(material.claims)
    shown = shown_claims(rows)
    for (_, row), (_, text) in zip(rows.iterrows(), shown.iterrows(), strict=True):
        start = f"Claim{row['claim'].upper()}{_camel(row['group'])}"
        if not pd.isna(row["learning_rate"]):
            start += f"At{_camel(rate(row['learning_rate']))}"
        found = {"Outcome": row["verdict"], "Where": text["where"], "Detail": row["detail"]}
        for name in ("difference", "low", "high"):
            found[name.title()] = points(row[name])
        found["DecidedBy"] = text["decided by (points)"]
        for name in ("n", "comparisons", "non_inferior", "seeds"):
            known = row["claim"] in OF_ALL if name == "non_inferior" else row[name] > 0
            found["Items" if name == "n" else _camel(name)] = f"{row[name]:,.0f}" if known else ""
        found["PValue"], found["InferiorPValue"] = map(p_value, (row["p_value"], row["p_inferior"]))
        yield from ((f"{start}{name}", value) for name, value in found.items() if value)


def _start(experiment: str) -> str:
    """A name of an experiment, with a small letter first: `demo`, `pilotTwo` of `pilot-2`."""
    name = _camel(experiment)
    return name[:1].lower() + name[1:]


def _camel(text: str) -> str:
    """A text as one word of letters: `FrozenOutput`, `OnePointThreeEMinusSeven` of `1.3e-7`."""
    is_rate = re.fullmatch(r"[\d.]+e-?\d+", text)
    parts = [text] if is_rate else re.split(r"[^A-Za-z0-9.]+", text)
    words = (part[:1].upper() + part[1:] for part in parts)
    spoken = "".join(words).replace("e", "E") if is_rate else "".join(words)
    return "".join(SPOKEN.get(letter, letter) for letter in spoken)
