"""Evaluation of queries against documents, item by item; a score is an inner product of vectors."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from faiss import IndexHNSWFlat
from scipy import sparse

from adiabatic.aligned_files import spaced
from adiabatic.corpora import document_rows
from adiabatic.faiss_index import index_search
from adiabatic.ranking import answer_places, average_precision, margin_scores, ndcg
from adiabatic.search import (
    CUTOFF,
    DEPTH,
    Found,
    Judgments,
    Vectors,
    all_products,
    exact_search,
    graded_measures,
    ranks_of_relevant,
    recall_of,
)
from adiabatic.tasks import POOL

# Queries per language of which exact search tells what an index misses.
SAMPLE = 100
# Kinds in which query i means the same in every language; a set of kind own may be so, too.
PARALLEL = ("xnli", "qa-retrieval", "bitext", "mixed-pool")
# What is measured beside right or wrong, where it is.
MEASURES = ["mrr@10", "ndcg@10", "recall@100", "map", "unbiased"]
COLUMNS = [
    "task",
    "subset",
    "query_language",
    "document_language",
    "item",
    "right",
    "rank",
    *MEASURES,
]


@dataclass(frozen=True)
class Passages:
    """What a set of kind beir searches.

    rows: of each passage in the vectors of its set, which are of distinct texts; int64 (passages,).
    index: of the passages, in their order; None: they are searched exactly.
    """

    rows: np.ndarray
    index: IndexHNSWFlat | None = None


@dataclass(frozen=True)
class EvaluationSet:
    """One set of items: a task's, one style and level of arXiv pairs, or the held-out triplets.

    `items` has language, item, query and the kind's document columns; `corpus` and `vectors` are
    the documents' texts (with the language before each, where that matters) and their vectors. Kind
    beir has `passages`, and the texts themselves only where their terms are searched.
    """

    task: str
    subset: str
    kind: str
    items: pd.DataFrame
    corpus: pd.Index
    vectors: Vectors
    passages: Passages | None = None

    def documents(self, items: pd.DataFrame, column: str) -> Vectors:
        """Vectors of a document column, in the order of the items."""
        texts = items[column]
        if isinstance(self.corpus, pd.MultiIndex):
            texts = pd.MultiIndex.from_frame(items[["language", column]])
        return self.vectors[document_rows(self.corpus, texts)]


class QueryVectors(Protocol):
    """Whatever knows the vectors of queries."""

    def of(self, texts: pd.Series) -> Vectors:
        """Vectors of some texts, in their order."""


class QueryEncoder(Protocol):
    """What an encoder is asked for here."""

    def encode(self, texts: list[str], side: str, progress: str) -> np.ndarray:
        """Vectors of texts, float32 of shape (texts, d)."""


@dataclass(frozen=True)
class Queries:
    """Distinct queries and their vectors, float32 of shape (queries, d)."""

    texts: pd.Index
    vectors: np.ndarray

    def of(self, texts: pd.Series) -> np.ndarray:
        """Vectors of some texts, in their order."""
        return self.vectors[self.texts.get_indexer(texts)]


def encode_queries(encoder: QueryEncoder, sets: list[EvaluationSet]) -> Queries:
    """All queries of all sets, each encoded once, in one go."""
    texts = pd.Index(pd.concat([part.items["query"].dropna() for part in sets]).unique())
    return Queries(texts, encoder.encode(texts.tolist(), "query", progress="queries"))


def outcomes_of(queries: QueryVectors, sets: list[EvaluationSet]) -> pd.DataFrame:
    """One row per evaluated item and pair of languages: task, subset, languages, item, right, rank.

    `right` is whether the positive (of several the best-placed) comes first, `rank` its place (ties
    count against it); retrieval also has mrr@10 and ndcg@10, kind beir recall@100, and mixed pools
    map and unbiased.
    """
    return joined(outcomes_of_set(queries, part) for part in sets)


def outcomes_of_set(queries: QueryVectors, part: EvaluationSet) -> pd.DataFrame:
    """Outcomes of one set: see `outcomes_of`."""
    asked = part.items[part.items["query"].notna()]
    score = {
        "xnli": _xnli,
        "qa-retrieval": _retrieval,
        "triplets": _triplets,
        "beir": _judged,
        "bitext": _bitext,
        "mixed-pool": _mixed_pool,
        "own": _own,
    }[part.kind]
    frames = score(part, asked.reset_index(drop=True), queries.of(asked["query"]))
    return pd.concat(frames, ignore_index=True)


def joined(outcomes: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Outcomes of several sets as one frame, in the columns of the contract."""
    frame = pd.concat(outcomes, ignore_index=True)[COLUMNS]
    for column in COLUMNS[:5]:
        frame[column] = frame[column].astype("category")
    return frame


