"""TF-IDF similarity of texts: what makes a hard negative, and what makes a near-duplicate."""

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import (
    ENGLISH_STOP_WORDS,
    HashingVectorizer,
    TfidfTransformer,
)

# Two texts this similar are two versions of one text, so neither is a negative for the other.
NEAR_DUPLICATE = 0.9
# Entries of a block of similarities: bounds the memory, changes no result.
BLOCK = 2**23
# Hashed terms: so many that two words seldom share one.
TERMS = 2**20
# Letters and digits of ASCII and all that is not ASCII; everything else separates words.
_SPACED = bytes(b if b >= 128 or chr(b).isalnum() else 32 for b in range(256))


def words(text: str) -> list[bytes]:
    """The words of a text in lower case, as UTF-8; many times faster than a regular expression."""
    return text.lower().encode().translate(_SPACED).split()


def word_counts(texts: list[str]) -> sparse.csr_matrix:
    """How often each hashed term is in each text, stop words left out; shape (texts, TERMS)."""
    if not texts:
        return sparse.csr_matrix((0, TERMS), dtype=np.float32)
    counts = _hasher().transform(texts)
    counts.data[_stop_terms()[counts.indices]] = 0
    counts.eliminate_zeros()
    return counts


def tfidf(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    """Counts as rows of unit length (in place): sublinear term frequency x smoothed idf."""
    return TfidfTransformer(sublinear_tf=True).fit(counts).transform(counts, copy=False)


def paired_similarity(rows: sparse.csr_matrix, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Cosine similarity of row left[i] and row right[i] for every i, shape (len(left),)."""
    product = rows[left].multiply(rows[right]).sum(axis=1)
    return np.asarray(product, dtype=np.float32).ravel()


def all_similarities(rows: sparse.csr_matrix, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Cosine similarity of every row of `left` and of `right`, shape (len(left), len(right)).

    Most terms of the right rows are in no left row. They are dropped first; what is left is
    multiplied with the dense left rows.
    """
    few, many = rows[left], rows[right]
    terms = np.unique(few.indices)
    column = np.full(rows.shape[1], -1, dtype=np.int32)
    column[terms] = np.arange(len(terms), dtype=np.int32)
    shape = (len(left), len(terms))
    dense = sparse.csr_matrix((few.data, column[few.indices], few.indptr), shape).toarray().T
    columns = column[many.indices]
    shared = columns >= 0
    starts = np.concatenate([[0], np.cumsum(shared)])[many.indptr]
    narrow = sparse.csr_matrix(
        (many.data[shared], columns[shared], starts), (len(right), len(terms))
    )
    return (narrow @ np.ascontiguousarray(dense)).T


def closest(similarity: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """For each row the allowed column of highest similarity below a near-duplicate's, else -1.

    Args:
        similarity: cosine similarities, shape (n, m).
        allowed: shape (n, m), False where a column must not be chosen for a row.
    """
    eligible = allowed & (similarity < NEAR_DUPLICATE)
    best = np.where(eligible, similarity, -1.0).argmax(axis=1)
    return np.where(eligible.any(axis=1), best, -1)


def _hasher() -> HashingVectorizer:
    return HashingVectorizer(
        n_features=TERMS, analyzer=words, alternate_sign=False, norm=None, dtype=np.float32
    )


def _stop_terms() -> np.ndarray:
    """True for the hashed terms of stop words, shape (TERMS,)."""
    stop = np.zeros(TERMS, dtype=bool)
    stop[_hasher().transform([" ".join(sorted(ENGLISH_STOP_WORDS))]).indices] = True
    return stop
