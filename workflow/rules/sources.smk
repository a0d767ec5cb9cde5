# Raw files (the embedded world's, or the user's) -> data/papers, data/tuning, data/TASK.parquet.


rule make_world:
    """The embedded world: generated texts in eight languages, in the formats of real sources."""
    output:
        papers=WORLD_FILES["papers"],
        tuning=WORLD_FILES["tuning"],
        xnli=expand(WORLD_FILES["xnli"], language=WORLD_LANGUAGES),
        qa=expand(WORLD_FILES["qa-retrieval"], language=WORLD_LANGUAGES),
        parallel=expand(WORLD_FILES["parallel"], language=WORLD_LANGUAGES),
    log:
        in_experiment("logs/make_world.log"),
    benchmark:
        in_experiment("benchmarks/make_world.tsv")
    priority: 2
    conda:
        "../../envs/data.yaml"
    threads: 1
    params:
        out=lambda wildcards, output: Path(output.papers).parent,
        sizes=" ".join(
            f"--{name} {config['world'][name]}"
            for name in ("papers", "triplets", "premises", "passages", "sentences")
        ),
        seed=config["seed"],
        code=source_digest("make_world"),
    shell:
        "python workflow/scripts/make_world.py {params.sizes} --seed {params.seed}"
        " --out {params.out:q} > {log:q} 2>&1"


rule harvest_papers:
    """arXiv's records over OAI-PMH: pages into the folder papers.path, their list into data/.

    Pages stay when the experiment is removed. A rerun (`snakemake -R harvest_papers`) fetches only
    what changed since.
    """
    output:
        pages=in_experiment("data/harvest.json"),
    log:
        in_experiment("logs/harvest_papers.log"),
    benchmark:
        in_experiment("benchmarks/harvest_papers.tsv")
    priority: 2
    conda:
        "../../envs/data.yaml"
    threads: 1
    params:
        folder=config["papers"]["path"],
        url=config["papers"]["oai"]["url"],
        contact=config["papers"]["oai"]["contact"],
        sets=config["papers"]["oai"]["sets"],
        start=option("--from", config["papers"]["oai"]["from"]),
        end=option("--until", config["papers"]["oai"]["until"]),
        pause=config["papers"]["oai"]["seconds_between_requests"],
        timeout=config["papers"]["oai"]["timeout_seconds"],
        code=source_digest("harvest_papers"),
    shell:
        "python workflow/scripts/harvest_papers.py --url {params.url:q} --contact {params.contact:q}"
        " --sets {params.sets:q} {params.start} {params.end}"
        " --seconds-between-requests {params.pause} --timeout-seconds {params.timeout}"
        " --folder {params.folder:q} --out {output.pages:q} > {log:q} 2>&1"


rule read_papers:
    """Papers from a snapshot of arXiv's metadata or from harvested pages."""
    input:
        source=papers_file(),
    output:
        papers=in_experiment("data/papers.parquet"),
        provenance=in_experiment("data/papers.json"),
    log:
        in_experiment("logs/read_papers.log"),
    benchmark:
        in_experiment("benchmarks/read_papers.tsv")
    priority: 2
    conda:
        "../../envs/data.yaml"
    threads: 1
    params:
        source="--harvest" if config["papers"]["source"] == "oai" else "--snapshot",
        min_abstract_length=config["papers"]["min_abstract_length"],
        code=source_digest("read_papers"),
    shell:
        "python workflow/scripts/read_papers.py {params.source} {input.source:q}"
        " --min-abstract-length {params.min_abstract_length} --provenance {output.provenance:q}"
        " --out {output.papers:q} > {log:q} 2>&1"


rule download_tuning_data:
    """A file of tuning triplets from a dataset of the hub."""
    output:
        file=in_experiment("raw/{file}"),
    log:
        in_experiment("logs/download_tuning_data-{file}.log"),
    benchmark:
        in_experiment("benchmarks/download_tuning_data-{file}.tsv")
    priority: 2
    conda:
        "../../envs/torch.yaml"
    threads: 1
    params:
        path=config["tuning"]["path"],
        revision=option("--revision", config["tuning"]["revision"]),
        code=source_digest("download_tuning_data"),
    shell:
        "python workflow/scripts/download_tuning_data.py --path {params.path:q} {params.revision}"
        " --out {output.file:q} > {log:q} 2>&1"


rule read_tuning_data:
    """English tuning triplets, with negatives where there were none, in three splits."""
    input:
        file=tuning_file(),
    output:
        tuning=in_experiment("data/tuning.parquet"),
    log:
        in_experiment("logs/read_tuning_data.log"),
    benchmark:
        in_experiment("benchmarks/read_tuning_data.tsv")
    priority: 2
    conda:
        "../../envs/data.yaml"
    threads: 1
    params:
        limit=option("--limit", config["tuning"]["limit"]),
        validation=config["tuning"]["validation"],
        seed=config["seed"],
        code=source_digest("read_tuning_data"),
    shell:
        "python workflow/scripts/read_tuning_data.py --file {input.file:q} {params.limit}"
        " --validation {params.validation} --seed {params.seed} --out {output.tuning:q}"
        " > {log:q} 2>&1"


rule read_task:
    """One multilingual evaluation set, its languages checked to line up."""
    input:
        files=task_files,
    output:
        task=in_experiment("data/{task}.parquet"),
    log:
        in_experiment("logs/read_task-{task}.log"),
    benchmark:
        in_experiment("benchmarks/read_task-{task}.tsv")
    priority: 2
    conda:
        "../../envs/data.yaml"
    threads: 1
    params:
        kind=lambda wildcards: TASKS[wildcards.task]["kind"],
        path=lambda wildcards: task_path(wildcards.task),
        options=reading_options,
        code=source_digest("read_task"),
    shell:
        "python workflow/scripts/read_task.py --kind {params.kind} --path {params.path:q}"
        " {params.options} --out {output.task:q} > {log:q} 2>&1"
