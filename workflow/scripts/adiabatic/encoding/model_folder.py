"""How an encoder is used (pooling, prefixes, lengths), and what a model folder must hold."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adiabatic.io.errors import InputError, shown
from adiabatic.io.json_files import read_json, write_json

SETTINGS_FILE = "encoder.json"
# Files of a model folder's weights, one or several.
WEIGHTS = "model*.safetensors"
# Folders of matrices on pooled vectors, as sentence-transformers keeps them; adapters have some.
DENSE = "[0-9]*_Dense"
# A run's files beside the model's: tuned minus base weights, validation by step, what it took.
DELTA, HISTORY, TIME = "delta.safetensors", "history.csv", "time.json"
# The model cards of the E5 family prescribe these prefixes; their folders do not carry them.
E5_PREFIXES = {"query_prefix": "query: ", "document_prefix": "passage: "}
DEFAULT_MAX_TOKENS = 512
SIMILARITIES = ("cosine", "dot")
# Modules of sentence-transformers that a base may be made of.
MODULES = ("Transformer", "Pooling", "Normalize")


@dataclass(frozen=True)
class EncoderSettings:
    """How texts become vectors and vectors are compared.

    `pooling` is mean or cls, `similarity` cosine or dot; lengths count tokens with specials.
    """

    pooling: str = "mean"
    query_prefix: str = ""
    document_prefix: str = ""
    max_query_tokens: int = DEFAULT_MAX_TOKENS
    max_document_tokens: int = DEFAULT_MAX_TOKENS
    similarity: str = "cosine"


def check_model_folder(folder: Path) -> None:
    """Raises InputError unless `folder` is a Hugging Face model folder with safetensors weights."""
    if not folder.is_dir():
        raise InputError(f"base.model: {folder} found; a Hugging Face model folder is needed")
    for name in ("config.json", "tokenizer.json"):
        if not (folder / name).is_file():
            raise InputError(f"{folder}: {name} is missing; a model folder has one")
    check_weights(str(folder), [path.name for path in folder.iterdir()])


def check_weights(where: str, names: list[str]) -> None:
    """Raises InputError unless there are weights in safetensors among the names of files."""
    if not any(name.endswith(".safetensors") for name in names):
        pickled = sorted(name for name in names if name.endswith((".bin", ".pt", ".pth")))
        found = f"only pickled weights ({', '.join(pickled)})" if pickled else "no weights"
        raise InputError(
            f"{where}: {found} found; weights in safetensors (model.safetensors) are needed"
        )


def resolve_settings(folder: Path, name: str, wanted: dict[str, Any]) -> EncoderSettings:
    """Settings of a model folder: what the configuration wants, else what the folder says.

    Where a folder says nothing, models named as E5 get that family's prefixes, and every model
    mean pooling, cosine similarity and the length that its position embeddings allow.

    Args:
        folder: a Hugging Face model folder, with sentence-transformers files or without.
        name: the model's name, by which E5 is known.
        wanted: values by field name; None stands for "as the folder says".
    Raises:
        InputError: a file of the folder is no JSON, or asks for a pooling other than mean or cls,
            a similarity other than cosine or dot, or modules other than MODULES.
    """
    _check_modules(folder)
    values = dataclasses.asdict(EncoderSettings())
    tokens = _longest_input(folder)
    values |= {"max_query_tokens": tokens, "max_document_tokens": tokens}
    if "e5" in name.lower().replace("_", "-").split("/")[-1].split("-"):
        values |= E5_PREFIXES
    values |= _sentence_transformers_settings(folder)
    values |= {key: value for key, value in wanted.items() if value is not None}
    for key in ("max_query_tokens", "max_document_tokens"):
        if values[key] > tokens:
            raise InputError(
                f"base.{key}: {values[key]} found; the model's positions allow at most {tokens}"
            )
    if values["similarity"] not in SIMILARITIES:
        raise InputError(
            f"{folder}: similarity {shown(values['similarity'])} found; allowed is "
            f"{' or '.join(SIMILARITIES)} (base.similarity says which)"
        )
    return EncoderSettings(**values)


def read_settings(folder: Path) -> EncoderSettings:
    """The settings of an encoder folder that this project wrote."""
    return EncoderSettings(**read_json(folder / SETTINGS_FILE))


def write_settings(
    folder: Path, settings: EncoderSettings, width: int, head: Sequence[str] = ()
) -> None:
    """Write the settings, and sentence-transformers files that say the same.

    With those files the folder opens as a SentenceTransformer, too; that library knows one length
    for queries and documents, so it is given the query's.

    Args:
        head: kinds of the modules that follow the pooling, of which the caller writes the Dense.
    """
    write_json(folder / SETTINGS_FILE, dataclasses.asdict(settings))
    modules = [("", "Transformer"), ("1_Pooling", "Pooling")]
    modules += module_paths(settings, head)
    write_json(
        folder / "modules.json",
        [
            {
                "idx": number,
                "name": str(number),
                "path": path,
                "type": f"sentence_transformers.models.{kind}",
            }
            for number, (path, kind) in enumerate(modules)
        ],
    )
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": settings.max_query_tokens})
    write_json(
        folder / "config_sentence_transformers.json",
        {
            "prompts": {"query": settings.query_prefix, "document": settings.document_prefix},
            "similarity_fn_name": settings.similarity,
        },
    )
    pooling = {f"pooling_mode_{mode}": False for mode in ("cls_token", "mean_tokens")}
    pooling["pooling_mode_" + {"cls": "cls_token", "mean": "mean_tokens"}[settings.pooling]] = True
    write_json(folder / "1_Pooling/config.json", {"word_embedding_dimension": width, **pooling})


def module_paths(settings: EncoderSettings, head: Sequence[str]) -> list[tuple[str, str]]:
    """Paths and kinds of the modules after the pooling: the head, and what follows from settings.

    Args:
        head: kinds of the head's modules.
    """
    kinds = [*head, "Normalize"] if settings.similarity == "cosine" else head
    return [(f"{number}_{kind}", kind) for number, kind in enumerate(kinds, start=2)]


def head_modules(folder: Path) -> list[tuple[str, str]]:
    """Paths and kinds of the modules of the head of a folder that this project wrote."""
    path = folder / "modules.json"
    modules = read_json(path)[2:] if path.is_file() else []
    found = [(module["path"], module["type"].rsplit(".", 1)[-1]) for module in modules]
    # The last one follows from the settings.
    return found[:-1] if found and found[-1][1] == "Normalize" else found


def _sentence_transformers_settings(folder: Path) -> dict[str, Any]:
    """What the folder's sentence-transformers files say; nothing where there are none."""
    values: dict[str, Any] = {}
    if (folder / "sentence_bert_config.json").is_file():
        tokens = read_json(folder / "sentence_bert_config.json").get("max_seq_length")
        if tokens:
            values |= {"max_query_tokens": tokens, "max_document_tokens": tokens}
    if (folder / "1_Pooling/config.json").is_file():
        values["pooling"] = _pooling(folder / "1_Pooling/config.json")
    if (folder / "config_sentence_transformers.json").is_file():
        config = read_json(folder / "config_sentence_transformers.json")
        prompts, similarity = config.get("prompts") or {}, config.get("similarity_fn_name")
        # Of unit vectors the inner product is the cosine.
        if similarity and not (similarity == "dot" and _normalizes(folder)):
            values["similarity"] = similarity
        prefixes = {
            "query_prefix": prompts.get("query"),
            "document_prefix": prompts.get("document") or prompts.get("passage"),
        }
        values |= {key: prefix for key, prefix in prefixes.items() if prefix}
    return values


