"""The configuration: defaults, numbers written as strings, validation, and errors of one line."""

import copy
import difflib
import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from adiabatic.beir_folder import SPLIT, beir_files
from adiabatic.command_line import written_atomically
from adiabatic.encoder_settings import check_model_folder
from adiabatic.errors import InputError, shown
from adiabatic.runs import METHODS, SETTINGS, UNTUNED, planned_runs
from adiabatic.world import LANGUAGES

SCHEMA = Path(__file__).resolve().parents[2] / "schemas" / "config.schema.yaml"

# Keys that only some sources read; with any other source they must be null.
READ_WITH = {
    "papers": {"path": ["snapshot", "oai"]},
    "base": {
        "model": ["path", "hub"],
        "revision": ["hub"],
        "pooling": ["path", "hub"],
        "similarity": ["path", "hub"],
        "query_prefix": ["path", "hub"],
        "document_prefix": ["path", "hub"],
        "max_query_tokens": ["path", "hub"],
        "max_document_tokens": ["path", "hub"],
    },
    "tuning": {"path": ["path", "hub"], "revision": ["hub"]},
}

# Kinds of evaluation sets that the embedded world has, and those that need two languages.
EMBEDDED_KINDS = ("xnli", "qa-retrieval", "mixed-pool")
ACROSS_LANGUAGES = ("bitext", "mixed-pool")

Schema = dict[str, Any]
Configuration = dict[str, Any]


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
    _check_finite(config, "")
    _check_sources(config)
    _check_tuning(config["tuning"])
    _check_tasks(config)
    _check_mteb(config["evaluation"]["mteb"])
    return config


