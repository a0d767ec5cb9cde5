import json

import pytest

from adiabatic.encoding.model_folder import (
    EncoderSettings,
    check_model_folder,
    read_settings,
    resolve_settings,
    write_settings,
)
from adiabatic.io.errors import InputError


@pytest.fixture
def folder(tmp_path):
    def make(config=None, weights="model.safetensors", **files):
        (tmp_path / "config.json").write_text(json.dumps(config or {}))
        (tmp_path / "tokenizer.json").write_text("{}")
        (tmp_path / weights).write_bytes(b"")
        for name, content in files.items():
            path = tmp_path / {"pooling": "1_Pooling/config.json"}.get(name, f"{name}.json")
            path.parent.mkdir(exist_ok=True)
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return tmp_path

    return make


def test_sentence_transformers_files_are_read(folder):
    path = folder(
        {"max_position_embeddings": 512},
        sentence_bert_config={"max_seq_length": 128},
        pooling={"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False},
        config_sentence_transformers={"prompts": {"query": "Q: ", "document": "D: "}},
    )
    assert resolve_settings(path, "any", {}) == EncoderSettings("cls", "Q: ", "D: ", 128, 128)


def test_the_newer_form_of_the_pooling_file_is_read(folder):
    path = folder(pooling={"embedding_dimension": 8, "pooling_mode": "cls"})
    assert resolve_settings(path, "any", {}).pooling == "cls"


@pytest.mark.parametrize("name", ["intfloat/multilingual-e5-small", "/models/e5_base"])
def test_prefixes_of_e5_are_known(folder, name):
    settings = resolve_settings(folder(), name, {})
    assert (settings.query_prefix, settings.document_prefix) == ("query: ", "passage: ")


def test_other_names_get_no_prefix(folder):
    assert resolve_settings(folder(), "owner/fine5e", {}).query_prefix == ""


def test_what_is_wanted_wins(folder):
    wanted = {
        "pooling": "cls",
        "query_prefix": "",
        "max_query_tokens": 32,
        "max_document_tokens": None,
    }
    settings = resolve_settings(folder({"max_position_embeddings": 64}), "x/e5-small", wanted)
    assert settings == EncoderSettings("cls", "", "passage: ", 32, 64)


def test_positions_of_roberta_start_after_the_padding(folder):
    config = {"model_type": "xlm-roberta", "max_position_embeddings": 514, "pad_token_id": 1}
    assert resolve_settings(folder(config), "x", {}).max_query_tokens == 512


def test_more_tokens_than_positions_is_an_error(folder):
    path = folder({"max_position_embeddings": 64})
    with pytest.raises(InputError, match=r"base\.max_query_tokens: 65 found.*at most 64"):
        resolve_settings(path, "x", {"max_query_tokens": 65})


def test_other_poolings_are_an_error(folder):
    path = folder(pooling={"pooling_mode_max_tokens": True})
    with pytest.raises(InputError, match=r"max_tokens.*allowed is mean or cls"):
        resolve_settings(path, "x", {})


def test_broken_json_is_named(folder):
    with pytest.raises(InputError, match=r"sentence_bert_config\.json: cannot be read as JSON"):
        resolve_settings(folder(sentence_bert_config="{"), "x", {})


def test_written_settings_are_read_back_by_both_readers(folder):
    path = folder({"max_position_embeddings": 512})
    settings = EncoderSettings("cls", "query: ", "passage: ", 64, 64)
    write_settings(path, settings, 8)
    assert read_settings(path) == settings
    assert resolve_settings(path, "x", {}) == settings


def test_pickled_weights_only_are_an_error(folder):
    path = folder(weights="pytorch_model.bin")
    with pytest.raises(InputError, match=r"only pickled weights \(pytorch_model\.bin\) found"):
        check_model_folder(path)


def test_no_weights_and_no_folder_are_errors(folder, tmp_path):
    path = folder(weights="notes.txt")
    with pytest.raises(InputError, match="no weights found"):
        check_model_folder(path)
    (path / "tokenizer.json").unlink()
    with pytest.raises(InputError, match=r"tokenizer\.json is missing"):
        check_model_folder(path)
    with pytest.raises(InputError, match=r"base\.model: .*none found"):
        check_model_folder(tmp_path / "none")


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_similarity_is_written_as_sentence_transformers_reads_it(tmp_path, similarity):
    (tmp_path / "config.json").write_text("{}")
    write_settings(tmp_path, EncoderSettings(similarity=similarity), 8)
    assert read_settings(tmp_path).similarity == similarity
    assert resolve_settings(tmp_path, "any", {}).similarity == similarity
    modules = json.loads((tmp_path / "modules.json").read_text())
    assert any("Normalize" in module["type"] for module in modules) == (similarity == "cosine")


def test_the_inner_product_of_unit_vectors_is_the_cosine(folder):
    path = folder(
        config_sentence_transformers={"similarity_fn_name": "dot"},
        modules=[{"type": "sentence_transformers.models.Normalize"}],
    )
    assert resolve_settings(path, "any", {}).similarity == "cosine"


def test_other_similarities_are_an_error_unless_one_is_wanted(folder):
    path = folder(config_sentence_transformers={"similarity_fn_name": "euclidean"})
    with pytest.raises(InputError, match="similarity 'euclidean' found; allowed is cosine or dot"):
        resolve_settings(path, "any", {})
    assert resolve_settings(path, "any", {"similarity": "dot"}).similarity == "dot"
