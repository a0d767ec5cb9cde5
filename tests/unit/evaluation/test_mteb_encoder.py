import json
import runpy
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import spearmanr
from sklearn.metrics import average_precision_score

from adiabatic.encoding.encoder import load_encoder, save_encoder
from adiabatic.evaluation.mteb_encoder import Documents, TwoSidedEncoder, evaluated, read_documents
from adiabatic.evaluation.mteb_scores import RunScores, compared, score_rows
from adiabatic.evaluation.mteb_tasks import chosen_tasks, folder_digest, loaded_task, query_side
from adiabatic.experiment.configuration import check_files, checked_configuration
from adiabatic.io.errors import InputError
from adiabatic.plan.source_digest import SCRIPTS
from adiabatic.report.mteb import scores_table

NOUNS = ["cat", "dog", "cow", "hen", "fox", "owl", "bee", "ant"]
PAIRS = [(a, b) for a in NOUNS for b in NOUNS]
ENGLISH = [f"the {a} sees a {b}" for a, b in PAIRS]
GERMAN = [f"der {a} sieht ein {b}" for a, b in PAIRS]
# Paraphrases of every second one.
LABELS = [number % 2 for number in range(len(PAIRS))]
OTHERS = [
    f"ein {b} sieht {a}" if label else f"the {b} sees a {b}"
    for (a, b), label in zip(PAIRS, LABELS, strict=True)
]


@pytest.fixture(scope="module")
def encoders(tiny_encoder_folder, tmp_path_factory):
    """The base, and a query encoder some way from it."""
    tuned = load_encoder(tiny_encoder_folder)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weights in tuned.model.parameters():
            weights += 0.05 * torch.randn(weights.shape, generator=generator)
    folder = tmp_path_factory.mktemp("tuned")
    save_encoder(tuned, folder)
    return load_encoder(tiny_encoder_folder), tuned, tiny_encoder_folder, folder


def repository(folder, configs):
    """Write a dataset's repository: for each configuration and split, rows as JSON lines."""
    lines = ["---", "configs:"]
    for config, splits in configs.items():
        lines += [f"- config_name: {config}", "  data_files:"]
        for split, rows in splits.items():
            name = f"{config}-{split}.jsonl"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
            lines += [f"  - split: {split}", f"    path: {name}"]
    (folder / "README.md").write_text("\n".join([*lines, "---"]) + "\n")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Data of four of mteb's tasks, as their repositories have it."""
    folder = tmp_path_factory.mktemp("data")
    pairs = [
        {"premise": a, "hypothesis": b, "label": 0 if label else 2}
        for a, b, label in zip(ENGLISH, OTHERS, LABELS, strict=True)
    ]
    # The neutral ones, which mteb leaves out.
    pairs += [{"premise": a, "hypothesis": a, "label": 1} for a in ENGLISH[:9]]
    repository(folder / "XNLI", {"en": {"validation": pairs, "test": pairs}})
    bitext = [
        {"lang": "de-en", "sentence1": a, "sentence2": b}
        for a, b in zip(GERMAN, ENGLISH, strict=True)
    ]
    repository(folder / "BUCC.v2", {"default": {"test": bitext}})
    numbers = range(len(PAIRS))
    parts = {
        "corpus": [{"_id": f"d{n}", "title": "", "text": ENGLISH[n]} for n in numbers],
        "queries": [{"_id": f"q{n}", "text": GERMAN[n]} for n in numbers],
        "qrels": [{"query-id": f"q{n}", "corpus-id": f"d{n}", "score": 1} for n in numbers],
    }
    configs = {f"en-{part}": {"validation": rows} for part, rows in parts.items()}
    repository(folder / "XQuADRetrieval", configs)
    summaries = [
        {
            "id": str(n),
            "text": ENGLISH[n],
            "human_summaries": [GERMAN[n]],
            "machine_summaries": OTHERS[n : n + 5],
            "relevance": [1.0, 5.0, 2.0, 4.0, 3.0],
        }
        for n in range(8)
    ]
    repository(folder / "SummEvalSummarization.v2", {"default": {"test": summaries}})
    return folder


def documents(base):
    return Documents(lambda texts: base.encode(texts, "document"))


