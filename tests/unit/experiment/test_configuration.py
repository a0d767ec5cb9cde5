from pathlib import Path

import pytest
import yaml
from overlays import overlaid
from records import write_beir_folder

from adiabatic.experiment.configuration import (
    check_files,
    checked_configuration,
    files_of_task,
    read_schema,
)
from adiabatic.io.errors import InputError
from adiabatic.plan.runs import SETTINGS

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = ["config.yaml", "workflow/experiments/paper.yaml", "workflow/experiments/pilot.yaml"]


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_configurations_are_valid(config, name):
    checked_configuration(overlaid(config, yaml.safe_load((ROOT / name).read_text())))


def paths(schema, prefix=""):
    for key, part in schema.get("properties", {}).items():
        yield f"{prefix}{key}", part
        yield from paths(part, f"{prefix}{key}.")
        yield from paths(part.get("items", {}), f"{prefix}{key}.")


def test_config_yaml_shows_every_key_and_the_schema_describes_it(config):
    shown = set()

    def walk(value, prefix=""):
        if isinstance(value, dict):
            for key, part in value.items():
                shown.add(f"{prefix}{key}")
                walk(part, f"{prefix}{key}.")
        elif isinstance(value, list):
            for part in value:
                walk(part, prefix)

    walk(config)
    described = dict(paths(read_schema()))
    # An ablation or a compared method may change any setting of a run; config.yaml shows some.
    variants = ("ablations", "methods")
    changed = {f"tuning.{v}.{key}" for v in variants for key in (*SETTINGS, "learning_rates")}
    changed |= {"tuning.ablations.seeds"}
    changed |= {f"tuning.methods.{key}" for key in ("seeds", "rank", "targets", "decay", "hidden")}
    changed |= {f"tuning.methods.{key}" for key in ("alphas", "strengths")}
    assert changed <= set(described)
    # The demonstration has no index.
    changed |= {key for key in described if key.startswith("index.")}
    assert {f"tuning.{key}" for key in SETTINGS} <= shown
    assert shown - changed == set(described) - changed
    assert all(part.get("description") for part in described.values())


def test_defaults_fill_what_is_left_out(config):
    del config["tuning"]["margin"], config["evaluation"]["confidence"], config["world"]
    checked = checked_configuration(config)
    assert checked["tuning"]["margin"] == 0.1
    assert checked["evaluation"]["confidence"] == 0.95
    assert checked["world"]["layers"] == 2


def test_the_world_is_the_same_whether_written_out_or_left_to_defaults(config):
    written = checked_configuration(config)["world"]
    del config["world"]
    assert checked_configuration(config)["world"] == written


def test_numbers_that_yaml_reads_as_strings_are_numbers(config):
    config["tuning"] |= {"learning_rates": ["2e-8", 1e-7], "methods": [], "ablations": []}
    config["tuning"]["batch_size"] = "14"
    tuning = checked_configuration(config)["tuning"]
    assert tuning["learning_rates"] == [2e-8, 1e-7]
    assert tuning["batch_size"] == 14


def test_a_day_that_yaml_reads_as_a_date_is_a_string(config):
    config["papers"]["oai"] |= yaml.safe_load("{from: 2024-01-01, until: '2024-02-01'}")
    oai = checked_configuration(config)["papers"]["oai"]
    assert (oai["from"], oai["until"]) == ("2024-01-01", "2024-02-01")


