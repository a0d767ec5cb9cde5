import numpy as np
import pytest
from planted_outcomes import (
    HOW,
    KINDS,
    LANGUAGES,
    base_right,
    better_english,
    measured,
    outcomes,
    worse_chinese,
)

from adiabatic.inference.differences import (
    CELL,
    COLUMNS,
    SIMULTANEOUS,
    aggregate_of,
    average_rows,
    difference_rows,
    family_of,
    scope_of,
    simultaneous_rows,
)
from adiabatic.inference.intervals import THE_RATE, THESE_RUNS
from adiabatic.inference.values import Cell, values_of
from adiabatic.inference.verdicts import verdicts


def values(right):
    return values_of(outcomes(right), KINDS, "en")


@pytest.fixture(scope="module")
def base():
    return values(base_right)


def of(rows, task, subset="all"):
    chosen = rows[(rows["task"] == task) & (rows["subset"] == subset)]
    return chosen.set_index(["query_language", "document_language"])


def test_rows_have_the_columns_of_the_contract_and_add_up(base):
    rows = difference_rows(base, [values(better_english)], HOW, THESE_RUNS)
    assert rows.columns.tolist() == COLUMNS
    assert (rows["tuned"] - rows["base"]).to_numpy() == pytest.approx(rows["difference"])
    assert (rows["low"] <= rows["difference"]).all()
    assert (rows["high"] >= rows["difference"]).all()
    held_out = of(rows, "held-out").iloc[0]
    assert (held_out["base"], held_out["tuned"], held_out["n"]) == (0.5, 1.0, 40)
    assert (held_out["clusters"], held_out["changed"], held_out["family"]) == (40, 0.5, "English")
    assert held_out["low"] > 0
    assert held_out["p_improved"] < 1e-4
    # No item of 40 changed, which a loss of some points would leave so, too.
    assert (rows.loc[rows["task"] == "xnli", "difference"] == 0).all()
    assert (rows.loc[rows["task"] == "xnli", "low"] < -0.05).all()


def test_p_values_say_what_the_interval_does(base):
    rows = difference_rows(base, [values(worse_chinese)] * 3, HOW, THE_RATE)
    assert ((rows["p_improved"] < HOW.tail) == (rows["low"] > 0)).all()
    assert ((rows["p_noninferior"] < HOW.tail) == (rows["low"] > -0.05)).all()
    assert ((rows["p_inferior"] < HOW.tail) == (rows["high"] < -0.05)).all()
    found = of(rows, "xnli", "mean")
    assert found.loc[("zh", "de"), "difference"] == -0.5
    assert verdicts(found["low"], found["high"], 0.05)[found.index.get_loc(("zh", "zh"))] == (
        "inferior"
    )
    assert set(rows["seeds"]) == {3}
    assert set(rows["scope"]) == {"the rate"}


def test_several_runs_are_averaged(base):
    runs = [values(right) for right in (base_right, better_english)]
    rows = difference_rows(base, runs, HOW, THESE_RUNS)
    assert of(rows, "held-out")["difference"].item() == pytest.approx(0.25)


def test_families_are_what_is_judged_as_one(base):
    rows = difference_rows(base, [base], HOW, THESE_RUNS)
    languages = rows[rows["family"] == "languages"]
    # Of XNLI every pair of languages by the mean of both negatives, and no average.
    assert set(languages["subset"]) == {"mean"}
    assert len(languages) == len(LANGUAGES) ** 2
    assert rows.loc[rows["family"] == "levels", "subset"].tolist() == ["title-random", "title-text"]
    assert (rows["family"] == "English").sum() == 1
    named = rows[rows["aggregate"] != ""].set_index("aggregate")
    assert named.loc["xnli, non-English", "query_language"] == "non-English"
    assert set(named.index) == {
        "held-out English triplets",
        "arXiv, title anchors",
        *(f"xnli, {name}" for name in ("en", "non-English", "cross-lingual")),
    }


