"""The usual mistakes by which stored vectors differ from the base's, tried one by one."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from adiabatic.encoding.encoder import Encoder
from adiabatic.encoding.model_folder import E5_PREFIXES, EncoderSettings
from adiabatic.index.precision import cosine_errors
from adiabatic.index.sample import Sample

# Share of the documents that must agree: texts of a few may have changed since.
AGREEING = 0.95
# Documents on which mistakes are tried, before the best one is confirmed on all; and the share of
# them that must agree.
TRIED, PROMISING = 40, 0.9
# Shortest cut that is tried, in tokens.
SHORTEST = 3


@dataclass(frozen=True)
class Found:
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


class Comparison:
    """The sample under the base's settings, and under changed ones."""

    def __init__(self, sample: Sample, encoder: Encoder, tolerance: np.ndarray) -> None:
        self.sample, self.encoder, self.tolerance = sample, encoder, tolerance
        self.fresh = self.embedded(encoder.settings, sample.texts)

    def embedded(self, settings: EncoderSettings, texts: list[str]) -> np.ndarray:
        """Documents by the base under some settings, as many dimensions as are stored."""
        vectors = replace(self.encoder, settings=settings).encode(texts, "document")
        return vectors[:, : self.sample.stored.shape[1]]

    def under(self, message: str = "", step: int = 1, **changed: Any) -> Found:
        """How far stored vectors, every so many of them, are from those under changed settings."""
        fresh, texts = self.fresh[::step], self.sample.texts[::step]
        if changed:
            fresh = self.embedded(replace(self.encoder.settings, **changed), texts)
        errors = cosine_errors(self.sample.stored[::step], fresh)
        return Found(errors, self.tolerance[::step], message, changed)

    def best_mistake(self) -> Found | None:
        """The usual mistake under which stored vectors are nearest, if most agree then."""
        promising = [one for one in self._mistakes() if one.share >= PROMISING]
        if not promising:
            return None
        best = min(promising, key=lambda mistake: mistake.median)
        whole = self.under(best.message, **best.changed)
        return whole if whole.share >= AGREEING else None

    def _mistakes(self) -> Iterator[Found]:
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

    def explanation(self, found: Found) -> str | None:
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

    def truncated(self, found: Found) -> int | None:
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
                if cosine_errors(stored, cut)[0] <= self.tolerance[row]:
                    again = self.under(max_document_tokens=length)
                    better = again.share >= AGREEING and again.agreeing > found.agreeing
                    if better and _shares(found.errors, again.errors, self.tolerance):
                        return length
        return None


def _shares(before: np.ndarray, after: np.ndarray, tolerance: np.ndarray) -> bool:
    """Whether an explanation explains most of what differed."""
    differed = before > tolerance
    return bool((after[differed] <= tolerance[differed]).mean() >= 0.5)


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
