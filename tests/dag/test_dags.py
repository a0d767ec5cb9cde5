"""Dry-runs of every shipped configuration: which jobs there are, and what bad input stops."""

import json
import re
from collections import Counter
from math import isnan
from pathlib import Path

import numpy as np
import pytest
import yaml
from dry_runs import commands, jobs, rules
from records import paper, squad, write_beir_folder, xnli_lines
from safetensors.numpy import save_file

from adiabatic.experiment.configuration import read_schema, with_defaults
from adiabatic.plan.methods import METHODS
from adiabatic.plan.runs import SWEEP, planned

ROOT = Path(__file__).resolve().parents[2]
OWN_RATES = "tuning={learning_rates: [1e-6]}"


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


def configured(overlay=None):
    """The configuration of an overlay, or of the demonstration, with defaults."""
    path = ROOT / (f"workflow/experiments/{overlay}" if overlay else "config.yaml")
    return with_defaults(yaml.safe_load(path.read_text()), read_schema())


def test_the_demonstration(start_snakemake):
    config = configured()
    found = jobs(start_snakemake("--dry-run"))
    assert found["pretrain_base"] == found["make_world"] == found["evaluate_base"] == 1
    runs = planned(config["tuning"])
    # All seeds of a rate in one job, those of what searches texts in none that tunes.
    batches = {(run.group, run.learning_rate) for run in runs if not isnan(run.learning_rate)}
    assert found["tune_query_encoder"] == len(batches) + 1
    assert found["evaluate_runs"] == len(batches) + 2
    # What is tuned on in one job, what is evaluated in another, and all of it once more by the run
    # that moves documents.
    assert (found["embed_documents"], found["embed_documents_again"]) == (2, 1)
    assert found["read_task"] == len(config["evaluation"]["tasks"])
    for rule in ("build_pairs", "compare_outcomes", "compare_weights", "write_tables"):
        assert found[rule] == 1
    # The sweep freezes something, and one of its ablations something else.
    assert found["list_tuned_parameters"] == 2
    ablations = len(config["tuning"]["ablations"])
    assert found["plot_figure"] == 6 + len(config["evaluation"]["tasks"]) + ablations
    assert not {"prepare_base", "evaluate_mteb", "compare_mteb"} & set(found)
    # Few enough that starting them is a small part of the time.
    assert found["total"] <= 64


# Variants of methods that the demonstration has; the tiny experiment of `tests/e2e` has them.
IN_TINY = {"l2-sp", "mlp-adapter", "drift-correction"}


def test_every_claim_of_the_demonstration_can_be_decided():
    tuning = configured()["tuning"]
    runs = planned(tuning)
    assert len({run.seed for run in runs if run.group == SWEEP}) >= 3
    changes = {run.changes for run in runs if run.ablation}
    assert changes == {"freeze", "precision", "resample"}
    for change in ("freeze", "precision"):
        assert len({run.learning_rate for run in runs if run.changes == change}) >= 2
    assert {run.method for run in runs} == set(METHODS) - IN_TINY


def test_the_papers_experiment(snakemake, workplace):
    touch(workplace, "data/arxiv-metadata-oai-snapshot.json", json.dumps(paper(1)))
    settings = configured("paper.yaml")
    for language in settings["evaluation"]["tasks"][0]["languages"]:
        touch(workplace, f"data/xnli/all-{language}.tsv", "\n".join(xnli_lines("p")))
    overlay = ROOT / "workflow/experiments/paper.yaml"
    found = jobs(snakemake("--dry-run", "--configfile", overlay))
    assert found["prepare_base"] == found["download_tuning_data"] == 1
    # The sweep, and two ablations of all of it, one of which freezes something else.
    assert found["list_tuned_parameters"] == 2
    runs = planned(settings["tuning"])
    assert Counter(run.method for run in runs)["query-encoder"] == 3 * 8 * 3 + 3
    # Long runs have a job each.
    assert found["tune_query_encoder"] == len(runs) - 1
    assert found["evaluate_runs"] == len(runs)
    assert not {"make_world", "pretrain_base"} & set(found)


def test_the_plan_tunes_nothing(snakemake):
    found = jobs(snakemake("--dry-run", "plan_experiment"))
    assert found["plan_experiment"] == found["pretrain_base"] == found["check_evaluation_sets"] == 1
    assert not {"tune_query_encoder", "embed_documents", "evaluate_base"} & set(found)
    pilot = "evaluation={pilot: small}"
    done = snakemake("--dry-run", "--printshellcmds", "plan_experiment", "--config", pilot)
    (command,) = commands(done, "plan_experiment")
    assert "--pilot results/small" in command
    # Nothing else reads it.
    assert "--pilot" not in snakemake("--dry-run", "--printshellcmds", "--config", pilot).stdout


def test_a_harvest(snakemake):
    papers = "papers={source: oai, path: data/arxiv, oai: {contact: me@example.org, sets: [cs]}}"
    done = snakemake("--dry-run", "--printshellcmds", "--config", papers)
    assert jobs(done)["harvest_papers"] == 1
    (command,) = commands(done, "harvest_papers")
    assert "--url https://oaipmh.arxiv.org/oai" in command
    assert "--contact me@example.org" in command
    assert "--sets cs" in command


