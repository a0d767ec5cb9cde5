# outcomes -> tables/ and figures/, with what the report shows of them.

FIGURE_NAMES = [
    *("window", "levels", "history", "drift"),
    *(f"languages-{task}" for task in TASKS),
    *(f"ablation-{name}" for name in ABLATIONS),
    *(["methods"] if METHODS else []),
]
FIGURES = expand(
    in_experiment("figures/{figure}.{suffix}"), figure=FIGURE_NAMES, suffix=["pdf", "png", "csv"]
)
# Figures of the page for who decides, and their titles there.
PAGE_FIGURES = {
    "window": "Difference from the base by learning rate: English and the other languages",
    **{
        f"languages-{task}": f"{task}: difference for every pair of languages"
        for task in list(TASKS)[:1]
    },
    "levels": "arXiv titles and first sentences, from easy to hard: base and tuned",
}
TABLES = [
    in_experiment("one_page.html"),
    *expand(in_experiment("tables/{table}.csv"), table=["summary", "window", "runs"]),
    *expand(
        in_experiment("tables/{table}.{suffix}"),
        table=["overview", "verdicts", "levels"],
        suffix=["csv", "md", "tex"],
    ),
    *expand(
        in_experiment("tables/ablation-{ablation}.{suffix}"),
        ablation=ABLATIONS,
        suffix=["csv", "md", "tex"],
    ),
    *expand(
        in_experiment("tables/{table}.{suffix}"),
        table=["claims", "evaluation_sets"],
        suffix=["csv", "md", "tex"],
    ),
    *expand(in_experiment("tables/{table}.csv"), table=["languages", "drift"]),
    *expand(
        in_experiment("tables/{table}.{suffix}"),
        table=["methods", "costs"] if METHODS else [],
        suffix=["csv", "md", "tex"],
    ),
    in_experiment("tables/verdict.rst"),
    *(in_experiment(f"tables/search_recall.{suffix}") for suffix in ("csv", "md") if SEARCHED),
]
GRID = {
    "learning_rates": [run.learning_rate for run in RUNS.values()],
    "seeds": [run.seed for run in RUNS.values()],
}


rule summarize_runs:
    """Differences of every run from the base, with paired bootstrap intervals and verdicts."""
    input:
        base=in_experiment("outcomes/base.parquet"),
        runs=expand(in_experiment("outcomes/{run}.parquet"), run=RUNS),
    output:
        **table("summary", "every difference"),
        window=in_experiment("tables/window.csv"),
        runs=in_experiment("tables/runs.csv"),
    log:
        in_experiment("logs/summarize_runs.log"),
    benchmark:
        in_experiment("benchmarks/summarize_runs.tsv")
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        **GRID,
        non_inferiority_margin=config["evaluation"]["non_inferiority_margin"],
        confidence=config["evaluation"]["confidence"],
        resamples=config["evaluation"]["resamples"],
        seed=config["seed"],
        demonstration=DEMONSTRATION,
        code=source_digest("summarize_runs"),
    shell:
        "python workflow/scripts/summarize_runs.py --base {input.base:q} --runs {input.runs:q}"
        " --learning-rates {params.learning_rates} --seeds {params.seeds}"
        " --non-inferiority-margin {params.non_inferiority_margin} --confidence {params.confidence}"
        " --resamples {params.resamples} --seed {params.seed} --summary {output.summary:q}"
        " --window {output.window:q} --judged {output.runs:q} {params.demonstration}"
        " > {log:q} 2>&1"


rule write_tables:
    """The tables for people, as CSV, Markdown and LaTeX, and the verdict in words."""
    input:
        summary=in_experiment("tables/summary.csv"),
        window=in_experiment("tables/window.csv"),
        runs=in_experiment("tables/runs.csv"),
    output:
        **table("overview", "overview: families by learning rate"),
        **table("verdicts", "verdict on each run"),
        **table("levels", "levels of difficulty"),
        others=expand(
            in_experiment("tables/{table}.{suffix}"),
            table=["overview", "verdicts", "levels"],
            suffix=["md", "tex"],
        ),
        verdict=in_experiment("tables/verdict.rst"),
    log:
        in_experiment("logs/write_tables.log"),
    benchmark:
        in_experiment("benchmarks/write_tables.tsv")
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        demonstration=DEMONSTRATION,
        out=lambda wildcards, output: os.path.dirname(output.overview),
        code=source_digest("write_tables"),
    shell:
        "python workflow/scripts/write_tables.py --summary {input.summary:q}"
        " --window {input.window:q} --runs {input.runs:q} {params.demonstration}"
        " --out {params.out:q} > {log:q} 2>&1"


