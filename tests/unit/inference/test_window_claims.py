"""Claims e to h, of which each must hold, fail and stay undecided where that is so."""

import dataclasses
import itertools

import pytest
from planted_outcomes import HOW, KINDS, Planted

from adiabatic.inference.claim_list import claims_of
from adiabatic.inference.claims import Claim
from adiabatic.inference.window_claims import (
    end_of_window,
    rate_p_values,
    refuted_rates,
    window_claim,
    window_of,
)

LOW, HIGH = 1e-6, 1e-5
RATES = [1e-8, 1e-7, 1e-6, 1e-5]


# Freezing is judged beyond the window, exact updates where English gains.
FROZEN, DIRECT = {"frozen": ("freeze", (HIGH,))}, {"direct": ("precision", (LOW,))}


def told_by(shift, rates=(LOW, HIGH), **world):
    """Claims e to h in a world of some rates."""
    planted = Planted(shift, rates=rates, **world)
    claims = claims_of(planted.candidates, planted.evidence(), KINDS)
    return {claim.claim: claim for claim in claims if claim.claim in "efgh"}


def about(english, chinese, english_of=(), chinese_of=()):
    """Shifts by rate of English triplets and of Chinese queries, and by group where it differs."""
    english_of, chinese_of = dict(english_of), dict(chinese_of)

    def shift(group, rate, task, query, document):
        at = int(rate == HIGH)
        if task == "held-out":
            return english_of.get(group, english)[at]
        if query == "zh":
            return chinese_of.get(group, chinese)[at]
        return 0.0

    return shift


def test_a_window_and_languages_lost_above_it():
    """Freezing spares the languages, exact updates change nothing: e to h all hold."""
    shift = about((0.15, 0.15), (0.0, -0.25), chinese_of={"frozen": (0.0, 0.0)})
    told = told_by(shift, items=1200, **FROZEN, **DIRECT)
    assert {claim.verdict for claim in told.values()} == {"holds"}
    assert told["e"].detail == "from 1e-6 to 1e-6, among 2 rates from 1e-6 to 1e-5"
    assert told["e"].p_value < 0.025
    assert (told["f"].learning_rate, told["f"].query_language) == (HIGH, "zh")
    assert told["f"].comparisons == 6
    assert (told["g"].learning_rate, told["g"].group) == (HIGH, "frozen")
    assert 0 < told["g"].low < told["g"].difference < told["g"].high
    assert abs(told["h"].high) < 0.2 * 0.15


def test_a_language_that_is_lost_at_every_rate_and_exact_updates_that_matter():
    """e and h fail. Above the rate of the largest gain, which stands for the window, is none."""
    shift = about((0.2, 0.2), (-0.2, -0.2), english_of={"direct": (0.0, 0.0)})
    told = told_by(shift, rates=(LOW,), frozen=("freeze", (LOW,)), **DIRECT)
    assert (told["e"].verdict, told["h"].verdict) == ("fails", "fails")
    assert told["f"].verdict == told["g"].verdict == "not tested"


def test_freezing_may_do_harm_and_where_nothing_is_gained_nothing_is_shared():
    """g fails beyond the window; h has no gain to be measured by."""
    shift = about((0.15, 0.0), (0.0, -0.2), chinese_of={"frozen": (0.0, -0.4)})
    told = told_by(shift, **FROZEN, direct=("precision", (HIGH,)))
    assert (told["e"].verdict, told["g"].verdict) == ("holds", "fails")
    assert told["h"].verdict == "not applicable"


def test_all_that_is_above_the_window_may_be_kept():
    """f fails where English alone stops gaining, and no language loses anything."""
    told = told_by(about((0.15, -0.05), (0.0, 0.0)), items=600)
    assert (told["e"].verdict, told["f"].verdict) == ("holds", "fails")
    assert told["f"].detail == "no loss beyond the margin is shown"


def test_losses_at_the_margin_decide_nothing():
    """Nothing is known of Chinese, frozen or not, nor whether exact updates change English.

    The gain is .15, so a fifth of it is .03, which is just what they take.
    """
    shift = about((0.15, 0.0), (0.0, -0.05), english_of={"direct": (0.12, 0.0)})
    told = told_by(shift, items=600, **FROZEN, **DIRECT)
    assert [told[claim].verdict for claim in "fgh"] == ["undecided"] * 3
    assert all(told[claim].needed for claim in "fgh")
    assert told["h"].low < -0.03 < told["h"].high


