"""Keys that depend on each other: one line for what the schema cannot say."""

import pytest

from adiabatic.experiment.configuration import check_files, checked_configuration
from adiabatic.io.errors import InputError


@pytest.mark.parametrize(
    ("ablation", "message"),
    [
        ({"precision": "direct", "seeds": [7]}, r"ablations\[0\]\.seeds: 7 found; allowed are"),
        (
            {"precision": "direct", "learning_rates": [1]},
            r"ablations\[0\]\.learning_rates: 1 found",
        ),
        ({"seeds": [0]}, r"ablations\[0\]: no changed setting found; an ablation changes at"),
        ({"precision": "delta"}, r"ablations\[0\]: no changed setting found"),
        (
            {"max_gradient_norm": float("inf")},
            r"\[0\]\.max_gradient_norm: inf found; a finite",
        ),
        ({"precison": "direct"}, r"ablations\[0\]\.precison: unknown key; did you mean precision"),
        ({"precision": "half"}, r"ablations\[0\]\.precision: 'half' found; allowed is one of"),
        ({"precision": "float64", "forward": "bf16"}, r"tuning\.forward: 'bf16' found; float32 is"),
    ],
)
def test_an_ablation_that_cannot_be_is_named(config, ablation, message):
    config["tuning"]["ablations"] = [{"name": "one"} | ablation]
    with pytest.raises(InputError, match=message):
        checked_configuration(config)


@pytest.mark.parametrize(
    ("compared", "message"),
    [
        ({"method": "bm25", "rank": 2}, r"\[0\]\.rank: 2 found, which method bm25 does not read"),
        ({"method": "lora", "learning_rates": [1], "freeze": []}, r"\.freeze: \[\] found, which"),
        ({"method": "lora"}, r"methods\[0\]\.learning_rates: missing; needed with method lora"),
        ({"method": "interpolation"}, r"methods\[0\]\.alphas: missing"),
        ({"method": "l2-sp", "learning_rates": [1]}, r"methods\[0\]\.decay: missing; needed with"),
        (
            {"method": "l2-sp", "learning_rates": [1], "decay": -1},
            r"\[0\]\.decay: -1 found; allowed is a number, at least 0",
        ),
        (
            {"method": "l2-sp", "learning_rates": [0.001], "decay": 1001},
            r"decay: 1001 found; at most 1000 is needed with learning rate 0\.001",
        ),
        (
            {"method": "drift-correction", "strengths": [1.5]},
            r"\[0\]\.strengths\[0\]: 1\.5 found; allowed is a number, at most 1, above 0",
        ),
        (
            {"method": "drift-correction", "strengths": [0]},
            r"\[0\]\.strengths\[0\]: 0 found; allowed is a number, at most 1, above 0",
        ),
        (
            {"method": "drift-correction", "seeds": [99]},
            r"\[0\]\.seeds: 99 found; repeated are runs of the sweep: ",
        ),
        (
            {"method": "interpolation", "alphas": [0.5], "strengths": [1]},
            r"\[0\]\.strengths: \[1\] found, which method interpolation does not read",
        ),
        (
            {"method": "mlp-adapter", "learning_rates": [1], "hidden": 0},
            r"\[0\]\.hidden: 0 found; allowed is a whole number, at least 1",
        ),
        (
            {"method": "linear-adapter", "learning_rates": [1], "hidden": 8},
            r"\[0\]\.hidden: 8 found, which method linear-adapter does not read",
        ),
        (
            {"method": "query-encoder", "learning_rates": [1], "decay": 0},
            r"\[0\]\.decay: 0 found, which method query-encoder does not read",
        ),
        (
            {"method": "interpolation", "alphas": [0.5], "learning_rates": [0.5]},
            r"learning_rates: 0\.5 found; repeated are runs of the sweep: ",
        ),
        (
            {"method": "average"},
            r"method: 'average' found; allowed is one of query-encoder, l2-sp",
        ),
        ({"method": "bm25", "name": "direct"}, r"\[0\]\.name: 'direct' found twice"),
    ],
)
def test_a_compared_method_that_cannot_be_is_named(config, compared, message):
    config["tuning"]["methods"] = [{"name": "one"} | compared]
    with pytest.raises(InputError, match=message):
        checked_configuration(config)


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ({"kind": "bitext"}, r"tasks\[0\]\.path: None found; .* or files: \{en: FILE, \.\.\.\}"),
        ({"kind": "bitext", "path": "x-{language}", "files": {"en": "x"}}, "only one is needed"),
        ({"kind": "xnli", "files": {"en": "x"}, "languages": ["de"]}, r"languages: de found; with"),
        ({"kind": "xnli", "files": {False: "x"}}, r"files: False found; .*quote it"),
        ({"kind": "bitext", "files": {"en": "x"}}, r"languages: en found; kind bitext is about"),
        (
            {"kind": "own", "path": "x-{language}.csv"},
            r"path: 'x-\{language\}\.csv' found; one file",
        ),
        ({"kind": "own", "files": {"en": "x"}}, r"path: \{'en': 'x'\} found; one file"),
        ({"kind": "xnli", "path": "{language}", "columns": {"item": "id"}}, "only kind own reads"),
    ],
)
def test_a_task_that_cannot_be_is_named(config, task, message):
    config["evaluation"]["tasks"] = [{"name": "one", "source": "path"} | task]
    with pytest.raises(InputError, match=message):
        checked_configuration(config)


def test_an_own_set_has_the_languages_that_it_has(config):
    task = {"name": "mine", "kind": "own", "source": "path", "path": "q.csv"}
    config["evaluation"]["tasks"] = [task | {"columns": {"query": "question"}}]
    (task,) = checked_configuration(config)["evaluation"]["tasks"]
    assert (task["languages"], task["files"]) == (None, None)


def test_two_ablations_have_two_names(config):
    config["tuning"]["ablations"] = [{"name": "one", "epochs": 2}, {"name": "one", "epochs": 3}]
    with pytest.raises(InputError, match=r"ablations\[1\]\.name: 'one' found twice"):
        checked_configuration(config)


def test_the_configuration_names_tasks_that_there_are(config, tmp_path):
    config["evaluation"]["mteb"] = {"tasks": ["XNLI", "Tatoeba"], "languages": ["deu", "eng"]}
    checked = checked_configuration(config)
    check_files(checked)
    checked["evaluation"]["mteb"]["data"] = str(tmp_path / "none")
    with pytest.raises(InputError, match=r"evaluation\.mteb\.data: no folder .*none"):
        check_files(checked)
    config["evaluation"]["mteb"]["tasks"] = ["Tatoba"]
    with pytest.raises(InputError, match="did you mean Tatoeba"):
        checked_configuration(config)
