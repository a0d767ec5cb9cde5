"""Each script as a program: what it writes, and its one line on bad input."""

import hashlib
import json
import runpy
import shutil
import subprocess
import sys
import time
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from oai_server import Paper, oai_service
from records import paper, squad, write_beir_folder, xnli_lines
from safetensors.numpy import load_file

from adiabatic.corpora import DOCUMENT_COLUMNS, document_texts, write_vectors
from adiabatic.provenance import document_side_digest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = [
    "make_world", "harvest_papers", "read_papers", "read_tuning_data", "read_task", "build_pairs",
    "pretrain_base", "prepare_base", "list_tuned_parameters", "download_tuning_data",
    "embed_documents", "tune_query_encoder", "evaluate_run", "evaluate_bm25", "summarize_runs",
    "write_tables", "compare_methods", "plot_methods", "plot_window", "plot_languages",
    "plot_levels", "plot_history", "compare_ablations", "plot_ablations", "plot_drift",
    "judge_claims", "write_one_page", "interpolate_weights", "fit_adapter", "build_index",
    "list_search_recall", "evaluate_mteb", "compare_mteb", "check_evaluation_sets",
]  # fmt: skip
# Scripts that encode nothing: they start in a fraction of the time that torch takes to import.
LIGHT = [
    name for name in SCRIPTS
    if name not in ("pretrain_base", "prepare_base", "embed_documents", "tune_query_encoder",
                    "evaluate_run", "fit_adapter", "evaluate_mteb")
]  # fmt: skip


@pytest.mark.parametrize("name", LIGHT)
def test_help_says_what_the_script_does(run_script, name):
    done = run_script(name, "--help")
    assert done.returncode == 0, done.stderr
    assert "--out" in done.stdout or "--summary" in done.stdout


@pytest.mark.parametrize("name", LIGHT)
def test_light_scripts_import_no_torch(name):
    from adiabatic import source_digest

    files = source_digest._reachable(source_digest.SCRIPTS / f"{name}.py")
    imports = "\n".join(path.read_text() for path in files if path.suffix == ".py")
    assert "import torch" not in imports
    assert "from transformers" not in imports


def test_every_script_is_listed_here():
    from adiabatic.source_digest import SCRIPTS as folder

    assert sorted(path.stem for path in folder.glob("*.py")) == sorted(SCRIPTS)


def failed(done, *words):
    """Whether a script ended with its one line."""
    lines = done.stderr.strip().splitlines()
    assert done.returncode == 2, done.stderr
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    for word in words:
        assert word in lines[0]
    return True


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


