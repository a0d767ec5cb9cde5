import dataclasses

import pandas as pd
import pytest
from planted_outcomes import HOW as OF_SUMMARY
from planted_outcomes import base_right, better_english, measured, outcomes, worse_chinese

from adiabatic.inference.claims import Claim, claims_at, claims_frame
from adiabatic.inference.language_pairs import LANGUAGE_COLUMNS, language_rows
from adiabatic.inference.summary import values_of
from adiabatic.inference.window_claims import (
    frozen_output_claim,
    other_languages,
    precision_claim,
    rate_beyond,
    window_claims,
    window_of,
)
from adiabatic.report.claims import claims_table

# With 40 items a loss of 5 points could go unseen; one of 20 could not.
HOW = dataclasses.replace(OF_SUMMARY, non_inferiority_margin=0.2)
RATES = [1e-8, 1e-7, 1e-6, 1e-5]


@pytest.fixture(scope="module")
def values():
    rights = {"base": base_right, "better": better_english, "worse": worse_chinese}
    return {name: values_of(outcomes(right), "en") for name, right in rights.items()}


def verdicts(claims):
    return {claim.claim: claim.verdict for claim in claims}


def test_claims_at_a_rate_that_gains_and_one_that_loses(values):
    kept = claims_at(1e-7, values["base"], [values["better"]] * 2, HOW)
    assert verdicts(kept) == {"a": "holds", "b": "holds", "c": "not tested", "d": "holds"}
    assert kept[0].number == 50
    assert kept[0].ci_low < 50 < kept[0].ci_high
    assert (kept[1].number, kept[1].comparisons, kept[1].n, kept[1].seeds) == (0, 9, 40, 2)
    lost = claims_at(1e-5, values["base"], [values["worse"]] * 2, HOW)
    assert verdicts(lost) == {"a": "holds", "b": "fails", "c": "not tested", "d": "holds"}
    assert lost[1].number == -50
    assert lost[1].detail.startswith("worst: xnli, zh to ")
    assert "6 of 9 shown to be kept, 3 shown to lose more than the margin" in lost[1].detail
    few = claims_at(1e-7, values["base"], [values["better"]], OF_SUMMARY)
    assert verdicts(few)["b"] == "undecided"
    # No item of 40 changed, which a small gain would leave so, too.
    nothing = claims_at(1e-9, values["base"], [values["base"]], HOW)
    assert verdicts(nothing)["a"] == "undecided"
    assert nothing[0].ci_high == pytest.approx(4.9, abs=0.01)
    fewer = claims_at(1e-5, values["better"], [values["base"]], HOW)
    assert verdicts(fewer)["a"] == "fails"


def test_a_mixed_pool_counts_as_retrieval():
    def pool(value):
        rows = [("pool", "all", q, "pool", str(i), True) for q in ("en", "de") for i in range(40)]
        frame = measured(rows, map=value, unbiased=0.0)
        return values_of(outcomes(base_right), "en") | values_of(frame, "en")

    claims = claims_at(1e-7, pool(0.9), [pool(0.5)] * 2, HOW)
    claim = next(claim for claim in claims if claim.claim == "c")
    assert (claim.verdict, claim.comparisons, claim.n) == ("fails", 2, 40)
    assert claim.number == pytest.approx(-40)
    assert "worst: pool, en to all languages" in claim.detail


def claims_of(verdict_by_rate, gains=(1, 2, 3, 4), claim="b"):
    return [
        one
        for rate, gain, verdict in zip(RATES, gains, verdict_by_rate, strict=False)
        for lost in ["holds" if verdict == "kept" else verdict]
        for gained in ["fails" if verdict == "kept" else "holds"]
        for one in (
            Claim("a", gained, learning_rate=rate, number=gain, seeds=2),
            Claim(claim, lost, learning_rate=rate, number=-gain, seeds=2, detail="worst: sw"),
        )
    ]


def test_the_window_is_where_all_hold_next_to_each_other_around_the_largest_gain():
    claims = claims_of(["holds", "undecided", "holds", "fails"])
    assert window_of(claims) == [1e-6]
    assert window_of(claims_of(["holds", "holds", "holds", "fails"])) == RATES[:3]
    assert window_of(claims_of(["fails"] * 4)) == []
    # Without a word about other languages, nothing is claimed of them.
    assert window_of(claims_of(["not tested"] * 4)) == []
    window, above = window_claims(claims, HOW)
    assert (window.claim, window.verdict) == ("e", "holds")
    assert window.detail.startswith("from 1e-06 to 1e-06, among rates from 1e-08 to 1e-05")
    # All four are estimated to lose less than 20 points; one is shown, one is shown not to.
    assert (window.number, window.ci_low, window.ci_high) == (4, 1, 3)
    assert (above.claim, above.verdict, above.learning_rate) == ("f", "holds", 1e-5)
    assert above.detail == "first at 1e-05; worst: sw"


@pytest.mark.parametrize(
    ("found", "window", "above"),
    [
        (["holds"] * 4, "holds", "not tested"),
        (["fails"] * 4, "fails", "not tested"),
        (["undecided", "undecided", "fails", "fails"], "undecided", "not tested"),
        (["holds", "holds", "undecided", "undecided"], "holds", "undecided"),
        # Nothing is lost above the window, where English does not improve.
        (["holds", "holds", "kept", "kept"], "holds", "fails"),
    ],
)
def test_a_window_holds_fails_or_is_undecided(found, window, above):
    assert [claim.verdict for claim in window_claims(claims_of(found), HOW)] == [window, above]


