"""Indexes of the tiny base, whole or with a planted mistake, as stores have them."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

NOUNS = ("cat", "dog", "cow", "hen", "fox", "owl", "bee", "ant")


def texts_of(count, longest=8):
    """Distinct texts of two to so many sentences."""
    rng = np.random.default_rng(0)
    found = {}
    while len(found) < count:
        pairs = rng.choice(NOUNS, size=(rng.integers(2, longest + 1), 2))
        found[" ".join(f"the {one} sees a {other}" for one, other in pairs)] = None
    return list(found)


def write_parquet(path, ids, vectors, texts=None, **columns):
    """A Parquet index with columns id, vector and, where there are any, text."""
    vectors = np.asarray(vectors)
    flat = pa.array(vectors.ravel())
    table = {"id": pa.array(ids), "vector": pa.FixedSizeListArray.from_arrays(flat, len(vectors.T))}
    if texts is not None:
        table["text"] = pa.array(texts, pa.string())
    pq.write_table(pa.table(table | columns), path)
    return path
