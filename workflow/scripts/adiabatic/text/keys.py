"""Keys by which texts count as the same, whatever their case, spaces and punctuation."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def text_keys(texts: pd.Series | pa.ChunkedArray) -> np.ndarray:
    """One number for each text, the same for texts that differ in case, spaces or punctuation."""
    given = texts if isinstance(texts, pa.ChunkedArray) else pa.chunked_array([pa.array(texts)])
    spaced = pc.replace_substring_regex(pc.utf8_lower(given), r"[^\pL\pN]+", " ")
    plain = pc.utf8_trim_whitespace(spaced)
    encoded = pc.dictionary_encode(pc.if_else(pc.equal(plain, ""), given, plain))
    return np.concatenate([chunk.indices.to_numpy() for chunk in encoded.chunks])
