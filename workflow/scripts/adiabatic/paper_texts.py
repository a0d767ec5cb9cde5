"""Titles and abstracts as people read them: folded spaces, letters for LaTeX accents."""

import re
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc
from pylatexenc.latex2text import LatexNodes2Text

# A letter under an accent: {e}, {\i}, \i, e.
_LETTER = r"(?:\{\s*(?:\\[ij]|[A-Za-z])\s*\}|\\[ij](?![A-Za-z])\s*|[A-Za-z])"
_ACCENT = (
    rf"\\(?:['\"`^~=.]\s?{_LETTER}"  # \'e \"{o} \^{\i}
    r"|[uvHtcdbkr]\s?\{\s*(?:\\[ij]|[A-Za-z])\s*\}"  # \v{s} \c{c}
    r"|[Hvc] [A-Za-z]"  # \v s
    r"|(?:AA|aa)(?![A-Za-z])(?:\{\})?"  # a unit as often as a letter: keeps its space
    r"|(?:ss|ae|AE|oe|OE|o|O|l|L|i|j)(?![A-Za-z])(?:\{\}|\s*))"
)
_FORMULA = r"\$\$.*?\$\$|\$.*?(?<!\\)\$|\\\(.*?\\\)|\\\[.*?\\\]"
_SKIPPED_OR_ACCENT = re.compile(
    rf"\\\$|{_FORMULA}|(?P<accent>\{{{_ACCENT}\}}|{_ACCENT})", re.DOTALL
)
# What the few texts with an accent have, for the engine to find them.
_MAY_HAVE_ACCENT = r"\\(?:['\"`^~=.]|[uvHtcdbkr][ {]|(?:ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j)\b)"

# An abstract or comment that begins so is of a paper that its authors or arXiv took back. "When a
# plate is withdrawn from a bath" is not one.
_WITHDRAWN = re.compile(
    r"\W*(?:\w+ (?:note|comment)s?:\s*)?(?:(?:temporarily )?(?:withdrawn|removed by arxiv)\b"
    r"|(?:\S+\s){0,12}?(?:paper|article|submission|manuscript|preprint|version|note|work|letter"
    r"|e-?print|authors?|administrators?|arxiv|admin)\b.{0,100}?"
    r"\b(?:withdrawn|removed by arxiv|withdraw(?:s|ing)? (?:the|this|our|my)))",
    re.IGNORECASE | re.DOTALL,
)
# An abstract that begins so, and is short, only names the paper that it is about.
_ABOUT_ANOTHER = re.compile(
    r"\W*(?:(?:this|the|a|an|our|my|we|is|are|in|here|present|provide|give|paper|article|note"
    r"|letter|invited|short|author'?s?)\s+)*"
    r"(?:comments?(?:\s+in\s+response)?\s+(?:on|to)|(?:reply|replies|response)\s+to"
    r"|rejoinder\s+(?:to|of)|(?<!the )discussion\s+(?:on|of)"
    r"|(?:erratum|errata|corrigendum|addendum)\s+(?:to|of|for))\b",
    re.IGNORECASE,
)
_SHORT = 250
# What beginnings have that may be either, for the engine to find them.
_MAY_BE_WITHDRAWN = "withdr|removed by"


def folded(texts: pa.Array) -> pa.Array:
    """Texts with line breaks and runs of spaces folded to one space, stripped."""
    spaced = pc.replace_substring_regex(texts, r"\s*[\n\r\t\v\f]\s*| {2,}", " ")
    return pc.utf8_trim_whitespace(spaced)


def with_letters(texts: pa.Array) -> pa.Array:
    r"""Texts with LaTeX accents (`\'e`, `\"{o}`, `{\ss}`) as letters; formulas stay as they are."""
    found = pc.fill_null(pc.match_substring_regex(texts, _MAY_HAVE_ACCENT), False)
    if not pc.any(found).as_py():
        return texts
    changed = [without_accents(text) for text in texts.filter(found).to_pylist()]
    return pc.replace_with_mask(texts, found, pa.array(changed, type=texts.type))


def without_accents(text: str) -> str:
    """One text with its LaTeX accents as letters."""
    return _SKIPPED_OR_ACCENT.sub(
        lambda match: _letter(match["accent"]) if match["accent"] else match[0], text
    )


def is_withdrawn(abstract: str | None, comments: str | None = None) -> bool:
    """Whether a record says that its paper was withdrawn."""
    return any(
        _WITHDRAWN.match(text)
        for text in (abstract, comments)
        if text and re.search(_MAY_BE_WITHDRAWN, text.lower())
    )


def is_about_another(abstract: str) -> bool:
    """Whether an abstract only says which paper this one comments on, replies to or corrects."""
    return len(abstract) <= _SHORT and bool(_ABOUT_ANOTHER.match(abstract))


def withdrawn(abstracts: pa.Array, comments: pa.Array) -> pa.Array:
    """True for the records of which `is_withdrawn` holds, shape (records,)."""
    suspects = pc.or_(_may_be_withdrawn(abstracts), _may_be_withdrawn(comments))
    rows = pc.indices_nonzero(suspects)
    pairs = zip(abstracts.take(rows).to_pylist(), comments.take(rows).to_pylist(), strict=True)
    verdicts = pa.array([is_withdrawn(*pair) for pair in pairs], type=pa.bool_())
    return pc.replace_with_mask(pa.repeat(False, len(abstracts)), suspects, verdicts)


def _may_be_withdrawn(texts: pa.Array) -> pa.Array:
    found = pc.match_substring_regex(texts, _MAY_BE_WITHDRAWN, ignore_case=True)
    return pc.fill_null(found, False)


@cache
def _letter(accent: str) -> str:
    return LatexNodes2Text().latex_to_text(accent).strip()
