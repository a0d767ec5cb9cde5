"""Evaluation sets from files to outcomes, by the scripts as programs."""

import json
from itertools import chain

import numpy as np
import pandas as pd
from finished import failed
from records import squad, write_beir_folder, xnli_lines

from adiabatic.encoding.corpora import document_texts
from adiabatic.encoding.document_vectors import write_vectors
from adiabatic.encoding.provenance import document_side_digest
from adiabatic.tasks.kinds import DOCUMENT_COLUMNS


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
    excluded, table = tmp_path / "excluded.parquet", tmp_path / "evaluation_sets.csv"
    done = run_script(
        "check_evaluation_sets", *checked, *chain(*tasks), "--contamination", "exclude",
        "--excluded", excluded, "--out", table,
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
        "--excluded", excluded, "--out", tmp_path / "outcomes.parquet",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outcomes = pd.read_parquet(tmp_path / "outcomes.parquet")
    items = outcomes.groupby(["task", "item"], observed=True).size().to_dict()
    # Two languages in one pool; two pairs of languages by two scores; each language for itself.
    expected = {("mixed-pool", "2"): 2, ("bitext", "2"): 4, ("own", "2"): 1, ("own", "3"): 1}
    assert items == {("arxiv", "1"): 1, ("held-out", "0"): 1} | expected
    done = run_script(
        "evaluate_bm25", *checked, *chain(*tasks), "--excluded", excluded,
        "--out", tmp_path / "bm25.parquet",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    keys = ["task", "subset", "query_language", "document_language", "item"]
    bm25 = pd.read_parquet(tmp_path / "bm25.parquet")
    assert bm25[keys].astype(str).equals(outcomes[keys].astype(str))


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
    assert exact["correct"].all()
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