def score(queries, base, name, data):
    """The only main score of a task."""
    languages = {"XNLI": ["eng"], "BUCC.v2": ["deu", "eng"], "XQuADRetrieval": ["eng"]}
    splits = {"XNLI": ["test"]}
    (task,) = chosen_tasks([name], languages.get(name, []), splits.get(name, []))
    with loaded_task(task, data):
        (row,) = evaluated(TwoSidedEncoder(queries, documents(base)), task)
    return row["main_score"]


def average_precision(queries, documents):
    a, b = queries.encode(ENGLISH, "query"), documents.encode(OTHERS, "document")
    # mteb takes the best of several similarities.
    measures = [(a * b).sum(1), -np.linalg.norm(a - b, axis=1), -np.abs(a - b).sum(1)]
    return max(average_precision_score(LABELS, measure) for measure in measures)


def bitext_f1(queries, documents):
    from sklearn.metrics import f1_score

    similar = queries.encode(GERMAN, "query") @ documents.encode(ENGLISH, "document").T
    return f1_score(
        range(len(similar)), similar.argmax(axis=1), average="weighted", zero_division=0
    )


def ndcg_at_10(queries, documents):
    similar = queries.encode(GERMAN, "query") @ documents.encode(ENGLISH, "document").T
    ranks = (similar > np.diag(similar)[:, None]).sum(axis=1) + 1
    return np.where(ranks <= 10, 1 / np.log2(ranks + 1), 0).mean()


def summary_correlation(queries, documents):
    similar = queries.encode(OTHERS, "query") @ documents.encode(GERMAN, "document").T
    columns = [similar[number : number + 5, number] for number in range(8)]
    return np.mean([spearmanr([1, 5, 2, 4, 3], column).statistic for column in columns])


@pytest.mark.parametrize(
    ("name", "oracle"),
    [
        ("XNLI", average_precision),
        ("BUCC.v2", bitext_f1),
        ("XQuADRetrieval", ndcg_at_10),
        ("SummEvalSummarization.v2", summary_correlation),
    ],
)
def test_queries_are_by_the_tuned_encoder_and_documents_by_the_base(encoders, data, name, oracle):
    base, tuned, *_ = encoders
    found = score(tuned, base, name, data)
    assert found == pytest.approx(oracle(tuned, base), abs=1e-6)
    # It is not the base's score, nor that of other sides.
    others = [oracle(*both) for both in ((base, base), (tuned, tuned), (base, tuned))]
    assert min(abs(found - value) for value in others) > 1e-3


def test_one_sort_of_text_is_the_query_encoders(encoders):
    base, tuned, *_ = encoders
    (task,) = chosen_tasks(["Banking77Classification"], [], [])
    encoder = TwoSidedEncoder(tuned, documents(base))
    asked = {"task_metadata": task.metadata, "hf_split": "test", "hf_subset": "default"}
    vectors = encoder.encode([{"text": ENGLISH[:3]}, {"text": ENGLISH[3:5]}], **asked)
    np.testing.assert_allclose(vectors, tuned.encode(ENGLISH[:5], "query"), atol=1e-6)
    assert query_side(task) == "every text"


def test_a_side_that_mteb_does_not_name_is_not_guessed(encoders):
    base, tuned, *_ = encoders
    # Its evaluation encodes all texts at once and never says which they are.
    (task,) = chosen_tasks(["StakeholderGrounding"], [], [])
    asked = {"task_metadata": task.metadata, "hf_split": "test", "hf_subset": "default"}
    with pytest.raises(InputError, match="StakeholderGrounding: mteb does not say which"):
        TwoSidedEncoder(tuned, documents(base)).encode([{"text": ENGLISH}], **asked)


def test_a_document_is_encoded_once_and_only_by_one_encoder(encoders, tmp_path):
    base, *_ = encoders
    encoded = []

    def encode(texts):
        encoded.extend(texts)
        return base.encode(texts, "document")

    store = Documents(encode)
    store.vectors_of([ENGLISH[0], ENGLISH[1], ENGLISH[0]])
    store.save(tmp_path / "documents.safetensors", "digest")
    again = Documents(encode, read_documents(tmp_path / "documents.safetensors", "digest"))
    found = again.vectors_of([ENGLISH[2], ENGLISH[1]])
    assert encoded == ENGLISH[:3]
    wanted = base.encode([ENGLISH[2], ENGLISH[1]], "document")
    np.testing.assert_allclose(found, wanted, atol=1e-6)
    with pytest.raises(InputError, match="vectors of another encoder"):
        read_documents(tmp_path / "documents.safetensors", "other")


