"""One tiny experiment from the synthetic world to the report; a second run, and a killed one."""

import html
import json
import os
import re
import shutil
import signal
import subprocess
import time
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pandas as pd
import pytest
import yaml
from job_server import served_python
from local_server import serving
from safetensors.numpy import load_file

from adiabatic.plan.methods import METHODS
from adiabatic.plan.runs import read_plan
from adiabatic.report.summary import COLUMNS as SUMMARY_COLUMNS

TINY = Path(__file__).with_name("tiny.yaml")
SWEEP = ["lr1e-05-seed0", "lr0.01-seed0"]
ABLATED = "plain-lr1e-05-seed0"
COMPARED = ["bm25", "drawn-lr0.01-seed0", "mlp-lr0.01-seed0", "wise-0.5-lr0.01-seed0"]
COMPARED += ["back-1.0-lr0.01-seed0"]
FIGURES = ["forest", "window", "methods", "languages-xnli", "languages-qa", "languages-pool"]
FIGURES += ["levels", "ablation-plain", "drift", "history"]
KEYS = ["task", "subset", "query_language", "document_language", "item", "cluster"]


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
    plan = read_plan(finished / "plan.json")
    assert [run.name for run in plan.runs] == [*SWEEP, ABLATED, *COMPARED]
    for run in [*SWEEP, ABLATED]:
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
        assert outcomes.columns.tolist()[: len(KEYS)] == KEYS
    summary = pd.read_csv(finished / "tables/summary.csv")
    assert summary.columns.tolist() == SUMMARY_COLUMNS
    assert set(summary["run"]) == set(SWEEP)
    assert set(summary["verdict"]) <= {"improved", "non-inferior", "inferior", "undecided"}


def test_figures_and_tables_come_in_every_format(finished):
    for name in FIGURES:
        assert (finished / f"figures/{name}.pdf").read_bytes().startswith(b"%PDF")
        assert (finished / f"figures/{name}.png").read_bytes().startswith(b"\x89PNG")
        assert len(pd.read_csv(finished / f"figures/{name}.csv")) > 0
        assert "synthetic demonstration" in (finished / f"figures/{name}.rst").read_text()
    tables = {path.stem for path in (finished / "tables").iterdir()} - {"numbers"}
    assert {"verdict", "claims", "methods", "levels", "ablation-plain", "costs", "runs"} <= tables
    for name in tables:
        assert r"\toprule" in (finished / f"tables/{name}.tex").read_text()
        assert (finished / f"tables/{name}.md").read_text().startswith("|")
        assert "<caption>" in (finished / f"tables/{name}.html").read_text()
        assert "synthetic demonstration" in (finished / f"tables/{name}.rst").read_text()
        assert len(pd.read_csv(finished / f"tables/{name}.csv")) > 0


def test_a_figure_shows_the_numbers_of_its_table(finished):
    for name in FIGURES:
        table = "languages" if name.startswith("languages-") else name
        shown = (finished / f"figures/{name}.csv").read_text()
        assert shown == (finished / f"tables/{table}.csv").read_text(), name


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
    with serving(handler) as server:
        done = chromium(f"http://127.0.0.1:{server.server_port}/report_reader.html")
    assert "ERROR:CONSOLE" not in done.stderr
    assert "Uncaught" not in done.stderr
    found = json.loads(html.unescape(re.search(r"FOUND(\{.*\})END", done.stdout, re.DOTALL)[1]))
    figures, tables = found["shown"]["Figures"], found["shown"]["Tables"]
    assert set(figures) == {f"{name}.png" for name in FIGURES}
    assert all(width > 300 for width in figures.values())
    assert {"claims.html", "languages.html", "drift.html", "summary.html"} <= set(tables)
    for name, size in tables.items():
        assert size == len((finished / "tables" / name).read_text())
    assert found["shown"]["One page"].keys() == {"one_page.html"}
    for name in FIGURES:
        caption = (finished / f"figures/{name}.rst").read_text().replace("\\@", "@")
        assert " ".join(caption.split()[:5]) in found["captions"][f"{name}.png"], name


