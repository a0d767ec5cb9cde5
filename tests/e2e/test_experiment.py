"""One tiny experiment from the generated world to the report; then what reruns, and a kill."""

import html
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest
import yaml
from forked_processes import run_module
from safetensors.numpy import load_file

from adiabatic.inference.summary import SUMMARY_COLUMNS

ROOT = Path(__file__).resolve().parents[2]
TINY = Path(__file__).with_name("tiny.yaml")
RUNS = ["lr1e-05-seed0", "lr0.01-seed0"]
ABLATED = "plain-lr1e-05-seed0"
FIGURES = [
    "window",
    "levels",
    "history",
    "drift",
    "languages-xnli",
    "languages-qa",
    "languages-pool",
    "ablation-plain",
    "methods",
]


def snakemake(folder, *arguments):
    command = [sys.executable, "-m", "snakemake", "--configfile", TINY, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def dry_run(folder, *arguments):
    """Like `snakemake --dry-run`, in a forked process."""
    done = run_module("snakemake", "--configfile", TINY, *arguments, "--dry-run", folder=folder)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The folder of the results of a finished experiment."""
    folder = tmp_path_factory.mktemp("experiment")
    for name in ("Snakefile", "config.yaml", "workflow", "envs", "profiles"):
        (folder / name).symlink_to(ROOT / name)
    code, output = snakemake(folder)
    assert code == 0, output
    return folder / "results/tiny"


def test_the_contract_between_stages(finished):
    assert pd.read_parquet(finished / "data/papers.parquet").columns.tolist() == [
        "id",
        "title",
        "abstract",
        "categories",
        "updated",
    ]
    tuning = pd.read_parquet(finished / "data/tuning.parquet")
    assert set(tuning["split"]) == {"train", "validation", "test"}
    for style in ("title", "first-sentence"):
        for level in ("random", "archive", "primary", "categories", "text"):
            assert len(pd.read_parquet(finished / f"pairs/{style}-{level}.parquet")) == 20
    for run in [*RUNS, ABLATED]:
        folder = finished / "runs" / run
        history = pd.read_csv(folder / "history.csv")
        assert history.columns.tolist()[:3] == ["step", "loss", "validation_accuracy"]
        provenance = json.loads((folder / "provenance.json").read_text())
        base = json.loads((finished / "base/provenance.json").read_text())
        assert provenance["base"] == base
        assert provenance["tuning"]["precision"] == ("direct" if run == ABLATED else "delta")
        names = load_file(folder / "delta.safetensors").keys()
        assert names == {
            name for name in load_file(folder / "model.safetensors") if "embeddings" not in name
        }
        assert provenance["weights_sha256"] != base["weights_sha256"]
        outcomes = pd.read_parquet(finished / f"outcomes/{run}.parquet")
        # 2 styles x 5 levels x 20 anchors, the test split, 3 x 3 languages of 2 x 20 and of 10, and
        # 3 languages of 10 in one pool.
        assert len(outcomes) == 200 + (tuning["split"] == "test").sum() + 9 * 40 + 9 * 10 + 3 * 10
    summary = pd.read_csv(finished / "tables/summary.csv")
    assert summary.columns.tolist() == SUMMARY_COLUMNS
    assert set(summary["run"]) == set(RUNS)
    assert set(summary["verdict"]) <= {"improved", "preserved", "degraded", "undecided"}


def test_figures_and_tables_come_in_every_format(finished):
    for name in FIGURES:
        assert (finished / f"figures/{name}.pdf").read_bytes().startswith(b"%PDF")
        assert (finished / f"figures/{name}.png").read_bytes().startswith(b"\x89PNG")
        assert len(pd.read_csv(finished / f"figures/{name}.csv")) > 0
        assert "synthetic demonstration" in (finished / f"figures/{name}.rst").read_text()
    names = ("overview", "verdicts", "levels", "ablation-plain", "claims", "methods", "costs")
    for name in (*names, "evaluation_sets"):
        assert r"\toprule" in (finished / f"tables/{name}.tex").read_text()
        assert (finished / f"tables/{name}.md").read_text().startswith("|")
    assert "ecommended" in (finished / "tables/verdict.rst").read_text()


def test_the_report_holds_every_figure_with_its_numbers(finished):
    with zipfile.ZipFile(finished / "report.zip") as report:
        names = report.namelist()
        content = "".join(
            report.read(name).decode() for name in names if name.endswith((".html", ".js"))
        )
    for name in FIGURES:
        assert any(path.endswith(f"{name}.png") for path in names)
    assert "best" in content
    assert "mailto:mrr" not in content
    assert "synthetic demonstration" in content


@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
def test_the_report_opens_in_a_browser_without_network(finished, tmp_path):
    with zipfile.ZipFile(finished / "report.zip") as report:
        report.extractall(tmp_path)
    shutil.copy(Path(__file__).with_name("report_reader.html"), tmp_path)
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/report_reader.html"
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]
        options += [
            "--virtual-time-budget=60000",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ]
        done = subprocess.run(
            ["chromium", *options, "--dump-dom", address],
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        server.shutdown()
    assert "ERROR:CONSOLE" not in done.stderr
    assert "Uncaught" not in done.stderr
    found = json.loads(html.unescape(re.search(r"FOUND(\{.*\})END", done.stdout, re.DOTALL)[1]))
    figures, tables = found["shown"]["Figures"], found["shown"]["Tables"]
    assert set(figures) == {f"{name}.png" for name in FIGURES}
    assert all(width > 300 for width in figures.values())
    assert {"claims.csv", "languages.csv", "drift.csv", "summary.csv"} <= set(tables)
    for name, size in tables.items():
        assert size == len((finished / "tables" / name).read_text())
    assert found["shown"]["One page"].keys() == {"one_page.html"}
    for name in FIGURES:
        caption = (finished / f"figures/{name}.rst").read_text().replace("\\@", "@")
        assert " ".join(caption.split()[:5]) in found["captions"][f"{name}.png"], name


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="LaTeX is not installed")
def test_the_tables_compile_in_latex(finished, tmp_path):
    tables = sorted((finished / "tables").glob("*.tex"))
    assert len(tables) >= 5
    lines = [r"\documentclass{article}", r"\usepackage{booktabs}", r"\begin{document}", r"\tiny"]
    lines += [rf"\input{{{table}}}\par" for table in tables]
    (tmp_path / "all.tex").write_text("\n".join([*lines, r"\end{document}"]))
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "all.pdf").exists()


def test_the_configuration_stands_beside_the_results(finished):
    used = yaml.safe_load((finished / "config.yaml").read_text())
    assert used["tuning"]["learning_rates"] == [1e-5, 1e-2]
    assert used["tuning"]["margin"] == 0.1


def rules_to_run(finished, overlay):
    code, output = dry_run(finished.parents[1], overlay)
    assert code == 0, output
    return set(re.findall(r"^(\w+) +\d+$", output, re.MULTILINE)) - {"total", "all"}


SUMMARY = {
    "compare_methods",
    "plot_methods",
    "judge_claims",
    "write_one_page",
    "plot_drift",
    "summarize_runs",
    "write_tables",
    "plot_window",
    "plot_languages",
    "plot_levels",
}
ABLATIONS = {"compare_ablations", "plot_ablations"}
TUNING = {"tune_query_encoder", "interpolate_weights", "evaluate_run", "plot_history"}
EVALUATION = SUMMARY | ABLATIONS | {"evaluate_base", "evaluate_run", "evaluate_bm25"}


def test_the_last_lines_of_a_run_tell_verdict_and_report(finished):
    code, output = snakemake(finished.parents[1], "--forcerun", "write_tables")
    assert code == 0, output
    tail = output[output.index("earning rate") :]
    assert "Report: results/tiny/report.zip" in tail


def test_bad_data_is_told_once_more_at_the_end(finished, tmp_path):
    bad = tmp_path / "papers.jsonl"
    bad.write_text('{"id": "1", "title": 7, "categories": "cs.CL", "update_date": "2020-01-01"}')
    overlay = tmp_path / "bad.yaml"
    papers = {"source": "snapshot", "path": str(bad)}
    overlay.write_text(yaml.safe_dump({"experiment": "bad", "papers": papers}))
    code, output = snakemake(finished.parents[1], overlay, "--until", "read_papers")
    assert code != 0
    lines = [line for line in output.splitlines() if line.startswith("error: ")]
    line = f'error: {bad}, line 1: "title" is 7 (a string is needed)'
    # Once in the failed job's log, which Snakemake shows, and once more by itself.
    assert lines == [line, line]
    assert "Traceback" not in output


def test_a_second_run_has_nothing_to_do(finished):
    code, output = snakemake(finished.parents[1])
    assert code == 0
    assert "Nothing to be done" in output


@pytest.mark.parametrize(
    ("section", "change", "rules"),
    [
        (
            "tuning",
            {"margin": 0.2},
            SUMMARY | ABLATIONS | TUNING,
        ),
        (
            "tuning",
            {"freeze": ["embeddings.*", "*output.dense.weight"]},
            SUMMARY | ABLATIONS | TUNING | {"list_tuned_parameters"},
        ),
        ("evaluation", {"non_inferiority_margin": 0.1}, SUMMARY | ABLATIONS),
        (
            "tuning",
            {"learning_rates": [1e-5, 1e-4, 1e-2]},
            SUMMARY | {"tune_query_encoder", "evaluate_run", "plot_history"},
        ),
        ("evaluation", {"contamination": "exclude"}, EVALUATION | {"check_evaluation_sets"}),
        (
            "pairs",
            {"anchors": 21},
            EVALUATION | {"build_pairs", "check_evaluation_sets", "embed_documents"},
        ),
        (
            "papers",
            {"min_abstract_length": 110},
            EVALUATION | {"read_papers", "build_pairs", "check_evaluation_sets", "embed_documents"},
        ),
    ],
)
def test_a_key_reruns_what_reads_it_and_no_more(finished, tmp_path, section, change, rules):
    overlay = tmp_path / "change.yaml"
    overlay.write_text(yaml.safe_dump({section: change}))
    assert rules_to_run(finished, overlay) == rules


def test_a_changed_colour_redraws_figures_and_computes_nothing(finished, tmp_path):
    folder = tmp_path / "coloured"
    shutil.copytree(finished.parents[1], folder, symlinks=True)
    (folder / "workflow").unlink()
    shutil.copytree(ROOT / "workflow", folder / "workflow")
    style = folder / "workflow/scripts/adiabatic/figure_style.py"
    style.write_text(style.read_text().replace("#0072B2", "#0072B3"))
    code, output = dry_run(folder)
    assert code == 0, output
    rules = set(re.findall(r"^(\w+) +\d+$", output, re.MULTILINE)) - {"total", "all"}
    drawn = {rule for rule in rules if rule.startswith("plot_")}
    assert "plot_window" in drawn
    assert rules - drawn == {"write_one_page"}


def test_every_claim_has_a_verdict_and_the_page_needs_no_other_file(finished):
    claims = pd.read_csv(finished / "tables/claims.csv", keep_default_na=False)
    assert set(claims["claim"]) == set("abcdefgh")
    assert set(claims["verdict"]) <= {"holds", "fails", "undecided", "not tested"}
    languages = pd.read_csv(finished / "tables/languages.csv")
    # Two rates; two tasks of three by three languages, one of three.
    assert len(languages) == 2 * (2 * 9 + 3)
    page = (finished / "one_page.html").read_text()
    assert page.count("<img") == page.count('src="data:image/png;base64,') == 3
    assert "http" not in page.replace("http-equiv", "")
    assert "synthetic demonstration" in page
    assert "No item of the evaluation sets occurs in the tuning data." in page


def test_every_method_is_compared_with_the_base(finished):
    methods = pd.read_csv(finished / "tables/methods.csv")
    assert methods["name"].tolist()[:3] == ["base", "adiabatic", "adiabatic"]
    assert set(methods["name"]) == {"base", "adiabatic", "bm25", "wise"}
    assert methods["drift"].notna().tolist() == (methods["name"] != "bm25").tolist()
    assert methods["pareto"].any()
    bm25 = pd.read_parquet(finished / "outcomes/bm25.parquet")
    base = pd.read_parquet(finished / "outcomes/base.parquet")
    keys = ["task", "subset", "query_language", "document_language", "item"]
    assert bm25[keys].astype(str).equals(base[keys].astype(str))
    # The grid's gain is the one that the claims quote.
    claims = pd.read_csv(finished / "tables/claims.csv")
    told = claims[(claims["claim"] == "a") & claims["ablation"].isna()]
    gains = methods.loc[methods["name"] == "adiabatic", "english_gain"]
    assert gains.tolist() == pytest.approx((told["number"] / 100).tolist(), abs=1e-5)


def test_a_new_rate_adds_one_run_and_keeps_the_others(finished, tmp_path):
    overlay = tmp_path / "change.yaml"
    overlay.write_text(yaml.safe_dump({"tuning": {"learning_rates": [1e-5, 1e-4, 1e-2]}}))
    _, output = dry_run(finished.parents[1], overlay)
    assert re.search(r"^tune_query_encoder +1$", output, re.MULTILINE)


def test_a_killed_run_goes_on_to_the_same_bytes(finished, tmp_path):
    folder = tmp_path / "killed"
    shutil.copytree(finished.parents[1], folder, symlinks=True)
    results = folder / "results/tiny"
    for name in ("runs", "outcomes", "tables", "figures", "logs", "report.zip"):
        path = results / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    command = [sys.executable, "-m", "snakemake", "--configfile", TINY]
    process = subprocess.Popen(
        command, cwd=folder, start_new_session=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 120
        while not list(results.glob("outcomes/base.parquet")) and time.monotonic() < deadline:
            time.sleep(0.2)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert list(results.glob("outcomes/base.parquet"))
    assert not (results / "tables/summary.csv").exists()
    code, output = snakemake(folder)
    assert code == 0, output
    for path in ("tables", "figures", "runs"):
        for file in sorted((finished / path).rglob("*")):
            # Times are the one thing in tables that differs from run to run.
            if file.is_file() and file.stem != "costs":
                again = results / file.relative_to(finished)
                assert again.read_bytes() == file.read_bytes(), file.name
    leftovers = [path for path in results.rglob(".*") if not path.name.startswith(".snakemake")]
    assert all(path.parent != results / "tables" for path in leftovers)
