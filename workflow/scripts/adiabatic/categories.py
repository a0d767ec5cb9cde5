"""arXiv categories: archives, and sets of categories compared by Jaccard similarity."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse


def archive_of(category: str) -> str:
    """The archive of a category: `cs` of `cs.CL`; an archive without subjects is its own."""
    return category.split(".")[0]


@dataclass(frozen=True)
class Groups:
    """Papers by group: `members` sorted by group, of which group g starts at `starts[g]`."""

    codes: np.ndarray
    members: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, labels: pd.Series) -> "Groups":
        codes = pd.factorize(labels)[0]
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
    def of(cls, categories: pd.Series) -> "CategorySets":
        keys = categories.map(lambda names: " ".join(sorted(set(names))))
        papers = Groups.of(keys)
        distinct = pd.unique(keys)
        names = pd.Series(distinct).str.split(" ").explode()
        columns = pd.factorize(names)[0]
        sets = sparse.csr_matrix(
            (np.ones(len(names), dtype=np.float32), (names.index.to_numpy(), columns)),
            shape=(len(distinct), columns.max() + 1),
        )
        return cls(sets, np.asarray(sets.sum(axis=1)).ravel(), papers)

    def closest_first(self, group: int) -> list[np.ndarray]:
        """Papers by the Jaccard similarity of their categories to those of set `group`.

        Jaccard is computed between distinct sets only, of which there are few.

        Returns:
            Arrays of papers, one for each similarity above 0, from the highest; ties together.
        """
        shared = (self.sets @ self.sets[group].T).toarray().ravel()
        jaccard = shared / (self.sizes + self.sizes[group] - shared)
        levels = np.unique(jaccard[jaccard > 0])[::-1]
        return [
            np.concatenate([self.papers.of_group(g) for g in np.flatnonzero(jaccard == level)])
            for level in levels
        ]
