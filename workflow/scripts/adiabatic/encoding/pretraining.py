"""Pretraining of the synthetic world's base: a tiny multilingual BERT from parallel sentences."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from adiabatic.encoding.encoder import Encoder
from adiabatic.encoding.model_folder import EncoderSettings
from adiabatic.encoding.token_ids import TokenIds
from adiabatic.io.errors import InputError

SPECIAL_TOKENS = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}
LONGEST = 128
HEAD_WIDTH = 16
TEMPERATURE = 0.05
# Batch and learning rate of the two phases: token embeddings alone, then all weights.
EMBEDDING_BATCH, EMBEDDING_RATE = 256, 3e-3
ENCODER_BATCH, ENCODER_RATE = 96, 1e-3
# The layers start as small corrections to the mean of the embeddings, which are trained already.
OUTPUT_SCALE = 0.1


@dataclass(frozen=True)
class BaseSizes:
    """Sizes and steps of the tiny base; names as in the configuration."""

    layers: int
    width: int
    embedding_steps: int
    encoder_steps: int


def pretrain_base(
    sentences: list[list[str]], sizes: BaseSizes, seed: int, say: Callable[[str], None]
) -> Encoder:
    """A multilingual encoder in which translations lie close to each other.

    Trained by in-batch InfoNCE between translations, both sides of each pair drawn from random
    languages: first the token embeddings under mean pooling, then all weights.

    Args:
        sentences: one list a language; sentence i means the same in every language.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, 2])
    tokenizer = word_tokenizer([text for texts in sentences for text in texts])
    model = BertModel(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=sizes.width,
            num_hidden_layers=sizes.layers,
            num_attention_heads=sizes.width // HEAD_WIDTH,
            intermediate_size=4 * sizes.width,
            max_position_embeddings=LONGEST,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        ),
        add_pooling_layer=False,
    )
    settings = EncoderSettings(max_query_tokens=LONGEST, max_document_tokens=LONGEST)
    encoder = Encoder(model, tokenizer, settings)
    tokens = [encoder.tokenize(texts, "query") for texts in sentences]
    embeddings = model.embeddings.word_embeddings

    def encode(batch: list[np.ndarray]) -> torch.Tensor:
        padded = TokenIds.of(batch).padded(np.arange(len(batch)), encoder.padding)
        return encoder.vectors(*map(torch.from_numpy, padded))

    def mean_embedding(batch: list[np.ndarray]) -> torch.Tensor:
        flat = torch.from_numpy(np.concatenate([ids[1:-1] for ids in batch]).astype(np.int64))
        starts = torch.tensor([0, *np.cumsum([len(ids) - 2 for ids in batch])[:-1].tolist()])
        pooled = torch.nn.functional.embedding_bag(flat, embeddings.weight, starts, mode="mean")
        return torch.nn.functional.normalize(pooled, dim=-1)

    batches = translation_batches(tokens, EMBEDDING_BATCH, sizes.embedding_steps, rng)
    _train(mean_embedding, [embeddings.weight], batches, EMBEDDING_RATE, say, "embeddings")
    with torch.no_grad():
        for layer in model.encoder.layer:
            layer.attention.output.dense.weight.mul_(OUTPUT_SCALE)
            layer.output.dense.weight.mul_(OUTPUT_SCALE)
    batches = translation_batches(tokens, ENCODER_BATCH, sizes.encoder_steps, rng)
    _train(encode, list(model.parameters()), batches, ENCODER_RATE, say, "all weights")
    model.eval()
    return encoder


def word_tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    """A lower-casing tokenizer that knows the words of `texts`; Chinese characters are words.

    The vocabulary is listed, not trained: trainers of subwords break ties at random, and the base
    has to be the same each time.
    """
    split_chinese = normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=True, strip_accents=False, lowercase=False
    )
    normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase(), split_chinese])
    splitter = pre_tokenizers.BertPreTokenizer()
    words = {
        word
        for text in set(texts)
        for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text))
    }
    vocabulary = {token: i for i, token in enumerate([*SPECIAL_TOKENS.values(), *sorted(words)])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=SPECIAL_TOKENS["unk_token"]))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = splitter
    ends = [SPECIAL_TOKENS["cls_token"], SPECIAL_TOKENS["sep_token"]]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{ends[0]} $A {ends[1]}", special_tokens=[(end, vocabulary[end]) for end in ends]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=LONGEST, **SPECIAL_TOKENS
    )


def translation_batches(
    tokens: list[TokenIds], size: int, steps: int, rng: np.random.Generator
) -> Iterator[tuple[list[np.ndarray], list[np.ndarray]]]:
    """Batches of translation pairs, each side in a random language of its own."""
    for _ in range(steps):
        rows = rng.choice(len(tokens[0]), size=min(size, len(tokens[0])), replace=False)
        left, right = rng.integers(len(tokens), size=(2, len(rows)))
        yield (
            [tokens[language][row] for language, row in zip(left, rows, strict=True)],
            [tokens[language][row] for language, row in zip(right, rows, strict=True)],
        )


def read_parallel(paths: list[Path]) -> list[list[str]]:
    """Sentences of each aligned text file, one a line.

    Raises:
        InputError: the files have different numbers of lines.
    """
    sentences = [path.read_text(encoding="utf-8").splitlines() for path in paths]
    for path, lines in zip(paths, sentences, strict=True):
        if len(lines) != len(sentences[0]):
            raise InputError(
                f"{path}: {len(lines)} lines found; {len(sentences[0])} are needed to line up "
                f"with {paths[0]}"
            )
    return sentences


def _train(
    encode: Callable[[list[np.ndarray]], torch.Tensor],
    parameters: list[torch.nn.Parameter],
    batches: Iterator[tuple[list[np.ndarray], list[np.ndarray]]],
    learning_rate: float,
    say: Callable[[str], None],
    phase: str,
) -> None:
    optimizer = torch.optim.AdamW(parameters, lr=learning_rate, fused=True)
    for step, (left, right) in enumerate(batches, start=1):
        scores = encode(left) @ encode(right).T / TEMPERATURE
        labels = torch.arange(len(scores))
        cross_entropy = torch.nn.functional.cross_entropy
        loss = (cross_entropy(scores, labels) + cross_entropy(scores.T, labels)) / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 20 == 0:
            say(f"{phase}, step {step}: loss {loss.item():.3f}")
