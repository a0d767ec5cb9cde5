import numpy as np
import pandas as pd
import pytest
from planted_outcomes import KINDS, LANGUAGES, base_right, measured, outcomes

from adiabatic.inference.values import (
    Cell,
    is_single,
    judges_a_language,
    place_of_others,
    values_of,
)


def test_averages_over_languages_are_taken_item_by_item():
    def right(task, subset, query, document, item):
        return query == "en" or (query == document == "de")

    table = values_of(outcomes(right), KINDS, "en").tables[Cell("xnli", "neutral", "accuracy")]
    assert table.index.tolist() == [str(item) for item in range(40)]
    found = table.mean()
    assert found["en", "en"] == 1
    assert found["non-English", "monolingual"] == 0.5
    assert found["every", "cross-lingual"] == pytest.approx(1 / 3)
    assert found["en", "cross-lingual"] == 1
    assert found["de", "cross-lingual"] == 0


def test_the_mean_of_subsets_and_levels_is_taken_item_by_item():
    def right(task, subset, query, document, item):
        return subset in ("neutral", "title-text")

    values = values_of(outcomes(right), KINDS, "en")
    assert (values.tables[Cell("xnli", "mean", "accuracy")] == 0.5).all(axis=None)
    assert (values.tables[Cell("arxiv", "title-mean", "accuracy")] == 0.5).all(axis=None)
    assert values.tasks == ["xnli"]
    assert values.headline("xnli") == Cell("xnli", "mean", "accuracy")


def test_a_pool_of_all_languages_is_judged_by_map():
    rows = [
        ("pool", "all", language, "pool", str(item), item > 0)
        for language in LANGUAGES
        for item in range(4)
    ]
    frame = measured(rows, map=[0.5, 1, 1, 1] * 3, unbiased=0.25).drop(columns="mrr@10")
    values = values_of(frame, {"pool": "mixed-pool"}, "en")
    assert {cell.metric for cell in values.tables} == {"map", "unbiased", "success@1"}
    assert values.headline("pool") == Cell("pool", "all", "map")
    table = values.tables[Cell("pool", "all", "map")]
    others = ("non-English", "pool")
    assert table.columns.tolist() == [*((name, "pool") for name in LANGUAGES), others]
    assert table[others].tolist() == [0.5, 1, 1, 1]


def test_a_bitext_has_no_own_language_and_is_judged_by_similarity():
    rows = [
        ("texts", subset, query, document, str(item), query == "en")
        for subset in ("similarity", "margin")
        for query in LANGUAGES
        for document in LANGUAGES
        for item in range(4)
        if query != document
    ]
    values = values_of(measured(rows), {"texts": "bitext"}, "en")
    assert values.headline("texts") == Cell("texts", "similarity", "accuracy")
    means = values.tables[values.headline("texts")].mean()
    assert means["en", "cross-lingual"] == 1
    assert means["non-English", "cross-lingual"] == 0
    assert means["every", "cross-lingual"] == pytest.approx(1 / 3)
    assert ("non-English", "monolingual") not in means.index


def test_languages_may_have_items_of_their_own():
    rows = [
        ("mine", "all", language, language, f"{language}{item}", right)
        for language, rights in (("en", [1, 1, 0]), ("de", [1, 0]), ("zh", [0]))
        for item, right in enumerate(rights)
    ]
    values = values_of(measured(rows), {"mine": "triplets"}, "en")
    table = values.tables[Cell("mine", "all", "accuracy")]
    # An average over languages counts each of their items once.
    assert table.count().tolist() == [3, 2, 1, 3]
    assert table.mean().tolist() == pytest.approx([2 / 3, 1 / 2, 0, 1 / 3])


def test_an_item_that_misses_a_pair_of_languages_is_refused():
    rows = outcomes(base_right)
    with pytest.raises(ValueError, match="missing for a pair of languages"):
        values_of(rows.drop(index=rows.index[5]), KINDS, "en")


def test_clusters_stand_in_the_order_of_the_items_however_rows_are_ordered():
    cells = [("qa", "all", name, name, str(i), True) for name in LANGUAGES for i in range(12)]
    clusters = [f"passage{int(item) // 5}" for *_, item, _ in cells]
    frame = measured(cells, clusters, **{"mrr@10": 1.0})
    frame = frame.sample(frac=1, random_state=1)
    values = values_of(frame, KINDS, "en")
    table = values.tables[values.headline("qa")]
    assert values.clusters["qa"].tolist() == [f"passage{int(i) // 5}" for i in table.index]
    part = values.of(frozenset({"passage0", "passage2"}))
    assert sorted(map(int, part.tables[values.headline("qa")].index)) == [0, 1, 2, 3, 4, 10, 11]
    assert set(part.clusters["qa"]) == {"passage0", "passage2"}


def test_columns_are_told_apart():
    pairs = [("zh", "de"), ("zh", "zh"), ("zh", "pool"), ("zh", "cross-lingual")]
    pairs += [("non-English", "monolingual"), ("every", "cross-lingual")]
    assert [is_single(pair) for pair in pairs] == [True, True, True, False, False, False]
    assert [judges_a_language(pair) for pair in pairs] == [False, True, True, True, False, False]
    assert place_of_others(pairs) == "monolingual"
    assert place_of_others(pairs[:4]) == ""


def test_several_measures_of_a_ranking_are_several_cells():
    rows = [("qa", "all", "en", "en", str(item), item % 2 == 0) for item in range(4)]
    frame = measured(rows, **{"mrr@10": [1, 0.5, 1, 0.5], "ndcg@10": [1, 0.6, 1, 0.6]})
    values = values_of(frame, KINDS, "en")
    means = {cell.metric: table.mean().item() for cell, table in values.tables.items()}
    assert means == pytest.approx({"mrr@10": 0.75, "ndcg@10": 0.8, "success@1": 0.5})
    assert isinstance(values.tables[Cell("qa", "all", "mrr@10")], pd.DataFrame)
    assert not any(np.isnan(table).any(axis=None) for table in values.tables.values())
