import numpy as np
import pandas as pd
import pytest
from planted_outcomes import (
    HOW,
    LANGUAGES,
    base_right,
    better_english,
    measured,
    outcomes,
    worse_chinese,
)

from adiabatic.inference.claims import claims_at
from adiabatic.inference.language_pairs import language_rows as language_pairs
from adiabatic.inference.summary import (
    SUMMARY_COLUMNS,
    Cell,
    documents_of,
    families,
    headline_cells,
    headline_rows,
    judged_runs,
    language_rows,
    summary_rows,
    values_of,
    window_rows,
)
from adiabatic.plan.runs import Run
from adiabatic.report.figures.languages import languages_figure
from adiabatic.report.languages import languages_caption


@pytest.fixture(scope="module")
def base():
    return values_of(outcomes(base_right), "en")


def test_averages_over_languages_are_taken_item_by_item():
    def right(task, subset, query, document, item):
        return query == "en" or (query == document == "de")

    table = values_of(outcomes(right), "en")[Cell("xnli", "neutral", "accuracy")].mean()
    assert table["en", "en"] == 1
    assert table["others", "same"] == 0.5
    assert table["every", "different"] == pytest.approx(1 / 3)
    assert table["en", "different"] == 1
    assert table["de", "different"] == 0


def test_a_pool_of_all_languages_has_rows_of_english_and_the_others_by_map():
    rows = [
        ("pool", "all", language, "pool", str(item), item > 0)
        for language in LANGUAGES
        for item in range(4)
    ]
    base = values_of(measured(rows, map=[0.5, 1, 1, 1] * 3, unbiased=0.25), "en")
    assert {cell.metric for cell in base} == {"map", "unbiased", "recall@1"}
    table = base[Cell("pool", "all", "map")]
    others = ("others", "pool")
    assert table.columns.tolist() == [*((name, "pool") for name in LANGUAGES), others]
    found = {name for _, _, name in families(base, "en")}
    assert found == {"pool, en", "pool, other languages"}
    tuned = values_of(measured(rows, map=[0, 1, 1, 1] * 3, unbiased=0.5), "en")
    summary = summary_rows(Run("r", 1.0, 0), base, tuned, HOW)
    assert language_rows(summary)["query_language"].tolist() == LANGUAGES
    assert set(language_rows(summary)["metric"]) == {"map"}
    assert documents_of(language_rows(summary).iloc[0]) == "pool"
    assert (summary.loc[summary["metric"] == "unbiased", "difference"] == 0.25).all()


def test_a_bitext_has_no_own_language_and_is_judged_by_similarity():
    rows = [
        ("bitext", subset, query, document, str(item), query == "en")
        for subset in ("similarity", "margin")
        for query in LANGUAGES
        for document in LANGUAGES
        for item in range(4)
        if query != document
    ]
    values = values_of(measured(rows), "en")
    found = {name: pair for _, pair, name in families(values, "en")}
    assert found == {
        "bitext, en": ("en", "different"),
        "bitext, other languages": ("others", "different"),
        "bitext, across languages": ("every", "different"),
    }
    table = values[Cell("bitext", "similarity", "accuracy")]
    assert table[list(found.values())].mean().tolist() == pytest.approx([1, 0, 1 / 3])
    assert headline_cells(values) == [Cell("bitext", "similarity", "accuracy")]


def test_languages_may_have_items_of_their_own():
    rows = [
        ("mine", "all", language, language, f"{language}{item}", right)
        for language, rights in (("en", [1, 1, 0]), ("de", [1, 0]), ("zh", [0]))
        for item, right in enumerate(rights)
    ]
    base = values_of(measured(rows, **{"mrr@10": [1, 1, 0, 1, 0, 0], "ndcg@10": 0.0}), "en")
    tuned = values_of(measured(rows, **{"mrr@10": [1, 1, 1, 1, 0, 1], "ndcg@10": 0.0}), "en")
    rows = summary_rows(Run("r", 1.0, 0), base, tuned, HOW)
    rows = rows[rows["metric"] == "mrr@10"].set_index("query_language")
    assert rows["n"].to_dict() == {"en": 3, "de": 2, "zh": 1, "others": 3}
    assert rows["difference"].tolist() == pytest.approx([1 / 3, 0, 1, 1 / 3])
    assert rows["base"].tolist() == pytest.approx([2 / 3, 1 / 2, 0, 1 / 3])