def paired_products(left: Vectors, right: Vectors) -> np.ndarray:
    """Inner product of row i of both, shape (n,)."""
    if sparse.issparse(left):
        return np.asarray(left.multiply(right).sum(axis=1)).ravel()
    return np.einsum("nd,nd->n", left, right)


def _xnli(part: EvaluationSet, items: pd.DataFrame, queries: Vectors) -> list[pd.DataFrame]:
    """Entailment against neutral and against contradiction, for every pair of languages."""
    languages, premises = _by_language(items, queries)
    hypotheses = {
        label: _by_language(items, part.documents(items, label))[1]
        for label in ("entailment", "neutral", "contradiction")
    }
    names = items.loc[items["language"] == languages[0], "item"].to_numpy()
    frames = []
    for other in ("neutral", "contradiction"):
        pairs = zip(hypotheses["entailment"], hypotheses[other], strict=True)
        differences = [entailed - compared for entailed, compared in pairs]
        right = np.array(
            [[paired_products(asked, d) > 0 for asked in premises] for d in differences]
        )
        frames.append(_frame(part.task, other, languages, names, 2 - right))
    return frames


def _triplets(part: EvaluationSet, items: pd.DataFrame, queries: Vectors) -> list[pd.DataFrame]:
    """Positive against negative, in each language's own texts."""
    difference = part.documents(items, "positive") - part.documents(items, "negative")
    right = paired_products(queries, difference) > 0
    return [
        _frame(part.task, part.subset, [language], rows["item"], 2 - right[None, None, rows.index])
        for language, rows in items.groupby("language", sort=False, observed=True)
    ]


def _retrieval(part: EvaluationSet, items: pd.DataFrame, queries: Vectors) -> list[pd.DataFrame]:
    """Passages ranked for each question, for every pair of languages."""
    languages, questions = _by_language(items, queries)
    asked = items[items["language"] == languages[0]]
    ranks = []
    for document_language in languages:
        pool = part.items[part.items["language"] == document_language].drop_duplicates("passage")
        passages = part.documents(pool, "document")
        answers = pd.Index(pool["passage"]).get_indexer(asked["passage"])
        scores = (all_products(of_language, passages) for of_language in questions)
        ranks.append([ranks_of(of_language, answers) for of_language in scores])
    frame = _frame(part.task, part.subset, languages, asked["item"], np.array(ranks))
    return [frame.assign(**retrieval_measures(frame["rank"].to_numpy()))]


def _judged(part: EvaluationSet, items: pd.DataFrame, queries: Vectors) -> list[pd.DataFrame]:
    """Passages of each language ranked for its queries, by graded judgments."""
    frames = []
    for language, rows in items.groupby("language", sort=False, observed=True):
        judgments, pool = _judgments(rows)
        mine = queries[rows.index]
        search = _exactly if part.passages.index is None else _by_index
        found = search(part, mine, pool, judgments)
        measures = graded_measures(ranks_of_relevant(found, judgments), judgments)
        ranks = measures.pop("rank")[None, None]
        frame = _frame(part.task, part.subset, [language], rows["item"], ranks)
        frames.append(frame.assign(**measures))
    return frames


def _exactly(part: EvaluationSet, queries: Vectors, pool: slice, known: Judgments) -> Found:
    return exact_search(queries, part.vectors, part.passages.rows[pool], known)


def _by_index(part: EvaluationSet, queries: Vectors, pool: slice, known: Judgments) -> Found:
    return index_search(queries, part.passages.index, pool, known)


def _judgments(queries: pd.DataFrame) -> tuple[Judgments, slice]:
    """Judgments of one language's queries, and its passages, by whose places they are numbered."""
    pool = slice(int(queries["pool_start"].iloc[0]), int(queries["pool_end"].iloc[0]))
    itself = queries["itself"].fillna(pool.start - 1).to_numpy(np.int64) - pool.start
    relevant = [documents - pool.start for documents in queries["relevant"]]
    return Judgments.of(relevant, queries["grades"].tolist(), itself), pool


