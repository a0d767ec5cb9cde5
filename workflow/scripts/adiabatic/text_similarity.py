"""TF-IDF similarity of texts: what makes a hard negative, and what makes a near-duplicate."""

import re

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

# Two texts this similar are two versions of one text, so neither is a negative for the other.
NEAR_DUPLICATE = 0.9
# Rows of a block of the similarity matrix: bounds the memory, changes no result.
BLOCK = 256


def tfidf(texts: pd.Series) -> sparse.csr_matrix:
    """Rows of unit length, one a text, shape (texts, terms): sublinear term frequency x idf."""
    vectorizer = TfidfVectorizer(token_pattern=r"(?u)\b\w+\b", sublinear_tf=True, dtype=np.float32)
    try:
        return vectorizer.fit_transform(texts).tocsr()
    except ValueError:
        # No text has a word (only punctuation): nothing is similar to anything.
        return sparse.csr_matrix((len(texts), 1), dtype=np.float32)


def text_keys(texts: pd.Series) -> np.ndarray:
    """One number for each text, the same for texts that differ in case, spaces or punctuation."""
    plain = texts.str.casefold().str.replace(re.compile(r"[\W_]+"), " ", regex=True).str.strip()
    return pd.factorize(plain.where(plain != "", texts))[0]


def paired_similarity(rows: sparse.csr_matrix, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Cosine similarity of row left[i] and row right[i] for every i, shape (len(left),)."""
    product = rows[left].multiply(rows[right]).sum(axis=1)
    return np.asarray(product, dtype=np.float32).ravel()


def closest(similarity: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """For each row the allowed column of highest similarity below a near-duplicate's, else -1.

    Args:
        similarity: cosine similarities, shape (n, m).
        allowed: shape (n, m), False where a column must not be chosen for a row.
    """
    eligible = allowed & (similarity < NEAR_DUPLICATE)
    best = np.where(eligible, similarity, -1.0).argmax(axis=1)
    return np.where(eligible.any(axis=1), best, -1)