def test_the_mean_of_subsets_is_taken_item_by_item(base):
    def right(task, subset, query, document, item):
        return subset in ("neutral", "title-text")

    values = values_of(outcomes(right), "en")
    assert (values[Cell("xnli", "mean", "accuracy")] == 0.5).all(axis=None)
    assert (values[Cell("arxiv", "title-mean", "accuracy")] == 0.5).all(axis=None)


def test_rows_have_the_columns_of_the_contract_and_add_up(base):
    tuned = values_of(outcomes(better_english), "en")
    rows = summary_rows(Run("lr1-seed0", 1.0, 0), base, tuned, HOW)
    assert rows.columns.tolist() == SUMMARY_COLUMNS
    assert (rows["tuned"] - rows["base"]).to_numpy() == pytest.approx(rows["difference"])
    assert (rows["ci_low"] <= rows["difference"] + 1e-6).all()
    assert (rows["ci_high"] >= rows["difference"] - 1e-6).all()
    held_out = rows[rows["task"] == "held-out"].iloc[0]
    assert (held_out["base"], held_out["tuned"], held_out["n"]) == (0.5, 1.0, 40)
    assert held_out["verdict"] == "improved"
    assert (rows.loc[rows["task"] == "xnli", "verdict"] == "preserved").all()


def summary_of(base, *runs):
    return pd.concat(
        [
            summary_rows(Run(name, rate, 0), base, values_of(outcomes(right), "en"), HOW)
            for name, rate, right in runs
        ],
        ignore_index=True,
    )


def test_the_largest_gain_without_a_lost_language_is_recommended(base):
    summary = summary_of(
        base,
        ("low", 1e-6, base_right),
        ("mid", 1e-5, better_english),
        ("high", 1e-4, worse_chinese),
    )
    runs = judged_runs(summary).set_index("run")
    assert runs["recommended"].tolist() == [False, True, False]
    assert runs.loc["high", "languages_degraded"] == "zh"
    assert runs.loc["high", "worst_language"] == "zh"
    assert runs.loc["mid", "languages_degraded"] == ""


def test_nothing_is_recommended_where_every_run_loses_a_language(base):
    runs = judged_runs(summary_of(base, ("high", 1e-4, worse_chinese)))
    assert not runs["recommended"].any()


def test_nothing_is_recommended_where_no_language_was_judged(base):
    summary = summary_of(base, ("low", 1e-6, better_english))
    runs = judged_runs(summary[summary["task"] != "xnli"])
    assert not runs["recommended"].any()
    assert runs["languages_judged"].tolist() == [0]


def test_languages_are_judged_by_the_mean_on_their_own_and_on_other_documents(base):
    judged = language_rows(summary_of(base, ("low", 1e-6, base_right)))
    assert set(judged["subset"]) == {"mean"}
    assert len(judged) == 2 * len(LANGUAGES)


def test_the_window_averages_seeds(base):
    runs = [values_of(outcomes(right), "en") for right in (base_right, better_english)]
    window = window_rows(1e-5, base, runs, HOW).set_index("family")
    row = window.loc["held-out English triplets"]
    assert row["difference"] == pytest.approx(0.25)
    assert row["seeds"] == 2
    assert {"xnli, en", "xnli, other languages", "xnli, across languages"} <= set(window.index)
    assert "arXiv, title anchors" in window.index


def test_outcomes_of_other_items_are_refused(base):
    fewer = outcomes(base_right)
    fewer = fewer[fewer["item"] != "3"]
    with pytest.raises(ValueError, match="items are not those of the base"):
        summary_rows(Run("r", 1.0, 0), base, values_of(fewer, "en"), HOW)


