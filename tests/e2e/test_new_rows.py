"""A kind and a method that are new: a row and its code each, and nothing else is edited."""

import json
import re
import textwrap
from pathlib import Path

import pandas as pd
import pytest
import yaml
from dry_runs import commands, finished_steps, rules

TINY = Path(__file__).with_name("tiny.yaml")
KIND = """
    Kind(
        "echo",
        "adiabatic.tasks.echo:read_echo",
        "adiabatic.evaluation.echo:echo_outcomes",
        ("document",),
        "document",
        "query",
        ("accuracy",),
        claim=RETRIEVAL_CLAIM,
        about="shouts and their echoes, JSON lines",
        sides=("shouts", "echoes"),
    ),
)
# The kind of arXiv's pairs"""
METHOD = """
    Method(
        "half-rate",
        "adiabatic.tuning.half_rate:make_half_rate",
        SETTINGS,
        about="as the sweep, at half the rate",
        marker="h",
        color="#117733",
    ),
)
# The method of the sweep"""
CODE = {
    "tasks/echo.py": '''
        """Sets of shouts with an echo each."""

        import pandas as pd

        from adiabatic.io.json_lines import read_records
        from adiabatic.tasks.aligned_files import TaskCounts


        def read_echo(task):
            frames = [
                pd.DataFrame([record for _, record in read_records(path)]).assign(language=language)
                for language, path in task.by_language().items()
            ]
            items = pd.concat(frames, ignore_index=True).astype({"item": str})
            counts = TaskCounts(found=len(frames[0]), incomplete=0, used=len(frames[0]))
            return items[["language", "item", "query", "document"]], counts
    ''',
    "evaluation/echo.py": '''
        """Whether the echo of a shout is the closest of its language."""

        import numpy as np

        from adiabatic.evaluation.scorers import outcome_frame, ranks_of
        from adiabatic.evaluation.search import all_products


        def echo_outcomes(part, items, queries):
            frames = []
            for language, rows in items.groupby("language", sort=False):
                echoes = part.documents(rows, "document")
                ranks = ranks_of(all_products(queries[rows.index], echoes), np.arange(len(rows)))
                ranks = ranks[None, None]
                frames.append(outcome_frame(part.task, "all", [language], rows["item"], ranks))
            return frames
    ''',
    "tuning/half_rate.py": '''
        """The query encoder tuned at half the rate."""

        from dataclasses import replace

        from adiabatic.tuning.query_encoder import make_query_encoder


        def make_half_rate(making, folder):
            run = replace(making.run, learning_rate=making.run.learning_rate / 2)
            make_query_encoder(replace(making, run=run), folder)
    ''',
}


@pytest.fixture
def extended(edited):
    """A clone with the finished experiment, in whose library the kind and the method are."""
    folder = edited(
        **{
            "adiabatic/tasks/kinds.py": ("\n)\n# The kind of arXiv's pairs", KIND),
            "adiabatic/plan/methods.py": ("\n)\n# The method of the sweep", METHOD),
        }
    )
    for file, text in CODE.items():
        path = folder / "workflow/scripts/adiabatic" / file
        path.write_text(textwrap.dedent(text).lstrip())
    return folder


@pytest.fixture
def overlay(extended):
    """An overlay with the tiny experiment's tasks and methods, and one of each that is new."""
    words = {"en": "a bell", "de": "eine Glocke", "zh": "钟"}
    for language, word in words.items():
        lines = [
            json.dumps({"item": n, "query": f"{word} {n}", "document": f"{n} {word} {n}"})
            for n in range(12)
        ]
        (extended / f"echo-{language}.jsonl").write_text("\n".join(lines))
    tiny = yaml.safe_load(TINY.read_text())
    task = {"name": "cave", "kind": "echo", "source": "path", "path": "echo-{language}.jsonl"}
    method = {"name": "slow", "method": "half-rate", "learning_rates": [0.01]}
    tasks = [*tiny["evaluation"]["tasks"], task | {"languages": list(words)}]
    methods = [*tiny["tuning"]["methods"], method]

    def write(with_task=True):
        content = {"tuning": {"methods": methods}}
        if with_task:
            content["evaluation"] = {"tasks": tasks}
        (extended / "overlay.yaml").write_text(yaml.safe_dump(content, allow_unicode=True))
        return "overlay.yaml"

    return write


def test_they_run_nothing_again_and_are_in_tables_and_figures(
    extended, overlay, run_tiny, finished
):
    done = run_tiny(extended, "--dry-run")
    assert "Nothing to be done" in done.stdout + done.stderr

    # A method has its own run; what compares all runs, and shows them, is made anew.
    found = rules(run_tiny(extended, overlay(with_task=False), "--dry-run"))
    made = {name for name in found if not name.startswith("plot_figure_")}
    new = {"tune_query_encoder_slow-lr0.01-seed0", "evaluate_runs_slow-lr0.01-seed0"}
    shown = {"compare_outcomes", "write_tables", "write_page", "plot_stages", "all", "total"}
    assert made == new | shown

    # A set of a new kind is evaluated for every run, but none is tuned again.
    done = run_tiny(extended, overlay())
    steps = {step.split()[0] for step in finished_steps(done)}
    tuned = {step for step in steps if step.startswith("tune_")}
    assert tuned == {"tune_query_encoder_slow-lr0.01-seed0"}
    assert not steps & {"make_world", "pretrain_base", "read_papers", "build_pairs"}
    assert [step for step in finished_steps(done) if step.startswith("read_task")] == [
        "read_task cave"
    ]
    results = extended / "results/tiny"
    languages = pd.read_csv(results / "figures/languages-cave.csv")
    cave = languages[languages["task"] == "cave"]
    assert set(cave["query_language"]) == {"en", "de", "zh"}
    assert set(cave["metric"]) == {"accuracy"}
    methods = pd.read_csv(results / "figures/methods.csv")
    assert methods.loc[methods["group"] == "slow", "method"].tolist() == ["half-rate"]
    assert "slow (half-rate)" in (results / "tables/methods.md").read_text()
    # The claim that its row names, the plot of languages, captions and the page know it.
    forest = pd.read_csv(results / "tables/forest.csv")
    assert set(forest.loc[forest["task"] == "cave", "language"]) == {"en", "de", "zh"}
    for file in ("tables/window.rst", "figures/languages-cave.rst", "one_page.html"):
        assert re.search(r"\bcave\b", (results / file).read_text()), file
    assert "slow at <" in (results / "one_page.html").read_text()
    figure = ["--dry-run", "--printshellcmds", "--forcerun", "plot_figure_languages-cave"]
    (command,) = commands(run_tiny(extended, "overlay.yaml", *figure), "plot_figure")
    assert "--sides shouts echoes" in command
    before, after = (compared_in_retrieval(folder) for folder in (finished, results))
    assert after == {before.pop() + 3}


def compared_in_retrieval(results):
    """How many comparisons claim c is about."""
    claims = pd.read_csv(results / "tables/claims.csv")
    return set(claims.loc[(claims["claim"] == "c") & (claims["group"] == "sweep"), "comparisons"])


def test_an_error_of_the_configuration_names_them(extended, run_tiny):
    for section, part in (
        ("evaluation", "{tasks: [{name: a, kind: ecko, source: synthetic}]}"),
        ("tuning", "{methods: [{name: a, method: halfrate}]}"),
    ):
        done = run_tiny(extended, "--dry-run", "--config", f"{section}={part}")
        assert done.returncode != 0
        assert re.search(r"^error: .*(echo|half-rate)", done.stderr, re.MULTILINE), done.stderr
