# base/ + data/tuning.parquet + embeddings/tuning.npy -> runs/RUN/: the sweep's, one for each rate and
# seed, those that ablations repeat, and those of the methods that are compared with them.

PROCESSES = config["tuning"]["processes"]
PYTHON = (
    "python"
    if PROCESSES == 1
    else f"python -m torch.distributed.run --standalone --nproc-per-node {PROCESSES}"
)


rule list_tuned_parameters:
    """What is tuned in the sweep, or in an ablation; a pattern that freezes nothing stops here."""
    input:
        BASE.values(),
    output:
        out=in_experiment("tuned_parameters/{group}.csv"),
    log:
        in_experiment("logs/list_tuned_parameters-{group}.log"),
    benchmark:
        in_experiment("benchmarks/list_tuned_parameters-{group}.tsv")
    wildcard_constraints:
        group=one_of(FREEZE),
    priority: 2
    conda:
        "../../envs/torch.yaml"
    threads: 1
    params:
        options=options_from(
            base=in_experiment("base"), freeze=lambda wildcards: FREEZE[wildcards.group]
        ),
        code=source_digest("list_tuned_parameters"),
    shell:
        "python workflow/scripts/list_tuned_parameters.py {params.options} > {log:q} 2>&1"


for BATCH in (batch for batch in BATCHES if batch.runs[0].row.make):

    rule:
        """Runs of one group and rate: query encoders tuned on English triplets."""
        name:
            f"tune_query_encoder_{BATCH.name}"
        input:
            BASE.values(),
            parameters_of(BATCH),
            repeated_by(BATCH),
            data=in_experiment("data/tuning.parquet"),
            vectors=in_experiment("embeddings/tuning.npy"),
        output:
            run_files(
                BATCH.names,
                "model.safetensors",
                "delta.safetensors",
                "encoder.json",
                "history.csv",
                "provenance.json",
                "time.json",
            ),
        log:
            in_experiment(f"logs/tune_query_encoder-{BATCH.name}.log"),
        benchmark:
            in_experiment(f"benchmarks/tune_query_encoder-{BATCH.name}.tsv")
        conda:
            "../../envs/torch.yaml"
        threads: PROCESSES
        resources:
            gpu=PROCESSES,
        params:
            options=options_from(
                plan=PLAN_FILE,
                runs=BATCH.names,
                base=in_experiment("base"),
                checkpoints=in_experiment("checkpoints"),
                threads=1,
                out=in_experiment("runs"),
            ),
            python=PYTHON,
            runs=[plan_row(run) for run in BATCH.runs],
            code=source_digest("tune_query_encoder", BATCH.runs[0].row),
        shell:
            "{params.python} workflow/scripts/tune_query_encoder.py {params.options} > {log:q} 2>&1"
