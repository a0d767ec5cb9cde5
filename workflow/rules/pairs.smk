# data/papers.parquet -> pairs/STYLE-LEVEL.parquet.


rule build_pairs:
    """Triplets of every level of difficulty for one anchor style."""
    input:
        papers=in_experiment("data/papers.parquet"),
    output:
        **{
            level: in_experiment(f"pairs/{{style}}-{level}.parquet")
            for level in config["pairs"]["levels"]
        },
    log:
        in_experiment("logs/build_pairs-{style}.log"),
    benchmark:
        in_experiment("benchmarks/build_pairs-{style}.tsv")
    priority: 1
    conda:
        "../../envs/data.yaml"
    threads: 1
    params:
        levels=LEVELS,
        anchors=config["pairs"]["anchors"],
        seed=config["seed"],
        code=source_digest("build_pairs"),
    shell:
        "python workflow/scripts/build_pairs.py --papers {input.papers:q} --style {wildcards.style}"
        " --levels {params.levels} --anchors {params.anchors} --seed {params.seed}"
        " --out {output:q} > {log:q} 2>&1"
