# data + pairs -> tables/evaluation_sets, data/left_out.parquet;
# base/ or runs/RUN/ + data + embeddings -> outcomes/base.parquet, outcomes/RUN.parquet; BM25 needs
# the data only.

EVALUATION_DATA = {
    "pairs": PAIRS,
    "pair_vectors": in_experiment("embeddings/arxiv.npy"),
    "tuning": in_experiment("data/tuning.parquet"),
    "tuning_vectors": in_experiment("embeddings/tuning.npy"),
    "left_out": in_experiment("data/left_out.parquet"),
    "tasks": expand(in_experiment("data/{task}.parquet"), task=TASKS),
    "task_vectors": expand(in_experiment("embeddings/{task}.npy"), task=TASKS),
    "indexes": expand(in_experiment("embeddings/{task}.faiss"), task=SEARCHED),
}
EVALUATE = (
    "python workflow/scripts/evaluate_run.py --encoder {params.encoder:q}"
    " --document-encoder {params.document_encoder:q}"
    " --pairs {input.pairs:q} --pair-vectors {input.pair_vectors:q}"
    " --tuning {input.tuning:q} --tuning-vectors {input.tuning_vectors:q} {params.tasks}"
    " {params.indexes} {params.recall} --left-out {input.left_out:q} {params.drift} --threads {threads}"
    " --out {output.outcomes:q} > {log:q} 2>&1"
)


rule check_evaluation_sets:
    """What each evaluation set holds, and what of it the tuning data has, too; any evaluation needs it."""
    input:
        pairs=PAIRS,
        tuning=in_experiment("data/tuning.parquet"),
        tasks=expand(in_experiment("data/{task}.parquet"), task=TASKS),
    output:
        **table("evaluation_sets", "evaluation sets"),
        others=expand(in_experiment("tables/evaluation_sets.{suffix}"), suffix=["md", "tex"]),
        left_out=in_experiment("data/left_out.parquet"),
    log:
        in_experiment("logs/check_evaluation_sets.log"),
    benchmark:
        in_experiment("benchmarks/check_evaluation_sets.tsv")
    priority: 2
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        tasks=lambda wildcards, input: " ".join(
            option("--task", [task["name"], task["kind"], data])
            for task, data in zip(TASKS.values(), input.tasks)
        ),
        leakage=config["evaluation"]["leakage"],
        demonstration=DEMONSTRATION,
        code=source_digest("check_evaluation_sets"),
    shell:
        "python workflow/scripts/check_evaluation_sets.py --pairs {input.pairs:q}"
        " --tuning {input.tuning:q} {params.tasks} --leakage {params.leakage}"
        " {params.demonstration} --left-out {output.left_out:q} --out {output.evaluation_sets:q}"
        " > {log:q} 2>&1"


rule evaluate_base:
    """Outcomes of the base on every task, item by item."""
    input:
        **EVALUATION_DATA,
        base=BASE.values(),
    output:
        **search_recall_file("base"),
        outcomes=in_experiment("outcomes/base.parquet"),
        queries=in_experiment("outcomes/base-queries.npy"),
    log:
        in_experiment("logs/evaluate_base.log"),
    benchmark:
        in_experiment("benchmarks/evaluate_base.tsv")
    conda:
        "../../envs/torch.yaml"
    threads: 1
    params:
        encoder=lambda wildcards, input: os.path.dirname(input.base[0]),
        document_encoder=lambda wildcards, input: os.path.dirname(input.base[0]),
        drift=lambda wildcards, output: option("--queries-out", output.queries),
        indexes=index_options,
        recall=lambda wildcards, output: option("--search-recall", output.get("recall")),
        tasks=task_options,
        code=source_digest("evaluate_run"),
    shell:
        EVALUATE


rule evaluate_run:
    """Outcomes of one tuned query encoder on every task, item by item; its drift from the base."""
    input:
        **{name: vectors_for_run(paths) for name, paths in EVALUATION_DATA.items()},
        base=BASE.values(),
        base_queries=in_experiment("outcomes/base-queries.npy"),
        delta=in_experiment("runs/{run}/delta.safetensors"),
        weights=in_experiment("runs/{run}/model.safetensors"),
        settings=in_experiment("runs/{run}/encoder.json"),
    output:
        **search_recall_file("{run}"),
        outcomes=in_experiment("outcomes/{run}.parquet"),
        drift=in_experiment("drift/{run}.csv"),
    log:
        in_experiment("logs/evaluate_run-{run}.log"),
    benchmark:
        in_experiment("benchmarks/evaluate_run-{run}.tsv")
    wildcard_constraints:
        run=one_of(name for name, planned in PLANNED.items() if planned.method != "bm25"),
    conda:
        "../../envs/torch.yaml"
    threads: 1
    params:
        encoder=lambda wildcards, input: os.path.dirname(input.weights),
        document_encoder=lambda wildcards, input: os.path.dirname(
            input.weights if PLANNED[wildcards.run].method == "both-encoders" else input.base[0]
        ),
        drift=lambda wildcards, input, output: options(
            {
                "base": os.path.dirname(input.base[0]),
                "base_queries": input.base_queries,
                "drift": output.drift,
            }
        ),
        indexes=index_options,
        recall=lambda wildcards, output: option("--search-recall", output.get("recall")),
        tasks=task_options,
        code=source_digest("evaluate_run"),
    shell:
        EVALUATE


rule evaluate_bm25:
    """Outcomes of BM25, with an index for each language, on every task, item by item."""
    input:
        pairs=PAIRS,
        tuning=in_experiment("data/tuning.parquet"),
        tasks=expand(in_experiment("data/{task}.parquet"), task=TASKS),
        left_out=in_experiment("data/left_out.parquet"),
    output:
        outcomes=in_experiment("outcomes/{run}.parquet"),
    log:
        in_experiment("logs/evaluate_bm25-{run}.log"),
    benchmark:
        in_experiment("benchmarks/evaluate_bm25-{run}.tsv")
    wildcard_constraints:
        run=runs_of("bm25"),
    conda:
        "../../envs/data.yaml"
    threads: 1
    params:
        tasks=lambda wildcards, input: " ".join(
            option("--task", [task["name"], task["kind"], data])
            for task, data in zip(TASKS.values(), input.tasks)
        ),
        code=source_digest("evaluate_bm25"),
    shell:
        "python workflow/scripts/evaluate_bm25.py --pairs {input.pairs:q} --tuning {input.tuning:q}"
        " {params.tasks} --left-out {input.left_out:q} --out {output.outcomes:q} > {log:q} 2>&1"


if SEARCHED:

    rule list_search_recall:
        """What approximate search finds of the best passages, for the base and every run."""
        input:
            recalls=expand(
                in_experiment("search/{run}.csv"),
                run=["base", *(name for name in PLANNED if PLANNED[name].method != "bm25")],
            ),
        output:
            **table("search_recall", "recall of approximate search"),
            markdown=in_experiment("tables/search_recall.md"),
        log:
            in_experiment("logs/list_search_recall.log"),
        benchmark:
            in_experiment("benchmarks/list_search_recall.tsv")
        conda:
            "../../envs/report.yaml"
        threads: 1
        params:
            demonstration=DEMONSTRATION,
            code=source_digest("list_search_recall"),
        shell:
            "python workflow/scripts/list_search_recall.py --recalls {input.recalls:q}"
            " {params.demonstration} --out {output.search_recall:q} > {log:q} 2>&1"