def search_recall(queries: Queries, sets: list[EvaluationSet]) -> pd.DataFrame:
    """What the indexes find of the best DEPTH passages of exact search, for a sample of queries.

    Returns:
        task, language, passages, queries (in the sample), recall@100 (of the best of exact search),
        relevant_exact and relevant_found (recall@100 of relevant passages, by either search).
    """
    rows = []
    for part in sets:
        if part.passages is None or part.passages.index is None:
            continue
        asked = part.items[part.items["query"].notna()]
        for language, items in asked.groupby("language", sort=False, observed=True):
            sample = items.iloc[spaced(len(items), SAMPLE)]
            vectors, unjudged = queries.of(sample["query"]), Judgments.none(len(sample))
            judgments, pool = _judgments(sample)
            size = pool.stop - pool.start
            exact, found = (
                search(part, vectors, pool, unjudged) for search in (_exactly, _by_index)
            )
            recall = recall_of(found.others, exact.others)
            relevant = []
            for search in (_exactly, _by_index):
                ranks = ranks_of_relevant(search(part, vectors, pool, judgments), judgments)
                relevant.append(graded_measures(ranks, judgments)[f"recall@{DEPTH}"].mean())
            rows.append((part.task, language, size, len(sample), recall, *relevant))
    columns = ["task", "language", "passages", "queries"]
    columns += [f"recall@{DEPTH}", "relevant_exact", "relevant_found"]
    return pd.DataFrame(rows, columns=columns)


def is_parallel(part: EvaluationSet) -> bool:
    """Whether query i means the same in every language."""
    if part.kind != "own":
        return part.kind in PARALLEL
    asked = part.items[part.items["query"].notna()]
    of_languages = asked.groupby("language", observed=True)["item"].agg(set)
    return all(items == of_languages.iloc[0] for items in of_languages)


def _bitext(part: EvaluationSet, items: pd.DataFrame, queries: Vectors) -> list[pd.DataFrame]:
    """Lines of each language searched among the distinct ones of each other, by both scores."""
    languages, lines = _by_language(items, queries)
    names = items.loc[items["language"] == languages[0], "item"]
    texts = items["query"].to_numpy().reshape(len(languages), -1)
    pools = {language: _pool(part, language, names) for language in languages}
    frames = []
    for number, query_language in enumerate(languages):
        # A repeated line would be its own neighbour several times.
        codes = pd.factorize(texts[number])[0]
        first = np.unique(codes, return_index=True)[1]
        for document_language in languages:
            if document_language == query_language:
                continue
            documents, answers = pools[document_language]
            scores = {
                "similarity": all_products(lines[number][first], documents),
                "margin": margin_scores(lines[number][first], documents),
            }
            for subset, of_distinct in scores.items():
                ranks = answer_places(of_distinct[codes], answers)[:, 0]
                frame = _frame(part.task, subset, [query_language], names, ranks[None, None])
                frames.append(frame.assign(document_language=document_language))
    return sorted(frames, key=lambda frame: frame["subset"].iloc[0] != "similarity")


def _mixed_pool(part: EvaluationSet, items: pd.DataFrame, queries: Vectors) -> list[pd.DataFrame]:
    """Passages of all languages ranked for each question (LAReQA, Roy et al. 2020).

    Every translation of the passage that answers is right. map: average precision over the whole
    pool. unbiased: share of the right passages in other languages that come before all wrong
    passages of the question's own language. Ties count against what is right.
    """
    languages, questions = _by_language(items, queries)
    asked = items[items["language"] == languages[0]]
    pool = part.items.drop_duplicates(["language", "passage"])
    passages = part.documents(pool, "document")
    number, of_language = pool["passage"].to_numpy(), pool["language"].to_numpy()
    own_place = np.stack(
        [
            np.flatnonzero(of_language == language)[
                pd.Index(number[of_language == language]).get_indexer(asked["passage"])
            ]
            for language in languages
        ],
        axis=1,
    )
    frames = []
    for place, language in enumerate(languages):
        scores = all_products(questions[place], passages)
        places = answer_places(scores, own_place)
        wrong = np.where(of_language == language, scores, -np.inf)
        wrong[np.arange(len(asked)), own_place[:, place]] = -np.inf
        others = np.take_along_axis(scores, np.delete(own_place, place, axis=1), axis=1)
        unbiased = (others > wrong.max(axis=1)[:, None]).mean(axis=1)
        ranks = places[:, 0]
        frame = _frame(part.task, part.subset, [language], asked["item"], ranks[None, None])
        measured = {"map": average_precision(places), "unbiased": unbiased.astype(np.float32)}
        frames.append(frame.assign(document_language=POOL, **measured))
    return frames


