# What all rules share: the checked configuration, the plan of runs, names of files, input functions.
import json
import os
import re
import shlex
import sys
from dataclasses import fields
from pathlib import Path

# Scripts run with the interpreter that runs Snakemake, unless a conda environment is activated.
os.environ.update(PATH=os.pathsep.join([os.path.dirname(sys.executable), *os.get_exec_path()]))
sys.path.insert(0, str(Path(workflow.basedir) / "workflow" / "scripts"))

from adiabatic.cli.rule_options import options_from
from adiabatic.cli.stages import stage_rows
from adiabatic.cli.step_lines import lines_of_error, show_step_lines
from adiabatic.experiment.configuration import (
    check_files,
    checked_configuration,
    files_of_task,
    layers_of_base,
    write_configuration,
)
from adiabatic.experiment.overlays import without_demonstration
from adiabatic.io.atomic import remove_leftovers, written_atomically
from adiabatic.io.errors import InputError
from adiabatic.index.stores import STORES
from adiabatic.plan.batches import batches, chunks
from adiabatic.plan.runs import BASE as BASE_NAME
from adiabatic.plan.runs import SWEEP, plan_of, plan_row, plan_text
from adiabatic.plan.source_digest import source_digest
from adiabatic.report.figures.registry import FIGURES
from adiabatic.sources.world import LANGUAGES as WORLD_LANGUAGES
from adiabatic.sources.world import WorldSizes
from adiabatic.tasks.kinds import ARXIV, KINDS, TUNING

try:
    OVERLAY = workflow.config_settings.overwrite_config
    config, LEFT_OUT = without_demonstration(config, OVERLAY, layers_of_base(config))
    config = checked_configuration(config)
    check_files(config)
except InputError as error:
    sys.exit(f"error: {error}")

if workflow.is_main_process:
    show_step_lines(workflow.output_settings)
    # Nothing that an overlay inherits and cannot have goes without a word.
    print(*LEFT_OUT, sep="\n", end="\n" * bool(LEFT_OUT), file=sys.stderr)

# The index that exists, None where the pipeline embeds what is tuned against.
INDEX = config["index"]
STYLES = config["pairs"]["styles"]
LEVELS = config["pairs"]["levels"]
TASKS = {task["name"]: task for task in config["evaluation"]["tasks"]}
TASK_KINDS = {name: KINDS[task["kind"]] for name, task in TASKS.items()}
# Those whose passages are searched by an approximate index.
SEARCHED = [name for name, task in TASKS.items() if task["search"] == "faiss"]
PLAN = plan_of(config)
RUNS = {run.name: run for run in PLAN.runs}
# Runs that one job makes and evaluates.
BATCHES = batches(PLAN.runs, config["jobs"]["runs"])
# Corpora that one job embeds: the one that is tuned on by itself, as no other changes a run. With
# an index, the vectors of that one are the index's.
CORPORA = [TUNING, ARXIV, *TASKS]
CORPORA_OF_JOBS = [
    *([] if INDEX else [[TUNING]]),
    *chunks(CORPORA[1:], config["jobs"]["corpora"]),
]
# Runs that embed documents by an encoder of their own.
OWN_DOCUMENTS = [name for name, run in RUNS.items() if run.row.own_documents]
# What the sweep freezes, and each ablation or compared method that freezes something else.
FREEZE = {SWEEP: config["tuning"]["freeze"]} | {
    variant["name"]: variant["freeze"]
    for variant in (*config["tuning"]["ablations"], *config["tuning"]["methods"])
    if "freeze" in variant
}
# Whatever rests on the synthetic world says so on every page that shows it.
PARTS = [config["papers"], config["base"], config["tuning"], *TASKS.values()]
DEMONSTRATION = any(part["source"] == "synthetic" for part in PARTS)
# Keys of world: sizes of the data, and of the base.
WORLD_SIZES = [field.name for field in fields(WorldSizes)]
BASE_SIZES = [name for name in config["world"] if name not in WORLD_SIZES]


def one_of(names):
    """A pattern of a wildcard that is one of some names."""
    return "|".join(map(re.escape, names)) or "(?!)"