def test_of_a_retrieval_task_each_languages_queries_are_judged():
    rows = [("qa", "all", q, q, str(i), True) for q in LANGUAGES for i in range(5)]
    found = values_of(measured(rows, **{"mrr@10": 1.0}), KINDS, "en")
    cell = Cell("qa", "all", "mrr@10")
    assert [family_of(found, cell, (q, q)) for q in LANGUAGES] == ["languages"] * 3
    assert family_of(found, cell, ("non-English", "monolingual")) == ""
    assert family_of(found, Cell("qa", "all", "success@1"), ("en", "en")) == ""
    assert aggregate_of(found, cell, ("en", "en"), "en") == "qa, en"
    assert aggregate_of(found, cell, ("de", "de"), "en") == ""


def test_a_bitext_is_judged_by_each_languages_queries_on_all_others():
    rows = [
        ("texts", "similarity", q, d, str(i), True)
        for q in LANGUAGES
        for d in LANGUAGES
        for i in range(5)
        if q != d
    ]
    found = values_of(measured(rows), {"texts": "bitext"}, "en")
    rows = difference_rows(found, [found], HOW, THESE_RUNS)
    judged = rows[rows["family"] == "languages"]
    assert judged["query_language"].tolist() == LANGUAGES
    assert set(judged["document_language"]) == {"cross-lingual"}
    assert set(rows["aggregate"]) - {""} == {
        "texts, en",
        "texts, non-English",
        "texts, cross-lingual",
    }


def searched(right):
    """A set in BEIR's format: each language has queries and passages of its own."""
    sizes = {"en": 60, "de": 30, "zh": 40}
    rows = [
        ("search", "all", name, name, f"{name}{item}", right(name))
        for name in LANGUAGES
        for item in range(sizes[name])
    ]
    places = [1 / (int(row[4][2:]) % 3 + 1) if row[5] else 0.0 for row in rows]
    return values_of(measured(rows, **{"ndcg@10": places}).drop(columns="mrr@10"),
                     {"search": "beir"}, "en")  # fmt: skip


def test_languages_with_queries_of_their_own_are_measured_on_those():
    base, tuned = searched(lambda name: True), searched(lambda name: name != "de")
    rows = difference_rows(base, [tuned], HOW, THESE_RUNS)
    rows = rows[rows["metric"] == "ndcg@10"].set_index("query_language")
    assert rows["n"].to_dict() == {"en": 60, "de": 30, "zh": 40, "non-English": 70}
    assert rows["clusters"].to_dict() == rows["n"].to_dict()
    assert rows.loc["de", "difference"] == pytest.approx(-rows.loc["de", "base"])
    assert rows.loc["non-English", "difference"] == pytest.approx(
        rows.loc["de", "difference"] * 30 / 70
    )
    assert rows.loc["de", "high"] < -0.05 < rows.loc["en", "high"]
    assert rows["family"].tolist() == ["languages"] * 3 + [""]


def test_an_average_over_tasks_weighs_each_the_same_and_has_the_error_of_shared_passages(base):
    rng = np.random.default_rng(1)
    cells = [("qa", "all", q, q, str(i)) for q in LANGUAGES for i in range(200)]
    passages = [f"passage{int(item) // 5}" for *_, item in cells]
    pool = [("pool", "all", q, "pool", item) for _, _, q, _, item in cells]
    kinds = {"qa": "qa-retrieval", "pool": "mixed-pool"}
    # Both tasks are right about the same questions.
    right = {
        name: rng.random(len(cells)) < chance for name, chance in (("base", 0.5), ("tuned", 0.6))
    }

    def of_both(name):
        qa = measured([(*cell, True) for cell in cells], passages, **{"mrr@10": right[name]})
        mixed = measured([(*cell, True) for cell in pool], passages, map=right[name])
        parts = [values_of(qa, kinds, "en"), values_of(mixed.drop(columns="mrr@10"), kinds, "en")]
        tables, labels = ({}, {})
        for part in parts:
            tables |= part.tables
            labels |= part.clusters
        return type(base)(tables, labels, parts[0].kinds)

    before, after = of_both("base"), of_both("tuned")
    each = difference_rows(before, [after], HOW, THESE_RUNS)
    each = each[each["query_language"].eq("non-English") & each["metric"].isin(["mrr@10", "map"])]
    assert len(each) == 2
    (rows,) = average_rows(before, [after], HOW, THESE_RUNS)
    row = rows.iloc[0]
    assert rows.columns.tolist() == COLUMNS
    assert (row["task"], row["query_language"]) == ("all tasks", "non-English")
    assert row["difference"] == pytest.approx(each["difference"].mean())
    # The second task says nothing new.
    assert row["standard_error"] == pytest.approx(each["standard_error"].iloc[0])
    assert row["clusters"] == 40


