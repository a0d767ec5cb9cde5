import sys

import pytest

from adiabatic.experiment.packages import check_packages
from adiabatic.io.errors import InputError

PLAIN = {"evaluation": {"tasks": [{"search": "exact"}], "mteb": {"tasks": []}}}
APPROXIMATE = {
    "evaluation": {"tasks": [{"search": "exact"}, {"search": "faiss"}], "mteb": {"tasks": []}}
}
MTEB = {"evaluation": {"tasks": [], "mteb": {"tasks": ["XNLI"]}}}


@pytest.fixture
def nothing_installed(monkeypatch):
    for name in ("faiss", "mteb"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.usefixtures("nothing_installed")
@pytest.mark.parametrize(
    ("config", "key", "package"),
    [
        (APPROXIMATE, "evaluation.tasks[1].search", "faiss"),
        (MTEB, "evaluation.mteb.tasks", "mteb"),
    ],
)
def test_a_missing_package_is_one_line_that_says_who_asks_and_how_to_install(config, key, package):
    with pytest.raises(InputError) as caught:
        check_packages(config)
    assert str(caught.value) == (
        f"configuration: {key}: the package {package} is not installed; `make {package}` "
        f"installs it (without make: pip install --requirement envs/{package}.txt)"
    )


@pytest.mark.usefixtures("nothing_installed")
def test_a_package_that_nothing_asks_for_may_be_missing():
    check_packages(PLAIN)


@pytest.mark.parametrize("config", [PLAIN, APPROXIMATE, MTEB])
def test_an_installed_package_may_be_asked_for(config):
    check_packages(config)
