"""The configuration: defaults, numbers written as strings, validation, and errors of one line."""

import copy
import difflib
import io
import itertools
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from adiabatic.encoding.base_parameters import parameter_names, synthetic_parameter_names
from adiabatic.encoding.model_folder import check_model_folder, layers_of
from adiabatic.experiment.configuration_checks import (
    Configuration,
    check_finite,
    check_mteb,
    check_sources,
    check_tasks,
    check_tuning,
)
from adiabatic.experiment.index_checks import check_index, check_index_files
from adiabatic.experiment.packages import check_packages
from adiabatic.index.stores import STORES
from adiabatic.io.atomic import written_atomically
from adiabatic.io.errors import InputError, shown
from adiabatic.io.json_lines import opened
from adiabatic.plan.methods import METHODS
from adiabatic.sources.world import SYNTHETIC
from adiabatic.tasks.beir_folder import SPLIT, beir_files
from adiabatic.tasks.kinds import FOLDER, KINDS
from adiabatic.tuning.freezing import trained_names

SCHEMA = Path(__file__).resolve().parents[3] / "schemas" / "config.schema.yaml"

# Keys and values that had another name before version 0.1.0.
RENAMED_KEYS = {
    "margin_of_no_loss": "non_inferiority_margin",
    "leakage": "contamination",
    "baselines": "methods",
}
RENAMED_VALUES = {
    "embedded": "synthetic",
    "ranking": "multiple-negatives-ranking",
    "plain": "direct",
    "both-encoders": "joint",
    "remove": "exclude",
}

Schema = dict[str, Any]


def layers_of_base(config: Configuration) -> int | None:
    """Layers of the base in a local folder; None where it is not there yet, or no model folder."""
    base = config.get("base")
    folder = base.get("model") if isinstance(base, dict) else None
    if not isinstance(folder, str) or not (Path(folder) / "config.json").is_file():
        return None
    return layers_of(Path(folder))


def checked_configuration(config: Configuration) -> Configuration:
    """The configuration with defaults filled in and numeric strings as numbers.

    Raises:
        InputError: a key is unknown or missing, or a value is not allowed; names the key, the
            value found and what is allowed.
    """
    schema = read_schema()
    config = with_defaults(with_numbers(copy.deepcopy(config), schema), schema)
    if config.get("base", {}).get("similarity") == "dot":
        _without_maxima(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker(["date"]))
    errors = sorted(validator.iter_errors(config), key=_order)
    if errors:
        raise InputError(_message(errors[0]))
    check_finite(config, "")
    check_sources(config)
    check_tuning(config["tuning"])
    check_tasks(config)
    check_index(config["index"])
    check_packages(config)
    check_mteb(config["evaluation"]["mteb"])
    return config


def read_schema() -> Schema:
    """The JSON schema of the configuration; kinds, methods and stores are their registries'."""
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    sections = schema["properties"]
    tasks, methods = (
        sections[section]["properties"][things]["items"]["properties"]
        for section, things in (("evaluation", "tasks"), ("tuning", "methods"))
    )
    for part, known in (
        (tasks["kind"], KINDS),
        (methods["method"], METHODS),
        (sections["index"]["properties"]["source"], STORES),
    ):
        part["enum"] = list(known)
        part["description"] += " " + "; ".join(f"{n} ({row.about})" for n, row in known.items())
    return schema


def with_numbers(value: Any, schema: Schema) -> Any:
    """`value` with strings turned into numbers wherever the schema asks for a number.

    A day, which YAML reads as a date, becomes a string again.
    """
    if isinstance(value, dict):
        parts = schema.get("properties", {})
        return {key: with_numbers(part, parts.get(key, {})) for key, part in value.items()}
    if isinstance(value, list):
        return [with_numbers(part, schema.get("items", {})) for part in value]
    kinds = _kinds(schema)
    if isinstance(value, date) and "string" in kinds:
        return value.isoformat()
    if isinstance(value, str) and kinds & {"number", "integer"} and "string" not in kinds:
        try:
            number = float(value)
        except ValueError:
            return value
        whole = "integer" in kinds and number.is_integer()
        return int(number) if whole else number
    return value


