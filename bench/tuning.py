"""Tuning of a query encoder on one core: this project against sentence-transformers, three ways.

(a) its Trainer, both sides tuned; (b) its Router with a frozen document route, which still encodes
every passage at every step; (c) an expert's workaround: document vectors handed over in the label
column; (d) ours, over stored vectors. All have E5-small's shape, random weights and the same texts,
token embeddings frozen.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.sentence_transformer import losses
from sentence_transformers.sentence_transformer.modules import Pooling, Router, Transformer
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from adiabatic.encoder import Encoder
from adiabatic.encoder_settings import EncoderSettings
from adiabatic.tuning import Triplets, TuningSettings, tune

LAYERS, WIDTH, WORDS = 12, 384, 5000
# Median words of queries and passages; their lengths are log-normal, as those of real ones are.
QUERY_WORDS, PASSAGE_WORDS, SPREAD = 7, 62, 0.45
MARGIN, RATE = 0.1, 1e-6
# Multiplications and additions of one token, forward and backward, in the layers.
FLOPS = 6 * LAYERS * (4 * WIDTH**2 + 8 * WIDTH**2)


class StoredVectorLoss(torch.nn.Module):
    """The triplet loss against vectors that come in the label column."""

    def __init__(self, model: SentenceTransformer) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, features: list[dict[str, torch.Tensor]], labels: torch.Tensor
    ) -> torch.Tensor:
        queries = self.model(features[0])["sentence_embedding"]
        queries = torch.nn.functional.normalize(queries, dim=-1)
        positives, negatives = labels.view(len(queries), 2, -1).unbind(dim=1)
        return torch.relu(MARGIN - (queries * (positives - negatives)).sum(dim=1)).mean()


def make_base(folder: Path) -> None:
    """A BERT of E5-small's shape with random weights, and a tokenizer of listed words."""
    vocabulary = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3}
    vocabulary |= {f"w{number}": number + 4 for number in range(WORDS - 4)}
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
        vocab_size=WORDS,
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=12,
        intermediate_size=4 * WIDTH,
        hidden_dropout_prob=0.1,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)


