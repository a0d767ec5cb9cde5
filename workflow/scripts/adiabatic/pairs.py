"""Title/abstract triplets from papers: two anchor styles, five levels of difficulty.

A negative is the matching text of another paper. It is never the anchor's own, nor that of a paper
with the same title or abstract, nor a near-duplicate. The levels are this project's definition.
"""

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from sentencex import segment

from adiabatic.categories import CategorySets, Groups, archive_of
from adiabatic.errors import InputError
from adiabatic.text_similarity import (
    NEAR_DUPLICATE,
    closest,
    paired_similarity,
    text_keys,
    tfidf,
)

STYLES = ("title", "first-sentence")
LEVELS = ("random", "archive", "primary", "categories", "text")
# Random draws before the whole group is searched for a permitted negative.
DRAWS = 20


@dataclass(frozen=True)
class Pool:
    """The papers that one anchor style can use, with what decides who may be whose negative."""

    papers: pd.DataFrame
    rows: sparse.csr_matrix
    titles: np.ndarray
    abstracts: np.ndarray
    everything: Groups
    archives: Groups
    primaries: Groups
    sets: CategorySets

    def forbidden(self, anchors: np.ndarray, candidates: np.ndarray) -> np.ndarray:
        """True where candidates[i] must not be the negative of anchors[i]."""
        return (
            (self.titles[anchors] == self.titles[candidates])
            | (self.abstracts[anchors] == self.abstracts[candidates])
            | (paired_similarity(self.rows, anchors, candidates) >= NEAR_DUPLICATE)
        )


def build_pairs(
    papers: pd.DataFrame, style: str, levels: list[str], anchors: int, seed: int
) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """Triplets of every level for one anchor style; all levels share the same anchors.

    Args:
        papers: frame with id, title, abstract, categories.
        anchors: how many; drawn among the papers that have a negative at every level.
    Returns:
        One frame a level with anchor_id, negative_id, anchor, positive, negative, similarity
        (TF-IDF cosine of positive and negative); and counts of the papers left out.
    Raises:
        InputError: there are fewer papers than anchors, or too few have a negative at some level.
    """
    styled = _with_texts(papers, style)
    usable = len(styled)
    if usable < anchors:
        raise InputError(
            f"pairs.anchors: {anchors} found; only {usable} of {len(papers)} papers can serve the "
            f"style {style} (at most that many are allowed)"
        )
    pool = _pool(styled)
    order = _generator(seed, style).permutation(usable)
    chosen = {level: [] for level in levels}
    without = dict.fromkeys(levels, 0)
    kept: list[np.ndarray] = []
    tried = found = 0
    while found < anchors and tried < usable:
        batch = order[tried : tried + anchors - found]
        tried += len(batch)
        negatives = _negatives(pool, batch, levels, [seed, tried], style)
        for level in levels:
            without[level] += int((negatives[level] < 0).sum())
        complete = np.all([negatives[level] >= 0 for level in levels], axis=0)
        found += int(complete.sum())
        kept.append(batch[complete])
        for level in levels:
            chosen[level].append(negatives[level][complete])
    if found < anchors:
        worst = max(without, key=without.__getitem__)
        raise InputError(
            f"pairs.anchors: {anchors} found; only {found} of {usable} papers have a negative at "
            f"every level (style {style}; level {worst} has no candidate for {without[worst]})"
        )
    frames = {
        level: _triplets(pool, np.concatenate(kept), np.concatenate(chosen[level]))
        for level in levels
    }
    return frames, {"papers": len(papers), "without the style": len(papers) - usable} | {
        f"anchors without a negative at level {level}": count for level, count in without.items()
    }


def anchor_and_text(title: str, abstract: str, style: str) -> tuple[str, str]:
    """Anchor and matching text of a paper; the text is empty where an abstract is one sentence."""
    if style == "title":
        return title, abstract
    sentences = list(segment("en", abstract))
    return sentences[0].strip(), "".join(sentences[1:]).strip()


