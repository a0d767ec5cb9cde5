"""What a changed key, a changed line of code or a new row of a registry runs again, and no more."""

import pytest
import yaml
from dry_runs import jobs, rules

PAGE = {"plot_figure", "write_page"}
REPORT = {"write_tables", *PAGE}
INFERENCE = {"compare_outcomes", *REPORT}
TUNING = {"tune_query_encoder", "evaluate_runs", "compare_weights", *INFERENCE}
EVALUATION = {"evaluate_base", "evaluate_runs", *INFERENCE}


def to_run(done):
    """The rules that a dry-run would run."""
    return set(jobs(done)) - {"total", "all"}


@pytest.fixture
def overlay(tmp_path):
    """Write an overlay of one section."""

    def write(section, change):
        path = tmp_path / "change.yaml"
        path.write_text(yaml.safe_dump({section: change}))
        return path

    return write


def test_a_second_run_has_nothing_to_do(experiment, run_tiny):
    done = run_tiny(experiment, "--dry-run")
    assert "Nothing to be done" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("section", "change", "expected"),
    [
        ("tuning", {"margin": 0.2}, TUNING),
        (
            "tuning",
            {"freeze": ["embeddings", "output.dense.weight"]},
            TUNING | {"list_tuned_parameters"},
        ),
        ("evaluation", {"non_inferiority_margin": 0.1}, INFERENCE),
        ("evaluation", {"contamination": "exclude"}, EVALUATION | {"check_evaluation_sets"}),
        (
            "pairs",
            {"anchors": 21},
            EVALUATION | {"build_pairs", "check_evaluation_sets", "embed_documents"},
        ),
        (
            "papers",
            {"min_abstract_length": 110},
            EVALUATION | {"read_papers", "build_pairs", "check_evaluation_sets", "embed_documents"},
        ),
    ],
)
def test_a_key_reruns_what_reads_it_and_no_more(
    experiment, run_tiny, overlay, section, change, expected
):
    done = run_tiny(experiment, overlay(section, change), "--dry-run")
    assert to_run(done) == expected


def test_of_several_changes_none_is_overlooked(experiment, run_tiny, tmp_path):
    """One that reaches a job only through its files must not hide one of the job itself."""
    path = tmp_path / "change.yaml"
    evaluation = {"contamination": "exclude"}
    methods = [{"name": "bm25", "method": "bm25"}]
    path.write_text(
        yaml.safe_dump({"tuning": {"margin": 0.2, "methods": methods}, "evaluation": evaluation})
    )
    found = to_run(run_tiny(experiment, path, "--dry-run"))
    # Fewer runs are fewer jobs, which the figure of the stages counts.
    assert found == TUNING | EVALUATION | {"check_evaluation_sets", "plot_stages"}


def test_a_new_rate_add_their_runs_and_keep_the_others(experiment, run_tiny, overlay):
    path = overlay("tuning", {"learning_rates": [1e-5, 1e-4, 1e-2]})
    found = rules(run_tiny(experiment, path, "--dry-run"))
    tuned = {name for name in found if name.startswith(("tune_", "evaluate_"))}
    assert tuned == {"tune_query_encoder_lr0.0001-seed0", "evaluate_runs_lr0.0001-seed0"}


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("adiabatic/report/figures/style.py", "#0072B2", "#0072B3", PAGE),
        ("adiabatic/report/window.py", "Difference of the tuned", "What the tuned adds", REPORT),
        ("adiabatic/report/numbers.py", "# Percentage points", "# So many points", set()),
        ("tune_query_encoder.py", 'help="tuning.parquet"', 'help="triplets"', set()),
        ("adiabatic/tuning/loop.py", '"""Tuning of', '"""What tunes', set()),
        ("adiabatic/tuning/losses.py", "relu(margin - ", "relu(margin - 2 * ", TUNING),
        ("adiabatic/inference/verdicts.py", "low > 0, low", "low >= 0, low", REPORT),
        ("adiabatic/inference/estimates.py", "self.runs - 1))", "self.runs - 2))", INFERENCE),
        (
            "adiabatic/evaluation/scorers.py",
            "paired_products(asked, d) > 0",
            "paired_products(asked, d) >= 0",
            EVALUATION,
        ),
    ],
)
def test_changed_code_reruns_what_computes_something_else(
    edited, run_tiny, file, old, new, expected
):
    done = run_tiny(edited(**{file: (old, new)}), "--dry-run")
    assert to_run(done) == expected


def test_a_changed_colour_of_a_method_redraws_the_figure_of_methods_alone(edited, run_tiny):
    changed = {"adiabatic/plan/methods.py": ('"#88CCEE"', '"#88CCEF"')}
    found = set(rules(run_tiny(edited(**changed), "--dry-run")))
    assert found - {"all", "total"} == {"plot_figure_methods", "write_page"}
