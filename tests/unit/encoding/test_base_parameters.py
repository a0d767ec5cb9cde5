from transformers import BertConfig, BertModel

from adiabatic.encoding.base_parameters import parameter_names, synthetic_parameter_names


def test_names_are_read_from_a_folder_without_its_weights(tiny_encoder_folder):
    names = parameter_names(tiny_encoder_folder)
    assert "embeddings.word_embeddings.weight" in names


def test_names_of_the_synthetic_base_are_those_of_the_model_that_is_pretrained():
    sizes = {"hidden_size": 16, "num_attention_heads": 1, "intermediate_size": 16, "vocab_size": 9}
    model = BertModel(BertConfig(num_hidden_layers=3, **sizes), add_pooling_layer=False)
    assert sorted(synthetic_parameter_names(3)) == sorted(dict(model.named_parameters()))
