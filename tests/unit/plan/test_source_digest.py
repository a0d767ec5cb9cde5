"""When the digest of a script's code changes, and when it must not."""

import ast
import shutil
from dataclasses import dataclass, field

import pytest

from adiabatic.index.stores import STORES
from adiabatic.plan import source_digest as module
from adiabatic.plan.methods import METHODS
from adiabatic.plan.source_digest import source_digest
from adiabatic.report.figures.registry import FIGURES
from adiabatic.tasks.kinds import KINDS

CACHED = (module._module, module._uses, module._attributes, module._definition_digest)
FILES = {
    "step.py": '"""Doc."""\nfrom adiabatic.room.near import f\n\ndef main():\n    f()\n\nmain()\n',
    "adiabatic/__init__.py": "",
    "adiabatic/room/__init__.py": "",
    "adiabatic/room/near.py": (
        "from adiabatic.room import far\n\n\n"
        "def f(row):\n    return far.g(), row.make, row.size, row.colour\n"
    ),
    "adiabatic/room/far.py": (
        "from adiabatic.data import WORDS\nfrom adiabatic.room.rows import ROWS\nLIMIT = 3\n\n\n"
        "def g(limit: int = LIMIT) -> int:\n"
        '    """Doc."""\n'
        "    if limit < len(WORDS):\n"
        '        raise ValueError(f"limit: {limit} found")\n'
        '    say("done", limit)\n'
        "    return ROWS[parse(limit, help='how many')]\n\n\n"
        "def unused():\n    return 1\n"
    ),
    "adiabatic/room/rows.py": "ROWS: Registry[int] = {1: 2}\n\n\ndef made():\n    return 1\n",
    "adiabatic/data/__init__.py": "WORDS = 1\n",
    "adiabatic/data/words.tsv": "a\n",
}


@dataclass(frozen=True)
class Row:
    name: str = "row"
    make: str = "adiabatic.room.rows:made"
    size: int = 1
    unread: str = "adiabatic.room.rows:made"
    colour: str = field(default="red", metadata={"shown": True})


@pytest.fixture
def digest(tmp_path, monkeypatch):
    """The digest of the script after some edits of files: old text by new text."""
    monkeypatch.setattr(module, "SCRIPTS", tmp_path)

    def after(edits=None, row=None):
        for name, text in FILES.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            old, new = (edits or {}).get(name, ("", ""))
            assert old in text
            path.write_text(text.replace(old, new) if old else text + new)
        for cached in CACHED:
            cached.cache_clear()
        return source_digest("step", *([row] if row else []))

    return after


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("step.py", "    f()", "    f()  # comment"),
        ("step.py", '"""Doc."""', '"""Other."""'),
        ("adiabatic/room/far.py", '"""Doc."""', '"""Other doc."""'),
        ("adiabatic/room/far.py", "limit: {limit} found", "limit is {limit}"),
        ("adiabatic/room/far.py", '"done"', '"it is done"'),
        ("adiabatic/room/far.py", "'how many'", "'the number'"),
        ("adiabatic/room/far.py", "limit: int = LIMIT) -> int", "limit=LIMIT)"),
        ("adiabatic/room/far.py", "def unused():\n    return 1", "def unused():\n    return 2"),
        ("adiabatic/room/rows.py", "{1: 2}", "{1: 2, 3: 4}"),
    ],
)
def test_what_computes_nothing_changes_nothing(digest, name, old, new):
    assert digest({name: (old, new)}) == digest()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("step.py", "    f()", "    f(2)"),
        ("adiabatic/room/near.py", "far.g()", "far.g() + 1"),
        ("adiabatic/room/far.py", "LIMIT = 3", "LIMIT = 4"),
        ("adiabatic/room/far.py", "limit < len", "limit <= len"),
        ("adiabatic/room/far.py", "parse(limit", "parse(-limit"),
        ("adiabatic/room/far.py", "LIMIT = 3\n", "LIMIT = 3\nprepare(1)\n"),
        ("adiabatic/data/__init__.py", "1", "2"),
        ("adiabatic/data/words.tsv", "a", "b"),
    ],
)
def test_what_computes_something_else_changes_it(digest, name, old, new):
    assert digest({name: (old, new)}) != digest()


def test_rows_count_with_what_they_name_but_not_with_their_looks(digest):
    plain = digest(row=Row())
    assert plain != digest()
    assert digest(row=Row(size=2)) != plain
    assert digest(row=Row(colour="blue")) == plain
    # Nor with what the script does not read.
    assert digest(row=Row(unread="")) == plain
    changed = {"adiabatic/room/rows.py": ("return 1", "return 2")}
    assert digest(changed, row=Row()) != plain
    assert digest(changed) == digest()