def test_freezing_widens_the_window_where_it_ends_higher():
    narrow, wide = (
        claims_of(found)
        for found in (["holds", "holds", "fails", "fails"], ["holds", "holds", "holds", "fails"])
    )
    claim = frozen_output_claim(narrow, wide, "frozen", None, HOW)
    assert (claim.verdict, claim.ablation) == ("holds", "frozen")
    assert (
        claim.detail == "window 1e-08 to 1e-06 with it frozen, 1e-08 to 1e-07 without, of 4 rates"
    )
    assert frozen_output_claim(wide, narrow, "frozen", None, HOW).verdict == "fails"
    whole = claims_of(["holds"] * 4)
    assert frozen_output_claim(whole, whole, "frozen", None, HOW).verdict == "undecided"
    # Only rates that both were tried at are compared.
    part = [claim for claim in wide if claim.learning_rate < 1e-6]
    assert "1e-08 to 1e-07 with it frozen, 1e-08 to 1e-07 without, of 2 rates" in (
        frozen_output_claim(wide, part, "frozen", None, HOW).detail
    )
    assert rate_beyond(narrow, wide) == 1e-6
    assert rate_beyond(narrow, part) is None
    assert rate_beyond(whole, whole) is None


def test_what_freezing_spares_the_other_languages_beyond_the_window(values):
    base, worse = values["base"], values["worse"]
    # Chinese, one of the two other languages, loses half of its items in the sweep alone.
    spared = other_languages([worse, worse], [base, base], HOW)
    assert spared.point == pytest.approx(0.25)
    narrow = claims_of(["holds", "holds", "fails", "fails"])
    claim = frozen_output_claim(narrow, narrow, "frozen", spared, HOW)
    assert (claim.verdict, claim.learning_rate, claim.n) == ("fails", 1e-6, 40)
    assert claim.number == pytest.approx(25)
    assert 0 < claim.ci_low < 25 < claim.ci_high
    assert claim.p_value < 0.001
    only_english = {cell: table for cell, table in base.items() if cell.task in ("held-out",)}
    assert other_languages([only_english], [only_english], HOW) is None


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (["same", "same"], "holds"),
        (["same", "worse"], "fails"),
        (["worse", "undecided"], "fails"),
    ],
)
def test_exact_updates_change_nothing_where_all_is_the_same(found, verdict):
    rows = pd.DataFrame(
        {
            "comparison": "grid to ablation", "verdict": found, "difference": [0.001, -0.02],
            "ci_low": [0, -0.03], "ci_high": [0.002, -0.01], "learning_rate": 1e-6, "n": 40,
            "seeds": 2, "family": ["qa, en", "xnli, en"],
        }
    )  # fmt: skip
    claim = precision_claim(rows, "direct", 0.95)
    assert claim.verdict == verdict
    assert claim.number == pytest.approx(-2)
    assert claim.detail.endswith("largest: xnli, en")
    # Just beyond 0 in one of 40 comparisons is what chance brings.
    many = pd.concat([rows.assign(verdict="same", difference=0.0)] * 20, ignore_index=True)
    many.loc[0, ["difference", "ci_low", "ci_high", "verdict"]] = [0.03, 0.001, 0.059, "better"]
    assert precision_claim(many, "direct", 0.95).verdict == "undecided"


def test_claims_without_a_test_are_listed_as_such(values):
    claims = claims_at(1e-7, values["base"], [values["better"]], HOW)
    frame = claims_frame([*claims, *window_claims(claims, HOW)])
    assert frame["claim"].tolist() == list("abcdefgh")
    assert frame.set_index("claim")["verdict"][["g", "h"]].tolist() == ["not tested"] * 2
    table = claims_table(frame)
    assert table["claim"][0] == "a. in-domain English improves"
    assert table["number (points)"][0].startswith("+50.0 [")
    assert table["learning rate"][0] == "1e-07"
    (window,) = table.loc[frame["claim"] == "e", "number (points)"]
    assert window == "1 [1, 1] learning rates"
    tested = frame.dropna(subset="p_value")
    assert tested["null_hypothesis"].str.len().gt(0).all()


def test_every_pair_of_languages_has_corrected_intervals_and_a_cross_check(values):
    (rows,) = language_rows(1e-7, values["base"], [values["worse"]], HOW)
    assert rows.columns.tolist() == LANGUAGE_COLUMNS
    rows = rows.set_index(["query_language", "document_language"])
    assert len(rows) == 9
    lost, kept = rows.loc[("zh", "de")], rows.loc[("de", "de")]
    assert lost["difference"] == -0.5
    # All languages but one do not move, so there is nothing to correct for.
    assert lost["simultaneous_low"] == pytest.approx(lost["ci_low"], abs=0.03)
    assert lost["error_reduction"] == -1
    assert lost["p_mcnemar"] < 1e-5
    assert (kept["p_mcnemar"], kept["error_reduction"], kept["difference"]) == (1, 0, 0)
    assert kept["p_kept_holm"] < 0.025 < 0.9 < lost["p_kept_holm"]
