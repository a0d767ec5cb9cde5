"""Digests of code: they change when what a script uses computes something else, and then only.

A digest is taken of the definitions (functions, classes, constants) that a script reaches by name,
in the script itself and in this library, and of the data files in the folder of a package that it
uses. It does not see what computes nothing: comments, docstrings, annotations of arguments, and the
texts of errors, of help and of the log. It is the same under every version of Python.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).resolve().parents[2]
LIBRARY = "adiabatic"
# Calls and arguments that say something to a person.
SAID = ("say", "print")
SAID_ARGUMENTS = ("help", "metavar", "description", "desc")
# A constant with this annotation is a table of rows: only the rows that are named count.
REGISTRY = "Registry"
# What holds code that runs when it is reached, not the names of definitions.
_Definition = tuple[Path, str]


def source_digest(script: str, *rows: Any) -> str:
    """Digest of the code that a script runs.

    Args:
        rows: of registries, by which the script finds code at run time: dataclasses whose fields of
            the form "module:name" are definitions of this library. A field counts if the code reads
            an attribute of its name, and unless it has metadata `shown`, as that changes nothing
            but how things look.
    """
    reached: set[_Definition] = set()
    waiting = [(SCRIPTS / f"{script}.py", "")]
    unread = [
        (row, field.name)
        for row in rows
        for field in fields(row)
        if not field.metadata.get("shown")
    ]
    places = {(id(row), name): list(_places(getattr(row, name))) for row, name in unread}
    values, read = [], set()
    while waiting:
        definition = waiting.pop()
        if definition not in reached:
            reached.add(definition)
            waiting.extend(_uses(*definition))
            read |= _attributes(*definition)
        if not waiting:
            # What these fields name may read others.
            now = [(row, name) for row, name in unread if name in read]
            unread = [part for part in unread if part not in now]
            values += [f"{row.name}.{name}={getattr(row, name)!a}" for row, name in now]
            waiting += [place for row, name in now for place in places[id(row), name]]
    parts = [f"{path.relative_to(SCRIPTS)}:{name}" for path, name in reached]
    digests = [_definition_digest(path, name) for path, name in reached]
    lines = sorted(f"{part} {digest}" for part, digest in zip(parts, digests, strict=True))
    return hashlib.sha256("\n".join([*lines, *sorted(values)]).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class _Module:
    """A parsed file: its top-level definitions, what runs on import, and what it imports.

    modules: local names of modules of this library; names: local names of their definitions.
    """

    definitions: dict[str, list[ast.stmt]]
    body: list[ast.stmt]
    modules: dict[str, Path]
    names: dict[str, _Definition]
    registries: frozenset[str]


@cache
def _module(path: Path) -> _Module:
    # Pruned as a whole: what computes nothing refers to nothing, either.
    tree = _Pruning().visit(ast.parse(path.read_text(encoding="utf-8")))
    definitions: dict[str, list[ast.stmt]] = {}
    body, registries = [], set()
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom) or _is_text(node):
            continue
        names = _defined(node)
        for name in names:
            definitions.setdefault(name, []).append(node)
        if not names:
            body.append(node)
        if isinstance(node, ast.AnnAssign) and REGISTRY in ast.unparse(node.annotation):
            registries.update(names)
    modules: dict[str, Path] = {}
    imported: dict[str, _Definition] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == LIBRARY:
            for alias in node.names:
                local, inner = alias.asname or alias.name, _file(f"{node.module}.{alias.name}")
                if inner:
                    modules[local] = inner
                elif outer := _file(node.module):
                    imported[local] = (outer, alias.name)
    return _Module(definitions, body, modules, imported, frozenset(registries))


@cache
def _uses(path: Path, name: str) -> tuple[_Definition, ...]:
    """Definitions that one definition refers to; the empty name is what runs on import."""
    if path.suffix != ".py":
        return ()
    module = _module(path)
    # A script runs all that it has at its top level; so does a module that is used as a whole.
    found: dict[_Definition, None] = {(path, ""): None} | dict.fromkeys(_data_files(path))
    if name in module.registries:
        return tuple(found)
    for node in _nodes(path, name):
        for part in ast.walk(node):
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
                if part.value.id in module.modules:
                    found[module.modules[part.value.id], part.attr] = None
            elif isinstance(part, ast.Name):
                if part.id in module.names:
                    found[module.names[part.id]] = None
                elif part.id in module.definitions:
                    found[path, part.id] = None
    return tuple(found)


@cache
def _attributes(path: Path, name: str) -> frozenset[str]:
    """Names of the attributes that one definition reads."""
    if path.suffix != ".py" or name in _module(path).registries:
        return frozenset()
    parts = (part for node in _nodes(path, name) for part in ast.walk(node))
    return frozenset(part.attr for part in parts if isinstance(part, ast.Attribute))


@cache
def _definition_digest(path: Path, name: str) -> str:
    if path.suffix != ".py":
        return hashlib.sha256(path.read_bytes()).hexdigest()
    if name in _module(path).registries:
        return REGISTRY
    text = "\n".join(map(_dump, _nodes(path, name)))
    return hashlib.sha256(text.encode()).hexdigest()


def _nodes(path: Path, name: str) -> list[ast.stmt]:
    module = _module(path)
    return module.definitions.get(name, []) if name else module.body


def _data_files(path: Path) -> Iterator[_Definition]:
    """Files in the folder of a package that are no code."""
    if path.name == "__init__.py":
        others = (file for file in path.parent.iterdir() if file.suffix != ".py")
        yield from ((file, "") for file in others if file.is_file())


def _places(value: Any) -> Iterator[_Definition]:
    """The definitions that a field of a row names as module:name, alone or in a tuple."""
    for text in value if isinstance(value, tuple) else (value,):
        if isinstance(text, str) and text.startswith(f"{LIBRARY}.") and ":" in text:
            module, name = text.split(":")
            path = _file(module)
            if path is None or name not in _module(path).definitions:
                raise ValueError(f"{text}: there is no such definition")
            yield path, name


def _file(module: str) -> Path | None:
    """The file of a module of this library; of a package its start."""
    target = SCRIPTS.joinpath(*module.split("."))
    if target.with_suffix(".py").is_file():
        return target.with_suffix(".py")
    start = target / "__init__.py"
    return start if start.is_file() else None


def _defined(node: ast.stmt) -> list[str]:
    """Names that a top-level statement defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    if isinstance(node, ast.Assign):
        targets = [part for target in node.targets for part in ast.walk(target)]
        return [part.id for part in targets if isinstance(part, ast.Name)]
    return []


