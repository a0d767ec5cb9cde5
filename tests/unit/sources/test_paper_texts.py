import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adiabatic.sources.paper_texts import (
    folded,
    is_about_another,
    is_withdrawn,
    with_letters,
    withdrawn,
)


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
        (r"\emph{\'E}tale and Ambj{\o}rn", r"\emph{É}tale and Ambjørn"),
        (
            r"Lepski\u\i{} and Ponizovski{\u\i} and \AA ngstr\"om",
            "Lepskiĭ and Ponizovskiĭ and Ångström",
        ),
    ],
)
def test_accents_become_letters(latex, text):
    assert letters(latex) == text


@pytest.mark.parametrize(
    "text",
    [
        r"$\'e$ and $$\"{o}$$ and \(\^a\) and \[\~n\]",
        r"$a\$b\'e$",
        r"\begin{equation}\'e\end{equation} and \begin{align*}\"o\end{align*}",
        r"\label, \over, \omega, \in, \begin{cases}, \textbf{o}",
        "nothing to do at all",
    ],
)
def test_formulas_and_other_commands_are_left_alone(text):
    assert letters(text) == text


def test_a_lone_dollar_is_no_formula():
    assert letters(r"It costs 5 \$, says Ren\'e, or $ 6") == r"It costs 5 \$, says René, or $ 6"


@given(st.text(alphabet="ab \n\t\r\u00a0\u2028"))
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
        "This paper has been retracted by the authors owing to an error.",
        "We have withdrawn this paper owing to an error in equation 3.",
        "It has been withdrawn.",
        "Retracted.",
        "There have been gaps found in the proofs. The paper is withdrawn until further notice.",
        "The paper in its present form has been withdrawn.",
        'This paper ("Two Levels", see arXiv:0804.0086) has been withdrawn by the author.',
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
        "In this paper we analyse how troops were withdrawn from Iraq and why.",
        "This article studies withdrawn drugs and their side effects in patients.",
        "This work considers an agent who can withdraw the money at any time.",
        "The letter shows how liquidity is withdrawn from banks in crisis.",
    ],
)
def test_what_only_speaks_of_withdrawing_is_not_withdrawn(abstract):
    assert not is_withdrawn(abstract)


def test_a_comment_that_says_withdrawn_counts():
    comments = {
        "This paper has been withdrawn": True,
        "8 pages, withdrawn due to error": True,
        "v2. This paper is retracted.": True,
        "12 pages": False,
        "This version supersedes the withdrawn arXiv:1234": False,
        "This paper replaces hep-th/9901001 which was withdrawn": False,
        None: False,
    }
    abstracts = ["We prove a theorem."] * len(comments)
    found = withdrawn(pa.array(abstracts), pa.array(list(comments), type=pa.string()))
    assert found.to_pylist() == list(comments.values())
    gone = pa.array(["This paper is withdrawn.", "We prove it."])
    assert withdrawn(gone, pa.nulls(2, pa.string())).to_pylist() == [True, False]


@pytest.mark.parametrize(
    ("abstract", "about"),
    [
        ("Comment on 'Understanding OR' [arXiv:0804.2958]", True),
        ("This is a Reply to: Comment on 'Spectral Signatures'", True),
        ("Discussion of 'Treelets' [arXiv:0707.0481]", True),
        ("We comment on some misunderstandings in a recent paper.", True),
        ("In this Comment we point out that a recent Letter is wrong.", True),
        ("Erratum: some formulas were wrong.", True),
        ("The response of the system to noise is studied.", False),
        ("The discussion of our recent work is extended.", False),
        ("Comment on a paper. " + "We show many new things. " * 12, False),
    ],
)
def test_abstracts_that_only_name_another_paper_are_recognised(abstract, about):
    assert is_about_another(abstract) == about
