"""Packages that few experiments need: installed only where a configuration asks for them."""

from collections.abc import Callable
from importlib.util import find_spec

from adiabatic.experiment.configuration_checks import Configuration
from adiabatic.index.stores import STORES
from adiabatic.io.errors import InputError


def check_packages(config: Configuration) -> None:
    """Raises InputError where a package is asked for that is not installed."""
    asked = [(asking(config["evaluation"]), name, name) for name, asking in ASKED_BY.items()]
    if config.get("index"):
        package = STORES[config["index"]["source"]].package
        asked += [("index.source", *package)] if package else []
    for key, package, lock in asked:
        if key and find_spec(package) is None:
            raise InputError(
                f"configuration: {key}: the package {package} is not installed; `make {lock}` "
                f"installs it (without make: pip install --requirement envs/{lock}.txt)"
            )


def _approximate_search(evaluation: Configuration) -> str | None:
    searches = [task["search"] for task in evaluation["tasks"]]
    return f"evaluation.tasks[{searches.index('faiss')}].search" if "faiss" in searches else None


def _tasks_of_mteb(evaluation: Configuration) -> str | None:
    return "evaluation.mteb.tasks" if evaluation["mteb"]["tasks"] else None


# The key that asks for a package, None where nothing does. Its lock and its target of make have the
# name of the package.
ASKED_BY: dict[str, Callable[[Configuration], str | None]] = {
    "faiss": _approximate_search,
    "mteb": _tasks_of_mteb,
}