@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_of_the_page_is_wider_than_a_screen(finished, tmp_path, width):
    page = (finished / "one_page.html").read_text()
    told = """<script>onload = () => {
      const wide = [...document.querySelectorAll("h1, h2, p, li, img, .scroll, figcaption")]
        .filter(part => part.getBoundingClientRect().right > WIDTH);
      document.body.textContent = `WIDE${wide.length} ${document.images.length}END`;
    }</script>"""
    framed = f'<iframe src="page.html" width="{width}" height="800" style="border:0"></iframe>'
    (tmp_path / "page.html").write_text(page.replace("</body>", told.replace("WIDTH", str(width))))
    # A window is never narrower than 500 pixels, but a frame may be.
    script = "<script>onload = () => { document.title = 'seen'; document.body.append("
    script += "document.querySelector('iframe').contentDocument.body.textContent) }</script>"
    (tmp_path / "frame.html").write_text(framed + script)
    done = chromium("--allow-file-access-from-files", f"file://{tmp_path}/frame.html")
    assert "WIDE0 2END" in done.stdout


@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
def test_the_page_prints_on_two_sheets_of_a4_at_most(finished, tmp_path):
    printed = tmp_path / "page.pdf"
    chromium(f"--print-to-pdf={printed}", f"file://{finished}/one_page.html")
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed.read_bytes())
    assert 1 <= len(sizes) <= 2
    assert {(round(float(w)), round(float(h))) for w, h in sizes} == {(595, 842)}


def chromium(*arguments):
    """What Chromium shows in the end, without a network."""
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]
    options += ["--virtual-time-budget=60000", "--dump-dom"]
    options += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    return subprocess.run(
        ["chromium", *options, *arguments],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="LaTeX is not installed")
def test_the_tables_compile_in_latex(finished, tmp_path):
    tables = sorted((finished / "tables").glob("*.tex"))
    assert len(tables) >= 5
    lines = [r"\documentclass{article}", r"\usepackage{array,booktabs,longtable}"]
    lines += [rf"\input{{{finished}/tables/numbers}}", r"\begin{document}", r"\tinyVerdictStatus"]
    lines += [rf"\input{{{table}}}\par" for table in tables if table.stem != "numbers"]
    (tmp_path / "all.tex").write_text("\n".join([*lines, r"\end{document}"]))
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "all.pdf").exists()


def test_the_configuration_stands_beside_the_results(finished):
    used = yaml.safe_load((finished / "config.yaml").read_text())
    assert used["tuning"]["learning_rates"] == [1e-5, 1e-2]
    assert used["tuning"]["margin"] == 0.1


def test_the_last_lines_of_a_run_tell_status_page_and_report(experiment, finished):
    verdict = (finished / "tables/verdict.rst").read_text()
    said = (experiment / "said").read_text()
    paths = "Page:   results/tiny/one_page.html\nReport: results/tiny/report.zip\n"
    assert said.endswith(f"{verdict}\n{paths}")


def test_a_figure_made_alone_does_not_enter_the_report(edited, run_tiny):
    colour = ("ENGLISH_LINE = (BLACK", "ENGLISH_LINE = (GREY")
    folder = edited(**{"adiabatic/report/figures/style.py": colour})
    report = folder / "results/tiny/report.zip"
    before = report.read_bytes()
    done = run_tiny(folder, "--cores", "1", "results/tiny/figures/window.png")
    assert "newer than results/tiny/one_page.html: the report is not written" in done.stdout
    assert report.read_bytes() == before


