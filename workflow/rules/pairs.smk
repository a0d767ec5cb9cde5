# data/papers.parquet -> pairs/STYLE-LEVEL.parquet.


rule build_pairs:
    """Triplets of every anchor style and level of difficulty, with the same anchors."""
    input:
        papers=in_experiment("data/papers.parquet"),
    output:
        out=PAIRS,
    log:
        in_experiment("logs/build_pairs.log"),
    benchmark:
        in_experiment("benchmarks/build_pairs.tsv")
    priority: 2
    conda:
        "../../envs/data.yaml"
    threads: 2
    params:
        options=options_from(
            styles=STYLES,
            levels=LEVELS,
            anchors=config["pairs"]["anchors"],
            seed=config["seed"],
            out=in_experiment("pairs"),
        ),
        code=source_digest("build_pairs"),
    shell:
        "python workflow/scripts/build_pairs.py {params.options} --jobs {threads} > {log:q} 2>&1"