@pytest.mark.parametrize(
    ("names", "languages", "splits", "words"),
    [
        (["Xnli2"], [], [], "tasks[0]: 'Xnli2' found; did you mean XNLIV2"),
        (["XNLI", "nothing like it"], [], [], "tasks[1]: 'nothing like it' found; the name of a"),
        (["CQADupstackRetrieval"], [], [], "made of tasks; name them: CQADupstackAndroid"),
        (["CIFAR10"], [], [], "a task of image; one of text alone"),
        (["XNLI"], ["jpn"], [], "no subset of XNLI is in jpn alone; its languages are ara, bul"),
        (["XNLI"], [], ["train"], "splits: train found; XNLI has test, validation"),
    ],
)
def test_what_mteb_does_not_have_is_one_line(names, languages, splits, words):
    with pytest.raises(InputError) as caught:
        chosen_tasks(names, languages, splits)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_configuration_names_tasks_that_there_are(tmp_path):
    import yaml

    from adiabatic.experiment.configuration import SCHEMA

    config = yaml.safe_load((SCHEMA.parents[2] / "config.yaml").read_text())
    config["evaluation"]["mteb"] = {"tasks": ["XNLI", "Tatoeba"], "languages": ["deu", "eng"]}
    checked = checked_configuration(config)
    check_files(checked)
    checked["evaluation"]["mteb"]["data"] = str(tmp_path / "none")
    with pytest.raises(InputError, match=r"evaluation\.mteb\.data: no folder .*none"):
        check_files(checked)
    config["evaluation"]["mteb"]["tasks"] = ["Tatoba"]
    with pytest.raises(InputError, match="did you mean Tatoeba"):
        checked_configuration(config)


def test_data_that_is_not_to_be_had_names_task_and_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    (task,) = chosen_tasks(["XNLI"], ["eng"], [])
    with pytest.raises(InputError) as caught, loaded_task(task, tmp_path):
        pass
    assert "XNLI: the hub's dataset mteb/xnli cannot be loaded (" in str(caught.value)
    assert f"its files are needed in {tmp_path}/XNLI" in str(caught.value)
    (tmp_path / "XNLI").mkdir()
    with (
        pytest.raises(InputError, match=f"XNLI: {tmp_path}/XNLI cannot be loaded"),
        loaded_task(*chosen_tasks(["XNLI"], ["eng"], []), tmp_path),
    ):
        pass


def test_local_data_is_read_as_it_is_now(tmp_path):
    digests = set()
    for count in (3, 2):
        # The datasets package knows a local dataset by the names of its files alone.
        rows = [{"lang": "de-en", "sentence1": a, "sentence2": a} for a in ENGLISH[:count]]
        repository(tmp_path / "BUCC.v2", {"default": {"test": rows}})
        (task,) = chosen_tasks(["BUCC.v2"], ["deu", "eng"], [])
        with loaded_task(task, tmp_path) as source:
            assert len(task.dataset["de-en"]["test"]) == count
        assert source["folder"] == f"{tmp_path}/BUCC.v2"
        digests.add(source["sha256"])
    assert len(digests) == 2
    # Tasks that are made later are not changed by it.
    (other,) = chosen_tasks(["BUCC.v2"], [], [])
    assert other.metadata.dataset["path"] == "mteb/bucc-bitext-mining"


def test_a_digest_knows_names_and_contents(tmp_path):
    (tmp_path / "a").write_text("1")
    digests = [folder_digest(tmp_path)]
    (tmp_path / "a").rename(tmp_path / "b")
    digests.append(folder_digest(tmp_path))
    (tmp_path / "b").write_text("2")
    assert len({*digests, folder_digest(tmp_path)}) == 3


def run_here(monkeypatch, name, *arguments):
    """Run a script in this process: mteb takes seconds to import."""
    monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
    runpy.run_path(str(SCRIPTS / f"{name}.py"), run_name="__main__")