def test_a_window_may_be_undecided():
    told = told_by(about((0.1, 0.15), (-0.05, -0.05)), rates=(LOW,))
    assert told["e"].verdict == "undecided"
    assert told["e"].needed.startswith("what ")


def test_two_seeds_need_seeds():
    shift = about((0.15, 0.15), (0.0, -0.25))
    told = told_by(shift, items=200, seeds=2, **DIRECT)
    assert told["e"].verdict == told["h"].verdict == "needs seeds"
    # Without a window, the rate of the largest gain stands for it.
    assert told["f"].verdict in ("needs seeds", "not tested")


def claims_at(p_values, gains=(1, 2, 3, 4), claim="b", verdict="undecided"):
    """Claims a and another at each rate; the other has the p-value given."""
    return [
        one
        for rate, gain, p in zip(RATES, gains, p_values, strict=False)
        for one in (
            Claim("a", "holds", learning_rate=rate, difference=gain, seeds=3, p_value=0.001),
            Claim(claim, verdict, learning_rate=rate, seeds=3, p_value=p),
            Claim("d", "not tested", learning_rate=rate),
        )
    ]


@pytest.mark.parametrize(
    ("p_values", "window"),
    [
        ([0.01, 0.01, 0.01, 0.9], RATES[:3]),
        ([0.01, 0.9, 0.01, 0.9], RATES[2:3]),
        ([0.01, 0.9, 0.9, 0.9], RATES[:1]),
        ([0.9, 0.9, 0.9, 0.9], []),
        ([0.9, 0.9, 0.01, 0.01], RATES[2:]),
    ],
)
def test_the_window_is_of_neighbours_around_the_largest_gain(p_values, window):
    claims = claims_at(p_values)
    assert window_of(claims, 0.025) == window
    assert end_of_window(claims, 0.025) == (window or RATES)[-1]


def test_without_a_word_about_other_languages_or_with_few_seeds_nothing_is_claimed():
    assert set(rate_p_values(claims_at([0.01] * 4, claim="d")).values()) == {1.0}
    few = claims_at([0.01] * 4, verdict="needs seeds")
    assert set(rate_p_values(few).values()) == {1.0}


def test_that_there_is_a_window_is_corrected_for_the_rates_that_were_tried():
    class Evidence:
        how = HOW

    few = [one for one in claims_at([0.004] + [0.9] * 3) if one.learning_rate < 1e-6]
    assert window_claim(few, Evidence).verdict == "holds"
    many = claims_at([0.01] + [0.9] * 3)
    found = window_claim(many, Evidence)
    # The p-value of .01 is one of four.
    assert (found.verdict, found.p_value) == ("undecided", pytest.approx(0.04))
    at_the_end = window_claim(claims_at([0.9] * 3 + [0.001]), Evidence)
    assert at_the_end.detail.endswith("it may go on above")


def test_a_rate_is_refuted_by_any_claim_corrected_for_their_number():
    def of_rate(no_gain, inferior):
        return [
            Claim("a", "undecided", learning_rate=1e-6, p_value=1 - no_gain),
            Claim("b", "undecided", learning_rate=1e-6, p_inferior=inferior),
            Claim("c", "not tested", learning_rate=1e-6),
        ]

    found = [refuted_rates(of_rate(*p), 0.025) for p in ((0.02, 0.9), (0.9, 0.01), (0.012, 0.9))]
    assert found == [[], [1e-6], [1e-6]]


def test_claims_are_in_order_and_those_without_a_test_are_listed():
    world = Planted(about((0.15, 0.15), (0.0, 0.0)), items=40, rates=(LOW,))
    claims = claims_of(world.candidates, world.evidence(), KINDS)
    assert [claim.claim for claim in claims] == list("abcdefgh")
    told = {claim.claim: claim for claim in claims}
    assert told["g"].verdict == told["h"].verdict == "not tested"
    assert dataclasses.asdict(told["g"])["detail"] == "no such ablation was configured"
    assert all(a.claim <= b.claim for a, b in itertools.pairwise(claims))
