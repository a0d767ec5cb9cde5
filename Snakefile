# Adiabatic query tuning: arXiv records -> pairs of several levels of difficulty -> English-only
# tuning of the query encoder -> multilingual evaluation -> tables, figures and a verdict.
from snakemake.utils import min_version

min_version("9.0")


configfile: "config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/sources.smk"
include: "workflow/rules/pairs.smk"
include: "workflow/rules/base.smk"
include: "workflow/rules/index.smk"
include: "workflow/rules/tune.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/mteb.smk"
include: "workflow/rules/plan.smk"
include: "workflow/rules/export.smk"


rule all:
    """Every table and figure of the experiment."""
    default_target: True
    input:
        TABLES_SHOWN,
        FIGURES_SHOWN,
        NUMBERS,
        in_experiment("figures/stages.png"),
        in_experiment("one_page.html"),


onstart:
    tidy_up()
    write_plan()


onsuccess:
    show_plan() if planned_only() else write_report()


onerror:
    repeat_errors(log)
