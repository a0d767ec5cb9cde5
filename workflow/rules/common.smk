# What all rules share: the checked configuration, names of files and runs, input functions.
import math
import os
import re
import shlex
import sys
from pathlib import Path

# Scripts run with the interpreter that runs Snakemake, unless a conda environment is activated.
os.environ.update(PATH=os.pathsep.join([os.path.dirname(sys.executable), *os.get_exec_path()]))
sys.path.insert(0, str(Path(workflow.basedir) / "workflow" / "scripts"))

from adiabatic.cli.step_lines import lines_of_error, show_step_lines
from adiabatic.experiment.configuration import (
    check_files,
    checked_configuration,
    files_of_task,
    write_configuration,
)
from adiabatic.io.errors import InputError
from adiabatic.plan.runs import family_of, planned_runs, setting_changed
from adiabatic.plan.source_digest import source_digest
from adiabatic.sources.world import LANGUAGES as WORLD_LANGUAGES

if workflow.is_main_process:
    show_step_lines(workflow.output_settings)

try:
    config = checked_configuration(config)
    check_files(config)
except InputError as error:
    sys.exit(f"error: {error}")

STYLES = config["pairs"]["styles"]
LEVELS = config["pairs"]["levels"]
TASKS = {task["name"]: task for task in config["evaluation"]["tasks"]}
# Those whose passages are searched by an approximate index.
SEARCHED = [name for name, task in TASKS.items() if task["search"] == "faiss"]
PLANNED = {planned.run.name: planned for planned in planned_runs(config["tuning"])}
# The runs of the grid itself, and those of ablations, which repeat some of them otherwise.
RUNS = {name: p.run for name, p in PLANNED.items() if not p.ablation and not p.baseline}
ABLATED = {name: planned for name, planned in PLANNED.items() if planned.ablation}
# Those of baselines, which are other methods.
BASELINES = {name: planned for name, planned in PLANNED.items() if planned.baseline}
# All methods, where there are others and languages to compare them in.
METHODS = {name: p for name, p in PLANNED.items() if not p.ablation} if BASELINES and TASKS else {}
COMPARED = list(dict.fromkeys([*(run.repeats for run in ABLATED.values()), *ABLATED]))
ABLATIONS = {ablation["name"]: ablation for ablation in config["tuning"]["ablations"]}
# The one setting that an ablation changes; the claims are judged for the grid and where it is freeze.
ROLES = {name: setting_changed(config["tuning"], change) for name, change in ABLATIONS.items()}
JUDGED = {
    name: p
    for name, p in PLANNED.items()
    if not p.baseline and ROLES.get(p.ablation, "freeze") == "freeze"
}
# What the grid freezes, and each ablation or baseline that freezes something else.
FREEZE = {"grid": config["tuning"]["freeze"]} | {
    variant["name"]: variant["freeze"]
    for variant in (*ABLATIONS.values(), *config["tuning"]["baselines"])
    if "freeze" in variant
}
# Whatever rests on the generated world says so on every page that shows it.
PARTS = [config["papers"], config["base"], config["tuning"], *TASKS.values()]
GENERATED = any(part["source"] == "embedded" for part in PARTS)
DEMONSTRATION = "--demonstration" if GENERATED else ""


wildcard_constraints:
    task="|".join(map(re.escape, TASKS)) or "(?!)",
    corpus="|".join(map(re.escape, ["tuning", "arxiv", *TASKS])),
    searched="|".join(map(re.escape, SEARCHED)) or "(?!)",
    run="|".join(map(re.escape, PLANNED)),
    variant="|".join(map(re.escape, FREEZE)),


def in_experiment(path):
    """A file of this experiment's folder of results."""
    return f"results/{config['experiment']}/{path}"


WORLD_FILES = {
    "papers": in_experiment("world/papers.jsonl"),
    "tuning": in_experiment("world/tuning.jsonl"),
    "xnli": in_experiment("world/xnli-{language}.tsv"),
    "qa-retrieval": in_experiment("world/qa-{language}.json"),
    "mixed-pool": in_experiment("world/qa-{language}.json"),
    "parallel": in_experiment("world/parallel-{language}.txt"),
}
BASE = {
    name: in_experiment(f"base/{name}")
    for name in ("model.safetensors", "encoder.json", "provenance.json")
}
PAIRS = expand(in_experiment("pairs/{style}-{level}.parquet"), style=STYLES, level=LEVELS)


def option(name, value):
    """A command-line option, or nothing where the value is null."""
    if isinstance(value, list):
        return shlex.join([name, *map(str, value)])
    return "" if value is None else f"{name}={shlex.quote(str(value))}"


def options(settings):
    """A command-line option for each of some keys."""
    named = ((f"--{key.replace('_', '-')}", value) for key, value in settings.items())
    return " ".join(filter(None, (option(name, value) for name, value in named)))


def one_of(names):
    """A pattern of a wildcard that is one of some names."""
    return "|".join(map(re.escape, names)) or "(?!)"


def freezing_variant(planned):
    """Whose freeze a run has: the grid's, or that of its ablation or baseline."""
    name = planned.ablation or planned.baseline
    return name if name in FREEZE else "grid"


def runs_of(*methods):
    """A pattern of the names of the runs of some methods, so that each run is made by one rule."""
    return one_of(name for name, run in PLANNED.items() if run.method in methods)


