"""Each script as a program: what it writes, and its one line on bad input."""

import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from finished import failed
from imports import heavy_imports
from oai_server import Paper, oai_service
from records import paper

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted(path.stem for path in (ROOT / "workflow/scripts").glob("*.py"))
# Scripts that encode something; the others start in a fraction of the time that torch takes.
HEAVY = (
    "pretrain_base", "prepare_base", "embed_documents", "tune_query_encoder", "evaluate_runs",
    "evaluate_mteb", "plan_experiment", "export_encoder", "check_index", "match_pairs",
)  # fmt: skip
LIGHT = [name for name in SCRIPTS if name not in HEAVY]


@pytest.mark.parametrize("name", LIGHT)
def test_help_says_what_the_script_does(run_script, name):
    done = run_script(name, "--help")
    assert done.returncode == 0, done.stderr
    # What is written has a name; the check before a run writes nothing.
    assert ("--out" in done.stdout) == (name != "check_overlay")


@pytest.mark.parametrize("name", LIGHT)
def test_light_scripts_import_no_torch(name):
    assert not heavy_imports(ROOT / f"workflow/scripts/{name}.py")


@pytest.mark.parametrize("name", HEAVY)
def test_the_others_import_it(name):
    assert heavy_imports(ROOT / f"workflow/scripts/{name}.py")


def test_read_papers(start_script, write_lines, tmp_path):
    out = tmp_path / "papers.parquet"
    records = [paper(2), paper(1), paper(1, date="2022-02-02"), paper(3, abstract="Short.")]
    snapshot, about = write_lines("s.jsonl", records), tmp_path / "papers.json"
    done = start_script(
        "read_papers", "--snapshot", snapshot, "--min-abstract-length", 20, "--provenance", about,
        "--out", out,
    )  # fmt: skip
    counts = "4 seen, 0 deleted, 1 replaced, 0 incomplete, 0 withdrawn, 1 short, 2 kept"
    assert counts in done.stdout, done.stderr
    papers = pd.read_parquet(out)
    assert papers.columns.tolist() == ["id", "title", "abstract", "categories", "updated"]
    assert papers["id"].tolist() == ["2001.00002", "2001.00001"]
    provenance = json.loads(about.read_text())
    assert provenance["sha256"] == hashlib.sha256(snapshot.read_bytes()).hexdigest()
    assert provenance["records"]["kept"] == 2


def test_read_papers_names_the_line_and_leaves_nothing_behind(start_script, write_lines, tmp_path):
    snapshot = write_lines("s.jsonl", [paper(1), {**paper(2), "abstract": 7}])
    out = tmp_path / "o" / "p.parquet"
    done = start_script("read_papers", "--snapshot", snapshot, "--out", out)
    assert failed(done, "s.jsonl, line 2", '"abstract" is 7 (a string is needed)')
    nothing = write_lines("n.jsonl", [paper(1) | {"abstract": None}])
    done = start_script("read_papers", "--snapshot", nothing, "--out", out)
    assert failed(done, "n.jsonl: no paper is left of 1 seen", "1 incomplete")
    assert not list(out.parent.iterdir())


def test_a_harvest_goes_on_after_a_kill(tmp_path):
    papers = [Paper(f"2401.{n:05d}", f"2024-01-{n + 1:02d}") for n in range(9)]
    with oai_service(papers) as service:
        service.trouble = {3: "silence"}
        command = [
            sys.executable, ROOT / "workflow/scripts/harvest_papers.py", "--url", service.url,
            "--contact", "me@example.org", "--seconds-between-requests", "0", "--from",
            "2024-01-01", "--until", "2024-01-31", "--folder", tmp_path / "pages", "--out",
            tmp_path / "list.json",
        ]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while len(service.lists) < 3:
            time.sleep(0.02)
        process.kill()
        process.wait()
        assert not (tmp_path / "list.json").exists()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        asked = [query.get("resumptionToken") for query in service.lists]
    assert "9 seen, 0 deleted, 0 replaced, 9 kept" in done.stdout.splitlines()[-1]
    # The page that was being fetched is asked for again, and none before it.
    assert len(asked) == 4
    assert asked[2] == asked[3] is not None


