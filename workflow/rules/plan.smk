# base/ + data + pairs -> tables/sample_sizes.*, tables/expected_costs.*: what the experiment can decide
# and what it takes, before anything is tuned. `make plan` runs this alone; nothing else needs it.

PLAN_TABLES = ("sample_sizes", "expected_costs")
PILOT = config["evaluation"]["pilot"]


rule plan_experiment:
    """Power of each claim by rate, the items and seeds that it needs, and the time of the sweep."""
    input:
        BASE.values(),
        **EVALUATION_DATA,
        excluded=in_experiment("data/excluded.parquet"),
    output:
        expand(
            in_experiment("tables/{table}.{suffix}"),
            table=PLAN_TABLES,
            suffix=["csv", "md", "tex", "rst"],
        ),
        in_experiment("tables/sample_sizes.txt"),
    log:
        in_experiment("logs/plan_experiment.log"),
    benchmark:
        in_experiment("benchmarks/plan_experiment.tsv")
    conda:
        "../../envs/torch.yaml"
    threads: 1
    params:
        options=options_from(
            plan=PLAN_FILE,
            base=in_experiment("base"),
            pilot=f"results/{PILOT}" if PILOT else None,
            demonstration=DEMONSTRATION,
            out=in_experiment("tables"),
            **JUDGED_BY,
        ),
        plan=[*PLANNED_RUNS, KIND_OF],
        code=source_digest("plan_experiment", *KINDS_USED),
    shell:
        "python workflow/scripts/plan_experiment.py {params.options} --threads {threads} > {log:q} 2>&1"
