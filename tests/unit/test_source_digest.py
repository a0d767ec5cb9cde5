import pytest

from adiabatic import source_digest as module
from adiabatic.source_digest import source_digest


@pytest.fixture
def scripts(tmp_path, monkeypatch):
    """A script that imports a module, which imports another; and one that nobody imports."""
    library = tmp_path / "adiabatic"
    (library / "data").mkdir(parents=True)
    (tmp_path / "step.py").write_text('"""Doc."""\nfrom adiabatic.near import f\nf()\n')
    (library / "__init__.py").write_text("")
    (library / "near.py").write_text("from adiabatic import far\ndef f():\n    return far.g()\n")
    (library / "far.py").write_text("from adiabatic.data import WORDS\ndef g():\n    return 1\n")
    (library / "alone.py").write_text("x = 1\n")
    (library / "data" / "__init__.py").write_text("WORDS = 1\n")
    (library / "data" / "words.tsv").write_text("a\n")
    monkeypatch.setattr(module, "SCRIPTS", tmp_path)

    def edited(name, text):
        path = tmp_path / name
        before = digest()
        path.write_text(text)
        return before, digest()

    def digest():
        module._imported.cache_clear()
        module._file_digest.cache_clear()
        return source_digest("step")

    return edited


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("step.py", '"""Other doc."""\nfrom adiabatic.near import f\n\n\nf()  # comment\n'),
        ("adiabatic/alone.py", "x = 2\n"),
    ],
)
def test_comments_docstrings_and_unused_modules_change_nothing(scripts, name, text):
    before, after = scripts(name, text)
    assert before == after


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("step.py", "from adiabatic.near import f\nf(2)\n"),
        ("adiabatic/near.py", "from adiabatic import far\ndef f():\n    return far.g() + 1\n"),
        ("adiabatic/far.py", "from adiabatic.data import WORDS\ndef g():\n    return 2\n"),
        ("adiabatic/data/words.tsv", "b\n"),
    ],
)
def test_code_and_data_that_the_script_uses_change_the_digest(scripts, name, text):
    before, after = scripts(name, text)
    assert before != after


@pytest.mark.parametrize("script", ["tune_query_encoder", "evaluate_run", "embed_documents"])
def test_changed_statistics_and_drawings_encode_nothing_again(script):
    reached = module._reachable(module.SCRIPTS / f"{script}.py")
    names = {path.stem for path in reached}
    assert {"encoder", "corpora"} <= names
    assert not names & {"figures", "captions", "tables", "statistics", "summary"}
