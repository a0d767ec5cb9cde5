# base/ + data/tuning.parquet + embeddings/tuning.npy -> runs/RUN/, one for each rate and seed.


rule list_tuned_parameters:
    """The parameters that are tuned; a pattern that freezes nothing stops here, early and once."""
    input:
        base=BASE.values(),
    output:
        names=in_experiment("tuned_parameters.txt"),
    log:
        in_experiment("logs/list_tuned_parameters.log"),
    benchmark:
        in_experiment("benchmarks/list_tuned_parameters.tsv")
    priority: 2
    conda:
        "../../envs/torch.yaml"
    threads: 1
    params:
        base=lambda wildcards, input: os.path.dirname(input.base[0]),
        freeze=config["tuning"]["freeze"],
        code=source_digest("list_tuned_parameters"),
    shell:
        "python workflow/scripts/list_tuned_parameters.py --base {params.base:q}"
        " --freeze {params.freeze:q} --out {output.names:q} > {log:q} 2>&1"


rule tune_query_encoder:
    """One run: the query encoder tuned on English triplets, the document vectors staying as is."""
    input:
        base=BASE.values(),
        parameters=in_experiment("tuned_parameters.txt"),
        tuning=in_experiment("data/tuning.parquet"),
        vectors=in_experiment("embeddings/tuning.npy"),
    output:
        weights=in_experiment("runs/{run}/model.safetensors"),
        settings=in_experiment("runs/{run}/encoder.json"),
        history=in_experiment("runs/{run}/history.csv"),
        provenance=in_experiment("runs/{run}/provenance.json"),
    log:
        in_experiment("logs/tune_query_encoder-{run}.log"),
    benchmark:
        in_experiment("benchmarks/tune_query_encoder-{run}.tsv")
    conda:
        "../../envs/torch.yaml"
    threads: 1
    params:
        base=lambda wildcards, input: os.path.dirname(input.base[0]),
        out=lambda wildcards, output: os.path.dirname(output.weights),
        checkpoint=in_experiment("checkpoints/{run}.safetensors"),
        learning_rate=lambda wildcards: RUNS[wildcards.run].learning_rate,
        seed=lambda wildcards: RUNS[wildcards.run].seed,
        loss=config["tuning"]["loss"],
        margin=config["tuning"]["margin"],
        temperature=config["tuning"]["temperature"],
        schedule=config["tuning"]["schedule"],
        warmup=config["tuning"]["warmup"],
        accumulate=config["tuning"]["accumulate"],
        clipping=option("--max-gradient-norm", config["tuning"]["max_gradient_norm"]),
        batch_size=config["tuning"]["batch_size"],
        epochs=config["tuning"]["epochs"],
        freeze=config["tuning"]["freeze"],
        precision=config["tuning"]["precision"],
        code=source_digest("tune_query_encoder"),
    shell:
        "python workflow/scripts/tune_query_encoder.py --base {params.base:q}"
        " --data {input.tuning:q} --vectors {input.vectors:q}"
        " --learning-rate {params.learning_rate} --seed {params.seed} --loss {params.loss}"
        " --margin {params.margin} --temperature {params.temperature} --schedule {params.schedule}"
        " --warmup {params.warmup} --accumulate {params.accumulate} {params.clipping}"
        " --batch-size {params.batch_size} --epochs {params.epochs} --freeze {params.freeze:q}"
        " --precision {params.precision} --checkpoint {params.checkpoint:q} --threads {threads} --out {params.out:q} > {log:q} 2>&1"