def _own(part: EvaluationSet, items: pd.DataFrame, queries: Vectors) -> list[pd.DataFrame]:
    """Triplets where there are negatives, else the documents of a language ranked for its queries.

    Where languages share items, the documents of every language are. Of several right documents
    none counts as wrong; mrr@10 is of the best-placed, ndcg@10 of all.
    """
    if items["negative"].notna().any():
        return _triplets(part, items.rename(columns={"document": "positive"}), queries)
    first = ~items.duplicated(["language", "item"])
    asked, vectors = items[first], queries[first.to_numpy()]
    languages, frames = asked["language"].unique(), []
    for document_language in languages:
        for query_language in languages if is_parallel(part) else [document_language]:
            mine = (asked["language"] == query_language).to_numpy()
            names = asked.loc[mine, "item"]
            documents, answers = _pool(part, document_language, names)
            places = answer_places(all_products(vectors[mine], documents), answers)
            ranks = places[:, 0]
            frame = _frame(part.task, part.subset, [query_language], names, ranks[None, None])
            measured = retrieval_measures(ranks) | {f"ndcg@{CUTOFF}": ndcg(places)}
            frames.append(frame.assign(document_language=document_language, **measured))
    return frames


def _pool(part: EvaluationSet, language: str, names: pd.Series) -> tuple[Vectors, np.ndarray]:
    """Vectors of a language's distinct documents, and the right ones of each named item.

    Returns:
        Vectors, shape (documents, d), and rows of them, shape (items, most right ones of an item),
        -1 where an item has fewer.
    """
    rows = part.items[part.items["language"] == language]
    distinct = rows.drop_duplicates("document")
    texts = pd.Index(distinct["document"])
    right = rows[rows["item"].isin(names)]
    turn = right.groupby("item").cumcount().to_numpy()
    answers = np.full((len(names), turn.max() + 1), -1)
    answers[pd.Index(names).get_indexer(right["item"]), turn] = texts.get_indexer(right["document"])
    return part.documents(distinct, "document"), answers


def ranks_of(scores: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Place of each query's answer, from 1; of equal scores the answer comes last.

    Args:
        scores: shape (queries, documents). answers: the right document of each query.
    """
    right = scores[np.arange(len(answers)), answers]
    return (scores >= right[:, None]).sum(axis=1)


def retrieval_measures(ranks: np.ndarray) -> dict[str, np.ndarray]:
    """MRR and nDCG at the cutoff of queries that have one answer, from its place; shape (n,)."""
    found = ranks <= CUTOFF
    return {
        f"mrr@{CUTOFF}": np.where(found, 1 / ranks, 0).astype(np.float32),
        f"ndcg@{CUTOFF}": np.where(found, 1 / np.log2(ranks + 1), 0).astype(np.float32),
    }


def _by_language(items: pd.DataFrame, vectors: Vectors) -> tuple[list[str], list[Vectors]]:
    """Languages in the order of the items, and the vectors of each.

    The readers have made sure that every language has the same items in the same order.
    """
    languages = items["language"].unique().tolist()
    size = len(items) // len(languages)
    return languages, [vectors[size * i : size * (i + 1)] for i in range(len(languages))]


def _frame(
    task: str, subset: str, languages: list[str], items: pd.Series | np.ndarray, ranks: np.ndarray
) -> pd.DataFrame:
    """Outcomes of one subset; `ranks`: (document languages, query languages, items)."""
    count, documents = ranks.shape[2], np.asarray(languages, dtype=object)
    return pd.DataFrame(
        {
            "task": task,
            "subset": subset,
            "query_language": np.tile(np.repeat(documents, count), len(languages)),
            "document_language": np.repeat(documents, len(languages) * count),
            "item": np.tile(np.asarray(items, dtype=object), len(languages) ** 2),
            "right": ranks.ravel() == 1,
            "rank": ranks.ravel().astype(np.int32),
            **dict.fromkeys(MEASURES, np.float32(np.nan)),
        }
    )