def test_averages_over_tasks_are_none_where_there_is_no_task(base):
    english = type(base)(
        {cell: table for cell, table in base.tables.items() if cell.task == "held-out"},
        base.clusters,
        base.kinds,
    )
    assert list(average_rows(english, [english], HOW, THESE_RUNS)) == []
    (first, second) = average_rows(base, [base], HOW, THESE_RUNS)
    assert first["aggregate"].item() == "all tasks, non-English"
    assert second["aggregate"].item() == "all tasks, cross-lingual"


def test_outcomes_of_other_items_or_languages_are_refused(base):
    fewer = outcomes(base_right)
    other = values_of(fewer[fewer["item"] != "3"], KINDS, "en")
    german = fewer[(fewer["query_language"] != "de") & (fewer["document_language"] != "de")]
    for runs in ([other], [values_of(german, KINDS, "en")]):
        with pytest.raises(ValueError, match="are not those that they are compared with"):
            difference_rows(base, runs, HOW, THESE_RUNS)


def test_the_order_of_languages_says_nothing(base):
    tuned = values(worse_chinese)
    turned = {cell: table.iloc[:, ::-1] for cell, table in tuned.tables.items()}
    other = type(base)(turned, tuned.clusters, tuned.kinds)
    first, second = (difference_rows(base, [one], HOW, THESE_RUNS) for one in (tuned, other))
    assert first.equals(second)


def test_a_half_in_which_a_language_has_no_item_has_no_row_of_it():
    base = searched(lambda name: True)
    part = base.of(frozenset(f"searchen{item}" for item in range(20)))
    rows = difference_rows(part, [part], HOW, THESE_RUNS)
    assert set(rows["query_language"]) == {"en"}


def test_three_seeds_speak_of_the_rate_and_what_has_none_of_itself():
    assert [scope_of(runs, tuned=True) for runs in (1, 2, 3)] == [THESE_RUNS] * 2 + [THE_RATE]
    assert scope_of(3, tuned=False) == THESE_RUNS


def test_intervals_that_hold_at_once_hold_those_of_each_pair_and_stay_the_same(base):
    tuned = [values(worse_chinese)]
    rows = simultaneous_rows(base, tuned, HOW, THESE_RUNS, 1)
    assert rows.columns.tolist() == [*CELL, *SIMULTANEOUS]
    single = difference_rows(base, tuned, HOW, THESE_RUNS)
    both = rows.merge(single, on=CELL, validate="one_to_one")
    assert len(both) == len(rows) > 4
    assert (both["simultaneous_low"] <= both["low"] + 1e-12).all()
    assert (both["simultaneous_high"] >= both["high"] - 1e-12).all()
    assert rows.equals(simultaneous_rows(base, tuned, HOW, THESE_RUNS, 1))


def test_how_far_seeds_lie_apart_stands_beside_their_mean(base):
    few = [values(better_english), values(base_right), values(base_right)]
    rows = of(difference_rows(base, few, HOW, THE_RATE), "held-out")
    assert rows["seed_sd"].item() == pytest.approx(np.std([0.5, 0, 0], ddof=1))
    assert difference_rows(base, few[:1], HOW, THESE_RUNS)["seed_sd"].isna().all()