@pytest.mark.parametrize(
    ("keys", "value", "words"),
    [
        (
            ["tuning", "learning_rate"],
            1e-5,
            ["tuning.learning_rate:", "did you mean learning_rates"],
        ),
        (["tuing"], {}, ["tuing: unknown key", "did you mean tuning"]),
        (
            ["tuning", "margin"],
            "wide",
            ["tuning.margin: 'wide'", "a number, at least 0, at most 2"],
        ),
        (["tuning", "epochs"], 1.5, ["tuning.epochs: 1.5", "a whole number"]),
        (["tuning", "learning_rates"], [], ["tuning.learning_rates: []", "a list"]),
        (
            ["tuning", "learning_rates"],
            [1e-5, "1e-5"],
            ["tuning.learning_rates", "without repeats"],
        ),
        (["tuning", "precision"], "double", ["'double' found", "one of delta, direct"]),
        (["pairs", "levels", 0], "easy", ["pairs.levels[0]: 'easy'", "random, archive"]),
        (["papers", "source"], "snapshot", ["papers.path: nothing found", "snapshot"]),
        (["papers", "source"], "oai", ["papers.path: nothing found", "oai"]),
        (["papers", "oai", "until"], "May 2020", ["papers.oai.until: 'May 2020'", "YYYY-MM-DD"]),
        (["papers", "oai", "contact"], "müller@x", ["papers.oai.contact: 'müller@x'", "matching"]),
        (["papers", "oai"], {"from": "2024-02-01", "until": "2024-01-01"}, ["oai.from", "up to"]),
        (["papers", "oai", "url"], "oai.org", ["papers.oai.url: 'oai.org'", "matching ^https?://"]),
        (["base", "source"], "hub", ["base.model: nothing found"]),
        (["tuning", "source"], "path", ["tuning.path: nothing found"]),
        (["base", "pooling"], "cls", ["base.pooling: 'cls'", "null is needed", "synthetic"]),
        (["tuning", "path"], "x.jsonl", ["tuning.path: 'x.jsonl'", "null is needed"]),
        (
            ["evaluation", "tasks", 0, "path"],
            "x-{language}",
            ["tasks[0].path", "null is needed with source: synthetic"],
        ),
        (["evaluation", "tasks", 1, "name"], "xnli", ["tasks[1].name: 'xnli' found twice"]),
        (["evaluation", "tasks", 0, "name"], "arxiv", ["tasks[0].name: 'arxiv'", "not one of"]),
        (["evaluation", "tasks", 0, "source"], "path", ["tasks[0].path: None", "{language}"]),
        (["evaluation", "tasks", 0, "languages", 2], False, ["languages[2]: False", "quote it"]),
        (["evaluation", "tasks", 0, "languages", 2], "xx", ["'xx' found", "en, de, fr"]),
        (["evaluation", "tasks", 0, "kind"], "triplets", ["kind triplets needs source: path"]),
        (["evaluation", "tasks", 0, "kind"], "beir", ["kind beir needs source: path"]),
        (["evaluation", "tasks", 0, "split"], "dev", ["tasks[0].split: 'dev'", "only kind beir"]),
        (["evaluation", "tasks", 1, "search"], "faiss", ["search: 'faiss' found; exact is needed"]),
        (["evaluation", "tasks", 0, "split"], "../dev", ["split: '../dev' found", "matching"]),
        (["evaluation", "tasks", 0, "kind"], "bitext", ["kind bitext needs source: path"]),
        (["evaluation", "tasks", 0, "files"], {"en": "x"}, ["tasks[0].files", "null is needed"]),
        (["evaluation", "tasks", 2, "languages"], ["en"], ["kind mixed-pool is about", "two are"]),
        (["evaluation", "tasks", 0, "columns"], {"querry": "q"}, ["'querry' found", "query, docu"]),
        (
            ["evaluation", "contamination"],
            "drop",
            ["evaluation.contamination: 'drop'", "report, exclude"],
        ),
        (["experiment"], "../up", ["experiment: '../up'", "matching"]),
    ],
)
def test_an_error_names_key_value_and_what_is_allowed_on_one_line(config, keys, value, words):
    place = config
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    with pytest.raises(InputError) as error:
        checked_configuration(config)
    text = str(error.value)
    assert "\n" not in text
    for word in words:
        assert word in text


def test_a_missing_key_is_named(config):
    del config["tuning"]["learning_rates"]
    with pytest.raises(InputError, match=r"tuning\.learning_rates: missing; needed is a list"):
        checked_configuration(config)


