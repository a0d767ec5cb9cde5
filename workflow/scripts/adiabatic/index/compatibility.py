"""Whether stored vectors are those of the configured base; where not, which mistake explains it.

Some documents are embedded anew and compared. Where they differ, the usual mistakes are tried one
by one: an explanation is one under which the base gives the stored vectors.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow.compute as pc

from adiabatic.encoding.encoder import Encoder
from adiabatic.encoding.model_folder import E5_PREFIXES, EncoderSettings
from adiabatic.index.stored import StoredIndex
from adiabatic.io.errors import InputError

# One minus the cosine of two vectors that are the same but for the arithmetic that made them:
# float32 leaves about 1e-7, bfloat16 less than this.
SAME = 1e-4
# Share of the documents that must agree: texts of a few may have changed since.
AGREEING = 0.95
# Of the sample, one in so many is among the longest texts, which alone show where they were cut.
LONGEST = 8
# Documents on which mistakes are tried, before the best one is confirmed on all; and the share of
# them that must agree.
TRIED, PROMISING = 40, 0.9
# Cosines: above the first a quantised index can be checked; above the second, two encoders have
# something in common, as revisions of one model do and models of their own do not.
QUANTISED, RELATED = 0.8, 0.5
# Relative deviation of a vector's length that is none, and that of a quantised one.
LENGTH, QUANTISED_LENGTH = 0.02, 0.25
# Shortest cut that is tried, in tokens.
SHORTEST = 3
# Share of the variance of a dimension that codes of 8 bits explain, where they are that.
EXPLAINED = 0.98
CODE_BITS = 127


@dataclass(frozen=True)
class Compatibility:
    """What the check found in an index that can be used.

    documents: embedded anew; agreeing: of these. cosine_error: one minus the cosine, median and
    largest of those that agree. stored_as: the precision of the stored vectors. codes: whether
    they are integers without a scale, which must be brought to unit length.
    """

    documents: int
    agreeing: int
    median_error: float
    largest_error: float
    stored_as: str
    codes: bool

    def __str__(self) -> str:
        return (
            f"{self.documents} documents embedded anew, {self.agreeing} agree with what is stored "
            f"({self.stored_as}); one minus the cosine: {self.median_error:g} (median), "
            f"{self.largest_error:g} (largest)"
        )

    def as_json(self) -> dict[str, Any]:
        """What the file of the check says."""
        return asdict(self)


@dataclass(frozen=True)
class Sample:
    """Documents of an index: their texts, and the vectors that it has of them, shape (n, d)."""

    texts: list[str]
    stored: np.ndarray

    @classmethod
    def of(cls, index: StoredIndex, count: int) -> "Sample":
        """Documents that have texts, spread evenly over the index, and some of the longest.

        Raises:
            InputError: no document has a text.
        """
        rows = index.with_texts()
        if not len(rows):
            raise InputError(
                "index: no document has a text, so that nothing can be embedded anew and compared; "
                "name the texts (index.columns.text), or set index.check_documents: 0 to go without"
            )
        if count < len(rows):
            by_length = rows[np.argsort(-_lengths(index)[rows], kind="stable")]
            longest, others = by_length[: count // LONGEST], np.sort(by_length[count // LONGEST :])
            spread = np.linspace(0, len(others) - 1, count - len(longest)).astype(int)
            rows = np.sort(np.concatenate([longest, others[spread]]))
        stored = np.array(index.vectors[rows], dtype=np.float32)
        return cls([text or "" for text in index.texts(rows)], stored)


def check_dimension(dimension: int, encoder: Encoder) -> None:
    """Raises InputError where stored vectors are longer or shorter than the base's."""
    own = encoder.model.config.hidden_size
    if dimension > own:
        raise InputError(
            f"index: vectors of {dimension} numbers found, and the base gives {own}; another model "
            "made them: base.model must be the one that embedded the index"
        )
    if message := _cut(dimension, own):
        raise InputError(f"index: {message}")