def test_a_pilot(snakemake, workplace):
    touch(workplace, "data/papers.jsonl.gz")
    touch(workplace, "data/pairs.jsonl", "{}\n" * 2001)
    touch(workplace, "data/encoder/config.json", json.dumps({"num_hidden_layers": 12}))
    touch(workplace, "data/encoder/tokenizer.json", "{}")
    names = ["embeddings.word_embeddings.weight", "encoder.layer.0.output.dense.weight"]
    save_file({name: np.zeros(1) for name in names}, workplace / "data/encoder/model.safetensors")
    for language in ("en", "de", "fr"):
        touch(workplace, f"data/search-{language}.json", json.dumps(squad([("A", [("1", "q")])])))
    overlay = ROOT / "workflow/experiments/pilot.yaml"
    runs = planned(configured("pilot.yaml")["tuning"])
    found = jobs(snakemake("--dry-run", "--configfile", overlay))
    assert found["prepare_base"] == 1
    assert found["tune_query_encoder"] == len(runs) - 1
    assert not {"make_world", "pretrain_base", "download_tuning_data", "compare_weights"} & set(
        found
    )


def test_sets_in_beirs_format(snakemake, workplace):
    for language in ("en", "de"):
        folder = workplace / f"data/search-{language}"
        write_beir_folder(folder, {"1": "a"}, {"1": "b"}, {("1", "1"): 1}, "dev", packed=True)
    task = "{name: search, kind: beir, source: path, path: 'data/search-{language}', split: dev, "
    task += "languages: [en, de], search: %s}"
    tasks = "evaluation={tasks: [" + task + "]}"
    done = snakemake("--dry-run", "--printshellcmds", "--config", tasks % "faiss")
    found = jobs(done)
    assert found["read_task"] == found["build_index"] == found["build_index_again"] == 1
    assert "--languages en de" in done.stdout
    assert "--split dev" in done.stdout
    evaluated = commands(done, "evaluate_runs")
    searched = [line for line in evaluated if "--indexes results/demo/embeddings/" in line]
    # All but what searches texts.
    assert len(searched) == len(evaluated) - 1
    assert all("--search-recall results/demo/search" in line for line in searched)
    assert "search_recall" in commands(done, "write_tables")[0]
    found = jobs(snakemake("--dry-run", "--config", tasks % "exact"))
    assert found["read_task"] == 1
    assert not {"build_index", "build_index_again"} & set(found)


def test_a_run_is_shared_by_processes_of_torchs_launcher(snakemake):
    done = snakemake(
        "--dry-run", "--printshellcmds", "--cores", 4, "--config", "tuning={processes: 2}"
    )
    assert jobs(done)["tune_query_encoder"]
    launched = "python -m torch.distributed.run --standalone --nproc-per-node 2 workflow/scripts/"
    assert f"{launched}tune_query_encoder.py" in done.stdout
    assert "gpu=2" in done.stdout


def test_every_method_has_its_jobs(snakemake):
    methods = """[
        {name: usual, method: query-encoder, learning_rates: [0.003], freeze: [first-1-layers]},
        {name: drawn, method: l2-sp, learning_rates: [0.003], decay: 10},
        {name: both, method: joint, learning_rates: [0.003]},
        {name: lora, method: lora, learning_rates: [0.01], rank: 4, targets: [query, value]},
        {name: matrix, method: linear-adapter, learning_rates: [0.001]},
        {name: mlp, method: mlp-adapter, learning_rates: [0.001], hidden: 32},
        {name: rotation, method: procrustes},
        {name: wise, method: interpolation, learning_rates: [0.01], alphas: [0.5]},
        {name: back, method: drift-correction, learning_rates: [0.01]},
        {name: terms, method: bm25}]"""
    names = [
        *("usual-lr0.003-seed0", "drawn-lr0.003-seed0", "both-lr0.003-seed0", "lora-lr0.01-seed0"),
        *("matrix-lr0.001-seed0", "mlp-lr0.001-seed0", "rotation"),
        *("wise-0.5-lr0.01-seed0", "back-1.0-lr0.01-seed0", "terms"),
    ]
    outcomes = [f"results/demo/outcomes/{name}.parquet" for name in names]
    tuning = f"tuning={{seeds: [0], methods: {methods}}}"
    done = snakemake("--dry-run", "--printshellcmds", *outcomes, "--config", tuning)
    found = jobs(done)
    # All but the one that searches texts, and the run that two of them are made from.
    assert found["tune_query_encoder"] == len(names) - 1 + 1
    assert found["evaluate_runs"] == len(names)
    # The sweep's freeze, and that of the usual tuning.
    assert found["list_tuned_parameters"] == 2
    # Every corpus by the base, and once more by the run that moves documents.
    assert (found["embed_documents"], found["embed_documents_again"]) == (2, 1)
    evaluated = {
        name: line for line in commands(done, "evaluate_runs") for name in names
        if f"--runs {name} " in line
    }  # fmt: skip
    assert set(evaluated) == set(names)
    assert "embeddings/both-lr0.003-seed0/qa.npy" in evaluated["both-lr0.003-seed0"]
    assert "embeddings/qa.npy" not in evaluated["both-lr0.003-seed0"]
    assert "embeddings/qa.npy" in evaluated["rotation"]
    assert "--vectors" not in evaluated["terms"]


