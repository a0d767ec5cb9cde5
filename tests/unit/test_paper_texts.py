import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adiabatic.paper_texts import folded, is_about_another, is_withdrawn, with_letters, withdrawn


def letters(text):
    return with_letters(pa.array([text]))[0].as_py()


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"Poincar\'e and Schr\"{o}dinger", "Poincaré and Schrödinger"),
        (r"Weierstra{\ss} and Weierstra\ss{} and {\O}re", "Weierstraß and Weierstraß and Øre"),
        (r"Haj\l asz, Erd\H{o}s, \v{C}ech, \c{c}a", "Hajłasz, Erdős, Čech, ça"),
        (r"Dom\'\i nguez Mart\'{\i}nez na{\"\i}ve", "Domínguez Martínez naïve"),
        (r"6708 \AA at 3 {\AA}", "6708 Å at 3 Å"),
        (r"\emph{caf\'e}", r"\emph{café}"),
        (r"{\'E}t{\'e}", "Été"),
    ],
)
def test_accents_become_letters(latex, text):
    assert letters(latex) == text


@pytest.mark.parametrize(
    "text",
    [
        r"$\'e$ and $$\"{o}$$ and \(\^a\) and \[\~n\]",
        r"$a\$b\'e$",
        r"\label, \over, \omega, \in, \begin{cases}, \textbf{o}",
        "nothing to do at all",
    ],
)
def test_formulas_and_other_commands_are_left_alone(text):
    assert letters(text) == text


def test_a_lone_dollar_is_no_formula():
    assert letters(r"It costs 5 \$, says Ren\'e, or $ 6") == r"It costs 5 \$, says René, or $ 6"


@given(st.text(alphabet="ab \n\t\r"))
def test_folding_is_that_of_words(text):
    assert folded(pa.array([text]))[0].as_py() == " ".join(text.split())


@pytest.mark.parametrize(
    "abstract",
    [
        "This paper has been withdrawn by the author due to a crucial error in equation 1.",
        "Withdrawn due to major errors.",
        "The authors have withdrawn this article [arXiv admin].",
        "Admin note: withdrawn by arxiv admin due to use of pseudonym.",
        "Removed by arXiv administration. This article was plagiarised.",
        "- Paper withdrawn by the author - CMOS sensors are considered.",
    ],
)
def test_withdrawn_papers_are_recognised(abstract):
    assert is_withdrawn(abstract)


@pytest.mark.parametrize(
    "abstract",
    [
        "When a plate is withdrawn from a bath, a film forms.",
        "Blockage of channels led to drugs that were withdrawn from the market.",
        "We study how authors cite each other.",
    ],
)
def test_what_only_speaks_of_withdrawing_is_not_withdrawn(abstract):
    assert not is_withdrawn(abstract)


def test_a_comment_that_says_withdrawn_counts():
    found = withdrawn(
        pa.array(["We prove a theorem.", "We prove another.", "This paper is withdrawn."]),
        pa.array(["This paper has been withdrawn", None, "12 pages"]),
    )
    assert found.to_pylist() == [True, False, True]


@pytest.mark.parametrize(
    ("abstract", "about"),
    [
        ("Comment on 'Understanding OR' [arXiv:0804.2958]", True),
        ("This is a Reply to: Comment on 'Spectral Signatures'", True),
        ("Discussion of 'Treelets' [arXiv:0707.0481]", True),
        ("We comment on some misunderstandings in a recent paper.", True),
        ("The response of the system to noise is studied.", False),
        ("The discussion of our recent work is extended.", False),
        ("Comment on a paper. " + "We show many new things. " * 12, False),
    ],
)
def test_abstracts_that_only_name_another_paper_are_recognised(abstract, about):
    assert is_about_another(abstract) == about