def test_the_scripts_evaluate_and_compare(encoders, data, monkeypatch, tmp_path, capsys):
    *_, base, tuned = encoders
    stored, table = tmp_path / "documents.safetensors", tmp_path / "tables" / "mteb.csv"
    frozen = ["--document-encoder", base, "--data", data, "--languages", "deu", "eng", "--tasks"]
    runs = {"base": [base, "--documents-out"], "tuned": [tuned, "--documents"]}
    for name, (encoder, option) in (runs | {"again": runs["tuned"]}).items():
        asked = ["--encoder", encoder, option, stored, *frozen, "BUCC.v2"]
        run_here(monkeypatch, "evaluate_mteb", *asked, "--out", tmp_path / f"{name}.json")
    found = {name: json.loads((tmp_path / f"{name}.json").read_text()) for name in runs}
    assert (tmp_path / "tuned.json").read_bytes() == (tmp_path / "again.json").read_bytes()
    (task,) = found["tuned"]["tasks"]
    assert task["source"] == {
        "folder": f"{data}/BUCC.v2",
        "sha256": folder_digest(data / "BUCC.v2"),
    }
    assert (task["type"], task["query_side"]) == ("BitextMining", "first text")
    assert task["scores"][0]["languages"] == ["deu-Latn", "eng-Latn"]
    run_here(
        monkeypatch, "compare_mteb", "--base", tmp_path / "base.json", "--run", "grid", 1e-5,
        tmp_path / "tuned.json", "--out", table,
    )  # fmt: skip
    (row,) = pd.read_csv(table).itertuples()
    before, after = (found[name]["tasks"][0]["scores"][0]["main_score"] for name in runs)
    assert (row.metric, row.seeds) == ("f1", 1)
    assert (row.base, row.tuned) == pytest.approx((before, after), abs=1e-5)
    assert row.difference == pytest.approx(after - before, abs=1e-5) != 0
    shown = f"{100 * (after - before):+.1f}"
    assert shown in table.with_suffix(".md").read_text()
    assert f"BUCC.v2 (test) {shown} at 1e-05" in table.with_suffix(".rst").read_text()
    # There is German for XQuADRetrieval, too, but not in the folder.
    capsys.readouterr()
    asked = ["--encoder", base, *frozen, "BUCC.v2", "XQuADRetrieval"]
    with pytest.raises(SystemExit):
        run_here(monkeypatch, "evaluate_mteb", *asked, "--out", tmp_path / "none.json")
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith(f"error: evaluation.mteb.tasks: XQuADRetrieval: {data}/XQuADRetrieval")
    assert not (tmp_path / "none.json").exists()


def scores(**by_subset):
    """A run's scores on one task with the subsets."""
    rows = [
        {"split": "test", "subset": name, "languages": [name], "main_score": value}
        for name, value in by_subset.items()
    ]
    task = {"task": "XNLI", "type": "PairClassification", "query_side": "first text"}
    return {"tasks": [task | {"metric": "max_ap", "scores": rows}]}


def test_differences_are_means_over_seeds_with_the_smallest_and_largest():
    base = score_rows(scores(de=0.5, en=0.6))
    runs = [
        RunScores("grid", 1e-5, score_rows(scores(de=0.52, en=0.6))),
        RunScores("grid", 1e-5, score_rows(scores(de=0.48, en=0.7))),
        RunScores("turned", float("nan"), score_rows(scores(de=0.5, en=0.59))),
    ]
    rows = compared(base, runs)
    assert rows["subset"].tolist() == ["mean", "mean", "de", "de", "en", "en"]
    assert rows["runs"].tolist() == ["grid", "turned"] * 3
    assert rows["seeds"].tolist() == [2, 1] * 3
    found = rows[rows["runs"] == "grid"].set_index("subset")
    wanted = {"mean": [0.025, 0.01, 0.04], "de": [0, -0.02, 0.02], "en": [0.05, 0, 0.1]}
    columns = ["difference", "smallest", "largest"]
    for subset, values in wanted.items():
        assert found.loc[subset, columns].tolist() == pytest.approx(values)
    table = scores_table(rows)
    assert table["subset"].tolist() == ["mean", "de", "en"]
    assert table["1e-05"].tolist()[0] == "+2.5 (+1.0 to +4.0)"
    assert table["turned"].tolist() == ["-0.5", "+0.0", "-1.0"]
    assert table["base"].tolist() == ["55.0", "50.0", "60.0"]
    assert isinstance(table, pd.DataFrame)