def run_options(wildcards):
    """The options that name a run's method, rate, seed and settings."""
    run, method, settings = (
        getattr(PLANNED[wildcards.run], part) for part in ("run", "method", "settings")
    )
    rate = {} if math.isnan(run.learning_rate) else run._asdict()
    rate.pop("name", None)
    return options({"method": method} | rate | settings)


def vectors_for_run(paths):
    """An input function: files as they are, but vectors by a run's own encoder of documents."""

    def chosen(wildcards):
        if PLANNED[wildcards.run].method != "both-encoders":
            return paths
        own = f"embeddings/{wildcards.run}/"
        given = [paths] if isinstance(paths, str) else paths
        return [path.replace("embeddings/", own, 1) for path in given]

    return chosen


def papers_file():
    """The file from which papers are read."""
    return {
        "embedded": WORLD_FILES["papers"],
        "snapshot": config["papers"]["path"],
        "oai": in_experiment("data/harvest.json"),
    }[config["papers"]["source"]]


def tuning_file():
    """The file from which tuning triplets are read."""
    path = config["tuning"]["path"]
    return {
        "embedded": WORLD_FILES["tuning"],
        "path": path,
        "hub": in_experiment(f"raw/{os.path.basename(path or '')}"),
    }[config["tuning"]["source"]]


def task_path(task):
    """Path of a task's files, {language} standing for the language, or the path of each."""
    if TASKS[task]["files"]:
        return list(TASKS[task]["files"].values())
    embedded = TASKS[task]["source"] == "embedded"
    return WORLD_FILES[TASKS[task]["kind"]] if embedded else TASKS[task]["path"]


def task_files(wildcards):
    """A task's files in all its languages."""
    task = TASKS[wildcards.task]
    path = None if task["files"] else task_path(wildcards.task)
    return [str(file) for file in files_of_task(task | {"path": path})]


def reading_options(wildcards):
    """The options that say what of a task's files is read."""
    task = TASKS[wildcards.task]
    columns = [f"{what}={name}" for what, name in (task["columns"] or {}).items()]
    read = {key: task[key] for key in ("languages", "split", "limit")}
    return options(read | {"columns": columns or None})


def base_files():
    """Files of a local model folder, a change of which brings the base anew."""
    if config["base"]["source"] != "path":
        return []
    folder = Path(config["base"]["model"])
    found = [path for name in ("*", "1_Pooling/*") for path in folder.glob(name)]
    return sorted(str(path) for path in found if path.suffix in (".json", ".safetensors"))


def mteb_files():
    """Files with the data of mteb's tasks, a change of which evaluates them again."""
    chosen = config["evaluation"]["mteb"]
    folders = [Path(chosen["data"]) / name for name in chosen["tasks"]] if chosen["data"] else []
    return sorted(str(path) for folder in folders for path in folder.rglob("*") if path.is_file())


def corpus_data(wildcards):
    """The data whose documents make up a corpus."""
    data = in_experiment(f"data/{wildcards.corpus}.parquet")
    return PAIRS if wildcards.corpus == "arxiv" else data


def task_options(wildcards, input):
    """The options that name each task's kind, items and vectors."""
    files = zip(TASKS.values(), input.tasks, input.task_vectors)
    return " ".join(
        f"--task {task['name']} {task['kind']} {shlex.quote(data)} {shlex.quote(vectors)}"
        for task, data, vectors in files
    )


def index_options(wildcards, input):
    """The options that name the indexes of tasks that are not searched exactly."""
    return " ".join(option("--index", list(pair)) for pair in zip(SEARCHED, input.indexes))


def search_recall_file(run):
    """What the indexes find for the queries of a run, where there are any indexes."""
    return {"recall": in_experiment(f"search/{run}.csv")} if SEARCHED else {}


def figure(name, number, title):
    """The files of a figure; the report shows the PNG with the caption that is written beside it."""
    path = in_experiment(f"figures/{name}")
    shown = report(
        f"{path}.png",
        caption=os.path.abspath(f"{path}.rst"),
        category="Figures",
        labels={"figure": f"{number}. {title}"},
    )
    return {"pdf": f"{path}.pdf", "data": f"{path}.csv", "caption": f"{path}.rst", "png": shown}


def table(name, title):
    """A table, of which the report shows the CSV with the caption that is written beside it."""
    path = in_experiment(f"tables/{name}")
    shown = report(
        f"{path}.csv",
        caption=os.path.abspath(f"{path}.rst"),
        category="Tables",
        labels={"table": title},
    )
    return {name: shown, f"{name}_caption": f"{path}.rst"}


def write_report():
    """The effective configuration; report.zip, where all that it shows is there; the verdict."""
    path, verdict = in_experiment("config.yaml"), in_experiment("tables/verdict.rst")
    write_configuration(config, path)
    if all(map(os.path.exists, [*TABLES, *FIGURES])):
        shell(
            "{sys.executable} -m snakemake --snakefile {workflow.main_snakefile:q}"
            f" --configfile {shlex.quote(path)} --report {in_experiment('report.zip')}"
            " --quiet all --nolock --workflow-profile none"
        )
        print(Path(verdict).read_text(encoding="utf-8"))
        print(f"Report: {in_experiment('report.zip')}")


def repeat_errors(logs):
    """The one line of each failed job once more, where it is not buried."""
    for line in lines_of_error(logs):
        print(line, file=sys.stderr)
