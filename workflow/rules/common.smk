# What all rules share: the checked configuration, names of files and runs, input functions.
import os
import re
import shlex
import sys
from pathlib import Path

# Scripts run with the interpreter that runs Snakemake, unless a conda environment is activated.
os.environ.update(PATH=os.pathsep.join([os.path.dirname(sys.executable), *os.get_exec_path()]))
sys.path.insert(0, str(Path(workflow.basedir) / "workflow" / "scripts"))

from adiabatic.configuration import check_files, checked_configuration, write_configuration
from adiabatic.errors import InputError
from adiabatic.runs import family_of, planned_runs, setting_changed
from adiabatic.source_digest import source_digest
from adiabatic.world import LANGUAGES as WORLD_LANGUAGES

try:
    config = checked_configuration(config)
    check_files(config)
except InputError as error:
    sys.exit(f"error: {error}")

STYLES = config["pairs"]["styles"]
LEVELS = config["pairs"]["levels"]
TASKS = {task["name"]: task for task in config["evaluation"]["tasks"]}
PLANNED = {planned.run.name: planned for planned in planned_runs(config["tuning"])}
# The runs of the grid itself, and those of ablations, which repeat some of them otherwise.
RUNS = {name: p.run for name, p in PLANNED.items() if not p.ablation and not p.baseline}
ABLATED = {name: planned for name, planned in PLANNED.items() if planned.ablation}
# Those of baselines, which are other methods.
BASELINES = {name: planned for name, planned in PLANNED.items() if planned.baseline}
COMPARED = list(dict.fromkeys([*(run.repeats for run in ABLATED.values()), *ABLATED]))
ABLATIONS = {ablation["name"]: ablation for ablation in config["tuning"]["ablations"]}
# The one setting that an ablation changes; the claims are judged for the grid and where it is freeze.
ROLES = {name: setting_changed(config["tuning"], change) for name, change in ABLATIONS.items()}
JUDGED = {
    name: p
    for name, p in PLANNED.items()
    if not p.baseline and ROLES.get(p.ablation, "freeze") == "freeze"
}
# What the grid freezes, and each ablation that freezes something else.
FREEZE = {"grid": config["tuning"]["freeze"]} | {
    name: ablation["freeze"] for name, ablation in ABLATIONS.items() if "freeze" in ablation
}
# Whatever rests on the generated world says so on every page that shows it.
PARTS = [config["papers"], config["base"], config["tuning"], *TASKS.values()]
GENERATED = any(part["source"] == "embedded" for part in PARTS)
DEMONSTRATION = "--demonstration" if GENERATED else ""


wildcard_constraints:
    task="|".join(map(re.escape, TASKS)) or "(?!)",
    corpus="|".join(map(re.escape, ["tuning", "arxiv", *TASKS])),
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


def freezing_variant(planned):
    """Whose freeze a run has: the grid's, or that of its ablation."""
    return planned.ablation if planned.ablation in FREEZE else "grid"


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
    """Path of a task's files, {language} standing for the language."""
    embedded = TASKS[task]["source"] == "embedded"
    return WORLD_FILES[TASKS[task]["kind"]] if embedded else TASKS[task]["path"]


def task_files(wildcards):
    """A task's files, one for each language."""
    path = task_path(wildcards.task)
    return [path.replace("{language}", name) for name in TASKS[wildcards.task]["languages"]]


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
            f" --configfile {shlex.quote(path)} --report {in_experiment('report.zip')} --quiet all"
        )
        print(Path(verdict).read_text(encoding="utf-8"))
        print(f"Report: {in_experiment('report.zip')}")


def repeat_errors(logs):
    """The one line of each failed job once more, where it is not buried."""
    text = "\n".join(Path(log).read_text(encoding="utf-8", errors="replace") for log in logs)
    for line in dict.fromkeys(re.findall(r"^error: .+", text, re.MULTILINE)):
        print(line, file=sys.stderr)
