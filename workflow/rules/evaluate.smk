# base/ or runs/RUN/ + data + embeddings -> outcomes/base.parquet, outcomes/RUN.parquet.

EVALUATION_DATA = {
    "pairs": expand(in_experiment("pairs/{style}-{level}.parquet"), style=STYLES, level=LEVELS),
    "pair_vectors": in_experiment("embeddings/arxiv.npy"),
    "tuning": in_experiment("data/tuning.parquet"),
    "tuning_vectors": in_experiment("embeddings/tuning.npy"),
    "tasks": expand(in_experiment("data/{task}.parquet"), task=TASKS),
    "task_vectors": expand(in_experiment("embeddings/{task}.npy"), task=TASKS),
}
EVALUATE = (
    "python workflow/scripts/evaluate_run.py --encoder {params.encoder:q}"
    " --pairs {input.pairs:q} --pair-vectors {input.pair_vectors:q}"
    " --tuning {input.tuning:q} --tuning-vectors {input.tuning_vectors:q} {params.tasks}"
    " --threads {threads} --out {output.outcomes:q} > {log:q} 2>&1"
)


def task_options(wildcards, input):
    """The options that name each task's kind, items and vectors."""
    files = zip(TASKS.values(), input.tasks, input.task_vectors)
    return " ".join(
        f"--task {task['name']} {task['kind']} {shlex.quote(items)} {shlex.quote(vectors)}"
        for task, items, vectors in files
    )


rule evaluate_base:
    """Outcomes of the base on every task, item by item."""
    input:
        **EVALUATION_DATA,
        base=BASE.values(),
    output:
        outcomes=in_experiment("outcomes/base.parquet"),
    params:
        encoder=in_experiment("base"),
        tasks=task_options,
        code=source_digest("evaluate_run"),
    log:
        in_experiment("logs/evaluate_base.log"),
    benchmark:
        in_experiment("benchmarks/evaluate_base.tsv")
    threads: 1
    conda:
        "../../envs/torch.yaml"
    shell:
        EVALUATE


rule evaluate_run:
    """Outcomes of one tuned query encoder on every task, item by item."""
    input:
        **EVALUATION_DATA,
        weights=in_experiment("runs/{run}/model.safetensors"),
        settings=in_experiment("runs/{run}/encoder.json"),
    output:
        outcomes=in_experiment("outcomes/{run}.parquet"),
    params:
        encoder=in_experiment("runs/{run}"),
        tasks=task_options,
        code=source_digest("evaluate_run"),
    log:
        in_experiment("logs/evaluate_run-{run}.log"),
    benchmark:
        in_experiment("benchmarks/evaluate_run-{run}.tsv")
    threads: 1
    conda:
        "../../envs/torch.yaml"
    shell:
        EVALUATE