def with_defaults(value: Any, schema: Schema) -> Any:
    """`value` with the schema's defaults for every key that is left out."""
    if isinstance(value, dict):
        for key, part in schema.get("properties", {}).items():
            if "default" in part:
                value.setdefault(key, copy.deepcopy(part["default"]))
            if key in value:
                value[key] = with_defaults(value[key], part)
    elif isinstance(value, list):
        return [with_defaults(part, schema.get("items", {})) for part in value]
    return value


def named_files(config: Configuration) -> Iterator[tuple[str, Path]]:
    """Every (key, file) that the configuration names and that must exist before anything runs."""
    if config["papers"]["source"] == "snapshot":
        yield "papers.path", Path(config["papers"]["path"])
    if config["tuning"]["source"] == "path":
        yield "tuning.path", Path(config["tuning"]["path"])
    for number, task in enumerate(config["evaluation"]["tasks"]):
        where = f"evaluation.tasks[{number}]"
        if task["files"]:
            for language, path in task["files"].items():
                yield f"{where}.files.{language}", Path(path)
        elif task["source"] == "path":
            for path in files_of_task(task):
                yield f"{where}.path", path


def files_of_task(task: Configuration) -> list[Path]:
    """The files of an evaluation set in its languages, or the one with all of them.

    Raises:
        InputError: a folder lacks one.
    """
    if task["files"]:
        return [Path(path) for path in task["files"].values()]
    languages = task["languages"] if "{language}" in task["path"] else [""]
    paths = [Path(task["path"].replace("{language}", name)) for name in languages]
    if KINDS[task["kind"]].files != FOLDER:
        return paths
    return [file for path in paths for file in beir_files(path, task["split"] or SPLIT).values()]


def check_files(config: Configuration) -> None:
    """Raises InputError where a file or model folder that the configuration names is not there."""
    for key, path in named_files(config):
        if not path.is_file():
            raise InputError(f"configuration: {key}: no file {path}; an existing file is needed")
    data = config["evaluation"]["mteb"]["data"]
    if data and not Path(data).is_dir():
        raise InputError(
            f"configuration: evaluation.mteb.data: no folder {data}; an existing folder is needed"
        )
    check_index_files(config["index"])
    if config["base"]["source"] == "path":
        check_model_folder(Path(config["base"]["model"]))
    check_freeze(config)
    check_validation(config)


def check_freeze(config: Configuration) -> None:
    """Raises InputError where a pattern in a `freeze` matches no parameter of the base.

    What a base of the hub has is known when it is there; see the rule `list_tuned_parameters`.
    """
    if config["base"]["source"] == SYNTHETIC:
        names = synthetic_parameter_names(config["world"]["layers"])
    elif config["base"]["source"] == "path":
        names = parameter_names(Path(config["base"]["model"]))
    else:
        return
    tuning = config["tuning"]
    for variant in (tuning, *tuning["ablations"], *tuning["methods"]):
        if "freeze" in variant:
            trained_names(names, tuple(variant["freeze"]))


def check_validation(config: Configuration) -> None:
    """Raises InputError where too few triplets would be left to train on, as far as lines tell.

    The data's own check comes later: lines may repeat each other.
    """
    tuning, held_out = config["tuning"], 2 * config["tuning"]["validation"]
    where = "configuration: tuning.validation"
    available = {"tuning.limit": tuning["limit"]}
    if tuning["source"] == SYNTHETIC:
        available["world.triplets"] = config["world"]["triplets"]
    elif tuning["source"] == "path":
        with opened(Path(tuning["path"])) as file:
            lines = itertools.islice(io.BufferedReader(file, 1 << 20), held_out + 1)
            available[tuning["path"]] = sum(bool(line.strip()) for line in lines)
    for name, triplets in available.items():
        if triplets is not None and triplets <= held_out:
            raise InputError(
                f"{where}: {tuning['validation']} found; {name} has {triplets} triplets, and twice "
                "as many as are held out for validation must leave some to train on"
            )


