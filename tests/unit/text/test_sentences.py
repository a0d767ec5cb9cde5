import pytest

from adiabatic.text.sentences import first_sentence_and_rest


@pytest.mark.parametrize(
    "first",
    [
        "We use trees, e.g. oaks, i.e. big ones.",
        "As shown by Smith et al. (2004) the bound holds.",
        "See Fig. 2 for the results.",
        "Figs. 2 and 3, Eqs. 4 to 6 and Refs. [3] and [4] show this.",
        "Eq. (3) of Sec. 2.1 is solved.",
        "Let $x.y$ be a product.",
        "Let $f(x). G$ be odd.",
        "We follow J. R. Smith and J.-G. Luque here.",
        "Thm. 2 vs. Prop. 3, resp. Lem. 4, holds approx. never.",
        "It is Phys. Rev. Lett. 90 that published it.",
        "Context. The growth of masses is not known.",
        "The galaxy NGC 5.2 is at z=0.5.",
        "Is it so?",
        "It is like vitamin C.",
        "We extend the work of Smith et al.",
    ],
)
def test_the_first_sentence_is_whole(first):
    assert first_sentence_and_rest(f"{first} This is more. And more.") == (
        first,
        "This is more. And more.",
    )


def test_a_single_sentence_has_no_rest():
    assert first_sentence_and_rest("We prove Theorem 2. ") == ("We prove Theorem 2.", "")
    assert first_sentence_and_rest("No full stop") == ("No full stop", "")
