# data/papers.parquet -> pairs/STYLE-LEVEL.parquet.


rule build_pairs:
    """Triplets of every anchor style and level of difficulty, with the same anchors."""
    input:
        papers=in_experiment("data/papers.parquet"),
    output:
        pairs=PAIRS,
    log:
        in_experiment("logs/build_pairs.log"),
    benchmark:
        in_experiment("benchmarks/build_pairs.tsv")
    priority: 1
    conda:
        "../../envs/data.yaml"
    threads: 2
    params:
        out=lambda wildcards, output: Path(output.pairs[0]).parent,
        styles=STYLES,
        levels=LEVELS,
        anchors=config["pairs"]["anchors"],
        seed=config["seed"],
        code=source_digest("build_pairs"),
    shell:
        "python workflow/scripts/build_pairs.py --papers {input.papers:q} --styles {params.styles}"
        " --levels {params.levels} --anchors {params.anchors} --seed {params.seed}"
        " --jobs {threads} --out {params.out:q} > {log:q} 2>&1"
