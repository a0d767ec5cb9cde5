"""Folders of an exported encoder, in the form that old and new loaders read alike.

From version 5.4 on sentence-transformers writes class paths and a pooling mode that earlier
versions and other servers do not know, and transformers 5 a tokenizer class of its own. All of them
read the earlier form, which is written here.
"""

from itertools import zip_longest
from pathlib import Path

from tokenizers import Tokenizer

from adiabatic.encoding.encoder import Encoder, Side
from adiabatic.encoding.head import Dense, kinds, write_dense
from adiabatic.encoding.model_folder import module_paths
from adiabatic.io.json_files import read_json, write_json

MODULES = "sentence_transformers.models"
# As sentence-transformers' Pooling has them; a loader that misses one may take the mean for it.
POOLING_MODES = [
    *("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens"),
    "lasttoken",
]
POOLED_BY = {"cls": "cls_token", "mean": "mean_tokens"}
SPECIAL_TOKENS = ("cls_token", "sep_token", "pad_token", "mask_token", "unk_token", "bos_token")
SPECIAL_TOKENS += ("eos_token",)


def write_flat_folder(encoder: Encoder, side: Side, folder: Path) -> None:
    """One encoder as a Hugging Face and sentence-transformers folder.

    It has one prompt, named `query` or `document` after the side.
    """
    modules = _write_modules(encoder, side, folder, prefix="", first="")
    write_json(
        folder / "modules.json",
        [
            {"idx": number, "name": str(number), "path": path, "type": f"{MODULES}.{kind}"}
            for number, (path, kind) in enumerate(modules)
        ],
    )
    _write_prompts(folder, encoder, {side: _prefix(encoder, side)})


def write_router_folder(query: Encoder, document: Encoder, folder: Path) -> None:
    """Both encoders as sentence-transformers' Router: `encode_query` and `encode_document`."""
    routes: dict[str, list[tuple[str, str]]] = {}
    for side, encoder in (("query", query), ("document", document)):
        start = f"{side}_0_Transformer"
        routes[side] = _write_modules(encoder, side, folder, prefix=f"{side}_", first=start)
    write_json(
        folder / "router_config.json",
        {
            "types": {
                path: f"{MODULES}.{kind}" for route in routes.values() for path, kind in route
            },
            "structure": {side: [path for path, _ in route] for side, route in routes.items()},
            "parameters": {"default_route": "document", "allow_empty_key": True},
        },
    )
    router = {"idx": 0, "name": "0", "path": "", "type": f"{MODULES}.Router"}
    write_json(folder / "modules.json", [router])
    prompts = {"query": query.settings.query_prefix}
    prompts["document"] = document.settings.document_prefix
    _write_prompts(folder, query, prompts)


def _write_modules(
    encoder: Encoder, side: Side, folder: Path, prefix: str, first: str
) -> list[tuple[str, str]]:
    """Write the modules that texts pass through; their paths in the folder, and their kinds.

    Args:
        prefix: of the paths of all but the first, whose path is `first`.
    """
    width = encoder.model.config.hidden_size
    _write_transformer(encoder, side, folder / first)
    modules = [(first, "Transformer"), (f"{prefix}1_Pooling", "Pooling")]
    modes = {f"pooling_mode_{mode}": False for mode in POOLING_MODES}
    modes[f"pooling_mode_{POOLED_BY[encoder.settings.pooling]}"] = True
    pooling = {"word_embedding_dimension": width, **modes, "include_prompt": True}
    write_json(folder / f"{prefix}1_Pooling/config.json", pooling)
    paths = module_paths(encoder.settings, kinds(encoder.head))
    for module, (path, kind) in zip_longest(encoder.head, paths):
        modules.append((f"{prefix}{path}", kind))
        if isinstance(module, Dense):
            write_dense(module, folder / f"{prefix}{path}", metadata={"format": "pt"})
        else:
            write_json(folder / f"{prefix}{path}/config.json", {})
    return modules


def _write_transformer(encoder: Encoder, side: Side, folder: Path) -> None:
    """Weights, configuration and tokenizer."""
    encoder.model.save_pretrained(folder)
    config = read_json(folder / "config.json")
    # Loaders before transformers 4.56 know the type of the weights by this name alone.
    write_json(folder / "config.json", config | {"torch_dtype": config.get("dtype", "float32")})
    tokens = encoder.settings.max_query_tokens
    if side == "document":
        tokens = encoder.settings.max_document_tokens
    _write_tokenizer(encoder, tokens, folder)
    lengths = {"max_seq_length": tokens, "do_lower_case": False}
    write_json(folder / "sentence_bert_config.json", lengths)


def _write_tokenizer(encoder: Encoder, tokens: int, folder: Path) -> None:
    """The tokenizer, which itself neither cuts nor pads: each loader sets that for itself."""
    tokenizer = Tokenizer.from_str(encoder.tokenizer.backend_tokenizer.to_str())
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(folder / "tokenizer.json"))
    special = {
        name: str(token)
        for name in SPECIAL_TOKENS
        if (token := getattr(encoder.tokenizer, name, None)) is not None
    }
    write_json(folder / "special_tokens_map.json", special)
    write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": tokens,
            "model_input_names": ["input_ids", "attention_mask"],
            "clean_up_tokenization_spaces": False,
            **special,
        },
    )


def _write_prompts(folder: Path, encoder: Encoder, prompts: dict[str, str]) -> None:
    similarity = encoder.settings.similarity
    settings = {"prompts": prompts, "default_prompt_name": None, "similarity_fn_name": similarity}
    write_json(folder / "config_sentence_transformers.json", settings)


def _prefix(encoder: Encoder, side: Side) -> str:
    settings = encoder.settings
    return settings.query_prefix if side == "query" else settings.document_prefix
