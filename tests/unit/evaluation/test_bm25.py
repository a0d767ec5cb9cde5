import math
from collections import Counter

import bm25s
import numpy as np
import pandas as pd
import pytest
from records import write_beir_folder

from adiabatic.evaluation.bm25 import lexical_index, lexical_sets, terms, words
from adiabatic.evaluation.outcomes import joined, outcomes_of_set
from adiabatic.evaluation.search import all_products
from adiabatic.evaluation.sets import EvaluationSet, task_set
from adiabatic.tasks.beir import write_beir
from adiabatic.tasks.files import TaskFiles

GERMAN = ["Die Katze jagt die Maus", "Der Hund schläft", "Zwei Hunde und eine Katze", "Nichts"]
QUERY = "Hunde jagen die Katzen und die Hunde"


def split(texts, language):
    return [terms(parts, language) for parts in words(pd.Series(texts))]


def plain_bm25(query, documents):
    """BM25 (Lucene's variant) as its formula reads, term by term."""
    mean, scores = np.mean([len(d) for d in documents]), []
    for document in documents:
        counts, score = Counter(document), 0.0
        for term in query:
            containing = sum(term in other for other in documents)
            idf = math.log(1 + (len(documents) - containing + 0.5) / (containing + 0.5))
            length = 1.5 * (1 - 0.75 + 0.75 * len(document) / mean)
            score += idf * counts[term] / (counts[term] + length)
        scores.append(score)
    return scores


def test_scores_are_those_of_the_formula_and_of_bm25s():
    index = lexical_index(pd.MultiIndex.from_product([["de"], GERMAN]))
    scores = all_products(index.of(pd.Series([QUERY, "ganz anderes"])), index.weights)
    documents, (query,) = split(GERMAN, "de"), split([QUERY], "de")
    assert scores[0] == pytest.approx(plain_bm25(query, documents), rel=1e-6)
    theirs = bm25s.BM25()
    theirs.index(documents, show_progress=False)
    assert scores[0] == pytest.approx(theirs.get_scores(query), rel=1e-6)
    assert (scores[0] > 0).tolist() == [True, True, True, False]
    assert not scores[1].any()


def test_each_language_has_an_index_and_an_idf_of_its_own():
    english = ["a cat", "Die Katze jagt die Maus", "one more cat"]
    documents = pd.MultiIndex.from_tuples(
        [*(("de", text) for text in GERMAN), *(("en", text) for text in english)]
    )
    index = lexical_index(documents)
    alone = lexical_index(pd.MultiIndex.from_product([["de"], GERMAN]))
    both, one = (
        all_products(i.of(pd.Series([QUERY])), i.weights)[0, : len(GERMAN)] for i in (index, alone)
    )
    # The German text among the English ones neither changes a German score nor shares one.
    assert both == pytest.approx(one)
    assert index.corpus.tolist() == documents.tolist()


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Running, the runners RAN!", ["run", "the", "runner", "ran"]),
        ("en-GB", "runners", ["runner"]),
        ("nb", "husene", ["hus"]),
        ("sw", "Watoto wanacheza", ["watoto", "wanacheza"]),
        # Vowel signs are marks, which are no letters, and still belong to the word.
        ("ur", "ہندی हिन्दी", ["ہندی", "हिन्दी"]),
        ("zh", "猫追老鼠。ABC 3", ["猫追", "追老", "老鼠", "abc", "3"]),
        ("zh-Hant", "用Python寫", ["用", "python", "寫"]),
        ("ja", "猫", ["猫"]),
    ],
)
def test_terms(language, text, expected):
    assert split([text], language) == [expected]


def retrieval_items():
    rows = [
        ("en", "1", "where is the cat", 0, "The cat sits here"),
        ("en", "2", "what do dogs eat", 1, "Dogs are eating meat"),
        ("de", "1", "Wo ist die Katze", 0, "Die Katze sitzt hier"),
        ("de", "2", "Was fressen Hunde", 1, "Hunde fressen Fleisch"),
    ]
    return pd.DataFrame(rows, columns=["language", "item", "query", "passage", "document"])


def test_outcomes_are_as_of_an_encoder_and_ties_count_against(tmp_path):
    retrieval_items().to_parquet(tmp_path / "qa.parquet")
    part = task_set("qa", "qa-retrieval", tmp_path / "qa.parquet")
    ((index, lexical),) = lexical_sets([part])
    outcomes = joined([outcomes_of_set(index, lexical)])
    ranks = outcomes.set_index(["query_language", "document_language", "item"])["rank"].to_dict()
    assert all(ranks[language, language, item] == 1 for language in ("en", "de") for item in "12")
    # No word in common: every document scores 0, and the right one comes last.
    assert all(ranks[pair] == 2 for pair in ranks if pair[0] != pair[1])


def test_a_set_in_beirs_format_is_searched_by_terms(tmp_path):
    corpus = {"a": "the cat sleeps", "b": "a dog barks", "c": "the cat sleeps", "d": "rain"}
    judgments = {("q", "b"): 2, ("q", "d"): 1}
    write_beir_folder(tmp_path / "set", corpus, {"q": "dogs bark at a cat"}, judgments)
    write_beir(TaskFiles([str(tmp_path / "set")], ["en"]), tmp_path / "s.parquet")
    ((index, part),) = lexical_sets([task_set("set", "beir", tmp_path / "s.parquet")])
    # Two passages of one text are one document of the index, and two of the search.
    assert index.weights.shape[0] == 3
    (outcome,) = outcomes_of_set(index, part).to_dict("records")
    assert (outcome["rank"], outcome["correct"]) == (1, True)
    # "rain" has no word of the query and comes after both cats.
    assert outcome["ndcg@10"] == pytest.approx((2 + 1 / np.log2(5)) / (2 + 1 / np.log2(3)))


def test_one_text_in_two_languages_is_two_documents(tmp_path):
    items = pd.DataFrame(
        [("en", "1", "Berlin", "Berlin", "Bonn"), ("de", "1", "Berlin", "Berlin", "Bonn")],
        columns=["language", "item", "query", "positive", "negative"],
    )
    items.to_parquet(tmp_path / "places.parquet")
    part = task_set("places", "triplets", tmp_path / "places.parquet")
    ((index, lexical),) = lexical_sets([part])
    assert index.weights.shape[0] == 4
    assert outcomes_of_set(index, lexical)["correct"].all()


def test_sets_of_one_corpus_share_its_index():
    texts = pd.Index(["a cat", "a dog", "a bird"])
    items = pd.DataFrame({"language": "en", "item": ["1"], "query": ["cat"], "positive": ["a cat"],
                          "negative": ["a dog"]})  # fmt: skip
    sets = [
        EvaluationSet("arxiv", name, "triplets", items, texts, np.empty((3, 0)))
        for name in ("title-random", "title-text")
    ]
    (first, _), (second, _) = lexical_sets(sets)
    assert first is second
    # The whole corpus is indexed, not only what the set asks about.
    assert len(first.corpus) == 3