def check_compatibility(sample: Sample, encoder: Encoder, approximate: str) -> Compatibility:
    """That the base gives the stored vectors, up to rounding.

    Args:
        approximate: how the index says that it lost precision, empty if it did not.
    Raises:
        InputError: it does not; says which of the usual mistakes explains it.
    """
    dimension = sample.stored.shape[1]
    own = encoder.model.config.hidden_size
    if dimension > own:
        check_dimension(dimension, encoder)
    stored_as, codes = _precision(sample.stored)
    tolerance = _tolerance(sample.stored, stored_as)
    if approximate:
        stored_as, tolerance = approximate, np.full(len(sample.texts), 1 - QUANTISED)
    compare = _Comparison(sample, encoder, tolerance)
    found = compare.under()
    message = None
    if approximate:
        # Quantisation hides small differences, so the best explanation must be the base as it is.
        best = compare.best_mistake()
        if best and best.median < 0.9 * found.median:
            message = best.message
    elif found.share < 1:
        message = compare.explanation(found)
    if message is None and found.share < AGREEING:
        message = _unexplained(sample, compare, found)
    if message is None:
        message = _cut(dimension, own)
    if message is None:
        deviation = QUANTISED_LENGTH if approximate else LENGTH
        message = _scaled(sample, compare.fresh, encoder.settings, codes, deviation)
    if message is not None:
        raise InputError(
            f"index: {len(sample.texts)} documents embedded anew by the base, {found.agreeing} "
            f"agree with what is stored (median cosine {1 - found.median:.4f}): {message}"
        )
    agreeing = found.errors[found.errors <= tolerance]
    return Compatibility(
        len(sample.texts),
        found.agreeing,
        float(f"{np.median(agreeing):.3g}"),
        float(f"{agreeing.max():.3g}"),
        stored_as,
        codes,
    )


@dataclass(frozen=True)
class _Found:
    """How far stored vectors are from those of one explanation, one minus the cosine each."""

    errors: np.ndarray
    tolerance: np.ndarray
    message: str = ""
    changed: dict[str, Any] = field(default_factory=dict)

    @property
    def agreeing(self) -> int:
        return int((self.errors <= self.tolerance).sum())

    @property
    def share(self) -> float:
        return self.agreeing / len(self.errors)

    @property
    def median(self) -> float:
        return float(np.median(self.errors))


