"""Whether stored vectors are those of the configured base; where not, which mistake explains it.

Some documents are embedded anew and compared. Where they differ, the usual mistakes are tried one
by one: an explanation is one under which the base gives the stored vectors.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from adiabatic.encoding.encoder import Encoder
from adiabatic.encoding.model_folder import EncoderSettings
from adiabatic.index.mistakes import AGREEING, Comparison, Found
from adiabatic.index.precision import codes_by_dimension, precision_of, tolerance_of
from adiabatic.index.sample import Sample
from adiabatic.io.errors import InputError

# Cosines: above the first a quantised index can be checked; above the second, two encoders have
# something in common, as revisions of one model do and models of their own do not.
QUANTISED, RELATED = 0.8, 0.5
# Relative deviation of a vector's length that is none, and that of a quantised one.
LENGTH, QUANTISED_LENGTH = 0.02, 0.25


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
    stored_as, codes = precision_of(sample.stored)
    tolerance = tolerance_of(sample.stored, stored_as)
    if approximate:
        stored_as, tolerance = approximate, np.full(len(sample.texts), 1 - QUANTISED)
    compare = Comparison(sample, encoder, tolerance)
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


def _unexplained(sample: Sample, compare: Comparison, found: Found) -> str:
    if codes_by_dimension(sample.stored, compare.fresh):
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
