# outcomes -> tables/ and figures/, with what the report shows of them.

FIGURE_NAMES = ["window", "levels", "history", *(f"languages-{task}" for task in TASKS)]
FIGURES = expand(
    in_experiment("figures/{figure}.{suffix}"), figure=FIGURE_NAMES, suffix=["pdf", "png", "csv"]
)
TABLES = [
    *expand(in_experiment("tables/{table}.csv"), table=["summary", "window", "runs"]),
    *expand(
        in_experiment("tables/{table}.{suffix}"),
        table=["overview", "verdicts", "levels"],
        suffix=["csv", "md", "tex"],
    ),
    in_experiment("tables/verdict.rst"),
]
GRID = {
    "learning_rates": [run.learning_rate for run in RUNS.values()],
    "seeds": [run.seed for run in RUNS.values()],
}


def figure(name, labels):
    """The files of one figure; the report shows the PNG with the caption written beside it."""
    path = in_experiment(f"figures/{name}")
    return {
        "pdf": f"{path}.pdf",
        "data": f"{path}.csv",
        "caption": f"{path}.rst",
        "png": report(
            f"{path}.png",
            caption=os.path.abspath(f"{path}.rst"),
            category="Figures",
            labels=labels,
        ),
    }


def table(name, description):
    """A table of which the report shows the CSV."""
    return report(
        in_experiment(f"tables/{name}.csv"),
        caption=f"../report/{name}.rst",
        category="Tables",
        labels={"table": description},
    )


rule summarize_runs:
    """Differences of every run from the base, with paired bootstrap intervals and verdicts."""
    input:
        base=in_experiment("outcomes/base.parquet"),
        runs=expand(in_experiment("outcomes/{run}.parquet"), run=RUNS),
    output:
        summary=table("summary", "every difference"),
        window=in_experiment("tables/window.csv"),
        runs=in_experiment("tables/runs.csv"),
    params:
        **GRID,
        margin_of_no_loss=config["evaluation"]["margin_of_no_loss"],
        confidence=config["evaluation"]["confidence"],
        resamples=config["evaluation"]["resamples"],
        seed=config["seed"],
        code=source_digest("summarize_runs"),
    log:
        in_experiment("logs/summarize_runs.log"),
    benchmark:
        in_experiment("benchmarks/summarize_runs.tsv")
    threads: 1
    conda:
        "../../envs/report.yaml"
    shell:
        "python workflow/scripts/summarize_runs.py --base {input.base:q} --runs {input.runs:q}"
        " --learning-rates {params.learning_rates} --seeds {params.seeds}"
        " --margin-of-no-loss {params.margin_of_no_loss} --confidence {params.confidence}"
        " --resamples {params.resamples} --seed {params.seed} --summary {output.summary:q}"
        " --window {output.window:q} --judged {output.runs:q} > {log:q} 2>&1"


rule write_tables:
    """The tables for people, as CSV, Markdown and LaTeX, and the verdict in words."""
    input:
        summary=in_experiment("tables/summary.csv"),
        window=in_experiment("tables/window.csv"),
        runs=in_experiment("tables/runs.csv"),
    output:
        overview=table("overview", "overview: families by learning rate"),
        verdicts=table("verdicts", "verdict on each run"),
        levels=table("levels", "levels of difficulty"),
        others=expand(
            in_experiment("tables/{table}.{suffix}"),
            table=["overview", "verdicts", "levels"],
            suffix=["md", "tex"],
        ),
        verdict=in_experiment("tables/verdict.rst"),
    params:
        demonstration=DEMONSTRATION,
        out=in_experiment("tables"),
        code=source_digest("write_tables"),
    log:
        in_experiment("logs/write_tables.log"),
    benchmark:
        in_experiment("benchmarks/write_tables.tsv")
    threads: 1
    conda:
        "../../envs/report.yaml"
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
        **figure("window", {"figure": "1. learning-rate window"}),
    params:
        confidence=config["evaluation"]["confidence"],
        demonstration=DEMONSTRATION,
        code=source_digest("plot_window"),
    log:
        in_experiment("logs/plot_window.log"),
    benchmark:
        in_experiment("benchmarks/plot_window.tsv")
    threads: 1
    conda:
        "../../envs/report.yaml"
    shell:
        "python workflow/scripts/plot_window.py --window {input.window:q} --runs {input.runs:q}"
        " --confidence {params.confidence} {params.demonstration} --out {output.pdf:q}"
        " > {log:q} 2>&1"


rule plot_languages:
    """Heat map of one task: query language by document language."""
    input:
        summary=in_experiment("tables/summary.csv"),
        runs=in_experiment("tables/runs.csv"),
    output:
        **figure("languages-{task}", {"figure": "2. languages, {task}"}),
    params:
        demonstration=DEMONSTRATION,
        code=source_digest("plot_languages"),
    log:
        in_experiment("logs/plot_languages-{task}.log"),
    benchmark:
        in_experiment("benchmarks/plot_languages-{task}.tsv")
    threads: 1
    conda:
        "../../envs/report.yaml"
    shell:
        "python workflow/scripts/plot_languages.py --summary {input.summary:q}"
        " --runs {input.runs:q} --task {wildcards.task} {params.demonstration}"
        " --out {output.pdf:q} > {log:q} 2>&1"


rule plot_levels:
    """Accuracy by level of difficulty and anchor style, base and tuned."""
    input:
        summary=in_experiment("tables/summary.csv"),
        runs=in_experiment("tables/runs.csv"),
    output:
        **figure("levels", {"figure": "3. levels of difficulty"}),
    params:
        demonstration=DEMONSTRATION,
        code=source_digest("plot_levels"),
    log:
        in_experiment("logs/plot_levels.log"),
    benchmark:
        in_experiment("benchmarks/plot_levels.tsv")
    threads: 1
    conda:
        "../../envs/report.yaml"
    shell:
        "python workflow/scripts/plot_levels.py --summary {input.summary:q} --runs {input.runs:q}"
        " {params.demonstration} --out {output.pdf:q} > {log:q} 2>&1"


rule plot_history:
    """Validation accuracy and loss of every run against the step."""
    input:
        histories=expand(in_experiment("runs/{run}/history.csv"), run=RUNS),
    output:
        **figure("history", {"figure": "4. tuning history"}),
    params:
        **GRID,
        demonstration=DEMONSTRATION,
        code=source_digest("plot_history"),
    log:
        in_experiment("logs/plot_history.log"),
    benchmark:
        in_experiment("benchmarks/plot_history.tsv")
    threads: 1
    conda:
        "../../envs/report.yaml"
    shell:
        "python workflow/scripts/plot_history.py --histories {input.histories:q}"
        " --learning-rates {params.learning_rates} --seeds {params.seeds}"
        " {params.demonstration} --out {output.pdf:q} > {log:q} 2>&1"
