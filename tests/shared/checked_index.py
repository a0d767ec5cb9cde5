"""What the check of an index says of vectors that the tiny base may have made."""

from dataclasses import replace

import numpy as np
from planted_index import texts_of

from adiabatic.index.compatibility import check_compatibility
from adiabatic.index.sample import Sample

TEXTS = texts_of(60)
PREFIX = "passage: the hen "


def with_settings(encoder, **changed):
    return replace(encoder, settings=replace(encoder.settings, **changed))


def embedded(encoder, texts=TEXTS, **changed):
    return with_settings(encoder, **changed).encode(texts, "document")


def checked(encoder, vectors, texts=TEXTS, approximate="", **settings):
    sample = Sample(list(texts), np.asarray(vectors, dtype=np.float32))
    return check_compatibility(sample, with_settings(encoder, **settings), approximate)
