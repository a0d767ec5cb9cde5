# The base encoder: pretrained on the embedded world, or brought from a folder or the hub -> base/;
# and the vectors of every corpus' documents, embedded once by it -> embeddings/CORPUS.npy, and where a
# task asks for one an index of them -> embeddings/CORPUS.faiss. Where a baseline tunes the encoder of
# documents, all are embedded again -> embeddings/RUN/CORPUS.npy.

if config["base"]["source"] == "embedded":

    rule pretrain_base:
        """A tiny multilingual BERT, trained from the parallel sentences of the embedded world."""
        input:
            parallel=expand(WORLD_FILES["parallel"], language=WORLD_LANGUAGES),
        output:
            weights=BASE["model.safetensors"],
            settings=BASE["encoder.json"],
            provenance=BASE["provenance.json"],
        log:
            in_experiment("logs/pretrain_base.log"),
        benchmark:
            in_experiment("benchmarks/pretrain_base.tsv")
        conda:
            "../../envs/torch.yaml"
        threads: 1
        params:
            out=lambda wildcards, output: os.path.dirname(output.weights),
            sizes=" ".join(
                f"--{name.replace('_', '-')} {config['world'][name]}"
                for name in ("layers", "width", "embedding_steps", "encoder_steps")
            ),
            seed=config["seed"],
            code=source_digest("pretrain_base"),
        shell:
            "python workflow/scripts/pretrain_base.py --parallel {input.parallel:q} {params.sizes}"
            " --seed {params.seed} --threads {threads} --out {params.out:q} > {log:q} 2>&1"

else:

    rule prepare_base:
        """The base model of a local folder or of the hub, with how to pool, prefix and truncate."""
        input:
            files=base_files(),
        output:
            weights=BASE["model.safetensors"],
            settings=BASE["encoder.json"],
            provenance=BASE["provenance.json"],
        log:
            in_experiment("logs/prepare_base.log"),
        benchmark:
            in_experiment("benchmarks/prepare_base.tsv")
        priority: 2
        conda:
            "../../envs/torch.yaml"
        threads: 1
        params:
            out=lambda wildcards, output: os.path.dirname(output.weights),
            source=config["base"]["source"],
            model=config["base"]["model"],
            options=options(
                {k: v for k, v in config["base"].items() if k not in ("source", "model")}
            ),
            code=source_digest("prepare_base"),
        shell:
            "python workflow/scripts/prepare_base.py --source {params.source}"
            " --model {params.model:q} {params.options} --out {params.out:q} > {log:q} 2>&1"


rule embed_documents:
    """Vectors of one corpus' documents by the frozen encoder, once for every run."""
    input:
        base=BASE.values(),
        data=corpus_data,
        # All sets are checked before anything that takes long.
        checked=ancient(in_experiment("tables/evaluation_sets.csv")),
    output:
        vectors=in_experiment("embeddings/{corpus}.npy"),
        origin=in_experiment("embeddings/{corpus}.json"),
    log:
        in_experiment("logs/embed_documents-{corpus}.log"),
    benchmark:
        in_experiment("benchmarks/embed_documents-{corpus}.tsv")
    conda:
        "../../envs/torch.yaml"
    threads: 1
    params:
        base=lambda wildcards, input: os.path.dirname(input.base[0]),
        kind=lambda wildcards: TASKS.get(wildcards.corpus, {"kind": "triplets"})["kind"],
        code=source_digest("embed_documents"),
    shell:
        "python workflow/scripts/embed_documents.py --base {params.base:q} --data {input.data:q}"
        " --kind {params.kind} --threads {threads} --out {output.vectors:q} > {log:q} 2>&1"


use rule embed_documents as embed_documents_again with:
    # What tuning both encoders costs: another index for every run.
    input:
        base=[
            in_experiment(f"runs/{{run}}/{name}") for name in ("model.safetensors", "encoder.json")
        ],
        data=corpus_data,
    output:
        vectors=in_experiment("embeddings/{run}/{corpus}.npy"),
        origin=in_experiment("embeddings/{run}/{corpus}.json"),
    log:
        in_experiment("logs/embed_documents-{run}-{corpus}.log"),
    benchmark:
        in_experiment("benchmarks/embed_documents-{run}-{corpus}.tsv")
    wildcard_constraints:
        run=runs_of("both-encoders"),


rule build_index:
    """Approximate search over one corpus' vectors, for a set too large to be searched exactly."""
    input:
        data=in_experiment("data/{searched}.parquet"),
        vectors=in_experiment("embeddings/{searched}.npy"),
        origin=in_experiment("embeddings/{searched}.json"),
    output:
        index=in_experiment("embeddings/{searched}.faiss"),
        origin=in_experiment("embeddings/{searched}.faiss.json"),
    log:
        in_experiment("logs/build_index-{searched}.log"),
    benchmark:
        in_experiment("benchmarks/build_index-{searched}.tsv")
    conda:
        "../../envs/torch.yaml"
    threads: 1
    params:
        seed=config["seed"],
        code=source_digest("build_index"),
    shell:
        "python workflow/scripts/build_index.py --data {input.data:q} --vectors {input.vectors:q}"
        " --seed {params.seed} --out {output.index:q} > {log:q} 2>&1"


use rule build_index as build_index_again with:
    # Of the vectors that were embedded again.
    input:
        data=in_experiment("data/{searched}.parquet"),
        vectors=in_experiment("embeddings/{run}/{searched}.npy"),
        origin=in_experiment("embeddings/{run}/{searched}.json"),
    output:
        index=in_experiment("embeddings/{run}/{searched}.faiss"),
        origin=in_experiment("embeddings/{run}/{searched}.faiss.json"),
    log:
        in_experiment("logs/build_index-{run}-{searched}.log"),
    benchmark:
        in_experiment("benchmarks/build_index-{run}-{searched}.tsv")
    wildcard_constraints:
        run=runs_of("both-encoders"),
