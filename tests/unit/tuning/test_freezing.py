import pytest

from adiabatic.encoding.base_parameters import parameter_names
from adiabatic.encoding.encoder import load_encoder
from adiabatic.io.errors import InputError
from adiabatic.tuning.freezing import trained_names

NAMES = ["embeddings.word", "layer.0.output.dense.weight", "layer.0.query.weight"]


def test_freezing_follows_the_patterns():
    assert trained_names(NAMES, ()) == set(NAMES)
    assert trained_names(NAMES, ("embeddings.*", "*output.dense.weight")) == {NAMES[2]}


BERT = [
    "embeddings.word_embeddings.weight",
    "embeddings.LayerNorm.weight",
    *(
        f"encoder.layer.{layer}.{part}"
        for layer in range(3)
        for part in (
            "attention.self.query.weight",
            "attention.output.dense.weight",
            "attention.output.LayerNorm.bias",
            "intermediate.dense.weight",
            "output.dense.weight",
            "output.dense.bias",
            "output.LayerNorm.weight",
        )
    ),
]


@pytest.mark.parametrize(
    ("name", "number", "some"),
    [
        ("embeddings", 2, "embeddings.LayerNorm.weight"),
        ("attention", 6, "encoder.layer.1.attention.output.dense.weight"),
        ("feed-forward", 9, "encoder.layer.2.output.dense.bias"),
        ("layer-norms", 7, "encoder.layer.0.attention.output.LayerNorm.bias"),
        ("output.dense.weight", 6, "encoder.layer.0.attention.output.dense.weight"),
        ("first-2-layers", 14, "encoder.layer.1.output.LayerNorm.weight"),
    ],
)
def test_named_sets_are_what_they_say(name, number, some):
    frozen = set(BERT) - trained_names(BERT, (name,))
    assert len(frozen) == number
    assert some in frozen


def test_the_sets_without_layer_norms_share_nothing_and_leave_nothing():
    parts = ["embeddings", "attention", "feed-forward", "layer-norms"]
    frozen = [set(BERT) - trained_names(BERT, (part,)) for part in parts]
    assert set().union(*frozen) == set(BERT)
    assert sum(map(len, frozen)) == len(BERT) + 1


def test_a_set_that_the_model_has_not_is_named():
    with pytest.raises(InputError, match=r"'first-0-layers' found, which matches no parameter"):
        trained_names(BERT, ("first-0-layers",))
    with pytest.raises(InputError, match=r"near names are .*attention"):
        trained_names(BERT, ("atention",))


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
