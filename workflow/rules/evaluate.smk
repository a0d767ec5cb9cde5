# data + pairs -> data/evaluation_sets.csv, data/excluded.parquet;
# base/ or runs/RUN/ + data + embeddings -> outcomes/base.parquet, outcomes/RUN.parquet, drift/RUN.csv;
# methods that search texts need the data only.

KINDS_USED = dict.fromkeys([KINDS["triplets"], *TASK_KINDS.values()])


rule check_evaluation_sets:
    """What each evaluation set holds, and its overlap with the tuning data; any evaluation needs it."""
    input:
        **EVALUATION_DATA,
    output:
        excluded=in_experiment("data/excluded.parquet"),
        out=in_experiment("data/evaluation_sets.csv"),
    log:
        in_experiment("logs/check_evaluation_sets.log"),
    benchmark:
        in_experiment("benchmarks/check_evaluation_sets.tsv")
    priority: 2
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        options=options_from(
            plan=PLAN_FILE,
            contamination=config["evaluation"]["contamination"],
        ),
        kinds=[KIND_OF],
        code=source_digest("check_evaluation_sets", *KINDS_USED),
    shell:
        "python workflow/scripts/check_evaluation_sets.py {params.options} > {log:q} 2>&1"


rule evaluate_base:
    """Outcomes of the base on every task, item by item."""
    input:
        BASE.values(),
        **EVALUATION_DATA,
        **vectors_of(in_experiment("embeddings")),
        excluded=in_experiment("data/excluded.parquet"),
    output:
        recall_files([BASE_NAME]),
        in_experiment("outcomes/base.parquet"),
        queries_out=in_experiment("outcomes/base-queries.npy"),
    log:
        in_experiment("logs/evaluate_base.log"),
    benchmark:
        in_experiment("benchmarks/evaluate_base.tsv")
    priority: 1
    conda:
        "../../envs/torch.yaml"
    threads: 1
    params:
        options=options_from(
            plan=PLAN_FILE,
            runs=BASE_NAME,
            base=in_experiment("base"),
            search_recall=in_experiment("search") if SEARCHED else None,
            out=in_experiment("outcomes"),
        ),
        kinds=[KIND_OF],
        code=source_digest("evaluate_runs", *KINDS_USED),
    shell:
        "python workflow/scripts/evaluate_runs.py {params.options} --threads {threads} > {log:q} 2>&1"


for BATCH in (batch for batch in BATCHES if not batch.runs[0].row.search):

    rule:
        """Outcomes of a batch of runs on every task, item by item; their drift from the base."""
        name:
            f"evaluate_runs_{BATCH.name}"
        input:
            BASE.values(),
            run_files(BATCH.names, "model.safetensors", "delta.safetensors", "encoder.json"),
            **EVALUATION_DATA,
            **vectors_of(
                in_experiment(
                    f"embeddings/{BATCH.name}" if BATCH.name in OWN_DOCUMENTS else "embeddings"
                )
            ),
            excluded=in_experiment("data/excluded.parquet"),
            base_queries=in_experiment("outcomes/base-queries.npy"),
        output:
            recall_files(BATCH.names),
            expand(in_experiment("outcomes/{run}.parquet"), run=BATCH.names),
            expand(in_experiment("drift/{run}.csv"), run=BATCH.names),
        log:
            in_experiment(f"logs/evaluate_runs-{BATCH.name}.log"),
        benchmark:
            in_experiment(f"benchmarks/evaluate_runs-{BATCH.name}.tsv")
        conda:
            "../../envs/torch.yaml"
        threads: 1
        params:
            options=options_from(
                plan=PLAN_FILE,
                runs=BATCH.names,
                base=in_experiment("base"),
                encoders=in_experiment("runs"),
                drift=in_experiment("drift"),
                search_recall=in_experiment("search") if SEARCHED else None,
                out=in_experiment("outcomes"),
            ),
            kinds=[KIND_OF],
            methods=[run.method for run in BATCH.runs],
            code=source_digest("evaluate_runs", *KINDS_USED),
        shell:
            "python workflow/scripts/evaluate_runs.py {params.options} --threads {threads} > {log:q} 2>&1"


for BATCH in (batch for batch in BATCHES if batch.runs[0].row.search):

    rule:
        """Outcomes of a method that searches texts, on every task, item by item."""
        name:
            f"evaluate_runs_{BATCH.name}"
        input:
            **EVALUATION_DATA,
            excluded=in_experiment("data/excluded.parquet"),
        output:
            expand(in_experiment("outcomes/{run}.parquet"), run=BATCH.names),
        log:
            in_experiment(f"logs/evaluate_runs-{BATCH.name}.log"),
        benchmark:
            in_experiment(f"benchmarks/evaluate_runs-{BATCH.name}.tsv")
        conda:
            "../../envs/torch.yaml"
        threads: 1
        params:
            options=options_from(plan=PLAN_FILE, runs=BATCH.names, out=in_experiment("outcomes")),
            kinds=[KIND_OF],
            methods=[run.method for run in BATCH.runs],
            code=source_digest("evaluate_runs", BATCH.runs[0].row, *KINDS_USED),
        shell:
            "python workflow/scripts/evaluate_runs.py {params.options} --threads {threads} > {log:q} 2>&1"
