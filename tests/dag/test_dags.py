"""Dry-runs of every shipped configuration: which jobs there are, and what bad input stops."""

import json
import re
from pathlib import Path

import pytest
import yaml
from records import paper, squad, write_beir_folder, xnli_lines

ROOT = Path(__file__).resolve().parents[2]


def jobs(done):
    """Number of jobs by rule, from the statistics of a dry-run."""
    assert done.returncode == 0, done.stdout + done.stderr
    return {
        name: int(count)
        for name, count in re.findall(r"^(\w+) +(\d+)$", done.stdout + done.stderr, re.MULTILINE)
    }


def stopped(done, *words):
    """Whether a run ended before its first job with one line that has the words."""
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert done.returncode != 0
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0]
    return True


def touch(folder, name, content=""):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def test_the_embedded_experiment(start_snakemake):
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    runs = len(config["tuning"]["learning_rates"]) * len(config["tuning"]["seeds"])
    found = jobs(start_snakemake("--dry-run"))
    assert found["pretrain_base"] == found["make_world"] == found["evaluate_base"] == 1
    (ablation,) = config["tuning"]["ablations"]
    runs += len(config["tuning"]["learning_rates"]) * len(ablation["seeds"])
    methods = {baseline["method"]: baseline for baseline in config["tuning"]["methods"]}
    # Usual tuning, LoRA and both encoders are tuned; two adapters are fitted.
    assert found["tune_query_encoder"] == runs + 3
    assert found["fit_adapter"] == 2
    assert found["interpolate_weights"] == len(methods["interpolation"]["alphas"])
    assert found["evaluate_run"] == runs + 3 + 2 + found["interpolate_weights"]
    assert found["embed_documents_again"] == found["embed_documents"]
    assert found["embed_documents"] == 2 + len(config["evaluation"]["tasks"])
    assert found["build_pairs"] == 1
    assert found["list_tuned_parameters"] == 1
    assert found["evaluate_bm25"] == found["compare_methods"] == found["plot_methods"] == 1
    assert not {"prepare_base", "evaluate_mteb", "compare_mteb"} & set(found)


def test_the_papers_experiment(snakemake, workplace):
    touch(workplace, "data/arxiv-metadata-oai-snapshot.json", json.dumps(paper(1)))
    overlay = ROOT / "workflow/experiments/paper.yaml"
    settings = yaml.safe_load(overlay.read_text())
    for language in settings["evaluation"]["tasks"][0]["languages"]:
        touch(workplace, f"data/xnli/dev-{language}.tsv", "\n".join(xnli_lines("p")))
    found = jobs(snakemake("--dry-run", "--configfile", overlay))
    assert found["prepare_base"] == found["download_tuning_data"] == 1
    # The grid, and two ablations of all of it, one of which freezes something else.
    assert found["list_tuned_parameters"] == 2
    # The usual rate and LoRA with three seeds, both encoders with one.
    assert found["tune_query_encoder"] == 3 * 8 * 3 + 3 + 3 + 1
    assert not {"make_world", "pretrain_base"} & set(found)


def test_a_harvest(snakemake):
    papers = "papers={source: oai, path: data/arxiv, oai: {contact: me@example.org, sets: [cs]}}"
    done = snakemake("--dry-run", "--printshellcmds", "--config", papers)
    assert jobs(done)["harvest_papers"] == 1
    assert "--url https://oaipmh.arxiv.org/oai --contact me@example.org --sets cs" in done.stdout


def test_a_pilot(snakemake, workplace):
    touch(workplace, "data/papers.jsonl.gz")
    touch(workplace, "data/pairs.jsonl")
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        touch(workplace, f"data/encoder/{name}", "{}")
    for language in ("en", "de", "fr"):
        touch(workplace, f"data/search-{language}.json", json.dumps(squad([("A", [("1", "q")])])))
    overlay = ROOT / "workflow/experiments/pilot.yaml"
    found = jobs(snakemake("--dry-run", "--configfile", overlay))
    assert found["prepare_base"] == 1
    assert found["tune_query_encoder"] == 4 * 2
    assert "compare_ablations" not in found
    assert not {"make_world", "pretrain_base", "download_tuning_data"} & set(found)


