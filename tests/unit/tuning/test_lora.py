"""Low-rank matrices, against those of the peft package."""

import dataclasses

import pytest
import torch
from peft import LoraConfig, LoraModel
from tiny_runs import LORA, QUERIES, tuned, weights

from adiabatic.encoding.encoder import load_encoder
from adiabatic.io.errors import InputError
from adiabatic.tuning.lora import LoraLayers, linear_layers


def test_merged_lora_gives_the_vectors_of_pefts_own_unmerged_layers(tiny_encoder_folder):
    merged, unmerged = (load_encoder(tiny_encoder_folder) for _ in range(2))
    layers = LoraLayers(merged.model, 4, ("query", "output.dense"), seed=3)
    config = LoraConfig(r=4, lora_alpha=4, target_modules=["query", "output.dense"])
    LoraModel(unmerged.model, config, "default")
    drawn = {name: p for name, p in merged.model.named_parameters() if name in layers.names()}
    assert len(drawn) == 2 * 2 * 3
    torch.manual_seed(0)
    theirs = dict(unmerged.model.named_parameters())
    with torch.no_grad():
        for name, parameter in drawn.items():
            parameter.normal_(std=0.1)
            theirs[name].copy_(parameter)
    products = layers.merge()
    assert set(products) < set(weights(load_encoder(tiny_encoder_folder)))
    vectors = merged.encode(QUERIES, "query")
    assert vectors == pytest.approx(unmerged.encode(QUERIES, "query"), abs=1e-5)
    assert vectors != pytest.approx(
        load_encoder(tiny_encoder_folder).encode(QUERIES, "query"), abs=1e-2
    )
    product = products["encoder.layer.0.attention.self.query.weight"]
    assert torch.linalg.matrix_rank(product) == 4


def test_lora_trains_its_matrices_alone(tiny_encoder_folder):
    settings = dataclasses.replace(LORA, targets=("query",), epochs=1)
    encoder, run = tuned(tiny_encoder_folder, settings)
    assert run.differences.keys() == {
        f"encoder.layer.{n}.attention.self.query.weight" for n in range(2)
    }
    assert run.parameters["tuned"] == 2 * 2 * (32 + 32)
    assert not hasattr(encoder.model, "peft_config")


def test_targets_are_endings_of_whole_parts_of_names(tiny_encoder):
    every = linear_layers(tiny_encoder.model, ())
    # Query, key, value, output, and two of the feed-forward part, in two layers.
    assert len(every) == 12
    assert len(linear_layers(tiny_encoder.model, ("output.dense",))) == 4
    assert len(linear_layers(tiny_encoder.model, ("attention.output.dense", "key"))) == 4
    with pytest.raises(InputError, match=r"targets: 'uery' found.*end with query, key, value, de"):
        linear_layers(tiny_encoder.model, ("key", "uery"))