def read_schema() -> Schema:
    """The JSON schema of the configuration."""
    return yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))


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
        InputError: a folder of kind beir lacks one.
    """
    if task["files"]:
        return [Path(path) for path in task["files"].values()]
    languages = task["languages"] if "{language}" in task["path"] else [""]
    paths = [Path(task["path"].replace("{language}", name)) for name in languages]
    if task["kind"] != "beir":
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
    if config["base"]["source"] == "path":
        check_model_folder(Path(config["base"]["model"]))


def write_configuration(config: Configuration, path: str) -> None:
    """Write a configuration as YAML, so that results stand beside the keys that made them."""
    with written_atomically(path) as temporary:
        text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
        temporary.write_text(text, encoding="utf-8")


def _check_sources(config: Configuration) -> None:
    for section, keys in READ_WITH.items():
        source = config[section]["source"]
        for key, sources in keys.items():
            value, where = config[section][key], f"configuration: {section}.{key}"
            if value is None and source in sources and key in ("path", "model"):
                raise InputError(f"{where}: nothing found; needed with {section}.source: {source}")
            if value is not None and source not in sources:
                raise InputError(
                    f"{where}: {shown(value)} found; null is needed with {section}.source: "
                    f"{source}, which does not read it"
                )
    if config["papers"]["source"] == "oai" and not config["papers"]["oai"]["contact"]:
        raise InputError(
            "configuration: papers.oai.contact: nothing found; a mail address or a URL is needed "
            "with papers.source: oai"
        )
    oai = config["papers"]["oai"]
    if oai["from"] and oai["until"] and oai["from"] > oai["until"]:
        raise InputError(
            f"configuration: papers.oai.from: {oai['from']!r} found; a day up to papers.oai.until: "
            f"{oai['until']!r} is needed"
        )
    if config["tuning"]["source"] == "hub" and config["tuning"]["path"].count("/") < 2:
        raise InputError(
            f"configuration: tuning.path: {shown(config['tuning']['path'])} found; "
            "OWNER/DATASET/FILE is needed with tuning.source: hub"
        )


def _without_maxima(schema: Schema) -> None:
    """Inner products have no unit, so nothing that is measured in theirs has a largest value."""
    tuning = schema["properties"]["tuning"]["properties"]
    variants = (tuning[key]["items"]["properties"] for key in ("ablations", "baselines"))
    for part in (tuning, *variants):
        for key in ("margin", "temperature"):
            part[key].pop("maximum", None)


def _check_finite(value: Any, where: str) -> None:
    """YAML has .inf and .nan, which lie within any range or none."""
    if isinstance(value, dict):
        for key, part in value.items():
            _check_finite(part, f"{where}.{key}".lstrip("."))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            _check_finite(part, f"{where}[{number}]")
    elif isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"configuration: {where}: {value} found; a finite number is needed")


def _check_tuning(tuning: Configuration) -> None:
    names = [ablation["name"] for ablation in tuning["ablations"]]
    for number, ablation in enumerate(tuning["ablations"]):
        where = f"configuration: tuning.ablations[{number}]"
        if ablation["name"] in names[:number]:
            raise InputError(f"{where}.name: {ablation['name']!r} found twice; names are unique")
        for key in ("learning_rates", "seeds"):
            unknown = sorted(set(ablation.get(key, [])) - set(tuning[key]))
            if unknown:
                raise InputError(
                    f"{where}.{key}: {shown(unknown[0])} found; allowed are those of tuning.{key}: "
                    f"{', '.join(map(shown, tuning[key]))}"
                )
        if all(ablation[key] == tuning[key] for key in SETTINGS if key in ablation):
            raise InputError(f"{where}: no changed setting found; an ablation changes at least one")
    _check_baselines(tuning)
    for run in planned_runs(tuning):
        exact = run.settings.get("precision") == "float64"
        if exact and run.settings["forward"] != "float32":
            raise InputError(
                f"configuration: tuning.forward: {shown(run.settings['forward'])} found; float32 "
                "is needed with tuning.precision: float64, which computes everything in float64"
            )


def _check_baselines(tuning: Configuration) -> None:
    names = [variant["name"] for variant in (*tuning["ablations"], *tuning["baselines"])]
    for number, baseline in enumerate(tuning["baselines"]):
        where = f"configuration: tuning.baselines[{number}]"
        method = baseline["method"]
        if names.count(baseline["name"]) > 1:
            raise InputError(
                f"{where}.name: {baseline['name']!r} found twice; names of ablations and baselines "
                "are unique"
            )
        reads = METHODS[method]
        if method not in UNTUNED:
            reads = ("learning_rates", "seeds", *reads)
        unread = [key for key in baseline if key not in ("name", "method", *reads)]
        if unread:
            raise InputError(
                f"{where}.{unread[0]}: {shown(baseline[unread[0]])} found, which method {method} "
                f"does not read; it reads {', '.join(reads) or 'nothing else'}"
            )
        interpolated = method == "interpolation"
        if interpolated and "alphas" not in baseline:
            raise InputError(f"{where}.alphas: missing; needed with method interpolation")
        if method not in UNTUNED and not interpolated and "learning_rates" not in baseline:
            raise InputError(f"{where}.learning_rates: missing; needed with method {method}")
        for key in ("learning_rates", "seeds") if interpolated else ():
            unknown = sorted(set(baseline.get(key, [])) - set(tuning[key]))
            if unknown:
                raise InputError(
                    f"{where}.{key}: {shown(unknown[0])} found; interpolated are runs of the grid: "
                    f"{', '.join(map(shown, tuning[key]))}"
                )


def _check_tasks(config: Configuration) -> None:
    tasks = config["evaluation"]["tasks"]
    names = [task["name"] for task in tasks]
    for number, task in enumerate(tasks):
        where = f"configuration: evaluation.tasks[{number}]"
        if task["name"] in names[:number]:
            raise InputError(f"{where}.name: {task['name']!r} found twice; names are unique")
        _check_beir_keys(task, where)
        _check_task_files(task, where)
        if task["languages"] is None and task["kind"] != "own":
            task["languages"] = list(task["files"] or LANGUAGES)
        if task["kind"] in ACROSS_LANGUAGES and len(task["languages"]) < 2:
            raise InputError(
                f"{where}.languages: {', '.join(task['languages'])} found; kind {task['kind']} is "
                "about queries and documents in different languages, so two are needed"
            )
        if task["source"] != "embedded":
            continue
        unknown = [language for language in task["languages"] if language not in LANGUAGES]
        if unknown:
            raise InputError(
                f"{where}.languages: {unknown[0]!r} found; the embedded world speaks "
                f"{', '.join(LANGUAGES)}"
            )


def _check_beir_keys(task: Configuration, where: str) -> None:
    """Raises InputError where a key that only kind beir reads is set for another kind."""
    for key, needed in (("split", None), ("search", "exact")):
        if task["kind"] != "beir" and task[key] != needed:
            raise InputError(
                f"{where}.{key}: {shown(task[key])} found; {needed or 'null'} is needed with "
                f"kind: {task['kind']}, as only kind beir reads it"
            )


def _check_mteb(chosen: Configuration) -> None:
    """Names, languages, splits of mteb's tasks; it takes seconds to import, so only with tasks."""
    if chosen["tasks"]:
        from adiabatic.mteb_tasks import chosen_tasks

        chosen_tasks(chosen["tasks"], chosen["languages"], chosen["splits"])


