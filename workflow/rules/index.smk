# An index that exists -> index/vectors.npy, index/documents.parquet, index/provenance.json; whether
# the base made it -> index/check.json; English pairs matched with it -> data/tuning.parquet and
# embeddings/tuning.npy, which rules of sources and base make where there is no index.

if INDEX:
    INDEX_READ = [
        in_experiment(f"index/{name}")
        for name in ("vectors.npy", "documents.parquet", "provenance.json")
    ]

    rule read_index:
        """Vectors, ids and texts of an index that exists, to which nothing is written."""
        input:
            index_files(),
        output:
            INDEX_READ,
        log:
            in_experiment("logs/read_index.log"),
        benchmark:
            in_experiment("benchmarks/read_index.tsv")
        priority: 3
        conda:
            "../../envs/index.yaml"
        threads: 1
        params:
            options=options_from(
                **{
                    key: INDEX[key]
                    for key in (
                        *("source", "path", "ids", "table", "collection"),
                        *("url", "url_env", "key_env"),
                    )
                },
                **INDEX["columns"],
                out=in_experiment("index"),
            ),
            code=source_digest("read_index", STORES[INDEX["source"]]),
        shell:
            "python workflow/scripts/read_index.py {params.options} > {log:q} 2>&1"

    rule check_index:
        """Whether the base gives the stored vectors, or which mistake explains that it does not."""
        input:
            BASE.values(),
            INDEX_READ,
        output:
            out=in_experiment("index/check.json"),
        log:
            in_experiment("logs/check_index.log"),
        benchmark:
            in_experiment("benchmarks/check_index.tsv")
        priority: 3
        conda:
            "../../envs/torch.yaml"
        threads: 1
        params:
            options=options_from(
                index=in_experiment("index"),
                base=in_experiment("base"),
                check_documents=INDEX["check_documents"],
            ),
            code=source_digest("check_index"),
        shell:
            "python workflow/scripts/check_index.py {params.options} --threads {threads} > {log:q} 2>&1"

    rule match_pairs:
        """English triplets whose documents and vectors are those of the index, in three splits."""
        input:
            BASE.values(),
            INDEX_READ,
            file=tuning_file(),
            check=in_experiment("index/check.json"),
        output:
            in_experiment("embeddings/tuning.json"),
            vectors=in_experiment("embeddings/tuning.npy"),
            report=in_experiment("index/pairs.json"),
            out=in_experiment("data/tuning.parquet"),
        log:
            in_experiment("logs/match_pairs.log"),
        benchmark:
            in_experiment("benchmarks/match_pairs.tsv")
        priority: 2
        conda:
            "../../envs/torch.yaml"
        threads: 1
        params:
            options=options_from(
                index=in_experiment("index"),
                base=in_experiment("base"),
                limit=config["tuning"]["limit"],
                validation=config["tuning"]["validation"],
                below=INDEX["negatives"]["below"],
                # Methods that read texts of documents, and not only their vectors.
                need_texts=list(
                    dict.fromkeys(
                        run.group for run in PLAN.runs if run.row.own_documents or run.row.search
                    )
                ),
                seed=config["seed"],
            ),
            code=source_digest("match_pairs"),
        shell:
            "python workflow/scripts/match_pairs.py {params.options} --threads {threads} > {log:q} 2>&1"
