"""The house: sub-packages in the order in which data flows, and imports that never point back."""

from pathlib import Path

import pytest
from imports import HEAVY, KNOWN, LIBRARY, MODULES, imports, name_of

ROOMS = (
    *("io", "plan", "text", "sources", "pairs", "tasks", "encoding", "index", "tuning"),
    *("evaluation", "inference", "experiment", "cli", "report", "export"),
)
# Rooms that may import what takes seconds to import.
OWNERS = ("encoding", "tuning", "evaluation", "export")
# Rooms whose tests are files by kinds of results.
TESTED_BY_WHAT_THEY_MAKE = ("inference", "report")
ON_A_GPU_ALONE = ("adiabatic.tuning.cuda_graphs",)
GRAPH = {name: {n for n in imports(path) if n in KNOWN} - {name} for name, path in KNOWN.items()}


def test_every_module_is_in_a_room():
    assert {path.relative_to(LIBRARY).parts[0] for path in MODULES} == {*ROOMS, "__init__.py"}


@pytest.mark.parametrize("name", [name for name in KNOWN if name.count(".") >= 2])
def test_a_module_imports_to_its_left_only(name):
    place = ROOMS.index(name.split(".")[1])
    for imported in GRAPH[name]:
        parts = imported.split(".")
        assert len(parts) > 1
        assert ROOMS.index(parts[1]) <= place, f"{name} imports {imported}"


def test_no_imports_go_in_a_circle():
    waiting = {name: set(of) for name, of in GRAPH.items()}
    while free := [name for name, of in waiting.items() if not of & waiting.keys()]:
        for name in free:
            del waiting[name]
    assert not waiting


@pytest.mark.parametrize("path", [p for p in MODULES if p.parent != LIBRARY], ids=name_of)
def test_heavy_libraries_stay_with_their_owners(path):
    heavy = {name for name in imports(path) if name and name.split(".")[0] in HEAVY}
    assert not heavy or path.relative_to(LIBRARY).parts[0] in OWNERS


def test_no_module_has_a_name_that_says_nothing():
    assert not {"utils", "helpers", "misc", "common"} & {path.stem for path in MODULES}


def test_a_module_has_a_test_of_its_name():
    tests = Path(__file__).parent
    for name in KNOWN.keys() - {*ON_A_GPU_ALONE}:
        *rooms, module = name.split(".")[1:] or [""]
        if rooms and rooms[0] not in TESTED_BY_WHAT_THEY_MAKE:
            assert tests.joinpath(*rooms, f"test_{module}.py").is_file(), name