rule plot_window:
    """The learning-rate window: difference from the base against the learning rate."""
    input:
        window=in_experiment("tables/window.csv"),
        runs=in_experiment("tables/runs.csv"),
    output:
        **figure("window", 1, "learning-rate window"),
    log:
        in_experiment("logs/plot_window.log"),
    benchmark:
        in_experiment("benchmarks/plot_window.tsv")
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        confidence=config["evaluation"]["confidence"],
        demonstration=DEMONSTRATION,
        code=source_digest("plot_window"),
    shell:
        "python workflow/scripts/plot_window.py --window {input.window:q} --runs {input.runs:q}"
        " --confidence {params.confidence} {params.demonstration} --out {output.pdf:q}"
        " > {log:q} 2>&1"


rule plot_languages:
    """Heat maps of the tasks: query language by document language."""
    input:
        languages=in_experiment("tables/languages.csv"),
        runs=in_experiment("tables/runs.csv"),
    output:
        **{
            f"{task}_{kind}": path
            for task in TASKS
            for kind, path in figure(f"languages-{task}", 2, f"languages, {task}").items()
        },
    log:
        in_experiment("logs/plot_languages.log"),
    benchmark:
        in_experiment("benchmarks/plot_languages.tsv")
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        tasks=list(TASKS),
        out=expand(in_experiment("figures/languages-{task}.pdf"), task=TASKS),
        demonstration=DEMONSTRATION,
        code=source_digest("plot_languages"),
    shell:
        "python workflow/scripts/plot_languages.py --languages {input.languages:q}"
        " --runs {input.runs:q} --tasks {params.tasks} {params.demonstration}"
        " --out {params.out:q} > {log:q} 2>&1"


rule plot_levels:
    """Accuracy by level of difficulty and anchor style, base and tuned."""
    input:
        summary=in_experiment("tables/summary.csv"),
        runs=in_experiment("tables/runs.csv"),
    output:
        **figure("levels", 3, "levels of difficulty"),
    log:
        in_experiment("logs/plot_levels.log"),
    benchmark:
        in_experiment("benchmarks/plot_levels.tsv")
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        demonstration=DEMONSTRATION,
        code=source_digest("plot_levels"),
    shell:
        "python workflow/scripts/plot_levels.py --summary {input.summary:q} --runs {input.runs:q}"
        " {params.demonstration} --out {output.pdf:q} > {log:q} 2>&1"


rule plot_history:
    """Validation accuracy and loss of every run against the step."""
    input:
        histories=expand(in_experiment("runs/{run}/history.csv"), run=RUNS),
        base=BASE["encoder.json"],
    output:
        **figure("history", 4, "tuning history"),
    log:
        in_experiment("logs/plot_history.log"),
    benchmark:
        in_experiment("benchmarks/plot_history.tsv")
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        **GRID,
        loss=config["tuning"]["loss"],
        base=lambda wildcards, input: os.path.dirname(input.base),
        demonstration=DEMONSTRATION,
        code=source_digest("plot_history"),
    shell:
        "python workflow/scripts/plot_history.py --histories {input.histories:q}"
        " --learning-rates {params.learning_rates} --seeds {params.seeds}"
        " --loss {params.loss} --base {params.base:q} {params.demonstration} --out {output.pdf:q} > {log:q} 2>&1"


