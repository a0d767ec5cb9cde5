# outcomes/ -> inference/differences.parquet -> tables/, figures/, the page; and what the report shows.

ABLATIONS = list(dict.fromkeys(run.group for run in PLAN.ablations))
# Tables with their titles in the report; see `report.tables` for what makes each.
TABLE_TITLES = {
    "verdict": "status of the experiment",
    "claims": "claims",
    "methods": "methods compared",
    "pairs": "methods in pairs",
    "forest": "what decides on each language",
    "window": "learning-rate window",
    "languages": "every pair of languages",
    "levels": "levels of difficulty",
    "runs": "verdict on each run",
    "summary": "every difference",
    "history": "tuning histories",
    "drift": "drift of every run",
    "costs": "what the methods cost",
    "evaluation_sets": "evaluation sets",
    **({"search_recall": "recall of approximate search"} if SEARCHED else {}),
    **{f"ablation-{name}": f"ablation: {name}" for name in ABLATIONS},
}
# Figures in the order of the report: the row of the registry, and the name of what is shown.
SHOWN_FIGURES = {
    "forest": ("forest", None),
    "window": ("window", None),
    **({"methods": ("methods", None)} if PLAN.compared else {}),
    **{f"languages-{task}": ("languages", task) for task in TASKS},
    "levels": ("levels", None),
    **{f"ablation-{name}": ("ablation", name) for name in ABLATIONS},
    "drift": ("drift", None),
    "history": ("history", None),
}
if not TASKS:
    SHOWN_FIGURES.pop("forest")
FIGURES_SHOWN = expand(
    in_experiment("figures/{figure}.{suffix}"), figure=SHOWN_FIGURES, suffix=["pdf", "png", "csv"]
)
TABLES_SHOWN = expand(
    in_experiment("tables/{table}.{suffix}"),
    table=TABLE_TITLES,
    suffix=["csv", "md", "html", "tex"],
)
NUMBERS = in_experiment("tables/numbers.tex")
JUDGED_BY = {
    key: config["evaluation"][key]
    for key in ("non_inferiority_margin", "confidence", "selection_share")
}


rule compare_outcomes:
    """Every difference of the experiment with its interval, from the outcomes, computed once."""
    input:
        expand(in_experiment("outcomes/{run}.parquet"), run=[BASE_NAME, *RUNS]),
    output:
        out=in_experiment("inference/differences.parquet"),
    log:
        in_experiment("logs/compare_outcomes.log"),
    benchmark:
        in_experiment("benchmarks/compare_outcomes.tsv")
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        options=options_from(
            plan=PLAN_FILE,
            outcomes=in_experiment("outcomes"),
            seed=config["seed"],
            **JUDGED_BY,
        ),
        plan=[*PLANNED_RUNS, KIND_OF],
        code=source_digest("compare_outcomes", *KINDS_USED),
    shell:
        "python workflow/scripts/compare_outcomes.py {params.options} > {log:q} 2>&1"


rule compare_weights:
    """How far the weights of each ablation's runs are from those of the sweep that they repeat."""
    input:
        [
            in_experiment(f"runs/{name}/delta.safetensors")
            for run in PLAN.ablations
            for name in (run.repeats, run.name)
        ],
    output:
        out=in_experiment("inference/weights.csv"),
    log:
        in_experiment("logs/compare_weights.log"),
    benchmark:
        in_experiment("benchmarks/compare_weights.tsv")
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        options=options_from(plan=PLAN_FILE, runs=in_experiment("runs")),
        plan=list(map(plan_row, PLAN.ablations)),
        code=source_digest("compare_weights"),
    shell:
        "python workflow/scripts/compare_weights.py {params.options} > {log:q} 2>&1"


