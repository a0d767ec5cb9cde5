"""All tables of an experiment, a row each."""

from collections.abc import Callable, Mapping

from adiabatic.report.ablations import ablation_tables
from adiabatic.report.claims import claims_table
from adiabatic.report.costs import costs_table
from adiabatic.report.drift import drift_table
from adiabatic.report.evaluation_sets import evaluation_sets_table
from adiabatic.report.files import Table
from adiabatic.report.forest import forest_table
from adiabatic.report.history import history_table
from adiabatic.report.languages import languages_table
from adiabatic.report.levels import levels_table
from adiabatic.report.material import Material
from adiabatic.report.methods import methods_table
from adiabatic.report.pairs import pairs_table
from adiabatic.report.runs import runs_table
from adiabatic.report.search_recall import search_recall_table
from adiabatic.report.summary import summary_table
from adiabatic.report.verdict import verdict_table
from adiabatic.report.window import window_table

# What makes each table, by the name of its files.
TABLES: Mapping[str, Callable[[Material], Table]] = {
    "verdict": verdict_table,
    "claims": claims_table,
    "methods": methods_table,
    "pairs": pairs_table,
    "forest": forest_table,
    "window": window_table,
    "languages": languages_table,
    "levels": levels_table,
    "runs": runs_table,
    "summary": summary_table,
    "history": history_table,
    "drift": drift_table,
    "costs": costs_table,
    "evaluation_sets": evaluation_sets_table,
    "search_recall": search_recall_table,
}


def tables_of(material: Material, names: list[str]) -> dict[str, Table]:
    """The tables of some names: those above, and `ablation-NAME`."""
    ablations = ablation_tables(material)
    return {
        name: ablations[name] if name in ablations else TABLES[name](material) for name in names
    }