rule write_one_page:
    """The page for who decides: verdict, claims, three figures, costs, what was not tested."""
    input:
        runs=in_experiment("tables/runs.csv"),
        claims=in_experiment("tables/claims.csv"),
        languages=in_experiment("tables/languages.csv"),
        sets=in_experiment("tables/evaluation_sets.csv"),
        figures=expand(in_experiment("figures/{figure}.png"), figure=PAGE_FIGURES),
        provenance=expand(in_experiment("runs/{run}/provenance.json"), run=RUNS),
    output:
        page=report(
            in_experiment("one_page.html"),
            caption="../report/one_page.rst",
            category="One page",
            labels={"page": "switch or not?"},
        ),
    log:
        in_experiment("logs/write_one_page.log"),
    benchmark:
        in_experiment("benchmarks/write_one_page.tsv")
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        experiment=config["experiment"],
        tables=lambda wildcards, input: os.path.dirname(input.runs),
        figures=lambda wildcards, input: " ".join(
            option("--figure", [title, path])
            for title, path in zip(PAGE_FIGURES.values(), input.figures)
        ),
        benchmarks=expand(in_experiment("benchmarks/tune_query_encoder-{run}.tsv"), run=RUNS),
        demonstration=DEMONSTRATION,
        code=source_digest("write_one_page"),
    shell:
        "python workflow/scripts/write_one_page.py --experiment {params.experiment:q}"
        " --tables {params.tables:q} {params.figures} --provenance {input.provenance[0]:q}"
        " --benchmarks {params.benchmarks:q} {params.demonstration} --out {output.page:q}"
        " > {log:q} 2>&1"


rule plot_drift:
    """Gain against the drift of the queries' vectors, and what tuning moves."""
    input:
        drifts=expand(in_experiment("drift/{run}.csv"), run=RUNS),
        summary=in_experiment("tables/summary.csv"),
    output:
        **figure("drift", 5, "gain against drift"),
        table=report(
            in_experiment("tables/drift.csv"),
            caption="../report/drift.rst",
            category="Tables",
            labels={"table": "drift of every run"},
        ),
    log:
        in_experiment("logs/plot_drift.log"),
    benchmark:
        in_experiment("benchmarks/plot_drift.tsv")
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        **GRID,
        demonstration=DEMONSTRATION,
        code=source_digest("plot_drift"),
    shell:
        "python workflow/scripts/plot_drift.py --drifts {input.drifts:q}"
        " --learning-rates {params.learning_rates} --seeds {params.seeds}"
        " --summary {input.summary:q} --table {output.table:q} {params.demonstration}"
        " --out {output.pdf:q} > {log:q} 2>&1"


rule judge_claims:
    """The claims of adiabatic tuning, each tested as such; every pair of languages."""
    input:
        base=in_experiment("outcomes/base.parquet"),
        runs=expand(in_experiment("outcomes/{run}.parquet"), run=JUDGED),
        ablations=expand(in_experiment("tables/ablation-{name}.csv"), name=ABLATIONS),
    output:
        **table("claims", "claims"),
        languages=report(
            in_experiment("tables/languages.csv"),
            caption="../report/languages.rst",
            category="Tables",
            labels={"table": "every pair of languages"},
        ),
        others=expand(in_experiment("tables/claims.{suffix}"), suffix=["md", "tex"]),
    log:
        in_experiment("logs/judge_claims.log"),
    benchmark:
        in_experiment("benchmarks/judge_claims.tsv")
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        runs=lambda wildcards, input: " ".join(
            option("--run", [planned.ablation or "-", *planned.run[1:], path])
            for planned, path in zip(JUDGED.values(), input.runs)
        ),
        roles=" ".join(
            option("--role", [name, setting]) for name, setting in ROLES.items() if setting
        ),
        ablations=lambda wildcards, output: os.path.dirname(output.claims),
        non_inferiority_margin=config["evaluation"]["non_inferiority_margin"],
        confidence=config["evaluation"]["confidence"],
        resamples=config["evaluation"]["resamples"],
        seed=config["seed"],
        demonstration=DEMONSTRATION,
        code=source_digest("judge_claims"),
    shell:
        "python workflow/scripts/judge_claims.py --base {input.base:q} {params.runs}"
        " {params.roles} --ablations {params.ablations:q}"
        " --non-inferiority-margin {params.non_inferiority_margin} --confidence {params.confidence}"
        " --resamples {params.resamples} --seed {params.seed} {params.demonstration}"
        " --languages {output.languages:q} --out {output.claims:q} > {log:q} 2>&1"
