import pytest

from adiabatic.encoder import load_encoder
from adiabatic.errors import InputError
from adiabatic.freezing import parameter_names, trained_names

NAMES = ["embeddings.word", "layer.0.output.dense.weight", "layer.0.query.weight"]


def test_freezing_follows_the_patterns():
    assert trained_names(NAMES, ()) == set(NAMES)
    assert trained_names(NAMES, ("embeddings.*", "*output.dense.weight")) == {NAMES[2]}


def test_a_pattern_that_matches_nothing_names_near_ones():
    with pytest.raises(
        InputError, match=r"'\*dens\.weight' found.*layer\.0\.output\.dense\.weight"
    ):
        trained_names(NAMES, ("*dens.weight",))


def test_something_must_be_left_to_tune():
    with pytest.raises(InputError, match="all parameters are frozen"):
        trained_names(NAMES, ("*",))


def test_names_in_the_file_are_those_of_the_model(tiny_encoder_folder):
    model = load_encoder(tiny_encoder_folder).model
    assert set(parameter_names(tiny_encoder_folder)) == {n for n, _ in model.named_parameters()}