def texts(count: int, words: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    lengths = np.clip(rng.lognormal(np.log(words), SPREAD, count).round().astype(int), 2, 200)
    return [" ".join(f"w{n}" for n in rng.integers(0, WORDS - 4, length)) for length in lengths]


def modules(folder: Path) -> list[torch.nn.Module]:
    transformer = Transformer(str(folder))
    transformer.auto_model.embeddings.requires_grad_(False)
    return [transformer, Pooling(WIDTH, "mean")]


def train(
    model: SentenceTransformer, data: Dataset, loss: torch.nn.Module, batch: int, **more: object
) -> float:
    """Seconds of one epoch by the Trainer."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = SentenceTransformerTrainingArguments(
            output_dir=folder,
            per_device_train_batch_size=batch,
            num_train_epochs=1,
            learning_rate=RATE,
            use_cpu=True,
            save_strategy="no",
            logging_strategy="no",
            report_to="none",
            disable_tqdm=True,
            **more,
        )
        trainer = SentenceTransformerTrainer(model, args=arguments, train_dataset=data, loss=loss)
        start = time.perf_counter()
        trainer.train()
        return time.perf_counter() - start


def triplet_loss(model: SentenceTransformer) -> torch.nn.Module:
    return losses.TripletLoss(model, losses.TripletDistanceMetric.COSINE, triplet_margin=MARGIN)


def plain(folder: Path, count: int, batch: int) -> float:
    """(a) The Trainer, one encoder for both sides, all of it tuned."""
    model = SentenceTransformer(modules=modules(folder), device="cpu")
    return train(model, triplets_as_text(count), triplet_loss(model), batch)


def router(folder: Path, count: int, batch: int) -> float:
    """(b) The Trainer with a frozen document route."""
    document = modules(folder)
    for module in document:
        module.requires_grad_(False)
    route = Router.for_query_document(query_modules=modules(folder), document_modules=document)
    model = SentenceTransformer(modules=[route], device="cpu")
    mapping = {"anchor": "query", "positive": "document", "negative": "document"}
    data = triplets_as_text(count)
    return train(model, data, triplet_loss(model), batch, router_mapping=mapping)


def label_column(folder: Path, count: int, batch: int) -> float:
    """(c) The Trainer, document vectors in the label column."""
    model = SentenceTransformer(modules=modules(folder), device="cpu")
    labels = np.concatenate([stored_vectors(count, 1), stored_vectors(count, 2)], axis=1)
    data = Dataset.from_dict({"anchor": texts(count, QUERY_WORDS, 0), "label": labels.tolist()})
    return train(model, data, StoredVectorLoss(model), batch)


def ours(folder: Path, count: int, batch: int) -> float:
    """(d) This project's loop."""
    model = BertModel.from_pretrained(folder, add_pooling_layer=False)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    encoder = Encoder(model, tokenizer, EncoderSettings())
    documents = np.concatenate([stored_vectors(count, 1), stored_vectors(count, 2)])
    rows = np.arange(count)
    triplets = Triplets(encoder.tokenize(texts(count, QUERY_WORDS, 0), "query"), rows, rows + count)
    one = Triplets(triplets.queries[:1], rows[:1], rows[:1] + count)
    settings = TuningSettings(RATE, 0, MARGIN, batch, 1, ("embeddings",), "delta")
    start = time.perf_counter()
    tune(encoder, triplets, one, documents, settings, lambda line: None)
    return time.perf_counter() - start


def triplets_as_text(count: int) -> Dataset:
    return Dataset.from_dict(
        {
            "anchor": texts(count, QUERY_WORDS, 0),
            "positive": texts(count, PASSAGE_WORDS, 1),
            "negative": texts(count, PASSAGE_WORDS, 2),
        }
    )


def stored_vectors(count: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, WIDTH)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def gemm_rate() -> float:
    """Float operations a second of a large matrix product on the threads in use."""
    left, right = torch.randn(1024, 1024), torch.randn(1024, 1024)
    times = []
    for _ in range(10):
        start = time.perf_counter()
        left @ right
        times.append(time.perf_counter() - start)
    return 2 * 1024**3 / sorted(times)[len(times) // 2]


def peak_memory() -> float:
    """Peak of this process' memory in GB since the last call."""
    status = Path("/proc/self/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    Path("/proc/self/clear_refs").write_text("5")
    return int(peak.split()[1]) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--batch-size", type=int, default=14)
    parser.add_argument(
        "--triplets", type=int, default=112, help="of (a) and (b); 8 times of others"
    )
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    sides: dict[str, tuple[Callable[[Path, int, int], float], int]] = {
        "(a) Trainer": (plain, 1),
        "(b) Router, documents frozen": (router, 1),
        "(c) vectors as labels": (label_column, 8),
        "(d) ours": (ours, 8),
    }
    gemm = gemm_rate()
    rates = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_base(folder)
        for side, (function, times) in sides.items():
            count = arguments.triplets * times
            peak_memory()
            rates[side] = count / function(folder, count, arguments.batch_size)
            print(
                f"{side:30} {rates[side]:6.1f} triplets/s   peak {peak_memory():.2f} GB", flush=True
            )
    mine = rates["(d) ours"]
    print(f"ours: {mine / rates['(b) Router, documents frozen']:.1f}x (b), ", end="")
    print(f"{mine / rates['(c) vectors as labels']:.2f}x (c), ", end="")
    tokens = np.mean([len(text.split()) + 2 for text in texts(1000, QUERY_WORDS, 0)])
    share = mine * tokens * FLOPS / gemm
    print(f"{share:.0%} of the {gemm / 1e9:.0f} GFlop/s of a matrix product")


if __name__ == "__main__":
    main()
