"""A tuned query encoder beside the frozen document encoder, as mteb's tasks ask for vectors."""

import warnings
from collections.abc import Callable, Iterable
from itertools import cycle
from pathlib import Path
from typing import Any

import mteb
import numpy as np
import pandas as pd
import torch
from mteb.abstasks import AbsTask
from mteb.abstasks.task_metadata import TaskMetadata
from mteb.models import ModelMeta
from mteb.models.abs_encoder import AbsEncoder
from mteb.models.model_meta import ScoringFunction
from mteb.types import PromptType
from safetensors import safe_open
from safetensors.numpy import save_file

from adiabatic.encoding.corpora import hashed
from adiabatic.encoding.encoder import Encoder
from adiabatic.evaluation.mteb_tasks import ONE_SIDED, set_sides
from adiabatic.io.errors import InputError

# Texts that mteb hands over at a time; the encoder makes its own batches of all.
BATCH = 1024
# Scores are rounded: mteb adds some up in the order of a hash, which moves the last bits.
DECIMALS = 9
SIMILARITIES = {"cosine": ScoringFunction.COSINE, "dot": ScoringFunction.DOT_PRODUCT}


class Documents:
    """Vectors of documents, by the hash of their texts; each text is encoded once.

    Args:
        encode: gives vectors, float32 of shape (texts, d), of texts that are not known yet.
        known: hashes, uint64 of shape (n,), and vectors, float32 of shape (n, d), to start from.
    """

    def __init__(
        self,
        encode: Callable[[list[str]], np.ndarray],
        known: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> None:
        self._encode = encode
        self.index = pd.Index([] if known is None else known[0], dtype=np.uint64)
        self.vectors = None if known is None else known[1]

    def vectors_of(self, texts: list[str]) -> np.ndarray:
        """Vectors of texts, float32 of shape (len(texts), d)."""
        hashes = hashed(texts)
        unknown = pd.Series(texts, index=hashes)[~pd.Index(hashes).isin(self.index)]
        unknown = unknown[~unknown.index.duplicated()]
        if len(unknown):
            encoded = self._encode(unknown.tolist())
            parts = [encoded] if self.vectors is None else [self.vectors, encoded]
            self.vectors = np.concatenate(parts)
            self.index = self.index.append(unknown.index)
        return self.vectors[self.index.get_indexer(hashes)]

    @property
    def width(self) -> int:
        """Width d of the vectors, 0 before the first."""
        return 0 if self.vectors is None else self.vectors.shape[1]

    def save(self, path: Path, encoder: str) -> None:
        """Write all vectors with the digest of the encoder that they are by."""
        vectors = np.empty((0, 0), np.float32) if self.vectors is None else self.vectors
        tensors = {"hashes": self.index.to_numpy(), "vectors": vectors}
        save_file(tensors, path, {"encoder": encoder})


def read_documents(path: Path, encoder: str) -> tuple[np.ndarray, np.ndarray]:
    """Hashes and vectors of the documents that `Documents.save` wrote.

    Raises:
        InputError: they are by another encoder than the one with this digest.
    """
    with safe_open(path, framework="numpy") as file:
        if file.metadata()["encoder"] != encoder:
            raise InputError(
                f"{path}: vectors of another encoder, pooling, prefix, length or similarity; "
                "evaluate the base again"
            )
        return file.get_tensor("hashes"), file.get_tensor("vectors")


class TwoSidedEncoder(AbsEncoder):
    """Queries by one encoder, documents by another.

    Tasks of one sort of text (classification, clustering) get the query encoder's vectors. In
    bitext mining mteb does not say which side it wants, and a text may be on both: there a vector
    is that as query followed by that as document, and `similarity` compares one with the other.
    """

    def __init__(self, queries: Encoder, documents: Documents) -> None:
        self.queries, self.documents = queries, documents
        self.mteb_model_meta = ModelMeta.create_empty(
            {
                "similarity_fn_name": SIMILARITIES[queries.settings.similarity],
                "modalities": ["text"],
            }
        )
        # mteb asks for the human summaries of a task, which are the documents, then for the others.
        self._summaries = cycle([PromptType.document, PromptType.query])

    def encode(
        self,
        inputs: Iterable[dict[str, Any]],
        *,
        task_metadata: TaskMetadata,
        hf_split: str,
        hf_subset: str,
        prompt_type: PromptType | None = None,
        **kwargs: Any,
    ) -> np.ndarray:
        """Vectors of texts, float32 of shape (texts, d), or (texts, 2 d) in bitext mining.

        Raises:
            InputError: it is not known whether the texts are queries or documents.
        """
        texts = [text for batch in inputs for text in batch["text"]]
        kind = task_metadata.type
        if kind == "BitextMining":
            return np.hstack([self._queries(texts), self.documents.vectors_of(texts)])
        if kind in ONE_SIDED:
            return self._queries(texts)
        side = next(self._summaries) if kind == "Summarization" else prompt_type
        if side is None:
            raise InputError(
                f"evaluation.mteb.tasks: {task_metadata.name}: mteb does not say which of its "
                "texts are queries; a task of which it does is needed"
            )
        encode = self._queries if side == PromptType.query else self.documents.vectors_of
        return encode(texts)

    def similarity(self, embeddings1: Any, embeddings2: Any) -> torch.Tensor:
        """Similarities of the first vectors as queries and the second as documents, (n, m)."""
        width = self.documents.width
        if np.shape(embeddings1)[-1] == 2 * width:
            embeddings1, embeddings2 = embeddings1[..., :width], embeddings2[..., width:]
        return super().similarity(embeddings1, embeddings2)

    def _queries(self, texts: list[str]) -> np.ndarray:
        return self.queries.encode(texts, "query")


def evaluated(encoder: TwoSidedEncoder, task: AbsTask) -> list[dict[str, Any]]:
    """Scores of one task whose data is loaded: one record for each split and subset."""
    set_sides(task)
    with warnings.catch_warnings():
        # About mteb's own code and its newer tasks, in logs of which nobody could act on any.
        warnings.simplefilter("ignore")
        result = mteb.evaluate(
            encoder,
            task,
            co2_tracker=False,
            cache=None,
            overwrite_strategy="always",
            show_progress_bar=False,
            encode_kwargs={"batch_size": BATCH, "show_progress_bar": False},
        )
    (scores,) = result.task_results
    return [
        {
            "split": split,
            "subset": subset["hf_subset"],
            "languages": subset["languages"],
            "main_score": round(float(subset["main_score"]), DECIMALS),
            "scores": _numbers(subset),
        }
        for split, subsets in scores.scores.items()
        for subset in sorted(subsets, key=lambda subset: subset["hf_subset"])
    ]


def _numbers(scores: dict[str, Any]) -> dict[str, float]:
    """All of a subset's scores that are single finite numbers."""
    values = {
        name: float(value)
        for name, value in scores.items()
        if isinstance(value, int | float | np.number) and name != "main_score"
    }
    return {
        name: round(values[name], DECIMALS) for name in sorted(values) if np.isfinite(values[name])
    }