class _Pruning(ast.NodeTransformer):
    """Takes out what computes nothing."""

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return ast.Raise(exc=raised, cause=None)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        called = ast.unparse(node.func).split(".")[-1]
        if called in SAID or called.endswith("Error"):
            return ast.Call(func=node.func, args=[], keywords=[])
        node.keywords = [word for word in node.keywords if word.arg not in SAID_ARGUMENTS]
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns, node.body = None, _without_texts(node.body)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = _without_texts(node.body)
        return self.generic_visit(node)


def _without_texts(body: list[ast.stmt]) -> list[ast.stmt]:
    return [node for node in body if not _is_text(node)]


def _is_text(node: ast.stmt) -> bool:
    """Whether a statement is a text that stands alone: a docstring."""
    return isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)


def _dump(node: Any) -> str:
    """A syntax tree as text, which ast.dump would write otherwise in each version of Python."""
    if isinstance(node, ast.JoinedStr):
        # Some versions join the literal pieces of an f-string that others keep apart, or empty.
        pieces = groupby(node.values, key=lambda part: isinstance(part, ast.Constant))
        joined = (["".join(p.value for p in run)] if text else list(run) for text, run in pieces)
        return f"JoinedStr({_dump([part for run in joined for part in run if part])})"
    if isinstance(node, ast.AST):
        parts = (f"{name}={_dump(value)}" for name, value in _filled(ast.iter_fields(node)))
        return f"{type(node).__name__}({', '.join(parts)})"
    if isinstance(node, list):
        return f"[{', '.join(map(_dump, node))}]"
    # Unlike repr, it does not ask which characters a version of Python knows as printable.
    return ascii(node)


def _filled(pairs: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Fields that hold something, but for whether a name is read or written."""
    return ((name, value) for name, value in pairs if value not in (None, []) and name != "ctx")