wildcard_constraints:
    task=one_of(TASKS),
    corpus=one_of(CORPORA),
    searched=one_of(SEARCHED),
    run=one_of(RUNS),


def in_experiment(path):
    """A file of this experiment's folder of results."""
    return f"results/{config['experiment']}/{path}"


def joined(path):
    """A folder as part of the name of a file: `embeddings-{run}`."""
    return "-".join(Path(path).parts)


def folder_of(path):
    """A function for options: a folder of this experiment whose name may have wildcards."""
    return lambda wildcards: in_experiment(path).format(**dict(wildcards.items()))


WORLD_FILES = {
    "papers": in_experiment("world/papers.jsonl"),
    "tuning": in_experiment("world/tuning.jsonl"),
    "parallel": in_experiment("world/parallel-{language}.txt"),
} | {kind.name: in_experiment(f"world/{kind.synthetic}") for kind in KINDS.values()}
BASE = {
    name: in_experiment(f"base/{name}")
    for name in ("model.safetensors", "encoder.json", "provenance.json")
}
PAIRS = expand(in_experiment("pairs/{style}-{level}.parquet"), style=STYLES, level=LEVELS)
# What all scripts read of the configuration. Snakemake writes it before the first job, and no rule
# has it as input: each says in its params what it reads of it. As an input that is ancient, it would
# keep Snakemake from seeing other changes (its issue 4166); as another one, each change of it would
# make everything anew.
PLAN_FILE = in_experiment("plan.json")
PLANNED_RUNS = list(map(plan_row, PLAN.runs))
KIND_OF = {name: kind.name for name, kind in TASK_KINDS.items()}
# What evaluation reads, beside vectors of the documents.
EVALUATION_DATA = {
    "pairs": PAIRS,
    "tuning": in_experiment("data/tuning.parquet"),
    "tasks": expand(in_experiment("data/{task}.parquet"), task=TASKS),
}


def vectors_of(folder):
    """Vectors of all corpora, and indexes of those that are searched by one, in a folder."""
    return {
        "vectors": [f"{folder}/{corpus}.npy" for corpus in CORPORA],
        "indexes": [f"{folder}/{name}.faiss" for name in SEARCHED],
    }


def data_of(corpora):
    """The data whose documents make up some corpora, as options of a script name them."""
    tasks = [name for name in corpora if name in TASKS]
    return {
        "pairs": PAIRS if ARXIV in corpora else [],
        "tuning": [in_experiment("data/tuning.parquet")] if TUNING in corpora else [],
        "tasks": expand(in_experiment("data/{task}.parquet"), task=tasks),
    }


def parameters_of(batch):
    """The list of what the runs of a batch tune; a pattern that freezes nothing stops there."""
    if "freeze" not in batch.runs[0].settings:
        return []
    group = batch.runs[0].group
    return [in_experiment(f"tuned_parameters/{group if group in FREEZE else SWEEP}.csv")]


def repeated_by(batch):
    """Files of the runs that those of a batch are made from."""
    made_from = [run.repeats for run in batch.runs if run.row.repeats]
    names = ("delta.safetensors", "provenance.json")
    return [in_experiment(f"runs/{run}/{name}") for run in made_from for name in names]


def run_files(runs, *names):
    """Files of runs' folders that other rules read."""
    return [in_experiment(f"runs/{run}/{name}") for run in runs for name in names]


def recall_files(runs):
    """What the indexes find for the queries of runs, where there are any indexes."""
    return [in_experiment(f"search/{run}.csv") for run in runs if SEARCHED]


def papers_file():
    """The file from which papers are read."""
    return {
        "synthetic": WORLD_FILES["papers"],
        "snapshot": config["papers"]["path"],
        "oai": in_experiment("data/harvest.json"),
    }[config["papers"]["source"]]


def tuning_file():
    """The file from which tuning triplets are read."""
    path = config["tuning"]["path"]
    return {
        "synthetic": WORLD_FILES["tuning"],
        "path": path,
        "hub": in_experiment(f"raw/{os.path.basename(path or '')}"),
    }[config["tuning"]["source"]]


