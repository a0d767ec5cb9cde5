"""Which modules a file of this project imports."""

import ast
from functools import cache
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow/scripts"
LIBRARY = SCRIPTS / "adiabatic"
MODULES = sorted(LIBRARY.rglob("*.py"))
# Libraries that take seconds to import.
HEAVY = ("torch", "transformers", "peft", "mteb", "sentence_transformers")


def name_of(path):
    """The dotted name of a module of the library."""
    parts = path.relative_to(SCRIPTS).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


KNOWN = {name_of(path): path for path in MODULES}


@cache
def imports(path, late=True):
    """Dotted names that a file imports; `late`: those within functions, too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []
    for node in ast.walk(tree) if late else tree.body:
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(found)


def imports_at_start(path):
    """Dotted names that a file, and what it imports of the library, has imported when it starts."""
    seen, waiting, found = set(), [path], set()
    while waiting:
        file = waiting.pop()
        if file not in seen:
            seen.add(file)
            found.update(imports(file, late=False))
            waiting += [KNOWN[name] for name in imports(file, late=False) if name in KNOWN]
    return found


def heavy_imports(path):
    """Heavy libraries that a file has imported when it starts."""
    return {
        name
        for name in imports_at_start(path)
        if name.split(".")[0] in HEAVY or name.startswith("safetensors.torch")
    }
