"""Evaluation sets from files to outcomes, by the scripts as programs."""

import json

import numpy as np
import pandas as pd
from finished import failed
from plans import write_plan
from records import squad, write_beir_folder, xnli_lines

from adiabatic.encoding.corpora import document_texts
from adiabatic.encoding.document_vectors import write_vectors
from adiabatic.encoding.provenance import document_side_digest
from adiabatic.plan.runs import PlannedRun
from adiabatic.tasks.kinds import KINDS


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


def test_sets_that_a_user_brings_are_read_checked_and_evaluated_without_contamination(
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
        told = "en=1 de=1 by language" if kind == "own" else "(languages en, de)"
        assert told in done.stdout
    words = PlannedRun("words", "words", "bm25")
    sources = [
        "--plan", write_plan(tmp_path, [words], {kind: kind for kind in sets}),
        "--pairs", tmp_path / "title-random.parquet", "--tuning", tmp_path / "tuning.parquet",
        "--tasks", *(tmp_path / f"{kind}.parquet" for kind in sets),
    ]  # fmt: skip
    excluded, table = tmp_path / "excluded.parquet", tmp_path / "evaluation_sets.csv"
    done = run_script(
        "check_evaluation_sets", *sources, "--contamination", "exclude",
        "--excluded", excluded, "--out", table,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    counted = pd.read_csv(table).set_index("set")["excluded"].to_dict()
    assert counted == {"arxiv": 0, "held-out": 0, "mixed-pool": 1, "bitext": 1, "own": 0}
    encoder = document_side_digest(tiny_encoder_folder)
    corpora = {"tuning": ("tuning", "triplets"), "arxiv": ("title-random", "triplets")}
    corpora |= {kind: (kind, kind) for kind in sets}
    for name, (data, kind) in corpora.items():
        frame = pd.read_parquet(tmp_path / f"{data}.parquet")
        texts = document_texts([frame], KINDS[kind].documents)
        vectors = np.random.default_rng(0).normal(size=(len(texts), 32)).astype(np.float32)
        write_vectors(tmp_path / f"{name}.npy", vectors, texts, encoder)
    done = run_script(
        "evaluate_runs", *sources, "--runs", "base", "--base", tiny_encoder_folder,
        "--vectors", *(tmp_path / f"{name}.npy" for name in corpora),
        "--excluded", excluded, "--out", tmp_path / "outcomes",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outcomes = pd.read_parquet(tmp_path / "outcomes/base.parquet")
    items = outcomes.groupby(["task", "item"], observed=True).size().to_dict()
    # Two languages in one pool; two pairs of languages by two scores; each language for itself.
    expected = {("mixed-pool", "2"): 2, ("bitext", "2"): 4, ("own", "2"): 1, ("own", "3"): 1}
    assert items == {("arxiv", "1"): 1, ("held-out", "0"): 1} | expected
    done = run_script(
        "evaluate_runs", *sources, "--runs", "words", "--excluded", excluded,
        "--out", tmp_path / "outcomes",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    keys = ["task", "subset", "query_language", "document_language", "item"]
    bm25 = pd.read_parquet(tmp_path / "outcomes/words.parquet")
    assert bm25[keys].astype(str).equals(outcomes[keys].astype(str))


def test_a_set_in_beirs_format_from_files_to_outcomes(run_script, tmp_path, tiny_encoder_folder):
    nouns = ["cat", "dog", "cow", "hen", "fox", "owl"]
    corpus = {f"d{n}": f"the {noun} sees a {noun}" for n, noun in enumerate(nouns)}
    queries = {f"q{n}": f"the {noun} sees a {noun}" for n, noun in enumerate(nouns)}
    # Each query's text is that of one passage; of the first the one after it is relevant as well.
    judgments = {(f"q{n}", f"d{n}"): 2 for n in range(len(nouns))} | {("q0", "d1"): 1}
    write_beir_folder(tmp_path / "set", corpus, queries, judgments, packed=True)
    plan = ["--plan", write_plan(tmp_path, tasks={"exact": "beir", "fast": "beir"})]
    base, embeddings = tiny_encoder_folder, tmp_path / "embeddings"
    tasks = [tmp_path / f"{name}.parquet" for name in ("exact", "fast")]
    for items in tasks:
        done = run_script(
            "read_task", "--kind", "beir", "--path", tmp_path / "set", "--languages", "en",
            "--out", items,
        )  # fmt: skip
        assert "6 passages, 0 empty passages, 7 judgments" in done.stdout, done.stderr
    pairs = pd.DataFrame({"anchor_id": ["1"], "anchor": "a", "positive": "b", "negative": "c"})
    pairs.to_parquet(tmp_path / "title-random.parquet")
    triplets = pd.DataFrame({"query": ["a"], "positive": "b", "negative": "c", "split": "test"})
    triplets.to_parquet(tmp_path / "tuning.parquet")
    sources = [
        *plan, "--base", base, "--pairs", tmp_path / "title-random.parquet",
        "--tuning", tmp_path / "tuning.parquet", "--tasks", *tasks,
    ]  # fmt: skip
    done = run_script("embed_documents", *sources, "--out", embeddings)
    assert done.returncode == 0, done.stderr
    for line in ("exact: 6", "fast: 6", "arxiv: 2", "tuning: 2"):
        assert f"{line} documents, 32 dimensions" in done.stdout
    done = run_script(
        "build_index", "--data", tasks[1], "--vectors", embeddings / "fast.npy", "--seed", 1,
        "--out", embeddings / "fast.faiss",
    )  # fmt: skip
    assert "fast.faiss: 6 passages" in done.stdout, done.stderr
    names = ("arxiv", "tuning", "exact", "fast")
    done = run_script(
        "evaluate_runs", *sources, "--runs", "base",
        "--vectors", *(embeddings / f"{name}.npy" for name in names),
        "--indexes", embeddings / "fast.faiss", "--search-recall", tmp_path / "search",
        "--queries-out", tmp_path / "base-queries.npy", "--out", tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outcomes = pd.read_parquet(tmp_path / "base.parquet")
    exact, fast = (outcomes[outcomes["task"] == name].iloc[:, 1:] for name in ("exact", "fast"))
    assert exact.reset_index(drop=True).equals(fast.reset_index(drop=True))
    assert exact["item"].tolist() == list(queries)
    assert exact["correct"].all()
    assert (exact["recall@100"] == 1).all()
    assert (exact["ndcg@10"][1:] == 1).all()
    assert outcomes.loc[outcomes["task"] == "arxiv", "recall@100"].isna().all()
    # The anchor and the held-out query are one text.
    assert np.load(tmp_path / "base-queries.npy").shape == (7, 32)
    listed = pd.read_csv(tmp_path / "search/base.csv").iloc[0]
    assert listed[["task", "queries", "recall@100"]].tolist() == ["fast", 6, 1.0]
    assert listed[["relevant_exact", "relevant_found"]].tolist() == [1.0, 1.0]
    write_beir_folder(tmp_path / "set", corpus, queries, {("q0", "d9"): 1}, packed=True)
    done = run_script(
        "read_task", "--kind", "beir", "--path", tmp_path / "set", "--languages", "en",
        "--out", tmp_path / "none.parquet",
    )  # fmt: skip
    assert failed(done, "test.tsv.gz, line 2: corpus-id 'd9'")
    assert not (tmp_path / "none.parquet").exists()