def index_files():
    """Files of the index, a change of which reads it again; of a database there are none."""
    paths = [Path(INDEX[key]) for key in STORES[INDEX["source"]].files if INDEX[key]]
    found = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    return sorted(str(file) for file in found if file.is_file() and not file.name.startswith("."))


def task_path(task):
    """Path of a task's files, {language} standing for the language, or the path of each."""
    if TASKS[task]["files"]:
        return list(TASKS[task]["files"].values())
    synthetic = TASKS[task]["source"] == "synthetic"
    return WORLD_FILES[TASKS[task]["kind"]] if synthetic else TASKS[task]["path"]


def task_files(wildcards):
    """A task's files in all its languages."""
    task = TASKS[wildcards.task]
    path = None if task["files"] else task_path(wildcards.task)
    return [str(file) for file in files_of_task(task | {"path": path})]


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


def figure(name, number, title, category="Figures"):
    """The files of a figure; the report shows the PNG with the caption that is written beside it."""
    path = in_experiment(f"figures/{name}")
    shown = report(
        f"{path}.png",
        caption=os.path.abspath(f"{path}.rst"),
        category=category,
        labels={"figure": f"{number}. {title}" if number else title},
    )
    return [f"{path}.pdf", f"{path}.csv", f"{path}.rst", shown]


def table(name, title):
    """A table, of which the report shows the HTML with the caption that is written beside it."""
    path = in_experiment(f"tables/{name}")
    shown = report(
        f"{path}.html",
        caption=os.path.abspath(f"{path}.rst"),
        category="Tables",
        labels={"table": title},
    )
    return [f"{path}.csv", shown, f"{path}.rst", f"{path}.md", f"{path}.tex"]


def told_of_methods(*names):
    """Fields of the rows of methods that are in no digest, as they only change how results look.

    Rules that show them have them among their params.
    """
    rows = {run.row.name: run.row for run in PLAN.runs}
    return {name: [getattr(row, field) for field in names] for name, row in rows.items()}


def stages(wildcards):
    """Rules that have something to do, by stage, as JSON: once all are known."""
    wanted = [*TABLES_SHOWN, *FIGURES_SHOWN, in_experiment("one_page.html")]
    return json.dumps(stage_rows(list(workflow.rules), wanted))


def tidy_up():
    """Remove what a killed run left half-written, and say how much."""
    count, size = remove_leftovers(Path(in_experiment("")))
    if count:
        print(f"Removed {count} half-written files of a killed run ({size / 1e6:.1f} MB).")


def write_plan():
    """Every run with its settings, and every task, for the scripts of this run."""
    with written_atomically(PLAN_FILE) as path:
        path.write_text(plan_text(PLAN), encoding="utf-8")


def planned_only():
    """Whether nothing but the plan of the experiment was asked for."""
    return set(workflow.dag_settings.targets) == {"plan_experiment"}


def show_plan():
    """What the experiment can decide and what it takes."""
    print(Path(in_experiment("tables/sample_sizes.txt")).read_text(encoding="utf-8"))


def write_report():
    """The effective configuration; report.zip, where all that it shows is up to date; the status."""
    path, page = in_experiment("config.yaml"), in_experiment("one_page.html")
    write_configuration(config, path)
    shown = [file for file in [*TABLES_SHOWN, *FIGURES_SHOWN, page] if os.path.exists(file)]
    if len(shown) < len(TABLES_SHOWN) + len(FIGURES_SHOWN) + 1:
        return
    if max(map(os.path.getmtime, shown)) > os.path.getmtime(page):
        print(f"Some tables or figures are newer than {page}: the report is not written.")
        return
    shell(
        "{sys.executable} -m snakemake --snakefile {workflow.main_snakefile:q}"
        f" --configfile {shlex.quote(path)} --report {in_experiment('report.zip')}"
        " --quiet all --nolock --workflow-profile none"
    )
    print(Path(in_experiment("tables/verdict.rst")).read_text(encoding="utf-8"))
    print(f"Page:   {page}")
    print(f"Report: {in_experiment('report.zip')}")


def repeat_errors(logs):
    """The one line of each failed job once more, where it is not buried."""
    for line in lines_of_error(logs):
        print(line, file=sys.stderr)