def test_sets_in_beirs_format(snakemake, workplace):
    for language in ("en", "de"):
        folder = workplace / f"data/search-{language}"
        write_beir_folder(folder, {"1": "a"}, {"1": "b"}, {("1", "1"): 1}, "dev", packed=True)
    task = "{name: search, kind: beir, source: path, path: 'data/search-{language}', split: dev, "
    task += "languages: [en, de], search: %s}"
    tasks = "evaluation={tasks: [" + task + "]}"
    done = snakemake("--dry-run", "--printshellcmds", "--config", tasks % "faiss")
    found = jobs(done)
    assert found["read_task"] == found["build_index"] == found["list_search_recall"] == 1
    assert "--languages en de --split=dev" in done.stdout
    index = "--index search results/demo/embeddings/"
    assert done.stdout.count(index) == found["evaluate_run"] + 1
    found = jobs(snakemake("--dry-run", "--config", tasks % "exact"))
    assert found["read_task"] == 1
    assert not {"build_index", "list_search_recall"} & set(found)


def test_a_run_is_shared_by_processes_of_torchs_launcher(snakemake):
    done = snakemake(
        "--dry-run", "--printshellcmds", "--cores", 4, "--config", "tuning={processes: 2}"
    )
    assert jobs(done)["tune_query_encoder"]
    launched = "python -m torch.distributed.run --standalone --nproc-per-node 2 workflow/scripts/"
    assert f"{launched}tune_query_encoder.py" in done.stdout
    assert "gpu=2" in done.stdout


def test_every_method_of_a_baseline_has_its_rule(snakemake):
    names = [
        *("usual-lr0.003-seed0", "both-lr0.003-seed0", "lora-lr0.01-seed0"),
        *("matrix-lr0.001-seed0", "rotation", "wise-0.5-lr0.01-seed0"),
    ]
    methods = """[
        {name: usual, method: query-encoder, learning_rates: [0.003], freeze: [first-1-layers]},
        {name: both, method: joint, learning_rates: [0.003]},
        {name: lora, method: lora, learning_rates: [0.01], rank: 4, targets: [query, value]},
        {name: matrix, method: linear-adapter, learning_rates: [0.001]},
        {name: rotation, method: procrustes},
        {name: wise, method: interpolation, learning_rates: [0.01], alphas: [0.5]}]"""
    outcomes = [f"results/demo/outcomes/{name}.parquet" for name in names]
    tuning = f"tuning={{seeds: [0], methods: {methods}}}"
    done = snakemake("--dry-run", "--printshellcmds", *outcomes, "--config", tuning)
    found = jobs(done)
    # Those of the three methods that tune, and the run that is interpolated.
    assert found["tune_query_encoder"] == 4
    assert found["fit_adapter"] == 2
    assert found["interpolate_weights"] == 1
    assert found["evaluate_run"] == len(names)
    # The grid's freeze, and that of the usual tuning.
    assert found["list_tuned_parameters"] == 2
    # Every corpus by the base, and once more by the run that moves documents.
    assert found["embed_documents"] == found["embed_documents_again"] == 5
    commands = {name: line for line in done.stdout.splitlines() for name in names
                if f"--out results/demo/runs/{name} " in line}  # fmt: skip
    assert "--method=joint --learning-rate=0.003" in commands["both-lr0.003-seed0"]
    assert "--vectors" not in commands["both-lr0.003-seed0"]
    assert "--rank=4 --targets query value" in commands["lora-lr0.01-seed0"]
    assert "--freeze" not in commands["lora-lr0.01-seed0"]
    assert "--learning-rate" not in commands["rotation"]
    assert "--run results/demo/runs/lr0.01-seed0 --alpha=0.5" in commands[names[-1]]
    evaluations = [line for line in done.stdout.splitlines() if "evaluate_run.py" in line]
    own = [line for line in evaluations if "embeddings/both-lr0.003-seed0/qa.npy" in line]
    assert len(own) == 1
    assert "--document-encoder results/demo/runs/both-lr0.003-seed0 " in own[0]
    assert "embeddings/qa.npy" not in own[0]


def test_every_experiment_that_is_shipped_is_tried_here():
    shipped = {path.name for path in (ROOT / "workflow/experiments").iterdir()}
    assert shipped == {"paper.yaml", "pilot.yaml"}


