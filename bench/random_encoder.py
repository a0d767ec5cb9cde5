"""An encoder of E5-small's shape with random weights, and texts and vectors for it."""

from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from adiabatic.encoding.encoder import Encoder
from adiabatic.encoding.model_folder import EncoderSettings
from adiabatic.tuning.triplets import Triplets

LAYERS, WIDTH = 12, 384
# Median words of queries and passages; their lengths are log-normal, as those of real ones are.
QUERY_WORDS, PASSAGE_WORDS, SPREAD = 7, 62, 0.45


def make_base(folder: Path, words: int) -> None:
    """A BERT with random weights, and a tokenizer of so many listed words."""
    vocabulary = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3}
    vocabulary |= {f"w{number}": number + 4 for number in range(words - 4)}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=512, **names
    ).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=words,
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=12,
        intermediate_size=4 * WIDTH,
        hidden_dropout_prob=0.1,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)


def load_base(folder: Path, device: str = "cpu") -> Encoder:
    """The encoder as this project uses it."""
    model = BertModel.from_pretrained(folder, add_pooling_layer=False).to(device)
    return Encoder(model, PreTrainedTokenizerFast.from_pretrained(folder), EncoderSettings())


def texts(count: int, median: int, seed: int, words: int) -> list[str]:
    """Texts whose words are as frequent as Zipf has it."""
    rng = np.random.default_rng(seed)
    lengths = np.clip(rng.lognormal(np.log(median), SPREAD, count).round().astype(int), 2, 200)
    ranks = ((words - 4) ** rng.random(lengths.sum())).astype(int)
    parts = np.split(ranks, np.cumsum(lengths)[:-1])
    return [" ".join(f"w{rank}" for rank in part) for part in parts]


def vectors(count: int, seed: int) -> np.ndarray:
    """Random unit vectors."""
    drawn = np.random.default_rng(seed).normal(size=(count, WIDTH)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def triplets_of(encoder: Encoder, queries: list[str]) -> Triplets:
    """The queries with document i as positive and document len(queries) + i as negative."""
    rows = np.arange(len(queries))
    return Triplets(encoder.tokenize(queries, "query"), rows, rows + len(queries))


def first_of(triplets: Triplets) -> Triplets:
    """One triplet: what is timed is tuning, not validation."""
    return Triplets(triplets.queries.take([0]), triplets.positives[:1], triplets.negatives[:1])