class _Comparison:
    """The sample under the base's settings, and under changed ones."""

    def __init__(self, sample: Sample, encoder: Encoder, tolerance: np.ndarray) -> None:
        self.sample, self.encoder, self.tolerance = sample, encoder, tolerance
        self.fresh = self.embedded(encoder.settings, sample.texts)

    def embedded(self, settings: EncoderSettings, texts: list[str]) -> np.ndarray:
        """Documents by the base under some settings, as many dimensions as are stored."""
        vectors = replace(self.encoder, settings=settings).encode(texts, "document")
        return vectors[:, : self.sample.stored.shape[1]]

    def under(self, message: str = "", step: int = 1, **changed: Any) -> _Found:
        """How far stored vectors, every so many of them, are from those under changed settings."""
        fresh, texts = self.fresh[::step], self.sample.texts[::step]
        if changed:
            fresh = self.embedded(replace(self.encoder.settings, **changed), texts)
        errors = _errors(self.sample.stored[::step], fresh)
        return _Found(errors, self.tolerance[::step], message, changed)

    def best_mistake(self) -> _Found | None:
        """The usual mistake under which stored vectors are nearest, if most agree then."""
        promising = [one for one in self._mistakes() if one.share >= PROMISING]
        if not promising:
            return None
        best = min(promising, key=lambda mistake: mistake.median)
        whole = self.under(best.message, **best.changed)
        return whole if whole.share >= AGREEING else None

    def _mistakes(self) -> Iterator[_Found]:
        """Each usual mistake of prefix and pooling, and both together, on a few documents."""
        step = max(1, len(self.sample.texts) // TRIED)
        settings = self.encoder.settings
        other = "cls" if settings.pooling == "mean" else "mean"
        pooled = f"pooling {other}, and the base's is {settings.pooling}"
        prefixes = _prefixes(settings, self.sample.texts)
        for prefix, message in prefixes.items():
            yield self.under(
                f"{message} (base.document_prefix: {prefix!r} would agree)",
                step,
                document_prefix=prefix,
            )
        yield self.under(f"{pooled} (base.pooling: {other} would agree)", step, pooling=other)
        for prefix, message in prefixes.items():
            yield self.under(
                f"{message}, and {pooled} (base.document_prefix: {prefix!r} with base.pooling: "
                f"{other} would agree)",
                step,
                document_prefix=prefix,
                pooling=other,
            )

    def explanation(self, found: _Found) -> str | None:
        """What explains that some or all documents differ, None if nothing does."""
        if found.share < AGREEING and (best := self.best_mistake()):
            return best.message
        if length := self.truncated(found):
            limit = self.encoder.settings.max_document_tokens
            when = "earlier" if length < limit else "later"
            return (
                f"texts were truncated {when}, at {length} tokens, and the base's limit is {limit} "
                f"(base.max_document_tokens: {length} would agree)"
            )
        return None

    def truncated(self, found: _Found) -> int | None:
        """The length of texts, in tokens, under which documents that differ agree."""
        settings = self.encoder.settings
        longest = self.encoder.model.config.max_position_embeddings
        longest = min(longest, EncoderSettings().max_document_tokens)
        differing = np.flatnonzero(found.errors > self.tolerance)
        whole = replace(settings, max_document_tokens=longest)
        tokens = replace(self.encoder, settings=whole).tokenize(
            [self.sample.texts[row] for row in differing], "document"
        )
        order = np.argsort(tokens.lengths, kind="stable")
        # The shortest of those that differ has the fewest lengths to be tried; but its text may
        # have changed, or it may have been whole where longer ones were cut.
        for place in dict.fromkeys([order[0], order[len(order) // 2], order[-1]]):
            row = int(differing[place])
            stored, text = self.sample.stored[[row]], [self.sample.texts[row]]
            for length in range(SHORTEST, int(tokens.lengths[place]) + 1):
                if length == settings.max_document_tokens:
                    continue
                cut = self.embedded(replace(settings, max_document_tokens=length), text)
                if _errors(stored, cut)[0] <= self.tolerance[row]:
                    again = self.under(max_document_tokens=length)
                    better = again.share >= AGREEING and again.agreeing > found.agreeing
                    if better and _shares(found.errors, again.errors, self.tolerance):
                        return length
        return None


def _shares(before: np.ndarray, after: np.ndarray, tolerance: np.ndarray) -> bool:
    """Whether an explanation explains most of what differed."""
    differed = before > tolerance
    return bool((after[differed] <= tolerance[differed]).mean() >= 0.5)


def _errors(stored: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    """One minus the cosine, row by row."""
    a, b = stored.astype(np.float64), fresh.astype(np.float64)
    products = (a * b).sum(axis=1)
    return 1 - products / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))


def _prefixes(settings: EncoderSettings, texts: list[str]) -> dict[str, str]:
    """Prefixes that an index may have been made with, and what is wrong then."""
    own = settings.document_prefix
    found = {}
    if own:
        already = sum(text.startswith(own) for text in texts) > len(texts) / 2
        found[""] = (
            f"prefix {own!r} doubled, as the stored texts begin with it already"
            if already
            else f"prefix {own!r} missing from what was embedded"
        )
        found[own + own] = f"prefix {own!r} doubled in what was embedded"
    others = _e5_prefixes() | {settings.query_prefix: "the prefix of queries"}
    for prefix, name in others.items():
        if prefix and prefix != own:
            found.setdefault(
                prefix,
                f"prefix {own!r} missing, and {prefix!r}, {name}, in its place"
                if own
                else f"{prefix!r}, {name}, put before what was embedded and missing in the base",
            )
    return found


def _e5_prefixes() -> dict[str, str]:
    return {
        E5_PREFIXES["document_prefix"]: "E5's prefix of documents",
        E5_PREFIXES["query_prefix"]: "E5's prefix of queries",
    }


def _precision(stored: np.ndarray) -> tuple[str, bool]:
    """The precision that values have, and whether they are integers without a scale."""
    if np.array_equal(stored, np.rint(stored)):
        return "int8", True
    # Most values of bfloat16 are some of float16, too, and not the other way round.
    if not (np.ascontiguousarray(stored).view(np.uint32) & 0xFFFF).any():
        return "bfloat16", False
    if np.array_equal(stored, stored.astype(np.float16).astype(np.float32)):
        return "float16", False
    for largest in (np.abs(stored).max(axis=1, keepdims=True), np.abs(stored).max()):
        codes = stored / largest * CODE_BITS
        if np.abs(codes - np.rint(codes)).max() < 1e-2:
            return "int8", False
    return "float32", False


def _tolerance(stored: np.ndarray, stored_as: str) -> np.ndarray:
    """Largest deviation of each vector that rounding explains: one minus the cosine, shape (n,).

    Codes of 8 bits are off by at most half a step each, so evenly spread errors have a variance of
    a twelfth of a step squared, and a random direction.
    """
    if stored_as != "int8":
        return np.full(len(stored), SAME)
    largest = np.abs(stored).max(axis=1)
    steps = np.where(largest > 2, 1.0, largest / CODE_BITS)
    norms = np.linalg.norm(stored.astype(np.float64), axis=1)
    expected = stored.shape[1] / 24 * (steps / norms) ** 2
    return SAME + 4 * expected


def _cut(dimension: int, own: int) -> str | None:
    if dimension == own:
        return None
    return (
        f"dimension cut to {dimension} of {own} (Matryoshka), and the base's queries have {own}; "
        "whole vectors are needed, or a base whose vectors are as short"
    )


def _scaled(
    sample: Sample, fresh: np.ndarray, settings: EncoderSettings, codes: bool, deviation: float
) -> str | None:
    """What is wrong with lengths of vectors that have the right direction."""
    norms = np.linalg.norm(sample.stored.astype(np.float64), axis=1)
    own = np.linalg.norm(fresh.astype(np.float64), axis=1)
    ratios = norms / own
    cosine = settings.similarity == "cosine"
    if (codes and cosine) or np.mean(np.abs(ratios - 1) <= deviation) >= AGREEING:
        return None
    if cosine:
        return (
            f"not normalised: stored vectors have a length of {np.median(norms):.3g} (median), and "
            "those of a base with similarity cosine have 1 (bring them to unit length, or set "
            "base.similarity: dot if your search takes inner products of them as they are)"
        )
    if np.mean(np.abs(norms - 1) <= LENGTH) >= AGREEING:
        return (
            "normalised: stored vectors have unit length, and those of a base with similarity dot "
            "have not (base.similarity: cosine would agree)"
        )
    return f"scaled: stored vectors are {np.median(ratios):.3g} times as long as the base's"


def _unexplained(sample: Sample, compare: _Comparison, found: _Found) -> str:
    if _codes_by_dimension(sample.stored, compare.fresh):
        return (
            "int8 codes with a scale and an offset for each dimension; decode them to numbers "
            "that can be compared with a query's"
        )
    if found.share > 1 - AGREEING:
        return (
            "those that agree were made by this base; texts of the others have changed since, or "
            "more was embedded than the text (a title before it)"
        )
    if 1 - found.median >= RELATED:
        return (
            "another revision of the model, or a fine-tuned one: cosines are high but not 1, and "
            "no prefix, pooling or length explains it (base.model and base.revision must be those "
            "that embedded the index)"
        )
    return (
        "another model altogether: cosines are low, and no prefix, pooling or length explains it "
        "(base.model must be the one that embedded the index)"
    )


def _codes_by_dimension(stored: np.ndarray, fresh: np.ndarray) -> bool:
    """Whether integers are the base's values, each dimension on a scale of its own."""
    if not np.array_equal(stored, np.rint(stored)) or len(stored) < 10:
        return False
    a, b = (array.astype(np.float64) - array.mean(axis=0) for array in (stored, fresh))
    spread = (a**2).sum(axis=0) * (b**2).sum(axis=0)
    explained = (a * b).sum(axis=0) ** 2 / np.where(spread > 0, spread, 1)
    return bool(np.median(explained) >= EXPLAINED)


def _lengths(index: StoredIndex) -> np.ndarray:
    """Lengths of all texts in bytes, 0 where there is none."""
    batches = index.columns("text")
    parts: list[Any] = [pc.fill_null(pc.binary_length(batch["text"]), 0) for batch in batches]
    return np.concatenate([part.to_numpy(zero_copy_only=False) for part in parts])