def test_tasks_of_mteb_are_evaluated_for_the_base_and_every_run(snakemake, workplace):
    touch(workplace, "data/XNLI/test.jsonl")
    settings = "evaluation={mteb: {tasks: [XNLI, Tatoeba], data: data, languages: [deu, eng]}}"
    done = snakemake("--dry-run", "--printshellcmds", "--config", settings)
    found = jobs(done)
    config = yaml.safe_load((ROOT / "config.yaml").read_text())["tuning"]
    assert found["evaluate_mteb_base"] == found["compare_mteb"] == 1
    interpolated = sum(len(baseline.get("alphas", [])) for baseline in config["methods"])
    others = [baseline["method"] for baseline in config["methods"]]
    assert found["evaluate_mteb"] == (
        len(config["learning_rates"]) * len(config["seeds"]) + interpolated + len(others) - 2
    )
    assert "--tasks XNLI Tatoeba --data=data --languages deu eng" in done.stdout
    assert "data/XNLI/test.jsonl" in done.stdout


def test_sets_that_a_user_brings(snakemake, workplace):
    touch(workplace, "data/src.eng.txt", "one\n")
    touch(workplace, "data/ref.deu.txt", "eins\n")
    touch(workplace, "data/queries.csv", "question,document,language\nq,d,en\n")
    tasks = [
        {"name": "ntrex", "kind": "bitext", "source": "path",
         "files": {"en": "data/src.eng.txt", "de": "data/ref.deu.txt"}},
        {"name": "mine", "kind": "own", "source": "path", "path": "data/queries.csv",
         "columns": {"query": "the question"}},
    ]  # fmt: skip
    evaluation = json.dumps({"tasks": tasks})
    done = snakemake("--dry-run", "--printshellcmds", "--config", f"evaluation={evaluation}")
    found = jobs(done)
    assert (found["read_task"], found["check_evaluation_sets"]) == (2, 1)
    assert "--kind bitext --path data/src.eng.txt data/ref.deu.txt --languages en de" in done.stdout
    assert "--kind own --path data/queries.csv --columns 'query=the question'" in done.stdout
    # Nothing is evaluated before the sets are checked.
    (inputs,) = re.findall(r"rule evaluate_base:\n +input: (.+)", done.stdout + done.stderr)
    assert "excluded.parquet" in inputs


def test_no_evaluation_set_is_needed(snakemake):
    found = jobs(snakemake("--dry-run", "--config", "evaluation={tasks: []}"))
    assert found["embed_documents"] == 2
    # Without other languages there is nothing to compare methods in.
    assert not {"read_task", "compare_methods", "evaluate_bm25"} & set(found)


def test_without_baselines_nothing_is_compared(snakemake):
    found = jobs(snakemake("--dry-run", "--config", "tuning={methods: []}"))
    assert not {"compare_methods", "plot_methods", "evaluate_bm25"} & set(found)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("tuning={margn: 0.2}", ["tuning.margn: unknown key", "did you mean margin"]),
        ("papers={source: snapshot, path: none.jsonl}", ["papers.path: no file none.jsonl"]),
        ("base={source: path, model: none}", ["base.model: none found"]),
        ("tuning={learning_rates: [fast]}", ["tuning.learning_rates[0]: 'fast'", "a number"]),
        ("papers={source: oai, path: pages}", ["papers.oai.contact: nothing found"]),
        ("papers={oai: {from: 2024-02-31}}", ["papers.oai.from: '2024-02-31'", "YYYY-MM-DD"]),
        ("seed=now", ["seed: 'now' found", "a whole number"]),
    ],
)
def test_a_bad_configuration_stops_before_the_first_job(snakemake, change, words):
    assert stopped(snakemake("--config", change), *words)


def test_a_base_with_pickled_weights_only_stops_before_the_first_job(start_snakemake, workplace):
    for name in ("config.json", "tokenizer.json", "pytorch_model.bin"):
        touch(workplace, f"model/{name}", "{}")
    done = start_snakemake("--config", "base={source: path, model: model}")
    assert stopped(done, "only pickled weights (pytorch_model.bin)")


def test_every_rule_says_what_it_is_and_leaves_log_and_benchmark():
    for path in (ROOT / "workflow/rules").glob("*.smk"):
        for rule in re.split(r"\n *rule ", path.read_text())[1:]:
            for part in ('"""', "output:", "log:", "benchmark:", "threads:", "conda:", "params:"):
                assert part in rule, f"{path.name}: {rule.splitlines()[0]} lacks {part}"
            assert "code=source_digest(" in rule
