"""Digests of source code, so that a rule reruns when the code that it uses changes."""

import ast
import hashlib
from functools import cache
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent


def source_digest(script: str) -> str:
    """Digest of a script and of every module of this library that it imports, directly or not.

    It is taken of the syntax tree without docstrings: a comment or a reformatting changes nothing.
    Data files that lie in the folder of an imported package (the embedded world's) count too.
    """
    digests = (_file_digest(path) for path in sorted(_reachable(SCRIPTS / f"{script}.py")))
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:16]


def _reachable(start: Path) -> set[Path]:
    found: set[Path] = set()
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting.extend(_imported(path))
    return found


@cache
def _imported(path: Path) -> tuple[Path, ...]:
    """Files of the library that a Python file imports, and the data beside a package's start."""
    if path.suffix != ".py":
        return ()
    names: list[str] = []
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            names.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
            names.extend(f"{node.module}.{alias.name}" for alias in node.names)
    files: list[Path] = []
    for name in names:
        if name.split(".")[0] != "adiabatic":
            continue
        target = SCRIPTS.joinpath(*name.split("."))
        if target.with_suffix(".py").is_file():
            files.append(target.with_suffix(".py"))
        elif (target / "__init__.py").is_file() and target.name != "adiabatic":
            files.extend(file for file in target.iterdir() if file.is_file())
    return tuple(files)


@cache
def _file_digest(path: Path) -> str:
    if path.suffix != ".py":
        return hashlib.sha256(path.read_bytes()).hexdigest()
    tree = _tree(path)
    for node in ast.walk(tree):
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        if documented and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