def write_configuration(config: Configuration, path: str) -> None:
    """Write a configuration as YAML, so that results stand beside the keys that made them."""
    with written_atomically(path) as temporary:
        text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
        temporary.write_text(text, encoding="utf-8")


def in_words(schema: Schema) -> str:
    """What a value may be, in words, from its schema."""
    if "enum" in schema:
        return "one of " + ", ".join("null" if v is None else str(v) for v in schema["enum"])
    words = {"object": "a mapping", "array": "a list", "null": "null", "string": "a string"}
    words |= {"integer": "a whole number", "number": "a number", "boolean": "true or false"}
    kinds = schema.get("type", [])
    text = " or ".join(words[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds))
    bounds = {
        "minimum": "at least {}",
        "maximum": "at most {}",
        "exclusiveMinimum": "above {}",
        "exclusiveMaximum": "below {}",
        "multipleOf": "a multiple of {}",
        "pattern": "matching {}",
        "format": "a {} as YYYY-MM-DD",
        "minItems": "of at least {}",
        "not": "not one of {}",
    }
    limits = []
    for name, phrase in bounds.items():
        if name in schema:
            value = schema[name]
            limits.append(phrase.format(", ".join(value["enum"]) if name == "not" else value))
    if schema.get("uniqueItems"):
        limits.append("without repeats")
    if "items" in schema:
        limits.append(f"each {in_words(schema['items'])}")
    parts = [text, *limits]
    return ", ".join(part for part in parts if part) or schema.get("description", "another value")


def _without_maxima(schema: Schema) -> None:
    """Inner products have no unit, so nothing that is measured in theirs has a largest value."""
    tuning = schema["properties"]["tuning"]["properties"]
    variants = (tuning[key]["items"]["properties"] for key in ("ablations", "methods"))
    for part in (tuning, *variants):
        for key in ("margin", "temperature"):
            part[key].pop("maximum", None)


def _order(error: ValidationError) -> tuple[int, str]:
    """Unknown keys first: a typo also shows as a key that is missing."""
    return (error.validator != "additionalProperties", str(list(error.absolute_path)))


def _message(error: ValidationError) -> str:
    where = _key(error.absolute_path)
    if error.validator == "additionalProperties":
        allowed = list(error.schema["properties"])
        unknown = next(key for key in error.instance if key not in allowed)
        near = difflib.get_close_matches(str(unknown), allowed, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        if RENAMED_KEYS.get(unknown) in allowed:
            hint = f"it is named {RENAMED_KEYS[unknown]} now; "
        return (
            f"configuration: {where + '.' if where else ''}{unknown}: unknown key; "
            f"{hint}allowed are {', '.join(allowed)}"
        )
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        part = error.schema["properties"][missing]
        return (
            f"configuration: {where + '.' if where else ''}{missing}: missing; "
            f"needed is {in_words(part)}"
        )
    hint = " (YAML reads yes, no, on, off as true or false: quote it)"
    allowed = in_words(error.schema) + (hint if isinstance(error.instance, bool) else "")
    if error.validator == "enum" and RENAMED_VALUES.get(error.instance) in error.validator_value:
        allowed += f" ({error.instance} is named {RENAMED_VALUES[error.instance]} now)"
    return f"configuration: {where}: {shown(error.instance)} found; allowed is {allowed}"


def _key(path: Any) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def _kinds(schema: Schema) -> set[str]:
    kinds = schema.get("type", [])
    return {kinds} if isinstance(kinds, str) else set(kinds)
