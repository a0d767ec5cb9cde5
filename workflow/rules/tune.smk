# base/ + data/tuning.parquet + embeddings/tuning.npy -> runs/RUN/, one for each rate and seed, and
# for those that ablations repeat.

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
    """One run: the query encoder tuned on English triplets, the document vectors staying as is."""
    input:
        base=BASE.values(),
        parameters=lambda wildcards: in_experiment(
            f"tuned_parameters/{freezing_variant(PLANNED[wildcards.run])}.csv"
        ),
        tuning=in_experiment("data/tuning.parquet"),
        vectors=in_experiment("embeddings/tuning.npy"),
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
        learning_rate=lambda wildcards: PLANNED[wildcards.run].run.learning_rate,
        seed=lambda wildcards: PLANNED[wildcards.run].run.seed,
        settings=lambda wildcards: options(PLANNED[wildcards.run].settings),
        threads=lambda wildcards, threads: max(1, threads // PROCESSES),
        code=source_digest("tune_query_encoder"),
    shell:
        "{params.python} workflow/scripts/tune_query_encoder.py --base {params.base:q}"
        " --data {input.tuning:q} --vectors {input.vectors:q}"
        " --learning-rate {params.learning_rate} --seed {params.seed} {params.settings}"
        " --checkpoint {params.checkpoint:q} --threads {params.threads} --out {params.out:q}"
        " > {log:q} 2>&1"
