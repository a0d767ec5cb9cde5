"""The first sentence of an abstract, and the rest of it."""

import re

from sentencex import segment

# A full stop after one of these ends no sentence (matched at the end of a piece).
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[.-])(?:e\.g|i\.e|et al|cf|vs|viz|resp|approx|ca|w\.r\.t|a\.e|a\.s|i\.i\.d|s\.t"
    r"|figs?|eqs?|eqns?|refs?|secs?|sects?|chaps?|tabs?|thms?|props?|lems?|cors?|defs?|exs?|nos?|vols?"
    r"|pp?|eds?|phys|rev|lett|math|proc|trans|dr|prof|mr|mrs|st|[a-z])\.\s*$",
    re.IGNORECASE,
)
# After these one may, where the next piece begins as sentences do.
_NAME = re.compile(r"(?:\bet al|[\s(\[.-][A-Z])\.\s*$")
_BEGINNING = re.compile(
    r"\s*(?:We|The|This|These|It|In|Our|Here|However|For|An?|As|By|To|Using|Then|There|Such|If)\s"
)
# What no sentence starts with: a small letter, a digit, or what closes or separates.
_CONTINUED = re.compile(r"\s*[a-z0-9,;:.)\]}]")


def first_sentence_and_rest(abstract: str) -> tuple[str, str]:
    """The first sentence and the rest, both stripped; the rest is empty where there is no other.

    sentencex proposes the ends. One after a single word ("Context."), within a formula, after an
    abbreviation or an initial, or before what no sentence starts with, is none: it is better to
    take one sentence too many than to cut one in two.
    """
    pieces = list(segment("en", abstract))
    first = 1
    while first < len(pieces) and not _ends("".join(pieces[:first]), pieces[first]):
        first += 1
    return "".join(pieces[:first]).strip(), "".join(pieces[first:]).strip()


def _ends(text: str, following: str) -> bool:
    """Whether a sentence ends between `text` and what follows."""
    one_word = len(text.split()) == 1
    in_formula = len(re.findall(r"(?<!\\)\$", text)) % 2 == 1
    begins = _NAME.search(text) and _BEGINNING.match(following)
    abbreviated = _ABBREVIATION.search(text) and not begins
    return not (one_word or in_formula or abbreviated or _CONTINUED.match(following))
