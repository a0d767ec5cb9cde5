"""The stages of the workflow: its rules by the file that has them, and which stage reads which."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

# What a rule brings about: the name of the rule and the wildcards that it needs for it.
_Job = tuple[str, tuple[tuple[str, str], ...]]


class Rule(Protocol):
    """What is asked of a rule of Snakemake."""

    name: str
    snakefile: str
    docstring: str | None
    input: Iterable[Any]
    output: Iterable[Any]


def stage_rows(rules: Sequence[Rule], wanted: Iterable[str]) -> list[dict[str, Any]]:
    """A row a rule that has something to do, those of one kind taken together: stage, rule, ...

    Columns: stage (the file of rules, without suffix), reads (stages, space between), rule, jobs,
    about (the first line of its docstring).

    Args:
        wanted: files that the workflow is to make.
    """
    named = {rule.name: rule for rule in rules}
    jobs, edges = _jobs_and_edges(named, wanted)
    counts = Counter(name for name, _ in jobs)
    stage = {name: Path(rule.snakefile).stem for name, rule in named.items()}
    reads: dict[str, list[str]] = {}
    order = list(dict.fromkeys(stage[rule.name] for rule in rules))
    for reader, source in sorted(edges, key=lambda edge: order.index(stage[edge[1]])):
        found = reads.setdefault(stage[reader], [])
        if stage[source] not in (*found, stage[reader]):
            found.append(stage[source])
    alike: dict[tuple[str, str], list[str]] = {}
    for rule in rules:
        if counts[rule.name]:
            about = (rule.docstring or "").strip().splitlines() or [""]
            alike.setdefault((stage[rule.name], about[0]), []).append(rule.name)
    return [
        {
            "stage": of,
            "reads": " ".join(reads.get(of, [])),
            "rule": _common(names),
            "jobs": sum(counts[name] for name in names),
            "about": about,
        }
        for (of, about), names in alike.items()
    ]


def _jobs_and_edges(
    rules: Mapping[str, Rule], wanted: Iterable[str]
) -> tuple[set[_Job], set[tuple[str, str]]]:
    """All jobs behind some files, and of which rule each rule reads an output."""
    makers = _Makers(rules)
    waiting = [("", str(file)) for file in wanted]
    jobs: set[_Job] = set()
    edges: set[tuple[str, str]] = set()
    while waiting:
        reader, file = waiting.pop()
        for name, values in makers.of(file):
            if reader:
                edges.add((reader, name))
            job = (name, tuple(sorted(values.items())))
            if job not in jobs:
                jobs.add(job)
                waiting += [(name, path) for path in _inputs(rules[name], values)]
    return jobs, edges


def _inputs(rule: Rule, values: dict[str, str]) -> Iterator[str]:
    for one in rule.input:
        if callable(one):
            found = one(SimpleNamespace(**values))
            yield from [found] if isinstance(found, str) else map(str, found)
        else:
            yield str(one).format(**values) if values else str(one)


class _Makers:
    """Which rule makes a file; most outputs have no wildcards, and are looked up."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self.known: dict[str, str] = {}
        self.patterns: list[tuple[str, Any]] = []
        for name, rule in rules.items():
            for output in rule.output:
                if "{" in str(output):
                    self.patterns.append((name, output))
                else:
                    self.known[str(output)] = name

    def of(self, file: str) -> Iterator[tuple[str, dict[str, str]]]:
        if file in self.known:
            yield self.known[file], {}
            return
        for name, output in self.patterns:
            if found := output.match(file):
                yield name, found.groupdict()
                return


def _common(names: Sequence[str]) -> str:
    """What the names of rules of one kind have in common: whole words."""
    if len(names) == 1:
        return names[0]
    words = zip(*(name.split("_") for name in names), strict=False)
    return "_".join(word for word, *others in words if set(others) == {word})
