"""Titles and abstracts as people read them: folded spaces, letters for LaTeX accents."""

import re
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc
from pylatexenc.latex2text import LatexNodes2Text

# A letter under an accent: {e}, {\i}, \i, e.
_LETTER = r"(?:\{\s*(?:\\[ij]|[A-Za-z])\s*\}|\\[ij](?![A-Za-z])(?:\{\}|\s*)|[A-Za-z])"
_ACCENT = (
    rf"\\(?:['\"`^~=.]\s?{_LETTER}"  # \'e \"{o} \^{\i}
    r"|[uvHtcdbkr]\s?\{\s*(?:\\[ij]|[A-Za-z])\s*\}"  # \v{s} \c{c}
    r"|[uvHtcdbkr]\s?\\[ij](?![A-Za-z])(?:\{\}|\s*)"  # \u\i
    r"|[uvHckr] [A-Za-z]"  # \v s
    r"|AA\s+(?=ngstr)|(?:AA|aa)(?![A-Za-z])(?:\{\})?"  # as a unit it keeps its space
    r"|(?:ss|ae|AE|oe|OE|o|O|l|L|i|j|dj|DJ|th|TH)(?![A-Za-z])(?:\{\}|\s*))"
)
_FORMULA = (
    r"\$\$.*?\$\$|\$.*?(?<!\\)\$|\\\(.*?\\\)|\\\[.*?\\\]"
    r"|\\begin\{(?P<environment>\w+\*?)\}.*?\\end\{(?P=environment)\}"
)
# In \emph{\'e} the braces are the command's; in Ambj{\o}rn they go.
_SKIPPED_OR_ACCENT = re.compile(
    rf"\\\$|{_FORMULA}|(?P<accent>{_ACCENT}|\{{{_ACCENT}\}})"
    rf"|(?P<command>\\[A-Za-z]+\{{)(?P<argument>{_ACCENT})(?=\}})",
    re.DOTALL,
)
# What the few texts with an accent have, for the engine to find them.
_MAY_HAVE_ACCENT = (
    r"\\(?:['\"`^~=.]|[uvHtcdbkr][ {\\]|(?:ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j|dj|DJ|th|TH)\b)"
)

# A clause that begins so, at the start of an abstract, after its first sentence, or anywhere in the
# comments, is of a paper that its authors or arXiv took back. "When a plate is withdrawn from a
# bath" and "replaces hep-th/9901001, which was withdrawn" are not.
_GONE = r"(?:withdrawn|retracted|removed by (?:the )?arxiv)\b"
_PAPER = r"(?:paper|article|submission|manuscript|preprint|e-?print|note|work|letter|version|draft)"
_AUTHORS = r"(?:authors?(?:\(s\))?|administrators?|we|i)"
_TAKEN_BACK = (
    r"\W*(?:\w+(?: admin)? (?:note|comment)s?:\s*)?(?:"
    rf"(?:temporarily )?{_GONE}|{_PAPER} (?:temporarily )?{_GONE}"
    rf"|(?:(?:this|the|our|my|present)\s+)+(?:\w+\s+)?{_PAPER}(?:\s*\([^)]*\)|,[^,]*,"
    rf"|\s+in its present form|\s+of (?:the|this) {_PAPER})?\s+"
    r"(?:has|have|had|is|was|will|is being)(?: to)?(?: be| been)?"
    rf"\s+(?:(?:now|hereby|temporarily)\s+)*{_GONE}"
    rf"|(?:it|this)\s+(?:has been|is|was)\s+{_GONE}"
    rf"|(?:the\s+|this\s+)?(?:\w+\s+)?{_AUTHORS}\s+(?:(?:has|have|had|hereby|decided to)\s+)*"
    rf"(?:withdrawn|withdraw|retracted|retract)\s+(?:this|the|our|my)\s+(?:\w+\s+)?{_PAPER})"
)
_WITHDRAWN_ABSTRACT = re.compile(rf"(?:[^.]{{0,120}}\.\s+)?{_TAKEN_BACK}", re.IGNORECASE)
_WITHDRAWN_COMMENT = re.compile(rf"(?:^|[.;,(]){_TAKEN_BACK}", re.IGNORECASE)
# An abstract that begins so, and is short, only names the paper that it is about.
_ABOUT_ANOTHER = re.compile(
    r"\W*(?:(?:this|the|a|an|our|my|we|is|are|in|here|present|provide|give|paper|article|note"
    r"|letter|invited|short|author'?s?)\s+)*"
    r"(?:comments?(?:\s+in\s+response)?\s+(?:on|to)|(?:reply|replies|response)\s+to"
    r"|rejoinder\s+(?:to|of)|(?<!the )discussion\s+(?:on|of)"
    r"|(?:erratum|errata|corrigendum|addendum)\s+(?:to|of|for)"
    r"|(?:comment|reply|erratum|errata|corrigendum|addendum):"
    r"|(?<=in this )(?:comment|reply|erratum|corrigendum|addendum))(?!\w)",
    re.IGNORECASE,
)
_SHORT = 300
# What may be either has one of these, for the engine to find it.
_MAY_BE_WITHDRAWN = ("withdr", "retract", "removed by")


