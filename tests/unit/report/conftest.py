"""Tables of an experiment whose truth is planted."""

from io import StringIO

import pandas as pd
import pytest
from planted_results import read_material, write_results

from adiabatic.report.tables import TABLES, tables_of

ABLATIONS = ["ablation-direct", "ablation-frozen"]


@pytest.fixture(scope="session")
def results(tmp_path_factory):
    """The folder of the results; no test changes it."""
    return write_results(tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="session")
def material(results):
    return read_material(results)


@pytest.fixture(scope="session")
def tables(material):
    """All tables by name, but that of approximate search, of which there is none."""
    return tables_of(material, [*(name for name in TABLES if name != "search_recall"), *ABLATIONS])


@pytest.fixture(scope="session")
def written(tables):
    """What the CSV of a table holds, as a figure reads it."""

    def rows(name):
        text = tables[name].rows.to_csv(index=False, float_format="%.6g")
        return pd.read_csv(StringIO(text), keep_default_na=False, na_values=[""])

    return rows
