"""What the schema cannot say of a configuration: keys that depend on each other."""

import math
from typing import Any

from adiabatic.io.errors import InputError, shown
from adiabatic.plan.methods import DEFAULTS, METHODS, SETTINGS
from adiabatic.plan.runs import planned
from adiabatic.sources.world import LANGUAGES
from adiabatic.tasks.kinds import FOLDER, KINDS, ONE_FILE

Configuration = dict[str, Any]
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
# What a key that only some kinds of tasks read is where nothing asks for it.
UNREAD = {"columns": None, "split": None, "search": "exact"}


def check_sources(config: Configuration) -> None:
    """Raises InputError where a source lacks what it reads, or has what it does not read."""
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


def check_finite(value: Any, where: str) -> None:
    """Raises InputError at YAML's .inf and .nan, which lie within any range or none."""
    if isinstance(value, dict):
        for key, part in value.items():
            check_finite(part, f"{where}.{key}".lstrip("."))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            check_finite(part, f"{where}[{number}]")
    elif isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"configuration: {where}: {value} found; a finite number is needed")


def check_tuning(tuning: Configuration) -> None:
    """Raises InputError where ablations or methods cannot be."""
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
    _check_methods(tuning)
    for run in planned(tuning):
        exact = run.settings.get("precision") == "float64"
        if exact and run.settings["forward"] != "float32":
            raise InputError(
                f"configuration: tuning.forward: {shown(run.settings['forward'])} found; float32 "
                "is needed with tuning.precision: float64, which computes everything in float64"
            )
        decay = run.settings.get("decay", 0)
        if decay * run.learning_rate > 1:
            raise InputError(
                f"configuration: tuning.methods.decay: {shown(decay)} found; at most "
                f"{1 / run.learning_rate:g} is needed with learning rate {run.learning_rate:g}, as "
                "each step takes rate x decay of the difference from the base"
            )


def _check_methods(tuning: Configuration) -> None:
    names = [variant["name"] for variant in (*tuning["ablations"], *tuning["methods"])]
    for number, compared in enumerate(tuning["methods"]):
        where = f"configuration: tuning.methods[{number}]"
        method = METHODS[compared["method"]]
        if names.count(compared["name"]) > 1:
            raise InputError(
                f"{where}.name: {compared['name']!r} found twice; names of ablations and methods "
                "are unique"
            )
        reads = method.settings
        if method.tuned:
            reads = ("learning_rates", "seeds", *reads, *(method.each or ())[:1])
        unread = [key for key in compared if key not in ("name", "method", *reads)]
        if unread:
            raise InputError(
                f"{where}.{unread[0]}: {shown(compared[unread[0]])} found, which method "
                f"{method.name} does not read; it reads {', '.join(reads) or 'nothing else'}"
            )
        needed = [key for key in (method.each or ())[:1] if key not in DEFAULTS]
        needed += ["learning_rates"] if method.tuned and not method.repeats else []
        needed += method.required
        if missing := [key for key in needed if key not in compared]:
            raise InputError(f"{where}.{missing[0]}: missing; needed with method {method.name}")
        for key in ("learning_rates", "seeds") if method.repeats else ():
            unknown = sorted(set(compared.get(key, [])) - set(tuning[key]))
            if unknown:
                raise InputError(
                    f"{where}.{key}: {shown(unknown[0])} found; repeated are runs of the sweep: "
                    f"{', '.join(map(shown, tuning[key]))}"
                )


def check_tasks(config: Configuration) -> None:
    """Raises InputError where evaluation sets have names, files or keys that cannot be."""
    tasks = config["evaluation"]["tasks"]
    names = [task["name"] for task in tasks]
    for number, task in enumerate(tasks):
        where = f"configuration: evaluation.tasks[{number}]"
        if task["name"] in names[:number]:
            raise InputError(f"{where}.name: {task['name']!r} found twice; names are unique")
        _check_keys_of_kinds(task, where)
        _check_task_files(task, where)
        kind = KINDS[task["kind"]]
        if task["languages"] is None and kind.files != ONE_FILE:
            task["languages"] = list(task["files"] or LANGUAGES)
        if len(task["languages"] or LANGUAGES) < kind.languages:
            raise InputError(
                f"{where}.languages: {', '.join(task['languages'])} found; kind {kind.name} is "
                "about queries and documents in different languages, so two are needed"
            )
        if task["source"] != "synthetic":
            continue
        unknown = [language for language in task["languages"] if language not in LANGUAGES]
        if unknown:
            raise InputError(
                f"{where}.languages: {unknown[0]!r} found; the synthetic world speaks "
                f"{', '.join(LANGUAGES)}"
            )


def _check_keys_of_kinds(task: Configuration, where: str) -> None:
    """Raises InputError where a key that only some kinds read is set for another."""
    for key, needed in UNREAD.items():
        readers = [kind.name for kind in KINDS.values() if key in kind.reads]
        if task["kind"] not in readers and task[key] != needed:
            raise InputError(
                f"{where}.{key}: {shown(task[key])} found; {needed or 'null'} is needed with "
                f"kind: {task['kind']}, as only kind {' and '.join(readers)} reads it"
            )


def check_mteb(chosen: Configuration) -> None:
    """Raises InputError for unknown names, languages, splits of mteb's tasks.

    It takes seconds to import, so only where there are tasks.
    """
    if chosen["tasks"]:
        from adiabatic.evaluation.mteb_tasks import chosen_tasks

        chosen_tasks(chosen["tasks"], chosen["languages"], chosen["splits"])


def _check_task_files(task: Configuration, where: str) -> None:
    """Raises InputError unless exactly one of path and files says where a task is, as it should."""
    kind, path, files = KINDS[task["kind"]], task["path"], task["files"]
    if task["source"] == "synthetic":
        if not kind.synthetic:
            raise InputError(
                f"{where}.source: 'synthetic' found; kind {kind.name} needs source: path"
            )
        for key in ("path", "files"):
            if task[key] is not None:
                raise InputError(
                    f"{where}.{key}: {shown(task[key])} found; null is needed with source: "
                    "synthetic, which does not read it"
                )
        return
    if kind.files == ONE_FILE:
        if files is not None or not path or "{language}" in path:
            raise InputError(
                f"{where}.path: {shown(files or path)} found; one file with all languages is "
                f"needed with kind: {kind.name}"
            )
        return
    if files is not None and kind.files == FOLDER:
        raise InputError(
            f"{where}.files: {shown(files)} found; kind {kind.name} needs path: a folder"
        )
    one_folder = kind.files == FOLDER and path and len(task["languages"] or LANGUAGES) == 1
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
