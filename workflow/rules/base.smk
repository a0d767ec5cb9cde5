# The base encoder: pretrained on the synthetic world, or brought from a folder or the hub -> base/;
# and the vectors of every corpus' documents, embedded once by it -> embeddings/CORPUS.npy, and where a
# task asks for one an index of them -> embeddings/CORPUS.faiss. A run that tunes the encoder of
# documents embeds them again -> embeddings/RUN/CORPUS.npy.

if config["base"]["source"] == "synthetic":

    rule pretrain_base:
        """A tiny multilingual BERT, trained from the parallel sentences of the synthetic world."""
        input:
            parallel=expand(WORLD_FILES["parallel"], language=WORLD_LANGUAGES),
        output:
            BASE.values(),
        log:
            in_experiment("logs/pretrain_base.log"),
        benchmark:
            in_experiment("benchmarks/pretrain_base.tsv")
        priority: 3
        conda:
            "../../envs/torch.yaml"
        threads: 1
        params:
            options=options_from(
                **{name: config["world"][name] for name in BASE_SIZES},
                seed=config["seed"],
                out=in_experiment("base"),
            ),
            code=source_digest("pretrain_base"),
        shell:
            "python workflow/scripts/pretrain_base.py {params.options} --threads {threads} > {log:q} 2>&1"

else:

    rule prepare_base:
        """The base model of a local folder or of the hub, with how to pool, prefix and truncate."""
        input:
            base_files(),
        output:
            BASE.values(),
        log:
            in_experiment("logs/prepare_base.log"),
        benchmark:
            in_experiment("benchmarks/prepare_base.tsv")
        priority: 3
        conda:
            "../../envs/torch.yaml"
        threads: 1
        params:
            options=options_from(**config["base"], out=in_experiment("base")),
            code=source_digest("prepare_base"),
        shell:
            "python workflow/scripts/prepare_base.py {params.options} > {log:q} 2>&1"


# By the frozen encoder, once for every run; and by those of runs that tune it, which is what such a
# method costs.
for ENCODER, VECTORS, JOBS in (
    ("base", "embeddings", CORPORA_OF_JOBS),
    ("runs/{run}", "embeddings/{run}", chunks(CORPORA, config["jobs"]["corpora"])),
):
    for CORPUS_NAMES in JOBS:

        rule:
            """Vectors of the documents of some corpora."""
            name:
                f"embed_documents{'_again' if '{' in ENCODER else ''}_{CORPUS_NAMES[0]}"
            input:
                [in_experiment(f"{ENCODER}/{name}") for name in BASE],
                **data_of(CORPUS_NAMES),
            output:
                [
                    in_experiment(f"{VECTORS}/{corpus}.{suffix}")
                    for corpus in CORPUS_NAMES
                    for suffix in ("npy", "json")
                ],
            log:
                in_experiment(f"logs/{joined(VECTORS)}-{CORPUS_NAMES[0]}.log"),
            benchmark:
                in_experiment(f"benchmarks/{joined(VECTORS)}-{CORPUS_NAMES[0]}.tsv")
            wildcard_constraints:
                run=one_of(OWN_DOCUMENTS),
            priority: 1
            conda:
                "../../envs/torch.yaml"
            threads: 1
            params:
                options=options_from(
                    plan=PLAN_FILE,
                    base=folder_of(ENCODER),
                    out=folder_of(VECTORS),
                ),
                columns=[TASK_KINDS[name].documents for name in CORPUS_NAMES if name in TASKS],
                code=source_digest("embed_documents"),
            shell:
                "python workflow/scripts/embed_documents.py {params.options} --threads {threads} > {log:q} 2>&1"


for VECTORS in ("embeddings", "embeddings/{run}"):

    rule:
        """Approximate search over one corpus' vectors, for a set too large to be searched exactly."""
        name:
            f"build_index{'_again' if '{' in VECTORS else ''}"
        input:
            in_experiment(f"{VECTORS}/{{searched}}.json"),
            data=in_experiment("data/{searched}.parquet"),
            vectors=in_experiment(f"{VECTORS}/{{searched}}.npy"),
        output:
            in_experiment(f"{VECTORS}/{{searched}}.faiss.json"),
            out=in_experiment(f"{VECTORS}/{{searched}}.faiss"),
        log:
            in_experiment(f"logs/build_index-{joined(VECTORS)}-{{searched}}.log"),
        benchmark:
            in_experiment(f"benchmarks/build_index-{joined(VECTORS)}-{{searched}}.tsv")
        wildcard_constraints:
            run=one_of(OWN_DOCUMENTS),
        conda:
            "../../envs/torch.yaml"
        threads: 1
        params:
            options=options_from(seed=config["seed"]),
            code=source_digest("build_index"),
        shell:
            "python workflow/scripts/build_index.py {params.options} > {log:q} 2>&1"