def _with_texts(papers: pd.DataFrame, style: str) -> pd.DataFrame:
    """The papers that can serve a style, with their `anchor` and matching `text`."""
    texts = [
        anchor_and_text(title, abstract, style)
        for title, abstract in zip(papers["title"], papers["abstract"], strict=True)
    ]
    papers = papers.assign(anchor=[a for a, _ in texts], text=[t for _, t in texts])
    return papers[papers["text"] != ""].reset_index(drop=True)


def _pool(papers: pd.DataFrame) -> Pool:
    primary = papers["categories"].str[0]
    return Pool(
        papers=papers,
        rows=tfidf(papers["text"]),
        titles=text_keys(papers["title"]),
        abstracts=text_keys(papers["abstract"]),
        everything=Groups.of(pd.Series(0, index=papers.index)),
        archives=Groups.of(primary.map(archive_of)),
        primaries=Groups.of(primary),
        sets=CategorySets.of(papers["categories"]),
    )


def _negatives(
    pool: Pool, anchors: np.ndarray, levels: list[str], seed: list[int], style: str
) -> dict[str, np.ndarray]:
    """For each level the negative of each anchor, -1 where there is none."""
    negatives = {}
    groups = {"random": pool.everything, "archive": pool.archives, "primary": pool.primaries}
    for level in levels:
        rng = _generator(*seed, style, level)
        if level in groups:
            other_primary = level == "archive"
            negatives[level] = _drawn(pool, anchors, groups[level], other_primary, rng)
        else:
            negatives[level] = _closest_in_categories(pool, anchors, level == "text", rng)
    return negatives


def _drawn(
    pool: Pool, anchors: np.ndarray, groups: Groups, other_primary: bool, rng: np.random.Generator
) -> np.ndarray:
    """For each anchor a random permitted paper of its group, -1 where there is none."""

    def permitted(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        same = pool.primaries.codes[left] == pool.primaries.codes[right]
        return ~pool.forbidden(left, right) & ~(same & other_primary)

    chosen = np.full(len(anchors), -1)
    pending = np.arange(len(anchors))
    for _ in range(DRAWS):
        candidates = groups.draw(anchors[pending], rng)
        good = permitted(anchors[pending], candidates)
        chosen[pending[good]] = candidates[good]
        pending = pending[~good]
    for row in pending:
        members = groups.of_group(groups.codes[anchors[row]])
        members = members[permitted(np.full(len(members), anchors[row]), members)]
        if len(members):
            chosen[row] = rng.choice(members)
    return chosen


def _closest_in_categories(
    pool: Pool, anchors: np.ndarray, by_text: bool, rng: np.random.Generator
) -> np.ndarray:
    """For each anchor a paper of the closest categories: the closest in text, or a random one."""
    chosen = np.full(len(anchors), -1)
    own_set = pool.sets.papers.codes[anchors]
    for group in np.unique(own_set):
        pending = np.flatnonzero(own_set == group)
        for members in pool.sets.closest_first(group):
            left = anchors[pending]
            similarity = (pool.rows[left] @ pool.rows[members].T).toarray()
            allowed = (pool.titles[left][:, None] != pool.titles[members]) & (
                pool.abstracts[left][:, None] != pool.abstracts[members]
            )
            if not by_text:
                allowed &= similarity < NEAR_DUPLICATE
                similarity = rng.random(similarity.shape) * NEAR_DUPLICATE
            best = closest(similarity, allowed)
            found = best >= 0
            chosen[pending[found]] = members[best[found]]
            pending = pending[~found]
            if not len(pending):
                break
    return chosen


def _triplets(pool: Pool, anchors: np.ndarray, negatives: np.ndarray) -> pd.DataFrame:
    left, right = pool.papers.iloc[anchors], pool.papers.iloc[negatives]
    return pd.DataFrame(
        {
            "anchor_id": left["id"].to_numpy(),
            "negative_id": right["id"].to_numpy(),
            "anchor": left["anchor"].to_numpy(),
            "positive": left["text"].to_numpy(),
            "negative": right["text"].to_numpy(),
            "similarity": paired_similarity(pool.rows, anchors, negatives),
        }
    )


def _generator(*parts: int | str) -> np.random.Generator:
    """A generator of its own for each choice, so that one level's draws never move another's."""
    return np.random.default_rng(
        [zlib.crc32(part.encode()) if isinstance(part, str) else part for part in parts]
    )