def test_a_row_that_names_nothing_is_an_error(digest):
    with pytest.raises(ValueError, match=r"room\.rows:other: there is no such definition"):
        digest(row=Row(make="adiabatic.room.rows:other"))


def test_the_digest_is_the_same_in_every_version_of_python(digest):
    """Pinned: computed by Python 3.11, 3.12 and 3.13 alike."""
    assert digest() == "f5b96a85fca3f804"
    assert digest(row=Row()) == "4e5b86a7e4c4bfa4"
    source = (
        "@wraps\nasync def f(x, /, *y, z=1, **w):\n"
        "    match x:\n        case [a, *_] if (n := len(a)) > 1:\n"
        "            return f'{n!r:>{w}} {a} ' 'b' f'{{}}'\n"
        "    try:\n        with open(x) as h, y:\n            yield {**w, 1: 2}\n"
        "    except (A, B) as error:\n        return -1.5e-08, b'\\x00', 2j, ...\n"
        "    return lambda q=3: [i for i in q if i] or x[1:2, ::3]\n"
    )
    dumped = module._dump(module._Pruning().visit(ast.parse(source).body[0]))
    assert module.hashlib.sha256(dumped.encode()).hexdigest()[:16] == "ecd3e28932802be4"
    # Versions do not agree on which characters are printable.
    assert module._dump(ast.Constant("Kätzchen")) == r"Constant(value='K\xe4tzchen')"


SCRIPTS = module.SCRIPTS
ROWS = {
    "tune_query_encoder": [method for method in METHODS.values() if method.make],
    "evaluate_runs": [*KINDS.values(), *(method for method in METHODS.values() if method.search)],
    "read_task": KINDS.values(),
    "read_index": STORES.values(),
    "check_evaluation_sets": KINDS.values(),
    "compare_outcomes": KINDS.values(),
    "plot_figure": FIGURES.values(),
}
# What encodes or tunes, which takes longest.
EXPENSIVE = ("tune_query_encoder", "evaluate_runs", "embed_documents", "pretrain_base")


def digests(folder):
    """Digests of every script, alone and with each row of a registry that its rule may name."""
    for cached in CACHED:
        cached.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SCRIPTS", folder)
        return {
            (path.stem, row and row.name): source_digest(path.stem, *([row] if row else []))
            for path in folder.glob("*.py")
            for row in (None, *ROWS.get(path.stem, []))
        }


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of this project's code, and the digests of its scripts."""
    folder = tmp_path_factory.mktemp("code") / "scripts"
    shutil.copytree(SCRIPTS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder, digests(folder)


def changed(copied, file, old, new):
    """Scripts and rows whose digests an edit of a module changes."""
    folder, before = copied
    path = folder / "adiabatic" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    after = digests(folder)
    path.write_text(text, encoding="utf-8")
    return {key for key in before if after[key] != before[key]}


def test_changed_arithmetic_of_the_loop_makes_runs_again_that_go_through_it(copied):
    old, new = "triplets = sum(map(len, batches))", "triplets = len(batches)"
    found = changed(copied, "tuning/loop.py", old, new)
    made = {("tune_query_encoder", name) for name in ("query-encoder", "l2-sp", "joint", "lora")}
    # The plan of an experiment times some steps; nothing needs it.
    assert found == {*made, ("plan_experiment", None)}


def test_a_reworded_caption_writes_the_tables_again_and_nothing_else(copied):
    old, new = "and what it goes with: the", "and what goes with it: the"
    assert changed(copied, "report/drift.py", old, new) == {("write_tables", None)}


@pytest.mark.parametrize(
    ("file", "first", "row"),
    [
        ("plan/methods.py", 'Method(\n        "query-encoder"', 'Method("new", "module:make")'),
        (
            "tasks/kinds.py",
            'Kind(\n        "xnli"',
            'Kind("new", "a:b", "c:d", ("x",), "x", "x", ())',
        ),
        ("index/stores.py", 'Store(\n        "parquet"', 'Store("new", "module:open")'),
    ],
)
def test_a_new_row_of_a_registry_changes_no_digest(copied, file, first, row):
    assert changed(copied, file, first, f"{row},\n    {first}") == set()


@pytest.mark.parametrize("script", EXPENSIVE)
def test_changed_statistics_and_drawings_encode_nothing_again(script):
    reached, waiting = set(), [(SCRIPTS / f"{script}.py", "")]
    while waiting:
        definition = waiting.pop()
        if definition not in reached:
            reached.add(definition)
            waiting.extend(module._uses(*definition))
    rooms = {path.relative_to(SCRIPTS).parts[1:2] for path, _ in reached}
    assert not {("inference",), ("report",)} & rooms
