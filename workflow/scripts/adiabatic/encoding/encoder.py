"""Encoders: a Hugging Face transformer and how it is used, from texts to vectors."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from tqdm import tqdm
from transformers import AutoModel, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils.logging import disable_progress_bar

from adiabatic.encoding.head import Dense, Head, kinds, read_head, write_dense
from adiabatic.encoding.model_folder import (
    EncoderSettings,
    module_paths,
    read_settings,
    write_settings,
)
from adiabatic.encoding.token_ids import TokenIds
from adiabatic.io.errors import InputError

Side = Literal["query", "document"]
# Texts encoded together, all of about one length; bounds the memory, moves only the last bits.
BATCH, GPU_BATCH = 64, 1024
# Texts tokenized together: what the tokenizer says of each beside its ids takes kilobytes.
TOKENIZED = 10_000

disable_progress_bar()
# Loading without the unused pooler is meant; transformers would report its absence at length.
logging.getLogger("transformers").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Encoder:
    """A transformer, its tokenizer, and how texts become vectors with them.

    head: modules that pooled vectors pass through, in this order, to vectors of the same width.
    """

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    settings: EncoderSettings
    head: Head = ()

    def tokenize(self, texts: Sequence[str], side: Side) -> TokenIds:
        """Token ids of each text with the side's prefix, cut at the side's length."""
        query = side == "query"
        prefix = self.settings.query_prefix if query else self.settings.document_prefix
        longest = self.settings.max_query_tokens if query else self.settings.max_document_tokens
        parts = []
        for start in range(0, len(texts), TOKENIZED):
            prefixed = [prefix + text for text in texts[start : start + TOKENIZED]]
            ids = self.tokenizer(prefixed, truncation=True, max_length=longest)["input_ids"]
            parts.append(TokenIds.of(ids))
        return TokenIds.joined(parts)

    @property
    def padding(self) -> int:
        """Id of the token that fills up a batch."""
        return self.tokenizer.pad_token_id or 0

    def vectors(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Vectors of one batch, shape (n, d), with gradients where enabled.

        They have unit length where similarity is the cosine.

        Args:
            ids, mask: token ids, and 1 where there is a token; shape (n, tokens).
        """
        states = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
        if self.settings.pooling == "cls":
            pooled = states[:, 0]
        else:
            weights = mask.unsqueeze(-1).to(states.dtype)
            pooled = (states * weights).sum(dim=1) / weights.sum(dim=1)
        for module in self.head:
            pooled = module(pooled)
        if self.settings.similarity == "dot":
            return pooled
        return torch.nn.functional.normalize(pooled, dim=-1)

    def encode_tokens(self, token_ids: TokenIds, progress: str | None = None) -> np.ndarray:
        """Vectors of any number of texts, float32 of shape (n, d), in evaluation mode."""
        order = np.argsort(token_ids.lengths, kind="stable")
        vectors = np.empty((len(token_ids), self.model.config.hidden_size), dtype=np.float32)
        device = self.model.device
        size = BATCH if device.type == "cpu" else GPU_BATCH
        starts = range(0, len(order), size)
        self.model.eval()
        with torch.inference_mode():
            for start in tqdm(starts, desc=progress, disable=None if progress else True):
                rows = order[start : start + size]
                batch = token_ids.padded(rows, self.padding)
                ids, mask = (torch.from_numpy(array).to(device) for array in batch)
                vectors[rows] = self.vectors(ids, mask).float().cpu().numpy()
        return vectors

    def encode(self, texts: Sequence[str], side: Side, progress: str | None = None) -> np.ndarray:
        """Vectors of texts, float32 of shape (len(texts), d), in evaluation mode."""
        return self.encode_tokens(self.tokenize(texts, side), progress)


def load_encoder(
    folder: Path, settings: EncoderSettings | None = None, device: str | torch.device = "cpu"
) -> Encoder:
    """The encoder of a local model folder, in float32, ready to evaluate.

    Only safetensors weights are read, and code that a folder brings is never run.

    Args:
        settings: how to use it; None reads what this project wrote into the folder, the head
            included.
    Raises:
        InputError: the folder is not one that transformers can read.
    """
    local = {"local_files_only": True, "trust_remote_code": False}
    try:
        model = AutoModel.from_pretrained(
            folder, dtype=torch.float32, use_safetensors=True, attn_implementation="sdpa", **local
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, **local)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{folder}: cannot be loaded as a model ({reason[:200]})") from None
    if getattr(model, "pooler", None) is not None:
        model.pooler = None
    head = read_head(folder, device) if settings is None else ()
    used = settings or read_settings(folder)
    return Encoder(model.to(device).eval(), tokenizer, used, head)


def save_encoder(encoder: Encoder, folder: Path) -> None:
    """Write model, tokenizer and settings into `folder`, readable by `load_encoder` and others."""
    encoder.model.save_pretrained(folder)
    encoder.tokenizer.save_pretrained(folder)
    settings, head = encoder.settings, kinds(encoder.head)
    write_settings(folder, settings, encoder.model.config.hidden_size, head)
    for module, (path, _) in zip(encoder.head, module_paths(settings, head), strict=False):
        if isinstance(module, Dense):
            write_dense(module, folder / path)
