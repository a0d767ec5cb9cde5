"""Libraries that load an exported encoder, each a row; what one needs is imported when it is asked.

Each runs in a process of its own (see `encode_by_loader.py`): some need earlier versions of
packages than the pipeline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from adiabatic.io.json_files import read_json
from adiabatic.plan.registry import implementation

QUERY_ENCODER, ROUTER = "query-encoder", "router"
# Folder of the packages of earlier loaders, under that of the virtual environment.
EARLIER = "earlier-loaders"
BATCH = 32


@dataclass(frozen=True)
class Loader:
    """A way to load an export.

    encodes: "module:function" that takes the folder and queries and returns vectors. folder: which
    of the export's. package: whose version is told. earlier: it needs the packages in EARLIER.
    document: it encodes documents.
    """

    name: str
    encodes: str
    package: str
    folder: str = QUERY_ENCODER
    earlier: bool = False
    document: bool = False

    def encode(self, folder: Path, texts: Sequence[str]) -> np.ndarray:
        """Vectors of texts, float32 of shape (len(texts), d)."""
        return np.asarray(implementation(self.encodes)(folder, list(texts)), dtype=np.float32)


def by_sentence_transformers(folder: Path, texts: list[str]) -> np.ndarray:
    """As a flat folder."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    return model.encode(texts, prompt_name="query", batch_size=BATCH, show_progress_bar=False)


def by_router_query(folder: Path, texts: list[str]) -> np.ndarray:
    """The query route of a Router."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    return model.encode_query(texts, batch_size=BATCH, show_progress_bar=False)


def by_router_document(folder: Path, texts: list[str]) -> np.ndarray:
    """The document route of a Router."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    return model.encode_document(texts, batch_size=BATCH, show_progress_bar=False)


def by_transformers(folder: Path, texts: list[str]) -> np.ndarray:
    """Plain transformers, which pools as the folder's files say."""
    import torch
    from torch.nn.functional import normalize
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder)
    pooling = read_json(folder / "1_Pooling/config.json")
    paths = [folder / module["path"] for module in read_json(folder / "modules.json")[2:]]
    found = []
    for start in range(0, len(texts), BATCH):
        batch = [_prompt(folder) + text for text in texts[start : start + BATCH]]
        inputs = tokenizer(batch, padding=True, truncation=True, return_tensors="pt")
        with torch.inference_mode():
            states = model.eval()(**inputs).last_hidden_state
        mask = inputs["attention_mask"].unsqueeze(-1)
        mean = (states * mask).sum(dim=1) / mask.sum(dim=1)
        pooled = states[:, 0] if pooling["pooling_mode_cls_token"] else mean
        for path in paths:
            pooled = _dense(path, pooled) if path.name.endswith("Dense") else normalize(pooled)
        found.append(pooled.numpy())
    return np.concatenate(found)


def _dense(folder: Path, vectors: Any) -> Any:
    """What a folder's Dense module makes of vectors, a tensor of shape (n, in)."""
    import torch
    from safetensors.torch import load_file

    tensors = load_file(folder / "model.safetensors")
    activation = read_json(folder / "config.json")["activation_function"]
    made = vectors @ tensors["linear.weight"].T + tensors.get("linear.bias", 0)
    return getattr(torch.nn, activation.rsplit(".", 1)[-1])()(made)


def by_onnxruntime(folder: Path, texts: list[str]) -> np.ndarray:
    """ONNX Runtime, with the tokenizer's file and nothing of torch."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    special = read_json(folder / "special_tokens_map.json")
    padding = special["pad_token"]
    tokenizer.enable_truncation(read_json(folder / "tokenizer_config.json")["model_max_length"])
    tokenizer.enable_padding(pad_token=padding, pad_id=tokenizer.token_to_id(padding))
    path = str(folder / "onnx/model.onnx")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    found = []
    for start in range(0, len(texts), BATCH):
        batch = [_prompt(folder) + text for text in texts[start : start + BATCH]]
        encoded = tokenizer.encode_batch(batch)
        ids = np.array([one.ids for one in encoded], dtype=np.int64)
        mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
        found.append(session.run(None, {"input_ids": ids, "attention_mask": mask})[0])
    return np.concatenate(found)


def by_fastembed(folder: Path, texts: list[str]) -> np.ndarray:
    """FastEmbed, as a model of one's own from a local path; it knows no prompts."""
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    name = "adiabatic/query-encoder"
    TextEmbedding.add_custom_model(
        model=name,
        pooling=PoolingType.DISABLED,
        normalization=False,
        sources=ModelSource(hf=name),
        dim=read_json(folder / "1_Pooling/config.json")["word_embedding_dimension"],
        model_file="onnx/model.onnx",
    )
    model = TextEmbedding(name, specific_model_path=str(folder), threads=1)
    prompted = [_prompt(folder) + text for text in texts]
    return np.stack(list(model.embed(prompted, batch_size=BATCH)))


def _prompt(folder: Path) -> str:
    return read_json(folder / "config_sentence_transformers.json")["prompts"]["query"]


_HERE = "adiabatic.export.loaders"
LOADERS = {
    loader.name: loader
    for loader in (
        Loader("transformers", f"{_HERE}:by_transformers", "transformers"),
        Loader(
            "sentence-transformers", f"{_HERE}:by_sentence_transformers", "sentence-transformers"
        ),
        Loader(
            "sentence-transformers Router, queries",
            f"{_HERE}:by_router_query",
            "sentence-transformers",
            ROUTER,
        ),
        Loader(
            "sentence-transformers Router, documents",
            f"{_HERE}:by_router_document",
            "sentence-transformers",
            ROUTER,
            document=True,
        ),
        Loader("ONNX Runtime", f"{_HERE}:by_onnxruntime", "onnxruntime"),
        Loader(
            "sentence-transformers before 5.4",
            f"{_HERE}:by_sentence_transformers",
            "sentence-transformers",
            earlier=True,
        ),
        Loader(
            "sentence-transformers before 5.4, Router, queries",
            f"{_HERE}:by_router_query",
            "sentence-transformers",
            ROUTER,
            earlier=True,
        ),
        Loader("FastEmbed", f"{_HERE}:by_fastembed", "fastembed", earlier=True),
    )
}
