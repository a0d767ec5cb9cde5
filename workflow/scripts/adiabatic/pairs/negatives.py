"""Title/abstract triplets from papers: two anchor styles, five levels of difficulty.

A negative is the matching text of another paper. It is never the anchor's own, nor that of a paper
with the same title, nor a near-duplicate. The levels are this project's definition.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import compress

import numpy as np
import pandas as pd
import pyarrow as pa
from joblib import Parallel, delayed
from scipy import sparse

from adiabatic.io.errors import InputError
from adiabatic.io.parquet import rows_of
from adiabatic.sources.categories import CategorySets, Groups, PaperCategories
from adiabatic.sources.paper_texts import is_about_another, is_withdrawn
from adiabatic.text.keys import text_keys
from adiabatic.text.sentences import first_sentence_and_rest
from adiabatic.text.similarity import (
    BLOCK,
    NEAR_DUPLICATE,
    all_similarities,
    closest,
    paired_similarity,
    tfidf,
    word_counts,
)

STYLES = ("title", "first-sentence")
LEVELS = ("random", "archive", "primary", "categories", "text")
COLUMNS = ["id", "title", "abstract", "categories"]
# Random draws before the whole group is searched for a permitted negative.
DRAWS = 20
# Abstracts that one job prepares at a time: changes the memory, no result.
CHUNK = 10_000


@dataclass(frozen=True)
class Pool:
    """The papers that can serve every style, with what decides who may be whose negative.

    All arrays are about these papers alone; `numbers` are their rows in the table of all papers.
    """

    papers: pa.Table
    numbers: np.ndarray
    rows: sparse.csr_matrix
    titles: np.ndarray
    primary: np.ndarray
    everything: Groups
    archives: Groups
    primaries: Groups
    sets: CategorySets
    excluded: dict[str, int]

    def forbidden(self, anchors: np.ndarray, candidates: np.ndarray) -> np.ndarray:
        """True where candidates[i] must not be the negative of anchors[i]."""
        return (self.titles[anchors] == self.titles[candidates]) | (
            paired_similarity(self.rows, anchors, candidates) >= NEAR_DUPLICATE
        )


Frames = dict[tuple[str, str], pd.DataFrame]


def build_pairs(
    papers: pa.Table, styles: list[str], levels: list[str], anchors: int, seed: int, jobs: int = 1
) -> tuple[Frames, dict[str, int]]:
    """Triplets of every style and level; all share the same anchors, styles also the negatives.

    Args:
        papers: table with id, title, abstract, categories (list, first = primary).
        anchors: how many; drawn among the papers that can serve every style and have a negative
            at every level.
        jobs: processes that read the words of the abstracts; changes no result.
    Returns:
        One frame for each (style, level) with anchor_id, negative_id, anchor, positive, negative,
        similarity (TF-IDF cosine of the two abstracts); and counts of the papers left out.
    Raises:
        InputError: there are fewer papers than anchors, or too few have a negative at some level.
    """
    pool = _pool(papers, styles, anchors, jobs)
    usable = len(pool.numbers)
    order = _generator(seed).permutation(usable)
    chosen = {level: [] for level in levels}
    without = dict.fromkeys(levels, 0)
    kept: list[np.ndarray] = []
    tried = found = 0
    while found < anchors and tried < usable:
        batch = order[tried : tried + anchors - found]
        tried += len(batch)
        negatives = {level: _negatives(pool, batch, level, [seed, tried]) for level in levels}
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
            f"every level (level {worst} has no candidate for {without[worst]})"
        )
    own = np.concatenate(kept)
    negatives = {level: np.concatenate(rows) for level, rows in chosen.items()}
    frames = {}
    for style in styles:
        texts = _texts(pool, own, style)
        for level in levels:
            others = _texts(pool, negatives[level], style)
            frames[style, level] = _triplets(
                texts, others, paired_similarity(pool.rows, own, negatives[level])
            )
    missing = {f"anchors without a negative at level {name}": n for name, n in without.items()}
    return frames, pool.excluded | missing


def anchor_and_text(title: str, abstract: str, style: str) -> tuple[str, str]:
    """Anchor and matching text of a paper; the text is empty where an abstract is one sentence."""
    return (title, abstract) if style == "title" else first_sentence_and_rest(abstract)


def _pool(papers: pa.Table, styles: list[str], anchors: int, jobs: int) -> Pool:
    abstracts = papers["abstract"]
    prepared = Parallel(n_jobs=jobs if len(papers) > CHUNK else 1)(
        delayed(_prepared)(abstracts.slice(start, CHUNK).to_pylist(), "first-sentence" in styles)
        for start in range(0, len(papers), CHUNK)
    )
    empty, single = (np.concatenate([part[n] for part in prepared]) for n in (1, 2))
    usable = ~(empty | single)
    if usable.sum() < anchors:
        raise InputError(
            f"pairs.anchors: {anchors} found; only {usable.sum()} of {len(papers)} papers can "
            f"serve the styles {', '.join(styles)} (at most that many are allowed)"
        )
    counts = sparse.vstack([part[0] for part in prepared], format="csr")
    del prepared
    categories = PaperCategories.of(papers["categories"].filter(pa.array(usable)))
    return Pool(
        papers=papers,
        numbers=np.flatnonzero(usable),
        rows=tfidf(counts),
        titles=text_keys(papers["title"].filter(pa.array(usable))),
        primary=categories.primary,
        everything=Groups.of(np.zeros(usable.sum(), dtype=np.int64)),
        archives=Groups.of(categories.archives()),
        primaries=Groups.of(categories.primary),
        sets=CategorySets.of(categories.sets),
        excluded={
            "papers": len(papers),
            "withdrawn, or only about another paper": int(empty.sum()),
            "of a single sentence": int((single & ~empty).sum()),
        }
        | {f"papers in the unknown category {name}": n for name, n in categories.unknown.items()},
    )


def _prepared(
    abstracts: list[str], split: bool
) -> tuple[sparse.csr_matrix, np.ndarray, np.ndarray]:
    """Word counts of the abstracts that can serve, and which of all can not.

    One cannot that says nothing of its own ("withdrawn", "Comment on ..."), nor, where abstracts
    are split, one of a single sentence.
    """
    empty = [is_withdrawn(text) or is_about_another(text) for text in abstracts]
    single = [split and not first_sentence_and_rest(text)[1] for text in abstracts]
    usable = [not (one or other) for one, other in zip(empty, single, strict=True)]
    counts = word_counts(list(compress(abstracts, usable)))
    return counts, np.array(empty, dtype=bool), np.array(single, dtype=bool)


def _negatives(pool: Pool, anchors: np.ndarray, level: str, seed: list[int]) -> np.ndarray:
    """The negative of each anchor at one level, -1 where there is none."""
    rng = _generator(*seed, level)
    if level in ("random", "archive", "primary"):
        groups = {"random": pool.everything, "archive": pool.archives, "primary": pool.primaries}
        return _drawn(pool, anchors, groups[level], level == "archive", rng)
    return _closest_in_categories(pool, anchors, level == "text", rng)


def _drawn(
    pool: Pool, anchors: np.ndarray, groups: Groups, other_primary: bool, rng: np.random.Generator
) -> np.ndarray:
    """For each anchor a random permitted paper of its group, -1 where there is none."""

    def permitted(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        same = pool.primary[left] == pool.primary[right]
        return ~pool.forbidden(left, right) & ~(same & other_primary)

    chosen = np.full(len(anchors), -1)
    pending = np.arange(len(anchors))
    for _ in range(DRAWS):
        candidates = groups.draw(anchors[pending], rng)
        good = permitted(anchors[pending], candidates)
        chosen[pending[good]] = candidates[good]
        pending = pending[~good]
        if not len(pending):
            return chosen
    # Whether a group has any paper of another primary category is soon seen; most have not.
    for row in pending:
        members = groups.of_group(groups.codes[anchors[row]])
        if other_primary:
            members = members[pool.primary[members] != pool.primary[anchors[row]]]
        chosen[row] = _random_permitted(pool, anchors[[row]], members, rng)[0]
    return chosen


def _closest_in_categories(
    pool: Pool, anchors: np.ndarray, by_text: bool, rng: np.random.Generator
) -> np.ndarray:
    """For each anchor a paper of the closest categories: the closest in text, or a random one."""
    choose: Callable = _most_similar if by_text else _random_permitted
    chosen = np.full(len(anchors), -1)
    if not by_text:
        # Most papers share their set with another one: all at once is faster than set by set.
        chosen = _drawn(pool, anchors, pool.sets.papers, False, rng)
    own_set = pool.sets.papers.codes[anchors]
    for group in np.unique(own_set[chosen < 0]):
        pending = np.flatnonzero((own_set == group) & (chosen < 0))
        for members in pool.sets.closest_first(group):
            best = choose(pool, anchors[pending], members, rng)
            found = best >= 0
            chosen[pending[found]] = best[found]
            pending = pending[~found]
            if not len(pending):
                break
    return chosen


def _most_similar(
    pool: Pool, anchors: np.ndarray, members: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """For each anchor the permitted member with the closest abstract, -1 where there is none."""
    chosen = []
    step = max(1, BLOCK // len(members))
    for start in range(0, len(anchors), step):
        block = anchors[start : start + step]
        similarity = all_similarities(pool.rows, block, members)
        best = closest(similarity, pool.titles[block][:, None] != pool.titles[members])
        chosen.append(np.where(best >= 0, members[best], -1))
    return np.concatenate(chosen)


def _random_permitted(
    pool: Pool, anchors: np.ndarray, members: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """For each anchor a random permitted member, -1 where there is none."""
    chosen = np.full(len(anchors), -1)
    if not len(members):
        return chosen
    pending = np.arange(len(anchors))
    # Of few members all are looked at straight away.
    for _ in range(DRAWS if len(members) > DRAWS else 0):
        candidates = rng.choice(members, len(pending))
        good = ~pool.forbidden(anchors[pending], candidates)
        chosen[pending[good]] = candidates[good]
        pending = pending[~good]
        if not len(pending):
            return chosen
    for row in pending:
        allowed = members[~pool.forbidden(np.full(len(members), anchors[row]), members)]
        if len(allowed):
            chosen[row] = rng.choice(allowed)
    return chosen


def _triplets(own: pd.DataFrame, others: pd.DataFrame, similarity: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "anchor_id": own["id"],
            "negative_id": others["id"],
            "anchor": own["anchor"],
            "positive": own["text"],
            "negative": others["text"],
            "similarity": similarity,
        }
    )


def _texts(pool: Pool, rows: np.ndarray, style: str) -> pd.DataFrame:
    papers = rows_of(pool.papers.select(["id", "title", "abstract"]), pool.numbers[rows])
    texts = [
        anchor_and_text(title, abstract, style)
        for title, abstract in zip(papers["title"], papers["abstract"], strict=True)
    ]
    return pd.DataFrame(texts, columns=["anchor", "text"]).assign(id=papers["id"])


def _generator(*parts: int | str) -> np.random.Generator:
    """A generator of its own for each choice, so that one level's draws never move another's."""
    return np.random.default_rng(
        [zlib.crc32(part.encode()) if isinstance(part, str) else part for part in parts]
    )