def test_a_file_that_is_not_there_is_named(config, tmp_path):
    config["papers"] = {"source": "snapshot", "path": str(tmp_path / "none.jsonl")}
    with pytest.raises(InputError, match=r"papers\.path: no file .*none\.jsonl"):
        check_files(checked_configuration(config))


def test_a_model_folder_that_is_not_there_is_named(config, tmp_path):
    config["base"] |= {"source": "path", "model": str(tmp_path / "none")}
    with pytest.raises(InputError, match=r"base\.model: .*none found"):
        check_files(checked_configuration(config))


def test_files_by_language_say_which_languages_there_are(config, tmp_path):
    files = {"en": str(tmp_path / "src.eng.txt"), "de": str(tmp_path / "ref.deu.txt")}
    task = {"name": "ntrex", "kind": "bitext", "source": "path", "files": files}
    config["evaluation"]["tasks"] = [task]
    checked = checked_configuration(config)
    assert checked["evaluation"]["tasks"][0]["languages"] == ["en", "de"]
    # What stands beside the results is read again.
    assert checked_configuration(checked) == checked
    with pytest.raises(InputError, match=r"tasks\[0\]\.files\.en: no file .*src\.eng\.txt"):
        check_files(checked)


def test_inner_products_have_no_unit_and_so_no_largest_margin(config):
    config["base"] = {"source": "path", "model": "folder", "similarity": "dot"}
    config["tuning"] |= {"margin": 30, "ablations": [{"name": "wide", "margin": 50}]}
    assert checked_configuration(config)["tuning"]["margin"] == 30
    config["base"]["similarity"] = "cosine"
    with pytest.raises(
        InputError, match=r"margin: \d+ found; allowed is a number, at least 0, at most 2"
    ):
        checked_configuration(config)


def test_a_folder_of_beir_is_checked_for_its_files(config, tmp_path):
    task = {"name": "search", "kind": "beir", "source": "path", "path": str(tmp_path / "set")}
    config["evaluation"]["tasks"] = [task]
    with pytest.raises(InputError, match=r"tasks\[0\].path: .* with {language}"):
        checked_configuration(config)
    task |= {"languages": ["en"], "split": "dev", "search": "faiss"}
    checked = checked_configuration(config)
    with pytest.raises(InputError, match=r"set: neither corpus\.jsonl nor corpus\.jsonl\.gz found"):
        check_files(checked)
    write_beir_folder(tmp_path / "set", {"1": "a"}, {"1": "b"}, {("1", "1"): 1}, packed=True)
    with pytest.raises(InputError, match=r"neither qrels/dev\.tsv nor qrels/dev\.tsv\.gz"):
        check_files(checked)
    (tmp_path / "set/qrels/dev.tsv").touch()
    check_files(checked)
    files = files_of_task(checked["evaluation"]["tasks"][0])
    assert [path.name for path in files] == ["corpus.jsonl.gz", "queries.jsonl.gz", "dev.tsv"]


@pytest.mark.parametrize(
    ("section", "key", "value", "words"),
    [
        ("evaluation", "margin_of_no_loss", 0.02, "is named non_inferiority_margin now"),
        ("evaluation", "leakage", "report", "is named contamination now"),
        ("tuning", "baselines", [], "is named methods now"),
        ("papers", "source", "embedded", "embedded is named synthetic now"),
        ("base", "source", "embedded", "embedded is named synthetic now"),
        ("tuning", "loss", "ranking", "ranking is named multiple-negatives-ranking now"),
        ("tuning", "precision", "plain", "plain is named direct now"),
        ("evaluation", "contamination", "remove", "remove is named exclude now"),
    ],
)
def test_what_had_another_name_is_told_the_new_one(config, section, key, value, words):
    config[section][key] = value
    with pytest.raises(InputError, match=words):
        checked_configuration(config)
