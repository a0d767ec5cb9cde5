"""BM25 by language, as vectors of terms: its scores are inner products like those of an encoder."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import bm25s
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import Stemmer
from scipy import sparse

from adiabatic.evaluation.sets import EvaluationSet, Passages
from adiabatic.tasks.kinds import KINDS
from adiabatic.text.languages import language_code, writes_without_spaces

# Snowball's name of both kinds of Norwegian.
NORWEGIAN = {"nb": "no", "nn": "no"}
# The last letter of the Latin script's first blocks, with digits below it.
LAST_LATIN = "\u024f"


@dataclass(frozen=True)
class LexicalIndex:
    """BM25 of one corpus: an index for each language, of its own documents and their idf.

    Every language has columns of its own, so a query meets each index as it is, split into terms
    as that language's documents are; its vector counts its terms.

    corpus: (language, text) of every document.
    weights: what each term of a document adds to the score of a query that has it, as bm25s
        computes it (Lucene's variant, k1 = 1.5, b = 0.75); shape (documents, columns).
    columns: for each language its terms' columns.
    """

    corpus: pd.MultiIndex
    weights: sparse.csr_matrix
    columns: dict[str, dict[str, int]]

    def of(self, texts: pd.Series) -> sparse.csr_matrix:
        """How often each column's term is in each text, shape (texts, columns)."""
        split = words(texts)
        rows, columns = [], []
        for language, known in self.columns.items():
            for row, parts in enumerate(split):
                found = [known[term] for term in terms(parts, language) if term in known]
                rows += [row] * len(found)
                columns += found
        shape = (len(split), self.weights.shape[1])
        return sparse.coo_matrix((np.ones(len(rows)), (rows, columns)), shape).tocsr()


def lexical_index(documents: pd.MultiIndex) -> LexicalIndex:
    """Index (language, text) pairs that are all different."""
    corpora, weights, columns = [], [], {}
    for language in documents.get_level_values(0).unique():
        texts = documents[documents.get_level_values(0) == language]
        split = [terms(parts, language) for parts in words(texts.get_level_values(1))]
        start = sum(map(len, columns.values()))
        vocabulary = {term: n for n, term in enumerate(dict.fromkeys(t for d in split for t in d))}
        weights.append(_weights([[vocabulary[term] for term in d] for d in split], vocabulary))
        columns[language] = {term: start + number for term, number in vocabulary.items()}
        corpora.append(texts)
    corpus = corpora[0].append(corpora[1:])
    return LexicalIndex(corpus, sparse.block_diag(weights, format="csr"), columns)


def lexical_sets(sets: list[EvaluationSet]) -> Iterator[tuple[LexicalIndex, EvaluationSet]]:
    """Each set with the index of its documents, by which it is searched instead of vectors.

    A set in one language is indexed with the whole corpus; those that share it share the index.
    """
    indexes: dict[int, LexicalIndex] = {}
    for part in sets:
        key = id(part.corpus)
        if key not in indexes:
            indexes[key] = lexical_index(_documents(part))
        index = indexes[key]
        passages = part.passages and Passages(index.corpus.get_indexer(part.corpus))
        yield index, replace(part, corpus=index.corpus, vectors=index.weights, passages=passages)


def words(texts: pd.Series | pd.Index) -> list[list[str]]:
    """Runs of letters, marks and digits of each text, in lower case and compatibility form."""
    plain = pc.utf8_lower(pc.utf8_normalize(pa.array(texts, pa.string()), "NFKC"))
    # Marks belong to letters: without them, Hindi's vowels would cut words in pieces.
    spaced = pc.replace_substring_regex(plain, r"[^\pL\pM\pN]+", " ")
    return [text.split() for text in spaced.to_pylist()]


def terms(parts: list[str], language: str) -> list[str]:
    """Terms of a text's words in a language: Snowball's stems, where it knows the language.

    In languages that are written without spaces, all pairs of neighbouring characters, as Lucene's
    analyzer of Chinese, Japanese and Korean has them; Latin letters and digits stay words.
    """
    if writes_without_spaces(language):
        runs = (run for part in parts for run in _runs(part))
        return [term for run in runs for term in _bigrams(run)]
    stemmer = _stemmer(language)
    return stemmer.stemWords(parts) if stemmer else parts


def _runs(word: str) -> list[str]:
    """A word cut where Latin letters and digits meet other characters."""
    cuts = [i for i in range(1, len(word)) if (word[i] > LAST_LATIN) != (word[i - 1] > LAST_LATIN)]
    return [word[start:end] for start, end in pairwise([0, *cuts, len(word)])]


def _bigrams(run: str) -> list[str]:
    if run[0] <= LAST_LATIN or len(run) == 1:
        return [run]
    return [run[i : i + 2] for i in range(len(run) - 1)]


@cache
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    code = language_code(language)
    try:
        return Stemmer.Stemmer(NORWEGIAN.get(code, code))
    except KeyError:
        return None


def _weights(documents: list[list[int]], vocabulary: dict[str, int]) -> sparse.csc_matrix:
    """BM25's weight of each term in each document; `documents` are numbers of terms."""
    shape = (len(documents), len(vocabulary))
    if not vocabulary:
        return sparse.csc_matrix(shape)
    index = bm25s.BM25()
    index.index((documents, vocabulary), create_empty_token=False, show_progress=False)
    stored = index.scores
    weights = (stored["data"].astype(np.float64), stored["indices"], stored["indptr"])
    return sparse.csc_matrix(weights, shape)


def _documents(part: EvaluationSet) -> pd.MultiIndex:
    """(language, text) of a set's documents, each once."""
    if part.passages is not None:
        return part.corpus.drop_duplicates()
    languages = part.items["language"].unique()
    if len(languages) == 1:
        return pd.MultiIndex.from_product([languages, part.corpus])
    columns = KINDS[part.kind].documents
    frames = [part.items[["language", c]].set_axis(["language", "text"], axis=1) for c in columns]
    return pd.MultiIndex.from_frame(pd.concat(frames).dropna().drop_duplicates())