def _check_task_files(task: Configuration, where: str) -> None:
    """Raises InputError unless exactly one of path and files says where a task is, as it should."""
    kind, path, files = (task[key] for key in ("kind", "path", "files"))
    if task["source"] == "embedded":
        if kind not in EMBEDDED_KINDS:
            raise InputError(f"{where}.source: 'embedded' found; kind {kind} needs source: path")
        for key in ("path", "files", "columns"):
            if task[key] is not None:
                raise InputError(
                    f"{where}.{key}: {shown(task[key])} found; null is needed with source: "
                    "embedded, which does not read it"
                )
        return
    if kind == "own":
        if files is not None or not path or "{language}" in path:
            raise InputError(
                f"{where}.path: {shown(files or path)} found; one file with all languages is "
                "needed with kind: own"
            )
        return
    if task["columns"] is not None:
        raise InputError(
            f"{where}.columns: {shown(task['columns'])} found; only kind own reads them"
        )
    if files is not None and kind == "beir":
        raise InputError(f"{where}.files: {shown(files)} found; kind beir needs path: a folder")
    one_folder = kind == "beir" and path and len(task["languages"] or LANGUAGES) == 1
    if files is None and "{language}" not in (path or "") and not one_folder:
        raise InputError(
            f"{where}.path: {shown(path)} found; needed with source: path is one file per "
            "language, with {language} where the language stands, or files: {en: FILE, ...}"
        )
    if files is not None and path is not None:
        raise InputError(f"{where}.files: found beside path: {shown(path)}; only one is needed")
    if files is not None and task["languages"] not in (None, list(files)):
        raise InputError(
            f"{where}.languages: {', '.join(task['languages'])} found; with files they are those "
            f"of the files ({', '.join(files)}) and are left out"
        )


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
        return (
            f"configuration: {where + '.' if where else ''}{unknown}: unknown key; "
            f"{hint}allowed are {', '.join(allowed)}"
        )
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        part = error.schema["properties"][missing]
        return (
            f"configuration: {where + '.' if where else ''}{missing}: missing; "
            f"needed is {_allowed(part)}"
        )
    hint = " (YAML reads yes, no, on, off as true or false: quote it)"
    allowed = _allowed(error.schema) + (hint if isinstance(error.instance, bool) else "")
    return f"configuration: {where}: {shown(error.instance)} found; allowed is {allowed}"


def _key(path: Any) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def _kinds(schema: Schema) -> set[str]:
    kinds = schema.get("type", [])
    return {kinds} if isinstance(kinds, str) else set(kinds)


def _allowed(schema: Schema) -> str:
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
        limits.append(f"each {_allowed(schema['items'])}")
    parts = [text, *limits]
    return ", ".join(part for part in parts if part) or schema.get("description", "another value")