def judged_outcomes(right, languages=("en", "de", "zh")):
    """Outcomes of a set in BEIR's format: each language has queries and passages of its own."""
    rows = [
        ("search", "all", language, language, f"{language}{item}", *right(language, item))
        for language in languages
        for item in range({"en": 60, "de": 30, "zh": 40}[language])
    ]
    names = ["task", "subset", "query_language", "document_language", "item"]
    frame = pd.DataFrame(rows, columns=[*names, "correct", "mrr@10", "ndcg@10", "recall@100"])
    held_out = outcomes(base_right)
    both = pd.concat([frame, held_out[held_out["task"] == "held-out"]], ignore_index=True)
    return both.astype(dict.fromkeys(names, "category"))


def found(language, item):
    place = item % 3 + 1
    return place == 1, 1 / place, 1 / np.log2(place + 1), 1.0


def lost_in_german(language, item):
    return (False, 0.0, 0.0, 0.0) if language == "de" else found(language, item)


def test_languages_with_queries_of_their_own_are_measured_on_those():
    base, tuned = (values_of(judged_outcomes(f), "en") for f in (found, lost_in_german))
    rows = summary_rows(Run("r", 1.0, 0), base, tuned, HOW)
    rows = rows[rows["task"] == "search"].set_index(["metric", "query_language"])
    assert set(rows.index.levels[0]) == {"mrr@10", "ndcg@10", "recall@100", "recall@1"}
    assert rows["n"]["ndcg@10"].to_dict() == {"en": 60, "de": 30, "zh": 40, "others": 70}
    # An average over languages counts each of their queries once.
    assert rows["difference"]["recall@100", "others"] == pytest.approx(-30 / 70)
    gained = np.mean([1 / np.log2(item % 3 + 2) for item in range(30)])
    assert rows["base"]["ndcg@10", "de"] == pytest.approx(gained)
    assert rows["verdict"]["ndcg@10", "de"] == "degraded"
    assert rows["verdict"]["ndcg@10", "zh"] == "preserved"
    assert not rows.isna().any(axis=None)


@pytest.mark.parametrize("languages", [["en"], ["de"], LANGUAGES])
def test_graded_retrieval_is_judged_by_ndcg_in_one_language_or_several(languages):
    base, tuned = (values_of(judged_outcomes(f, languages), "en") for f in (found, lost_in_german))
    summary = summary_rows(Run("r", 1.0, 0), base, tuned, HOW)
    judged = judged_runs(summary)
    assert judged["languages_judged"].tolist() == [len(languages)]
    assert judged["languages_degraded"].tolist() == ["de" if "de" in languages else ""]
    headline = summary[headline_rows(summary)]
    assert set(headline["metric"]) == {"ndcg@10"}
    rows = pd.concat(language_pairs(1.0, base, [tuned, tuned], HOW))
    assert rows["n"].tolist() == [{"en": 60, "de": 30, "zh": 40}[name] for name in languages]
    figure = languages_figure(rows, "search")
    assert [text.get_text() for text in figure.axes[0].get_xticklabels()] == list(
        rows["query_language"]
    )
    assert f"Of {len(rows)} pairs" in languages_caption(rows, "search")
    window = window_rows(1.0, base, [tuned, tuned], HOW)
    families = {f"search, {'en' if name == 'en' else 'other languages'}" for name in languages}
    assert set(window["family"]) == {"held-out English triplets", *families}
    claim = claims_at(1.0, base, [tuned], HOW)[2]
    assert claim.comparisons == len(languages)
    assert claim.verdict == ("fails" if "de" in languages else "holds")
    assert claim.n == {"en": 60, "de": 30, "zh": 40}[languages[len(languages) // 2]]


def test_queries_of_one_run_only_are_refused():
    base = values_of(judged_outcomes(found), "en")
    other = judged_outcomes(found)
    other.loc[0, ["query_language", "document_language"]] = "de"
    with pytest.raises(ValueError, match="items are not those of the base"):
        summary_rows(Run("r", 1.0, 0), base, values_of(other, "en"), HOW)


def test_an_item_that_misses_a_language_is_refused():
    rows = outcomes(base_right)
    with pytest.raises(ValueError, match="missing for a pair of languages"):
        values_of(rows.drop(index=rows.index[5]), "en")
