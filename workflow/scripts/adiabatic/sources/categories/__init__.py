"""arXiv categories: aliases, archives, and sets of categories compared by Jaccard similarity.

`arxiv.tsv` is arXiv's taxonomy: each category with the one that it is an alias of or was subsumed
by (`canonical`, itself where there is none), and the archive of that one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

TAXONOMY = Path(__file__).with_name("arxiv.tsv")


@cache
def _taxonomy() -> pd.DataFrame:
    return pd.read_csv(TAXONOMY, sep="\t", index_col="category")


def is_known(category: str) -> bool:
    """Whether the taxonomy lists a category; one that arXiv opens tomorrow is not there yet."""
    return category in _taxonomy().index


def canonical_of(category: str) -> str:
    """The category that this one is an alias of: `cs.CL` for `cmp-lg`; mostly itself."""
    return _taxonomy().at[category, "canonical"] if is_known(category) else category


def archive_of(category: str) -> str:
    """The archive of a category: `cs` of `cs.CL`, `hep-th` of `hep-th`, `math` of `cs.NA`."""
    return _taxonomy().at[category, "archive"] if is_known(category) else category.split(".")[0]


@dataclass(frozen=True)
class PaperCategories:
    """Canonical categories of papers: `names` sorted, and per paper its primary and its set.

    primary: numbers into `names`, shape (papers,).
    sets: 0/1 rows, shape (papers, names).
    unknown: categories that the taxonomy does not list, and the number of papers that have each.
    """

    names: list[str]
    primary: np.ndarray
    sets: sparse.csr_matrix
    unknown: dict[str, int]

    @classmethod
    def of(cls, categories: pa.ChunkedArray) -> "PaperCategories":
        """From lists of categories as arXiv writes them, the first one being the primary."""
        lists = categories.combine_chunks()
        found = pc.dictionary_encode(lists.flatten())
        written, codes = found.dictionary.to_pylist(), found.indices.to_numpy()
        names = sorted({canonical_of(name) for name in written})
        number = {name: position for position, name in enumerate(names)}
        columns = np.array([number[canonical_of(name)] for name in written], dtype=np.int32)[codes]
        starts = np.concatenate([[0], np.cumsum(pc.list_value_length(lists).to_numpy())])
        sets = sparse.csr_matrix(
            (np.ones(len(columns), dtype=np.float32), columns.copy(), starts),
            shape=(len(lists), len(names)),
        )
        sets.sum_duplicates()
        sets.data[:] = 1
        times = np.bincount(codes, minlength=len(written))
        unknown = {
            name: int(n) for name, n in zip(written, times, strict=True) if not is_known(name)
        }
        return cls(names, columns[starts[:-1]], sets, unknown)

    def archives(self) -> np.ndarray:
        """Number of each paper's archive, that of its primary category, shape (papers,)."""
        return pd.factorize(pd.Series(self.names).map(archive_of))[0][self.primary]


@dataclass(frozen=True)
class Groups:
    """Papers by group: `members` sorted by group, of which group g starts at `starts[g]`."""

    codes: np.ndarray
    members: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, codes: np.ndarray) -> "Groups":
        members = np.argsort(codes, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(codes))])
        return cls(codes, members, starts)

    def of_group(self, group: int) -> np.ndarray:
        """The papers of one group, in the order of the pool."""
        return self.members[self.starts[group] : self.starts[group + 1]]

    def draw(self, papers: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """For each paper a random one of its group, itself included."""
        groups = self.codes[papers]
        sizes = self.starts[groups + 1] - self.starts[groups]
        return self.members[self.starts[groups] + rng.integers(0, sizes)]


@dataclass(frozen=True)
class CategorySets:
    """Distinct sets of categories as 0/1 rows (sets, categories), and the papers of each set."""

    sets: sparse.csr_matrix
    sizes: np.ndarray
    papers: Groups

    @classmethod
    def of(cls, paper_sets: sparse.csr_matrix) -> "CategorySets":
        """From the set of each paper, 0/1 rows of shape (papers, categories)."""
        names = pa.array([str(column) for column in range(paper_sets.shape[1])])
        lists = pa.ListArray.from_arrays(
            paper_sets.indptr, names.take(pa.array(paper_sets.indices))
        )
        codes = pc.dictionary_encode(pc.binary_join(lists, " ")).indices.to_numpy()
        first = np.unique(codes, return_index=True)[1]
        sets = paper_sets[first]
        return cls(sets, np.diff(sets.indptr).astype(np.float32), Groups.of(codes))

    def closest_first(self, group: int) -> Iterator[np.ndarray]:
        """Papers by the Jaccard similarity of their categories to those of set `group`.

        Jaccard is computed between distinct sets only, of which there are few (about 90,000 among
        2.7 million papers), and only where more than the papers of the same set are asked for.

        Yields:
            Arrays of papers, one for each similarity above 0, from the highest; ties together.
        """
        yield self.papers.of_group(group)
        shared = (self.sets @ self.sets[group].T).toarray().ravel()
        jaccard = shared / (self.sizes + self.sizes[group] - shared)
        others = np.flatnonzero((jaccard > 0) & (jaccard < 1))
        for level in np.unique(jaccard[others])[::-1]:
            tied = others[jaccard[others] == level]
            yield np.concatenate([self.papers.of_group(g) for g in tied])