def test_the_plan_says_what_a_job_needs(snakemake):
    """A job's command has names alone; what a run is stands in the plan, which its params have."""
    done = snakemake("--dry-run", "--printshellcmds")
    tunes = commands(done, "tune_query_encoder")
    assert all("--plan results/demo/plan.json" in line for line in tunes)
    assert any("--runs lr0.001-seed0 lr0.001-seed1 lr0.001-seed2 " in line for line in tunes)
    assert not any("--learning-rate" in line for line in tunes)


def test_every_experiment_that_is_shipped_is_tried_here():
    shipped = {path.name for path in (ROOT / "workflow/experiments").iterdir()}
    assert shipped == {"paper.yaml", "pilot.yaml"}


def test_tasks_of_mteb_are_evaluated_for_the_base_and_every_run(snakemake, workplace):
    touch(workplace, "data/XNLI/test.jsonl")
    settings = "evaluation={mteb: {tasks: [XNLI, Tatoeba], data: data, languages: [deu, eng]}}"
    done = snakemake("--dry-run", "--printshellcmds", "--config", settings)
    found = jobs(done)
    assert found["evaluate_mteb_base"] == found["compare_mteb"] == 1
    runs = [run for run in planned(configured()["tuning"]) if run.row.make and not run.ablation]
    assert found["evaluate_mteb"] == len(runs)
    assert "--tasks XNLI Tatoeba --data data --languages deu eng" in done.stdout
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
    read = commands(done, "read_task")
    (bitext,) = (line for line in read if "--kind bitext" in line)
    assert "--path data/src.eng.txt data/ref.deu.txt" in bitext
    assert "--languages en de" in bitext
    (own,) = (line for line in read if "--kind own" in line)
    assert "--path data/queries.csv" in own
    assert "--columns 'query=the question'" in own
    # Nothing is evaluated before the sets are checked.
    (inputs,) = re.findall(r"rule evaluate_base:\n +input: (.+)", done.stdout + done.stderr)
    assert "excluded.parquet" in inputs


def test_no_evaluation_set_is_needed(snakemake):
    found = rules(snakemake("--dry-run", "--config", "evaluation={tasks: []}"))
    assert "read_task" not in found
    assert "plot_figure_levels" in found
    # Nothing is shown of languages.
    assert "plot_figure_forest" not in found


def test_without_compared_methods_none_is_shown(snakemake):
    found = rules(snakemake("--dry-run", "--config", "tuning={methods: []}"))
    assert "plot_figure_window" in found
    assert "plot_figure_methods" not in found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("tuning={margn: 0.2}", ["tuning.margn: unknown key", "did you mean margin"]),
        ("papers={source: snapshot, path: none.jsonl}", ["papers.path: no file none.jsonl"]),
        ("base={source: path}", ["tuning.learning_rates: missing", "usual are"]),
        (f"base={{source: path, model: none}} {OWN_RATES}", ["base.model: none found"]),
        ("tuning={learning_rates: [fast]}", ["tuning.learning_rates[0]: 'fast'", "a number"]),
        ("papers={source: oai, path: pages}", ["papers.oai.contact: nothing found"]),
        ("papers={oai: {from: 2024-02-31}}", ["papers.oai.from: '2024-02-31'", "YYYY-MM-DD"]),
        ("seed=now", ["seed: 'now' found", "a whole number"]),
    ],
)
def test_a_bad_configuration_stops_before_the_first_job(snakemake, change, words):
    assert stopped(snakemake("--config", *re.split(r" (?=\w+=)", change)), *words)


def test_a_base_with_pickled_weights_only_stops_before_the_first_job(start_snakemake, workplace):
    for name in ("config.json", "tokenizer.json", "pytorch_model.bin"):
        touch(workplace, f"model/{name}", "{}")
    done = start_snakemake("--config", "base={source: path, model: model}", OWN_RATES)
    assert stopped(done, "only pickled weights (pytorch_model.bin)")


def test_every_rule_says_what_it_is_and_leaves_log_and_benchmark():
    for path in (ROOT / "workflow/rules").glob("*.smk"):
        # It would keep Snakemake from seeing what else has changed.
        assert "ancient(" not in path.read_text()
        for rule in re.split(r"\n *rule(?= \w|:)", path.read_text())[1:]:
            for part in ('"""', "output:", "log:", "benchmark:", "threads:", "conda:", "params:"):
                assert part in rule, f"{path.name}: {rule.splitlines()[0]} lacks {part}"
            assert re.search(r"code=(lambda wildcards: )?source_digest\(", rule)
