import dataclasses

import numpy as np
import pytest
import torch

from adiabatic.encoding.encoder import load_encoder, save_encoder
from adiabatic.encoding.model_folder import EncoderSettings
from adiabatic.io.errors import InputError

TEXTS = ["the cat sees a dog", "owl", "the hen sees a fox and the fox sees a hen", "a bee"] * 40


def test_vectors_have_unit_length_and_keep_their_order(tiny_encoder):
    vectors = tiny_encoder.encode(TEXTS, "query")
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)
    assert vectors[:4] == pytest.approx(tiny_encoder.encode(TEXTS[:4], "query"), abs=1e-5)


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_padding_changes_nothing(tiny_encoder, pooling):
    settings = dataclasses.replace(tiny_encoder.settings, pooling=pooling)
    encoder = dataclasses.replace(tiny_encoder, settings=settings)
    together = encoder.encode(TEXTS[:4], "query")
    alone = np.concatenate([encoder.encode([text], "query") for text in TEXTS[:4]])
    assert together == pytest.approx(alone, abs=1e-5)


def test_mean_pooling_is_the_mean_of_the_token_states(tiny_encoder):
    ids = tiny_encoder.tokenize(["the cat sees a dog"], "query")
    with torch.inference_mode():
        states = tiny_encoder.model(input_ids=torch.tensor(ids[0])[None]).last_hidden_state[0]
    expected = torch.nn.functional.normalize(states.mean(dim=0), dim=0).numpy()
    assert tiny_encoder.encode_tokens(ids)[0] == pytest.approx(expected, abs=1e-5)


def test_vectors_for_inner_products_keep_their_length(tiny_encoder):
    settings = dataclasses.replace(tiny_encoder.settings, similarity="dot")
    dot = dataclasses.replace(tiny_encoder, settings=settings).encode(TEXTS[:4], "query")
    lengths = np.linalg.norm(dot, axis=1, keepdims=True)
    assert not np.allclose(lengths, 1, atol=0.01)
    assert dot / lengths == pytest.approx(tiny_encoder.encode(TEXTS[:4], "query"), abs=1e-6)


def test_prefix_and_length_follow_the_side(tiny_encoder):
    settings = EncoderSettings(query_prefix="cat ", max_query_tokens=4, max_document_tokens=64)
    encoder = dataclasses.replace(tiny_encoder, settings=settings)
    words = encoder.tokenizer.convert_ids_to_tokens
    assert words(encoder.tokenize(["dog owl fox"], "query")[0]) == ["[CLS]", "cat", "dog", "[SEP]"]
    assert len(encoder.tokenize(["dog owl fox"], "document")[0]) == 5


def test_a_saved_encoder_is_the_same(tiny_encoder, tmp_path):
    save_encoder(tiny_encoder, tmp_path)
    again = load_encoder(tmp_path)
    assert again.settings == tiny_encoder.settings
    assert (again.encode(TEXTS[:8], "query") == tiny_encoder.encode(TEXTS[:8], "query")).all()


def test_the_number_of_texts_at_once_does_not_change_the_same_batch(tiny_encoder):
    assert (tiny_encoder.encode(TEXTS, "query") == tiny_encoder.encode(TEXTS, "query")).all()


def test_no_texts_give_no_vectors(tiny_encoder):
    assert tiny_encoder.encode([], "query").shape == (0, 32)


def test_a_folder_that_is_no_model_is_one_line(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="cannot be loaded as a model") as error:
        load_encoder(tmp_path)
    assert "\n" not in str(error.value)
