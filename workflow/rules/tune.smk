# base/ + data/tuning.parquet + embeddings/tuning.npy -> runs/RUN/, one for each rate and seed, for
# those that ablations repeat, and for baselines by other methods.

PROCESSES = config["tuning"]["processes"]
PYTHON = (
    "python"
    if PROCESSES == 1
    else f"python -m torch.distributed.run --standalone --nproc-per-node {PROCESSES}"
)


rule list_tuned_parameters:
    """What is tuned by the grid, or by an ablation; a pattern that freezes nothing stops here."""
    input:
        base=BASE.values(),
    output:
        table=in_experiment("tuned_parameters/{variant}.csv"),
    log:
        in_experiment("logs/list_tuned_parameters-{variant}.log"),
    benchmark:
        in_experiment("benchmarks/list_tuned_parameters-{variant}.tsv")
    priority: 2
    conda:
        "../../envs/torch.yaml"
    threads: 1
    params:
        base=lambda wildcards, input: os.path.dirname(input.base[0]),
        freeze=lambda wildcards: option("--freeze", FREEZE[wildcards.variant]),
        code=source_digest("list_tuned_parameters"),
    shell:
        "python workflow/scripts/list_tuned_parameters.py --base {params.base:q}"
        " {params.freeze} --out {output.table:q} > {log:q} 2>&1"


rule tune_query_encoder:
    """One run: the query encoder tuned on English triplets, the document vectors staying as is.

    Of baselines: through low-rank matrices, or together with the encoder of documents.
    """
    input:
        base=BASE.values(),
        parameters=lambda wildcards: (
            in_experiment(f"tuned_parameters/{freezing_variant(PLANNED[wildcards.run])}.csv")
            if "freeze" in PLANNED[wildcards.run].settings
            else []
        ),
        tuning=in_experiment("data/tuning.parquet"),
        vectors=lambda wildcards: (
            []
            if PLANNED[wildcards.run].method == "both-encoders"
            else in_experiment("embeddings/tuning.npy")
        ),
    output:
        weights=in_experiment("runs/{run}/model.safetensors"),
        delta=in_experiment("runs/{run}/delta.safetensors"),
        settings=in_experiment("runs/{run}/encoder.json"),
        history=in_experiment("runs/{run}/history.csv"),
        provenance=in_experiment("runs/{run}/provenance.json"),
    log:
        in_experiment("logs/tune_query_encoder-{run}.log"),
    benchmark:
        in_experiment("benchmarks/tune_query_encoder-{run}.tsv")
    wildcard_constraints:
        run=runs_of("query-encoder", "lora", "both-encoders"),
    conda:
        "../../envs/torch.yaml"
    threads: PROCESSES
    resources:
        gpu=PROCESSES,
    params:
        python=PYTHON,
        base=lambda wildcards, input: os.path.dirname(input.base[0]),
        out=lambda wildcards, output: os.path.dirname(output.weights),
        checkpoint=in_experiment("checkpoints/{run}.safetensors"),
        vectors=lambda wildcards, input: option("--vectors", input.get("vectors") or None),
        run=run_options,
        threads=lambda wildcards, threads: max(1, threads // PROCESSES),
        code=source_digest("tune_query_encoder"),
    shell:
        "{params.python} workflow/scripts/tune_query_encoder.py --base {params.base:q}"
        " --data {input.tuning:q} {params.vectors} {params.run}"
        " --checkpoint {params.checkpoint:q} --threads {params.threads} --out {params.out:q}"
        " > {log:q} 2>&1"


rule fit_adapter:
    """A baseline: the base with a matrix on the vectors of queries, trained or fitted."""
    input:
        base=BASE.values(),
        tuning=in_experiment("data/tuning.parquet"),
        vectors=in_experiment("embeddings/tuning.npy"),
    output:
        weights=in_experiment("runs/{run}/model.safetensors"),
        matrix=in_experiment("runs/{run}/2_Dense/model.safetensors"),
        delta=in_experiment("runs/{run}/delta.safetensors"),
        settings=in_experiment("runs/{run}/encoder.json"),
        history=in_experiment("runs/{run}/history.csv"),
        provenance=in_experiment("runs/{run}/provenance.json"),
    log:
        in_experiment("logs/fit_adapter-{run}.log"),
    benchmark:
        in_experiment("benchmarks/fit_adapter-{run}.tsv")
    wildcard_constraints:
        run=runs_of("linear-adapter", "procrustes"),
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        gpu=1,
    params:
        base=lambda wildcards, input: os.path.dirname(input.base[0]),
        out=lambda wildcards, output: os.path.dirname(output.weights),
        run=run_options,
        code=source_digest("fit_adapter"),
    shell:
        "python workflow/scripts/fit_adapter.py --base {params.base:q} --data {input.tuning:q}"
        " --vectors {input.vectors:q} {params.run} --threads {threads} --out {params.out:q}"
        " > {log:q} 2>&1"


rule interpolate_weights:
    """A baseline: weights between the base's and those of a run of the grid."""
    input:
        base=BASE.values(),
        delta=lambda wildcards: in_experiment(
            f"runs/{PLANNED[wildcards.run].repeats}/delta.safetensors"
        ),
        provenance=lambda wildcards: in_experiment(
            f"runs/{PLANNED[wildcards.run].repeats}/provenance.json"
        ),
    output:
        weights=in_experiment("runs/{run}/model.safetensors"),
        delta=in_experiment("runs/{run}/delta.safetensors"),
        settings=in_experiment("runs/{run}/encoder.json"),
        provenance=in_experiment("runs/{run}/provenance.json"),
    log:
        in_experiment("logs/interpolate_weights-{run}.log"),
    benchmark:
        in_experiment("benchmarks/interpolate_weights-{run}.tsv")
    wildcard_constraints:
        run=runs_of("interpolation"),
    conda:
        "../../envs/torch.yaml"
    threads: 1
    params:
        base=lambda wildcards, input: os.path.dirname(input.base[0]),
        run=lambda wildcards, input: os.path.dirname(input.delta),
        out=lambda wildcards, output: os.path.dirname(output.weights),
        alpha=lambda wildcards: PLANNED[wildcards.run].settings["alpha"],
        code=source_digest("interpolate_weights"),
    shell:
        "python workflow/scripts/interpolate_weights.py --base {params.base:q}"
        " --run {params.run:q} --alpha={params.alpha} --out {params.out:q} > {log:q} 2>&1"