def test_bad_data_is_told_once_more_at_the_end(workplace, tmp_path, run_tiny):
    bad = tmp_path / "papers.jsonl"
    bad.write_text('{"id": "1", "title": 7, "categories": "cs.CL", "update_date": "2020-01-01"}')
    overlay = tmp_path / "bad.yaml"
    papers = {"source": "snapshot", "path": str(bad)}
    overlay.write_text(yaml.safe_dump({"experiment": "bad", "papers": papers}))
    done = run_tiny(workplace, overlay, "--until", "read_papers")
    assert done.returncode != 0
    output = done.stdout + done.stderr
    lines = [line for line in output.splitlines() if line.startswith("error: ")]
    line = f'error: {bad}, line 1: "title" is 7 (a string is needed)'
    # Once where the job failed, and once more at the end.
    assert lines == [line, line]
    assert "Traceback" not in output


def test_every_claim_has_a_verdict_and_the_page_needs_no_other_file(finished):
    claims = pd.read_csv(finished / "tables/claims.csv", keep_default_na=False)
    assert set(claims["claim"]) == set("abcdefgh")
    assert set(claims["verdict"]) <= {
        *("holds", "fails", "undecided", "needs seeds", "not tested", "not applicable"),
    }
    languages = pd.read_csv(finished / "tables/languages.csv")
    # Two rates; two tasks of three by three languages, one of three.
    assert len(languages) == 2 * (2 * 9 + 3)
    page = (finished / "one_page.html").read_text()
    assert page.count("<img") == page.count('src="data:image/png;base64,') == 2
    assert "http" not in page.replace("http-equiv", "")
    assert "synthetic demonstration" in page
    assert "No item of the evaluation sets occurs in the tuning data." in page


def test_every_method_is_compared_with_the_base(finished):
    methods = pd.read_csv(finished / "tables/methods.csv")
    compared = [name.split("-")[0] for name in COMPARED]
    assert methods["group"].tolist() == ["base", "sweep", "sweep", *compared]
    searched = methods["method"].map(lambda name: name in METHODS and bool(METHODS[name].search))
    assert methods["drift"].notna().tolist() == (~searched).tolist()
    bm25 = pd.read_parquet(finished / "outcomes/bm25.parquet")
    base = pd.read_parquet(finished / "outcomes/base.parquet")
    assert bm25[KEYS].astype(str).equals(base[KEYS].astype(str))
    # The sweep's gain is the one that the claims quote.
    claims = pd.read_csv(finished / "tables/claims.csv")
    told = claims[(claims["claim"] == "a") & (claims["group"] == "sweep")]
    gains = methods.loc[methods["group"] == "sweep", "english_gain"]
    assert gains.tolist() == pytest.approx(told["difference"].tolist())


def test_a_killed_run_goes_on_to_the_same_bytes(experiment, finished, tmp_path, run_tiny):
    folder = tmp_path / "killed"
    shutil.copytree(experiment, folder, symlinks=True)
    results = folder / "results/tiny"
    again = ["runs", "outcomes", "drift", "inference", "tables", "figures", "logs"]
    for name in again:
        shutil.rmtree(results / name)
    (results / "report.zip").unlink()
    # Its hash seed is another, of which nothing may depend.
    with served_python(tmp_path / "bin") as python:
        command = [python, "-m", "snakemake", "--configfile", TINY]
        process = subprocess.Popen(
            command, cwd=folder, start_new_session=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + 120
            while not list(results.glob("runs/*/time.json")) and time.monotonic() < deadline:
                time.sleep(0.05)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        assert list(results.glob("runs/*/time.json"))
        assert not (results / "tables/summary.csv").exists()
        done = run_tiny(folder, python=python)
    assert done.returncode == 0, done.stdout + done.stderr
    compared = [file for name in again for file in (finished / name).rglob("*") if file.is_file()]
    for file in compared:
        # Times are the one thing that differs from run to run.
        if file.stem not in ("costs", "time") and "logs" not in file.parts:
            here = results / file.relative_to(finished)
            assert here.read_bytes() == file.read_bytes(), file.name
    assert not [path for path in results.rglob(".*") if ".partly-written" in path.name]