def _normalizes(folder: Path) -> bool:
    """Whether the folder's sentence-transformers modules bring vectors to unit length."""
    return "Normalize" in _modules(folder)


def _check_modules(folder: Path) -> None:
    """What vectors pass through beside MODULES would be left out without a word."""
    other = [kind for kind in _modules(folder) if kind not in MODULES]
    if other:
        raise InputError(
            f"{folder / 'modules.json'}: {other[0]} found; a base is made of "
            f"{', '.join(MODULES)} alone"
        )


def _modules(folder: Path) -> list[str]:
    """Kinds of the folder's sentence-transformers modules, in order."""
    path = folder / "modules.json"
    types = [module["type"] for module in read_json(path)] if path.is_file() else []
    return [kind.rsplit(".", 1)[-1] for kind in types]


def _pooling(path: Path) -> str:
    settings = read_json(path)
    modes = [settings["pooling_mode"]] if isinstance(settings.get("pooling_mode"), str) else []
    for key, value in settings.items():
        if key.startswith("pooling_mode_") and value is True:
            modes.append(key.removeprefix("pooling_mode_"))
    known = {"cls_token": "cls", "cls": "cls", "mean_tokens": "mean", "mean": "mean"}
    if len(modes) != 1 or modes[0] not in known:
        raise InputError(f"{path}: pooling {shown(modes)} found; allowed is mean or cls alone")
    return known[modes[0]]


def layers_of(folder: Path) -> int | None:
    """How many transformer layers a model folder's configuration names, None for none."""
    return read_json(folder / "config.json").get("num_hidden_layers")


def _longest_input(folder: Path) -> int:
    """Tokens that the position embeddings allow (RoBERTa's start after the padding index)."""
    config = read_json(folder / "config.json")
    positions = config.get("max_position_embeddings") or DEFAULT_MAX_TOKENS
    if "roberta" in str(config.get("model_type")):
        positions -= (config.get("pad_token_id") or 0) + 1
    return positions
