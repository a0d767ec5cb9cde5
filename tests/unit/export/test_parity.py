import numpy as np
import pytest

from adiabatic.export.loaders import LOADERS
from adiabatic.export.parity import (
    Agreement,
    agreement_of,
    agreement_table,
    check_agreements,
    compared,
    queries_of,
)
from adiabatic.io.errors import InputError


def test_queries_are_of_all_languages_and_one_of_each_is_too_long():
    texts = {"en": [f"query {n}" for n in range(900)], "de": ["Frage"] * 3, "zh": ["问"]}
    found = queries_of(texts, 30)
    assert sum(text.startswith("query") for text in found) == 10
    assert max(map(len, found)) > 1000
    assert {"Frage", "问"} <= set(found)


@pytest.mark.parametrize(
    ("wrong", "cosine", "stretch"),
    [
        (lambda v: v, 1, 0),
        (lambda v: v * 1.5, 1, 0.5),
        (lambda v: np.roll(v, 1, axis=1), None, 0),
        (lambda v: v * 0, -1, 1),
    ],
)
def test_least_cosine_and_largest_stretch(wrong, cosine, stretch):
    vectors = np.random.default_rng(0).normal(size=(20, 8)).astype(np.float32)
    found = compared(wrong(vectors), vectors)
    if cosine is None:
        assert found[0] < 0.9
    else:
        assert found[0] == pytest.approx(cosine)
    assert found[1] == pytest.approx(stretch, abs=1e-6)
    with pytest.raises(InputError, match="shape"):
        compared(vectors[:3], vectors)


def test_one_loader_that_computes_something_else_fails_the_export():
    good, absent = Agreement("a", "1.0", 9, 1.0, 0.0), Agreement("b", "", 9, np.nan, np.nan)
    check_agreements([good, absent])
    assert agreement_table([good, absent])["version"].tolist() == ["1.0", "not installed"]
    for bad in (Agreement("c", "2.0", 9, 0.9998, 0.0), Agreement("c", "2.0", 9, 1.0, 0.01)):
        with pytest.raises(InputError, match=r"^c 2.0: least cosine"):
            check_agreements([good, bad])


def test_packages_that_are_not_there_are_said_not_to_be(tmp_path):
    found = agreement_of(
        LOADERS["FastEmbed"], tmp_path, ["a"], np.ones((1, 2)), tmp_path / "nowhere"
    )
    assert not found.tried


def test_a_loader_that_fails_is_one_line(tmp_path):
    with pytest.raises(InputError, match="transformers fails on it") as error:
        agreement_of(LOADERS["transformers"], tmp_path, ["a"], np.ones((1, 2)), tmp_path)
    assert "\n" not in str(error.value)