def test_harvested_papers_are_read(run_script, tmp_path):
    with oai_service([Paper("1", "2024-01-01"), Paper("2", "2024-01-02", deleted=True)]) as service:
        service.today = "2024-01-31"
        done = run_script(
            "harvest_papers", "--url", service.url, "--contact", "me@example.org",
            "--seconds-between-requests", 0, "--folder", tmp_path / "pages",
            "--out", tmp_path / "list.json",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        done = run_script(
            "read_papers", "--harvest", tmp_path / "list.json", "--min-abstract-length", 5,
            "--out", tmp_path / "papers.parquet",
        )  # fmt: skip
        assert "2 seen, 1 deleted" in done.stdout, done.stderr
        done = run_script(
            "harvest_papers", "--url", service.url, "--contact", "me@example.org", "--sets", "math",
            "--seconds-between-requests", 0, "--folder", tmp_path / "more",
            "--out", tmp_path / "none.json",
        )  # fmt: skip
    assert failed(done, "no record found", "papers.oai.sets, from and until")
    assert not (tmp_path / "none.json").exists()


def test_build_pairs_writes_the_same_bytes_each_time(
    run_script, start_script, write_lines, tmp_path
):
    categories = ["cs.CL", "cs.CV", "math.CO", "math.PR"]
    records = [paper(i, categories=categories[i % 4]) for i in range(40)]
    snapshot, papers = write_lines("s.jsonl", records), tmp_path / "papers.parquet"
    run_script("read_papers", "--snapshot", snapshot, "--out", papers)
    contents = []
    for turn in ("a", "b"):
        levels = ("random", "archive", "text")
        outs = [tmp_path / turn / f"title-{level}.parquet" for level in levels]
        # Two processes with hash seeds of their own.
        done = start_script(
            "build_pairs", "--papers", papers, "--styles", "title", "--levels", *levels,
            "--anchors", 12, "--seed", 3, "--out", tmp_path / turn,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        contents.append([out.read_bytes() for out in outs])
    assert contents[0] == contents[1]
    assert pd.read_parquet(outs[0]).columns.tolist() == [
        "anchor_id", "negative_id", "anchor", "positive", "negative", "similarity",
    ]  # fmt: skip


def test_build_pairs_says_when_there_are_too_few_papers(run_script, write_lines, tmp_path):
    papers = tmp_path / "papers.parquet"
    run_script("read_papers", "--snapshot", write_lines("s.jsonl", [paper(1)]), "--out", papers)
    done = run_script(
        "build_pairs", "--papers", papers, "--styles", "title", "--levels", "random",
        "--anchors", 9, "--seed", 0, "--out", tmp_path / "pairs",
    )  # fmt: skip
    assert failed(done, "pairs.anchors: 9 found", "only 1 of 1 papers")
    done = run_script(
        "build_pairs", "--papers", tmp_path / "s.jsonl", "--styles", "title", "--levels", "random",
        "--anchors", 9, "--seed", 0, "--out", tmp_path / "pairs",
    )  # fmt: skip
    assert failed(done, "s.jsonl: cannot be read as a parquet file")
    assert not (tmp_path / "pairs").exists()


def test_read_tuning_data(run_script, write_lines, tmp_path):
    records = [{"query": f"q{i}", "positive": f"p{i} text", "negative": "n"} for i in range(30)]
    out = tmp_path / "tuning.parquet"
    done = run_script(
        "read_tuning_data", "--file", write_lines("t.jsonl", records), "--validation", 5,
        "--seed", 0, "--out", out,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert pd.read_parquet(out)["split"].value_counts().to_dict() == {
        "train": 20, "validation": 5, "test": 5,
    }  # fmt: skip


def test_prepare_base_refuses_pickles(run_script, tmp_path):
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    done = run_script(
        "prepare_base", "--source", "path", "--model", tmp_path, "--out", tmp_path / "base"
    )
    assert failed(done, "only pickled weights (pytorch_model.bin)", "safetensors")
    assert not (tmp_path / "base").exists()


def test_a_pattern_that_freezes_nothing_is_named(run_script, tmp_path, tiny_encoder_folder):
    out = tmp_path / "names.csv"
    arguments = ["--base", tiny_encoder_folder, "--out", out]
    done = run_script("list_tuned_parameters", *arguments, "--freeze", "encoder.layers.*")
    assert failed(done, "tuning.freeze: 'encoder.layers.*'", "near names are encoder.layer")
    done = run_script("list_tuned_parameters", *arguments, "--freeze", "first-3-layers")
    assert failed(done, "tuning.freeze: 'first-3-layers' found; the model has 2 layers")
    assert not out.exists()
    done = run_script("list_tuned_parameters", *arguments, "--freeze", "embeddings.*")
    assert done.returncode == 0, done.stderr
    states = pd.read_csv(out, index_col="parameter")["state"]
    assert (states == "tuned").tolist() == (~states.index.str.startswith("embeddings.")).tolist()
