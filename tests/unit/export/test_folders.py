import json

from tokenizers import Tokenizer


def read(path):
    return json.loads(path.read_text())


def test_modules_have_class_paths_that_earlier_loaders_know(exported):
    tuned, _, folder = exported
    modules = read(folder / "query-encoder/modules.json")
    kinds = ["Transformer", "Pooling"]
    kinds += [type(module).__name__ for module in tuned.head]
    kinds += ["Normalize"] if tuned.settings.similarity == "cosine" else []
    assert [m["type"] for m in modules] == [f"sentence_transformers.models.{k}" for k in kinds]
    assert [m["idx"] for m in modules] == list(range(len(kinds)))


def test_pooling_is_told_by_one_of_all_the_boolean_keys(exported):
    tuned, _, folder = exported
    for path in ("query-encoder/1_Pooling", "router/query_1_Pooling", "router/document_1_Pooling"):
        pooling = read(folder / path / "config.json")
        modes = {key: value for key, value in pooling.items() if key.startswith("pooling_mode_")}
        assert len(modes) == 6
        name = {"mean": "mean_tokens", "cls": "cls_token"}[tuned.settings.pooling]
        assert [key for key, value in modes.items() if value] == [f"pooling_mode_{name}"]


def test_the_tokenizer_is_of_a_class_that_earlier_transformers_have(exported):
    tuned, _, folder = exported
    config = read(folder / "query-encoder/tokenizer_config.json")
    assert config["tokenizer_class"] == "PreTrainedTokenizerFast"
    assert config["model_max_length"] == tuned.settings.max_query_tokens
    tokenizer = Tokenizer.from_file(str(folder / "query-encoder/tokenizer.json"))
    assert tokenizer.truncation is None
    assert tokenizer.padding is None
    assert "pad_token" in read(folder / "query-encoder/special_tokens_map.json")


def test_prompts_and_lengths_of_both_sides_are_kept(exported):
    tuned, base, folder = exported
    settings = tuned.settings
    flat = read(folder / "query-encoder/config_sentence_transformers.json")
    assert flat["prompts"] == {"query": settings.query_prefix}
    both = read(folder / "router/config_sentence_transformers.json")
    assert both["prompts"] == {
        "query": settings.query_prefix,
        "document": base.settings.document_prefix,
    }
    for side, tokens in (
        ("query", settings.max_query_tokens),
        ("document", base.settings.max_document_tokens),
    ):
        lengths = read(folder / f"router/{side}_0_Transformer/sentence_bert_config.json")
        assert lengths["max_seq_length"] == tokens
