# The base encoder: pretrained on the embedded world, or brought from a folder or the hub -> base/;
# and the vectors of every corpus' documents, embedded once by it -> embeddings/CORPUS.npy.

BASE = {
    name: in_experiment(f"base/{name}")
    for name in ("model.safetensors", "encoder.json", "provenance.json")
}
MODEL_FILES = ["config.json", "tokenizer.json", "*.safetensors", "1_Pooling/config.json"]


def base_files():
    """Files of a local model folder, a change of which brings the base anew."""
    if config["base"]["source"] != "path":
        return []
    folder = Path(config["base"]["model"])
    return sorted(str(path) for pattern in MODEL_FILES for path in folder.glob(pattern))


def corpus_data(wildcards):
    """The data whose documents make up a corpus."""
    if wildcards.corpus == "arxiv":
        return expand(in_experiment("pairs/{style}-{level}.parquet"), style=STYLES, level=LEVELS)
    return in_experiment(f"data/{wildcards.corpus}.parquet")


if config["base"]["source"] == "embedded":

    rule pretrain_base:
        """A tiny multilingual BERT, trained from the parallel sentences of the embedded world."""
        input:
            parallel=expand(WORLD_FILES["parallel"], language=WORLD_LANGUAGES),
        output:
            weights=BASE["model.safetensors"],
            settings=BASE["encoder.json"],
            provenance=BASE["provenance.json"],
        params:
            out=in_experiment("base"),
            sizes=" ".join(
                f"--{name.replace('_', '-')} {config['world'][name]}"
                for name in ("layers", "width", "vocabulary", "embedding_steps", "encoder_steps")
            ),
            seed=config["seed"],
            code=source_digest("pretrain_base"),
        log:
            in_experiment("logs/pretrain_base.log"),
        benchmark:
            in_experiment("benchmarks/pretrain_base.tsv")
        threads: 1
        conda:
            "../../envs/torch.yaml"
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
        params:
            out=in_experiment("base"),
            source=config["base"]["source"],
            model=config["base"]["model"],
            options=" ".join(
                option(f"--{key.replace('_', '-')}", value)
                for key, value in config["base"].items()
                if key not in ("source", "model")
            ),
            code=source_digest("prepare_base"),
        log:
            in_experiment("logs/prepare_base.log"),
        benchmark:
            in_experiment("benchmarks/prepare_base.tsv")
        threads: 1
        priority: 2
        conda:
            "../../envs/torch.yaml"
        shell:
            "python workflow/scripts/prepare_base.py --source {params.source}"
            " --model {params.model:q} {params.options} --out {params.out:q} > {log:q} 2>&1"


rule embed_documents:
    """Vectors of one corpus' documents by the frozen encoder, once for every run."""
    input:
        base=BASE.values(),
        data=corpus_data,
    output:
        vectors=in_experiment("embeddings/{corpus}.npy"),
    params:
        base=in_experiment("base"),
        kind=lambda wildcards: TASKS.get(wildcards.corpus, {"kind": "triplets"})["kind"],
        code=source_digest("embed_documents"),
    log:
        in_experiment("logs/embed_documents-{corpus}.log"),
    benchmark:
        in_experiment("benchmarks/embed_documents-{corpus}.tsv")
    threads: 1
    conda:
        "../../envs/torch.yaml"
    shell:
        "python workflow/scripts/embed_documents.py --base {params.base:q} --data {input.data:q}"
        " --kind {params.kind} --threads {threads} --out {output.vectors:q} > {log:q} 2>&1"