def folded(texts: pa.Array) -> pa.Array:
    """Texts with line breaks and runs of spaces folded to one space, stripped."""
    for space in ("\n", "\u00a0", "\u2028"):
        if _any_has(texts, space):
            texts = pc.replace_substring(texts, space, " ")
    texts = pc.utf8_trim_whitespace(texts)
    # Few texts need the slower search for runs.
    odd = pc.fill_null(pc.match_substring_regex(texts, r"  |[\r\t\v\f]"), False)
    spaced = pc.replace_substring_regex(texts.filter(odd), r"\s+", " ")
    return pc.replace_with_mask(texts, odd, spaced)


def with_letters(texts: pa.Array) -> pa.Array:
    r"""Texts with LaTeX accents (`\'e`, `\"{o}`, `{\ss}`) as letters; formulas stay as they are."""
    found = pc.fill_null(pc.match_substring_regex(texts, _MAY_HAVE_ACCENT), False)
    if not pc.any(found).as_py():
        return texts
    changed = [without_accents(text) for text in texts.filter(found).to_pylist()]
    return pc.replace_with_mask(texts, found, pa.array(changed, type=texts.type))


def without_accents(text: str) -> str:
    """One text with its LaTeX accents as letters."""
    return _SKIPPED_OR_ACCENT.sub(_readable, text)


def is_withdrawn(abstract: str | None, comments: str | None = None) -> bool:
    """Whether a record says that its paper was withdrawn or retracted."""
    by_abstract = _is_suspect(abstract) and _WITHDRAWN_ABSTRACT.match(abstract)
    by_comments = _is_suspect(comments) and _WITHDRAWN_COMMENT.search(comments)
    return bool(by_abstract or by_comments)


def _is_suspect(text: str | None) -> bool:
    return text is not None and any(word in text.lower() for word in _MAY_BE_WITHDRAWN)


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
    found = [pc.match_substring_regex(texts, f"(?i){word}") for word in _MAY_BE_WITHDRAWN]
    return pc.fill_null(pc.or_(pc.or_(found[0], found[1]), found[2]), False)


def _any_has(texts: pa.Array, literal: str) -> bool:
    """Whether any text has a literal; a regular expression finds it faster than a substring."""
    return bool(pc.any(pc.match_substring_regex(texts, literal)).as_py())


def _readable(match: re.Match[str]) -> str:
    if match["command"]:
        return match["command"] + _letter(match["argument"])
    return _letter(match["accent"]) if match["accent"] else match[0]


@cache
def _letter(accent: str) -> str:
    return LatexNodes2Text().latex_to_text(accent).strip()
