"""How each kind of evaluation set is scored, item by item, by dense or sparse vectors."""

import numpy as np
import pandas as pd
from scipy import sparse

from adiabatic.evaluation.rank_metrics import average_precision, margin_scores, ndcg, relevant_ranks
from adiabatic.evaluation.search import CUTOFF, Vectors, all_products
from adiabatic.evaluation.sets import EvaluationSet, is_parallel
from adiabatic.tasks.kinds import POOL

# What is measured beside whether the relevant document comes first, where it is.
MEASURES = ["mrr@10", "ndcg@10", "recall@100", "map", "unbiased"]


def paired_products(left: Vectors, right: Vectors) -> np.ndarray:
    """Inner product of row i of both, shape (n,)."""
    if sparse.issparse(left):
        return np.asarray(left.multiply(right).sum(axis=1)).ravel()
    return np.einsum("nd,nd->n", left, right)


def xnli_outcomes(part: EvaluationSet, items: pd.DataFrame, queries: Vectors) -> list[pd.DataFrame]:
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
        frames.append(outcome_frame(part.task, other, languages, names, 2 - right))
    return frames


def triplets_outcomes(
    part: EvaluationSet, items: pd.DataFrame, queries: Vectors
) -> list[pd.DataFrame]:
    """Positive against negative, in each language's own texts."""
    difference = part.documents(items, "positive") - part.documents(items, "negative")
    right = paired_products(queries, difference) > 0
    return [
        outcome_frame(
            part.task, part.subset, [language], rows["item"], 2 - right[None, None, rows.index]
        )
        for language, rows in items.groupby("language", sort=False, observed=True)
    ]


def retrieval_outcomes(
    part: EvaluationSet, items: pd.DataFrame, queries: Vectors
) -> list[pd.DataFrame]:
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
    frame = outcome_frame(part.task, part.subset, languages, asked["item"], np.array(ranks))
    return [frame.assign(**retrieval_measures(frame["rank"].to_numpy()))]


def bitext_outcomes(
    part: EvaluationSet, items: pd.DataFrame, queries: Vectors
) -> list[pd.DataFrame]:
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
                ranks = relevant_ranks(of_distinct[codes], answers)[:, 0]
                frame = outcome_frame(part.task, subset, [query_language], names, ranks[None, None])
                frames.append(frame.assign(document_language=document_language))
    return sorted(frames, key=lambda frame: frame["subset"].iloc[0] != "similarity")


def mixed_pool_outcomes(
    part: EvaluationSet, items: pd.DataFrame, queries: Vectors
) -> list[pd.DataFrame]:
    """Passages of all languages ranked for each question (LAReQA, Roy et al. 2020).

    Every translation of the passage that answers is relevant. map: average precision over the whole
    pool. unbiased: share of the relevant passages in other languages that rank above all passages
    of the question's own language that are not. Ties count against the relevant ones.
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
        places = relevant_ranks(scores, own_place)
        wrong = np.where(of_language == language, scores, -np.inf)
        wrong[np.arange(len(asked)), own_place[:, place]] = -np.inf
        others = np.take_along_axis(scores, np.delete(own_place, place, axis=1), axis=1)
        unbiased = (others > wrong.max(axis=1)[:, None]).mean(axis=1)
        ranks = places[:, 0]
        frame = outcome_frame(part.task, part.subset, [language], asked["item"], ranks[None, None])
        measured = {"map": average_precision(places), "unbiased": unbiased.astype(np.float32)}
        frames.append(frame.assign(document_language=POOL, **measured))
    return frames


def own_outcomes(part: EvaluationSet, items: pd.DataFrame, queries: Vectors) -> list[pd.DataFrame]:
    """Triplets where there are negatives, else the documents of a language ranked for its queries.

    Where languages share items, the documents of every language are. Of several relevant documents
    none counts as wrong; mrr@10 is of the best-ranked, ndcg@10 of all.
    """
    if items["negative"].notna().any():
        return triplets_outcomes(part, items.rename(columns={"document": "positive"}), queries)
    first = ~items.duplicated(["language", "item"])
    asked, vectors = items[first], queries[first.to_numpy()]
    languages, frames = asked["language"].unique(), []
    for document_language in languages:
        for query_language in languages if is_parallel(part) else [document_language]:
            mine = (asked["language"] == query_language).to_numpy()
            names = asked.loc[mine, "item"]
            documents, answers = _pool(part, document_language, names)
            places = relevant_ranks(all_products(vectors[mine], documents), answers)
            ranks = places[:, 0]
            frame = outcome_frame(
                part.task, part.subset, [query_language], names, ranks[None, None]
            )
            measured = retrieval_measures(ranks) | {f"ndcg@{CUTOFF}": ndcg(places)}
            frames.append(frame.assign(document_language=document_language, **measured))
    return frames


def _pool(part: EvaluationSet, language: str, names: pd.Series) -> tuple[Vectors, np.ndarray]:
    """Vectors of a language's distinct documents, and the relevant ones of each named item.

    Returns:
        Vectors, shape (documents, d), and rows of them, shape (items, most relevant of an item),
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


def ranks_of(scores: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    """Rank of each query's relevant document, from 1; ties count against it.

    Args:
        scores: shape (queries, documents). relevant: the document of each query.
    """
    own = scores[np.arange(len(relevant)), relevant]
    return (scores >= own[:, None]).sum(axis=1)


def retrieval_measures(ranks: np.ndarray) -> dict[str, np.ndarray]:
    """MRR and nDCG at the cutoff of queries that have one relevant document, from its rank."""
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


def outcome_frame(
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
            "correct": ranks.ravel() == 1,
            "rank": ranks.ravel().astype(np.int32),
            **dict.fromkeys(MEASURES, np.float32(np.nan)),
        }
    )
