"""Overlays as people write them: one to five keys, over the demonstration."""

from pathlib import Path

import pytest
import yaml
from overlays import overlaid

from adiabatic.experiment.configuration import checked_configuration
from adiabatic.experiment.overlays import read_overlay, without_demonstration
from adiabatic.io.errors import InputError

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def demonstration():
    return yaml.safe_load((ROOT / "config.yaml").read_text())


def applied(demonstration, text, layers=None):
    """The checked configuration under an overlay, and the lines about what was left out."""
    overlay = yaml.safe_load(text)
    merged = overlaid(demonstration, overlay)
    config, left_out = without_demonstration(merged, overlay, layers)
    return checked_configuration(config), left_out


def names(config, key):
    return [variant["name"] for variant in config["tuning"][key]]


@pytest.mark.parametrize(
    "text",
    [
        "seed: 1",
        "experiment: mine",
        "tuning: {seeds: [1]}",
        "tuning: {seeds: [7, 8]}",
        "tuning: {learning_rates: [1e-3]}",
        "tuning: {learning_rates: ['2e-4'], seeds: [5]}",
        "tuning: {precision: direct}",
        "tuning: {freeze: [embeddings, output.dense.weight]}",
        "tuning: {loss: multiple-negatives-ranking, temperature: 0.1}",
        "tuning: {ablations: [{name: bm25, dropout: 0.1}]}",
        "{world: {premises: 50}, pairs: {anchors: 30}, tuning: {epochs: 2}}",
        "{experiment: a, seed: 2, jobs: {runs: 1}, tuning: {seeds: [1], learning_rates: [1e-5]}}",
    ],
)
def test_an_overlay_of_a_few_keys_is_valid(demonstration, text):
    config, _ = applied(demonstration, text)
    for key, value in yaml.safe_load(text).get("tuning", {}).items():
        if key in ("seeds", "precision", "epochs"):
            assert config["tuning"][key] == value


def test_an_inherited_ablation_repeats_what_the_sweep_has(demonstration):
    config, left_out = applied(demonstration, "tuning: {learning_rates: [1e-4, 5e-3]}")
    direct = next(one for one in config["tuning"]["ablations"] if one["name"] == "direct")
    assert direct["learning_rates"] == [1e-4]
    # Interpolated are runs of a rate that the sweep has no more.
    assert "interpolation" not in names(config, "methods")
    assert any(
        "interpolation is left out" in line and "learning rates" in line for line in left_out
    )
    # A method with rates of its own stays.
    assert "lora" in names(config, "methods")


def test_an_inherited_ablation_that_changes_nothing_any_more_is_left_out(demonstration):
    config, left_out = applied(demonstration, "tuning: {precision: direct}")
    assert "direct" not in names(config, "ablations")
    assert left_out == ["The demonstration's direct is left out: the overlay's sweep is the same."]


def test_what_the_overlay_names_itself_is_never_left_out(demonstration):
    text = "tuning: {seeds: [3], ablations: [{name: direct, precision: direct, seeds: [0]}]}"
    with pytest.raises(InputError, match=r"tuning\.ablations\[0\]\.seeds: 0 found"):
        applied(demonstration, text)


@pytest.mark.parametrize("source", ["{source: path, model: m}", "{source: hub, model: o/m}"])
def test_a_base_of_its_own_inherits_nothing_of_the_tiny_one(demonstration, source):
    config, left_out = applied(
        demonstration, f"{{base: {source}, tuning: {{learning_rates: [1e-6]}}}}"
    )
    assert (names(config, "ablations"), names(config, "methods"), left_out) == ([], [], [])
    assert config["jobs"] == {"runs": 1, "corpora": 1}
    assert config["tuning"]["learning_rates"] == [1e-6]


@pytest.mark.parametrize(
    ("layers", "usual"), [(3, "3 layers are 1e-7, 1e-6"), (24, "24 layers are 5e-9"), (None, "E5")]
)
def test_a_base_of_its_own_needs_rates_of_its_own(demonstration, layers, usual):
    with pytest.raises(InputError, match=rf"tuning\.learning_rates: missing; .*{usual}"):
        applied(demonstration, "base: {source: path, model: m}", layers)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "nothing found; keys"),
        (b"# nothing yet\n", "nothing found; keys"),
        (b"- a\n", r"\['a'\] found; keys"),
        (b"seed: \xff\n", "not UTF-8 at byte 7"),
        (b"a: 1\nb: [1\n", "line 3: not YAML"),
        (None, r"cannot be read \(No such file"),
    ],
)
def test_an_overlay_that_cannot_be_read_is_one_line(tmp_path, content, words):
    path = tmp_path / "overlay.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=rf"overlay\.yaml.*{words}") as raised:
        read_overlay(path)
    assert "\n" not in str(raised.value)