def test_read_task_reads_xnli_and_squad(run_script, tmp_path):
    for language in ("en", "de"):
        lines = "\n".join(xnli_lines(f"premise {language}"))
        (tmp_path / f"x-{language}.tsv").write_text(lines)
        (tmp_path / f"q-{language}.json").write_text(json.dumps(squad([("A", [("1", "q?")])])))
    for kind, path in {"xnli": "x-{language}.tsv", "qa-retrieval": "q-{language}.json"}.items():
        out = tmp_path / f"{kind}.parquet"
        done = run_script(
            "read_task", "--kind", kind, "--path", tmp_path / path, "--languages", "en", "de",
            "--out", out,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert pd.read_parquet(out)["language"].tolist() == ["en", "de"]
    (tmp_path / "x-de.tsv").write_text("a\tb\tperhaps\n")
    done = run_script(
        "read_task", "--kind", "xnli", "--path", tmp_path / "x-{language}.tsv",
        "--languages", "en", "de", "--out", tmp_path / "none.parquet",
    )  # fmt: skip
    assert failed(done, "x-de.tsv, line 1: label 'perhaps'", "entailment, neutral, contradiction")


def test_sets_that_a_user_brings_are_read_checked_and_evaluated_without_what_leaks(
    run_script, tmp_path, tiny_encoder_folder
):
    for language, cat, dog in (("en", "the cat", "the dog"), ("de", "der cat", "der dog")):
        questions = squad([(f"{cat} text", [("1", cat)]), (f"{dog} text", [("2", dog)])])
        (tmp_path / f"q-{language}.json").write_text(json.dumps(questions))
        (tmp_path / f"{language}.txt").write_text(f"{cat}\n{dog}\n")
    (tmp_path / "own.csv").write_text("q,document,language\nthe owl,owl,en\nder owl,owl,de\n")
    sets = {
        "mixed-pool": ["--path", tmp_path / "q-{language}.json", "--languages", "en", "de"],
        "bitext": ["--path", tmp_path / "en.txt", tmp_path / "de.txt", "--languages", "en", "de"],
        "own": ["--path", tmp_path / "own.csv", "--columns", "query=q"],
    }
    tuning = pd.DataFrame({"query": ["The cat!", "a", "b"], "positive": ["p", "q", "r"],
                           "negative": "n", "split": ["train", "validation", "test"]})  # fmt: skip
    tuning.to_parquet(tmp_path / "tuning.parquet")
    pairs = {"anchor_id": ["1"], "anchor": ["ant"], "positive": ["bee"], "negative": ["fox"]}
    pd.DataFrame(pairs).to_parquet(tmp_path / "title-random.parquet")
    for kind, arguments in sets.items():
        data = tmp_path / f"{kind}.parquet"
        done = run_script("read_task", "--kind", kind, *arguments, "--out", data)
        assert done.returncode == 0, done.stderr
        assert "(languages en, de)" in done.stdout
    checked = [
        "--pairs",
        tmp_path / "title-random.parquet",
        "--tuning",
        tmp_path / "tuning.parquet",
    ]
    tasks = [["--task", kind, kind, tmp_path / f"{kind}.parquet"] for kind in sets]
    left_out, table = tmp_path / "left_out.parquet", tmp_path / "evaluation_sets.csv"
    done = run_script(
        "check_evaluation_sets", *checked, *chain(*tasks), "--leakage", "remove",
        "--left-out", left_out, "--out", table,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    removed = pd.read_csv(table).set_index("set")["removed"].to_dict()
    assert removed == {"arxiv": 0, "held-out": 0, "mixed-pool": 1, "bitext": 1, "own": 0}
    assert "1 of 2 in bitext): they were left out" in table.with_suffix(".rst").read_text()
    assert table.with_suffix(".md").read_text().startswith("| set")
    encoder = document_side_digest(tiny_encoder_folder)
    corpora = {"tuning": "triplets", "title-random": "triplets"} | {kind: kind for kind in sets}
    for name, kind in corpora.items():
        texts = document_texts(
            [pd.read_parquet(tmp_path / f"{name}.parquet")], DOCUMENT_COLUMNS[kind]
        )
        vectors = np.random.default_rng(0).normal(size=(len(texts), 32)).astype(np.float32)
        write_vectors(tmp_path / f"{name}.npy", vectors, texts, encoder)
    done = run_script(
        "evaluate_run", "--encoder", tiny_encoder_folder,
        "--document-encoder", tiny_encoder_folder, *checked,
        "--pair-vectors", tmp_path / "title-random.npy",
        "--tuning-vectors", tmp_path / "tuning.npy",
        *chain(*([*task, tmp_path / f"{task[1]}.npy"] for task in tasks)),
        "--left-out", left_out, "--out", tmp_path / "outcomes.parquet",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outcomes = pd.read_parquet(tmp_path / "outcomes.parquet")
    items = outcomes.groupby(["task", "item"], observed=True).size().to_dict()
    # Two languages in one pool; two pairs of languages by two scores; each language for itself.
    expected = {("mixed-pool", "2"): 2, ("bitext", "2"): 4, ("own", "2"): 1, ("own", "3"): 1}
    assert items == {("arxiv", "1"): 1, ("held-out", "0"): 1} | expected
    done = run_script(
        "evaluate_bm25", *checked, *chain(*tasks), "--left-out", left_out,
        "--out", tmp_path / "bm25.parquet",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    keys = ["task", "subset", "query_language", "document_language", "item"]
    bm25 = pd.read_parquet(tmp_path / "bm25.parquet")
    assert bm25[keys].astype(str).equals(outcomes[keys].astype(str))


def test_prepare_base_refuses_pickles(run_script, tmp_path):
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    done = run_script(
        "prepare_base", "--source", "path", "--model", tmp_path, "--out", tmp_path / "base"
    )
    assert failed(done, "only pickled weights (pytorch_model.bin)", "safetensors")
    assert not (tmp_path / "base").exists()


def test_vectors_of_other_data_are_refused(start_script, tmp_path, tiny_encoder_folder):
    data = pd.DataFrame({"query": ["a", "b"], "positive": "p", "negative": "n",
                         "split": ["train", "validation"]})  # fmt: skip
    data.to_parquet(tmp_path / "tuning.parquet")
    np.save(tmp_path / "v.npy", np.eye(5, 32, dtype=np.float32))
    done = start_script(
        "tune_query_encoder", "--base", tiny_encoder_folder, "--data", tmp_path / "tuning.parquet",
        "--vectors", tmp_path / "v.npy", "--learning-rate", 1e-5, "--seed", 0,
        "--out", tmp_path / "run",
    )  # fmt: skip
    assert failed(done, "v.npy: 5 vectors found; 2 are needed")
    assert not (tmp_path / "run").exists()


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


@pytest.fixture
def script_here(monkeypatch, capsys):
    """Run a script in this process, where torch is imported already."""

    def run(name, *arguments):
        monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
        code = 0
        try:
            runpy.run_path(str(ROOT / f"workflow/scripts/{name}.py"), run_name="__main__")
        except SystemExit as end:
            code = end.code or 0
        said = capsys.readouterr()
        return subprocess.CompletedProcess(name, code, said.out, said.err)

    return run


@pytest.fixture
def tuning_files(tmp_path, tiny_encoder_folder, script_here):
    """A base with provenance, tuning.parquet, and its documents' vectors by the base."""
    from adiabatic.provenance import base_provenance, write_provenance

    base, data, vectors = tmp_path / "base", tmp_path / "tuning.parquet", tmp_path / "v.npy"
    shutil.copytree(tiny_encoder_folder, base)
    write_provenance(base, base_provenance(base, "path", "tiny", None))
    nouns = ["cat", "dog", "cow", "hen", "fox", "owl", "bee", "ant"]
    rows = [
        {"query": f"the {one} sees {other}", "positive": f"der {one}", "negative": f"der {other}"}
        for one in nouns for other in nouns if one != other
    ]  # fmt: skip
    split = ["validation" if number % 5 == 0 else "train" for number in range(len(rows))]
    pd.DataFrame(rows).assign(split=split).to_parquet(data)
    done = script_here(
        "embed_documents", "--base", base, "--data", data, "--kind", "triplets", "--out", vectors
    )
    assert done.returncode == 0, done.stderr
    return base, data, vectors


def test_baselines_leave_folders_that_are_evaluated_like_runs(script_here, tuning_files, tmp_path):
    base, data, vectors = tuning_files
    rate = ["--learning-rate", 1e-2, "--seed", 0]
    stored = ["--base", base, "--data", data, "--vectors", vectors]
    tuned = {
        "grid": ["tune_query_encoder", *stored, *rate, "--freeze", "embeddings"],
        "both": ["tune_query_encoder", *stored[:4], *rate, "--method", "both-encoders"],
        "lora": ["tune_query_encoder", *stored, *rate, "--method", "lora", "--targets", "query"],
        "adapter": ["fit_adapter", *stored, *rate, "--method", "linear-adapter"],
        "rotated": ["fit_adapter", *stored, "--method", "procrustes"],
        "whole": ["interpolate_weights", "--base", base, "--run", tmp_path / "grid", "--alpha", 1],
        "none": ["interpolate_weights", "--base", base, "--run", tmp_path / "grid", "--alpha", 0],
    }
    provenance = {}
    for name, command in tuned.items():
        done = script_here(*command, "--out", tmp_path / name)
        assert done.returncode == 0, done.stderr
        provenance[name] = json.loads((tmp_path / name / "provenance.json").read_text())
    digests = {name: stated["weights_sha256"] for name, stated in provenance.items()}
    assert digests["none"] == provenance["grid"]["base"]["weights_sha256"]
    assert digests["whole"] == digests["grid"]
    assert len(set(digests.values())) == 6
    assert provenance["whole"]["run"] == provenance["grid"]
    assert provenance["both"]["frozen_sha256"] is None
    assert provenance["lora"]["frozen_sha256"]["after"]["vectors"]
    assert provenance["rotated"]["tuning"] == {"method": "procrustes"}
    assert provenance["adapter"]["parameters"]["tuned"] == 32 * 32
    moved = {name: load_file(tmp_path / name / "delta.safetensors") for name in tuned}
    assert moved["adapter"] == moved["rotated"] == {}
    assert len(moved["lora"]) == 2
    assert moved["both"].keys() > moved["grid"].keys()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["tune_query_encoder", "--learning-rate", 1e-5, "--seed", 0], "--vectors: missing"),
        (["tune_query_encoder", "--seed", 0, "--vectors", "v.npy"], "--learning-rate: missing"),
        (
            ["tune_query_encoder", "--learning-rate", 1e-5, "--seed", 0, "--vectors", "v.npy",
             "--method", "both-encoders"],
            "--vectors: found, which is not read with method both-encoders",
        ),
        (
            ["fit_adapter", "--vectors", "v.npy", "--method", "procrustes", "--seed", 0],
            "--seed: found, which is not read with method procrustes",
        ),
    ],
)  # fmt: skip
def test_options_that_a_method_does_not_read_are_errors(script_here, tmp_path, command, words):
    given = ["--base", tmp_path, "--data", tmp_path, "--out", tmp_path / "run"]
    assert failed(script_here(*command, *given), words)


def test_a_run_of_another_base_is_not_interpolated(script_here, tmp_path, tiny_encoder_folder):
    about = {"base": {"weights_sha256": "0" * 64}}
    (tmp_path / "provenance.json").write_text(json.dumps(about))
    done = script_here(
        "interpolate_weights", "--base", tiny_encoder_folder, "--run", tmp_path, "--alpha", 0.5,
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert failed(done, "tuned from another base")
    assert not (tmp_path / "out").exists()


def test_bm25_and_other_methods_are_compared(run_script, tmp_path):
    animals = ["cat", "dog", "cow", "hen"]
    texts = [(f"where is the {one}", f"here is one {one}", "nothing is here") for one in animals]
    triplets = pd.DataFrame(texts, columns=["query", "positive", "negative"])
    numbered = triplets.assign(item=list("1234"))
    files = {
        "title-text": numbered.rename(columns={"query": "anchor", "item": "anchor_id"}),
        "tuning": triplets.assign(split=["train", "validation", "test", "test"]),
        "mine": pd.concat([numbered.assign(language=code) for code in ("en", "de")]),
    }
    for name, frame in files.items():
        frame.to_parquet(tmp_path / f"{name}.parquet")
    done = run_script(
        "evaluate_bm25", "--pairs", tmp_path / "title-text.parquet", "--tuning",
        tmp_path / "tuning.parquet", "--task", "mine", "triplets", tmp_path / "mine.parquet",
        "--out", tmp_path / "outcomes/words.parquet",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outcomes = pd.read_parquet(tmp_path / "outcomes/words.parquet")
    assert len(outcomes) == 4 + 2 + 2 * 4
    assert outcomes["right"].all()
    # A base that knows no English, and a run that learns it and forgets German.
    for name, known in (("base", ["de"]), ("lr1.0-seed0", ["en"])):
        right = outcomes["query_language"].isin(known)
        changed = outcomes.assign(right=right, rank=np.where(right, 1, 2))
        changed.to_parquet(tmp_path / f"outcomes/{name}.parquet")
    for folder, name, text in (
        ("drift", "lr1.0-seed0.csv", "kind,name,language,value\nqueries,mine,de,0.25\n"),
        ("benchmarks", "tune_query_encoder-lr1.0-seed0.tsv", "s\th:m:s\n12.5\t0:00:12\n"),
        ("", "mine.json", '{"encoder": "e", "texts": "t", "documents": 8}'),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(text)
    done = run_script(
        "compare_methods", "--outcomes", tmp_path / "outcomes", "--drift", tmp_path / "drift",
        "--benchmarks", tmp_path / "benchmarks", "--vectors", tmp_path / "mine.npy",
        "--run", "adiabatic", "query-encoder", "1.0", "nan", "-", "lr1.0-seed0",
        "--run", "words", "bm25", "nan", "nan", "-", "words", "--margin-of-no-loss", 0.02,
        "--confidence", 0.95, "--resamples", 50, "--seed", 0, "--out", tmp_path / "tables",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    methods = pd.read_csv(tmp_path / "tables/methods.csv", index_col="name")
    assert methods["english_gain"].to_dict() == {"base": 0, "adiabatic": 1, "words": 1}
    assert methods["worst_difference"].to_dict() == {"base": 0, "adiabatic": -1, "words": 0}
    assert methods["drift"].to_dict() == pytest.approx(
        {"base": 0, "adiabatic": 0.25, "words": np.nan}, nan_ok=True
    )
    assert methods["pareto"].tolist() == [False, False, True]
    costs = pd.read_csv(tmp_path / "tables/costs.csv", index_col="name")
    assert costs["tuning_seconds"].to_dict() == {"adiabatic": 12.5, "words": 0}
    for name in ("methods", "costs"):
        assert r"\toprule" in (tmp_path / f"tables/{name}.tex").read_text()
        assert (tmp_path / f"tables/{name}.md").read_text().startswith("| method")
    done = run_script(
        "plot_methods", "--table", tmp_path / "tables/methods.csv", "--margin-of-no-loss", 0.02,
        "--confidence", 0.95, "--out", tmp_path / "methods.pdf",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "adiabatic (rate 1), +100.0 points" in (tmp_path / "methods.rst").read_text()
    assert (tmp_path / "methods.png").exists()
    missing = tmp_path / "none.parquet"
    done = run_script(
        "evaluate_bm25", "--pairs", missing, "--tuning", missing, "--out", tmp_path / "o.parquet"
    )
    assert failed(done, "none.parquet: cannot be read as a parquet file")


def test_a_set_in_beirs_format_from_files_to_outcomes(run_script, tmp_path, tiny_encoder_folder):
    nouns = ["cat", "dog", "cow", "hen", "fox", "owl"]
    corpus = {f"d{n}": f"the {noun} sees a {noun}" for n, noun in enumerate(nouns)}
    queries = {f"q{n}": f"the {noun} sees a {noun}" for n, noun in enumerate(nouns)}
    # Each query's text is that of one passage; of the first the one after it is relevant as well.
    judgments = {(f"q{n}", f"d{n}"): 2 for n in range(len(nouns))} | {("q0", "d1"): 1}
    write_beir_folder(tmp_path / "set", corpus, queries, judgments, packed=True)
    items, vectors, base = tmp_path / "s.parquet", tmp_path / "s.npy", tiny_encoder_folder
    done = run_script(
        "read_task", "--kind", "beir", "--path", tmp_path / "set", "--languages", "en",
        "--out", items,
    )  # fmt: skip
    assert "6 passages, 0 empty passages, 7 judgments" in done.stdout, done.stderr
    pairs = pd.DataFrame({"anchor_id": ["1"], "anchor": "a", "positive": "b", "negative": "c"})
    pairs.to_parquet(tmp_path / "title-random.parquet")
    triplets = pd.DataFrame({"query": ["a"], "positive": "b", "negative": "c", "split": "test"})
    triplets.to_parquet(tmp_path / "t.parquet")
    others = tmp_path / "others.npy"
    write_vectors(others, np.eye(2, 32, dtype=np.float32), ["b", "c"], document_side_digest(base))
    done = run_script(
        "embed_documents", "--base", base, "--data", items, "--kind", "beir", "--out", vectors
    )
    assert "6 documents, 32 dimensions" in done.stdout, done.stderr
    index = tmp_path / "s.faiss"
    done = run_script(
        "build_index", "--data", items, "--vectors", vectors, "--seed", 1, "--out", index
    )
    assert "s.faiss: 6 passages" in done.stdout, done.stderr
    recall = tmp_path / "base.csv"
    done = run_script(
        "evaluate_run", "--encoder", base, "--document-encoder", base,
        "--pairs", tmp_path / "title-random.parquet",
        "--pair-vectors", others, "--tuning", tmp_path / "t.parquet", "--tuning-vectors", others,
        "--task", "exact", "beir", items, vectors, "--task", "fast", "beir", items, vectors,
        "--index", "fast", index, "--search-recall", recall, "--out", tmp_path / "o.parquet",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outcomes = pd.read_parquet(tmp_path / "o.parquet")
    exact, fast = (outcomes[outcomes["task"] == name].iloc[:, 1:] for name in ("exact", "fast"))
    assert exact.reset_index(drop=True).equals(fast.reset_index(drop=True))
    assert exact["item"].tolist() == list(queries)
    assert exact["right"].all()
    assert (exact["recall@100"] == 1).all()
    assert (exact["ndcg@10"][1:] == 1).all()
    assert outcomes.loc[outcomes["task"] == "arxiv", "recall@100"].isna().all()
    done = run_script("list_search_recall", "--recalls", recall, "--out", tmp_path / "l.csv")
    assert "fast, en (6 passages): 100.0% to 100.0%" in done.stdout, done.stderr
    listed = pd.read_csv(tmp_path / "l.csv").iloc[0]
    assert listed[["run", "task", "queries", "recall@100"]].tolist() == ["base", "fast", 6, 1.0]
    assert listed[["relevant_exact", "relevant_found"]].tolist() == [1.0, 1.0]
    write_beir_folder(tmp_path / "set", corpus, queries, {("q0", "d9"): 1}, packed=True)
    done = run_script(
        "read_task", "--kind", "beir", "--path", tmp_path / "set", "--languages", "en",
        "--out", tmp_path / "none.parquet",
    )  # fmt: skip
    assert failed(done, "test.tsv.gz, line 2: corpus-id 'd9'")
    assert not (tmp_path / "none.parquet").exists()