rule write_tables:
    """All tables, as CSV, Markdown, HTML and LaTeX, each with a caption; numbers.tex for papers."""
    input:
        in_experiment("inference/differences.parquet"),
        in_experiment("data/evaluation_sets.csv"),
        in_experiment("inference/weights.csv") if ABLATIONS else [],
        run_files([name for name, run in RUNS.items() if run.row.make], "history.csv", "time.json"),
        expand(
            in_experiment("drift/{run}.csv"),
            run=[name for name, run in RUNS.items() if run.row.moves_queries],
        ),
        recall_files([BASE_NAME, *(name for name, run in RUNS.items() if not run.row.search)]),
    output:
        NUMBERS,
        [path for name, title in TABLE_TITLES.items() for path in table(name, title)],
    log:
        in_experiment("logs/write_tables.log"),
    benchmark:
        in_experiment("benchmarks/write_tables.tsv")
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        options=options_from(
            experiment=config["experiment"],
            results=in_experiment(""),
            tables=list(TABLE_TITLES),
            demonstration=DEMONSTRATION,
            out=in_experiment("tables"),
            **JUDGED_BY,
        ),
        plan=[*PLANNED_RUNS, KIND_OF],
        told=told_of_methods("index"),
        code=source_digest("write_tables"),
    shell:
        "python workflow/scripts/write_tables.py {params.options} > {log:q} 2>&1"


for NUMBER, (FIGURE, (ROW, SHOWN)) in enumerate(SHOWN_FIGURES.items(), start=1):

    rule:
        """A figure, from the table of its name."""
        name:
            f"plot_figure_{FIGURE}"
        input:
            in_experiment("tables/window.csv"),
            caption=in_experiment(f"tables/{FIGURES[ROW].table.format(name=SHOWN)}.rst"),
            table=in_experiment(f"tables/{FIGURES[ROW].table.format(name=SHOWN)}.csv"),
        output:
            figure(FIGURE, NUMBER, f"{FIGURES[ROW].title}{f', {SHOWN}' if SHOWN else ''}"),
        log:
            in_experiment(f"logs/plot_figure-{FIGURE}.log"),
        benchmark:
            in_experiment(f"benchmarks/plot_figure-{FIGURE}.tsv")
        conda:
            "../../envs/report.yaml"
        threads: 1
        params:
            options=options_from(
                figure=ROW,
                caption=None,
                name=SHOWN,
                margin=config["evaluation"]["non_inferiority_margin"],
                loss=config["tuning"]["loss"],
                sides=TASK_KINDS[SHOWN].sides if SHOWN in TASKS else None,
                window=in_experiment("tables/window.csv"),
                out=in_experiment(f"figures/{FIGURE}.pdf"),
            ),
            looks=told_of_methods("marker", "color") if FIGURES[ROW].methods else [],
            code=source_digest("plot_figure", FIGURES[ROW]),
        shell:
            "python workflow/scripts/plot_figure.py {params.options} > {log:q} 2>&1"


rule plot_stages:
    """How the results were made: the stages of this workflow, which read what."""
    output:
        figure("stages", 0, "how the results were made", "Stages"),
    log:
        in_experiment("logs/plot_stages.log"),
    benchmark:
        in_experiment("benchmarks/plot_stages.tsv")
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        options=options_from(rules=stages, out=in_experiment("figures/stages.pdf")),
        code=source_digest("plot_stages"),
    shell:
        "python workflow/scripts/plot_stages.py {params.options} > {log:q} 2>&1"


rule write_page:
    """The page for decision-makers: status, figures, what it costs, what was not tested."""
    input:
        TABLES_SHOWN,
        expand(in_experiment("figures/{figure}.png"), figure=SHOWN_FIGURES),
        run_files([RUN for RUN in RUNS if RUNS[RUN].row.make], "provenance.json"),
    output:
        out=report(
            in_experiment("one_page.html"),
            caption="../report/one_page.rst",
            category="One page",
            labels={"page": "switch or not?"},
        ),
    log:
        in_experiment("logs/write_page.log"),
    benchmark:
        in_experiment("benchmarks/write_page.tsv")
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        options=options_from(
            results=in_experiment(""),
            experiment=config["experiment"],
            approximate=SEARCHED,
            demonstration=DEMONSTRATION,
            **JUDGED_BY,
        ),
        told=told_of_methods("index", "serving"),
        code=source_digest("write_page"),
    shell:
        "python workflow/scripts/write_page.py {params.options} > {log:q} 2>&1"
