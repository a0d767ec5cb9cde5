# What all rules share: the checked configuration, names of files and runs, digests of code.
import os
import shlex
import sys
from pathlib import Path

# Scripts run with the interpreter that runs Snakemake, unless a conda environment is activated.
os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
sys.path.insert(0, str(Path(workflow.basedir) / "workflow" / "scripts"))

from adiabatic.configuration import check_files, checked_configuration
from adiabatic.encoder_settings import check_model_folder
from adiabatic.errors import InputError
from adiabatic.runs import grid
from adiabatic.source_digest import source_digest
from adiabatic.world import LANGUAGES as WORLD_LANGUAGES

try:
    config = checked_configuration(config)
    check_files(config)
    if config["base"]["source"] == "path":
        check_model_folder(Path(config["base"]["model"]))
except InputError as error:
    sys.exit(f"error: {error}")

STYLES = config["pairs"]["styles"]
LEVELS = config["pairs"]["levels"]
TASKS = {task["name"]: task for task in config["evaluation"]["tasks"]}
RUNS = {run.name: run for run in grid(config["tuning"]["learning_rates"], config["tuning"]["seeds"])}
DEMONSTRATION = "--demonstration" if "embedded" in {
    config[part]["source"] for part in ("papers", "base", "tuning")
} else ""


wildcard_constraints:
    style="|".join(STYLES),
    task="|".join(TASKS) or "(?!)",
    corpus="|".join(["tuning", "arxiv", *TASKS]),
    run="|".join(RUNS),


def in_experiment(path):
    """A file of this experiment's folder of results."""
    return f"results/{config['experiment']}/{path}"


def option(name, value):
    """A command-line option, or nothing where the value is null."""
    return "" if value is None else f"{name}={shlex.quote(str(value))}"
