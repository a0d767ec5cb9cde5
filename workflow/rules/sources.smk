# Raw files (the synthetic world's, or the user's) -> data/papers, data/tuning, data/TASK.parquet.


rule make_world:
    """The synthetic world: generated texts in eight languages, in the formats of real sources."""
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
        options=options_from(
            **{name: config["world"][name] for name in WORLD_SIZES},
            tuning=None,
            xnli=None,
            qa=None,
            parallel=None,
            seed=config["seed"],
            out=in_experiment("world"),
        ),
        code=source_digest("make_world"),
    shell:
        "python workflow/scripts/make_world.py {params.options} > {log:q} 2>&1"


rule harvest_papers:
    """arXiv's records over OAI-PMH: pages into the folder papers.path, their list into data/.

    Pages stay when the experiment is removed. A rerun (`snakemake -R harvest_papers`) fetches only
    what changed since.
    """
    output:
        out=in_experiment("data/harvest.json"),
    log:
        in_experiment("logs/harvest_papers.log"),
    benchmark:
        in_experiment("benchmarks/harvest_papers.tsv")
    priority: 2
    conda:
        "../../envs/data.yaml"
    threads: 1
    params:
        options=options_from(folder=config["papers"]["path"], **config["papers"]["oai"]),
        code=source_digest("harvest_papers"),
    shell:
        "python workflow/scripts/harvest_papers.py {params.options} > {log:q} 2>&1"


rule read_papers:
    """Papers from a snapshot of arXiv's metadata or from harvested pages."""
    input:
        **{"harvest" if config["papers"]["source"] == "oai" else "snapshot": papers_file()},
    output:
        out=in_experiment("data/papers.parquet"),
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
        options=options_from(min_abstract_length=config["papers"]["min_abstract_length"]),
        code=source_digest("read_papers"),
    shell:
        "python workflow/scripts/read_papers.py {params.options} > {log:q} 2>&1"


rule download_tuning_data:
    """A file of tuning triplets from a dataset of the hub."""
    output:
        out=in_experiment("raw/{file}"),
    log:
        in_experiment("logs/download_tuning_data-{file}.log"),
    benchmark:
        in_experiment("benchmarks/download_tuning_data-{file}.tsv")
    priority: 2
    conda:
        "../../envs/torch.yaml"
    threads: 1
    params:
        options=options_from(
            path=config["tuning"]["path"],
            revision=config["tuning"]["revision"],
        ),
        code=source_digest("download_tuning_data"),
    shell:
        "python workflow/scripts/download_tuning_data.py {params.options} > {log:q} 2>&1"


if not INDEX:

    rule read_tuning_data:
        """English tuning triplets, with negatives where there were none, in three splits."""
        input:
            file=tuning_file(),
        output:
            out=in_experiment("data/tuning.parquet"),
        log:
            in_experiment("logs/read_tuning_data.log"),
        benchmark:
            in_experiment("benchmarks/read_tuning_data.tsv")
        priority: 2
        conda:
            "../../envs/data.yaml"
        threads: 1
        params:
            options=options_from(
                limit=config["tuning"]["limit"],
                validation=config["tuning"]["validation"],
                seed=config["seed"],
            ),
            code=source_digest("read_tuning_data"),
        shell:
            "python workflow/scripts/read_tuning_data.py {params.options} > {log:q} 2>&1"


rule read_task:
    """One multilingual evaluation set, its languages checked to line up."""
    input:
        task_files,
    output:
        out=in_experiment("data/{task}.parquet"),
    log:
        in_experiment("logs/read_task-{task}.log"),
    benchmark:
        in_experiment("benchmarks/read_task-{task}.tsv")
    priority: 2
    conda:
        "../../envs/data.yaml"
    threads: 1
    params:
        options=options_from(
            path=lambda wildcards: task_path(wildcards.task),
            columns=lambda wildcards: [
                f"{what}={name}" for what, name in (TASKS[wildcards.task]["columns"] or {}).items()
            ],
            **{
                key: lambda wildcards, key=key: TASKS[wildcards.task][key]
                for key in ("kind", "languages", "split", "limit")
            },
        ),
        code=lambda wildcards: source_digest("read_task", TASK_KINDS[wildcards.task]),
    shell:
        "python workflow/scripts/read_task.py {params.options} > {log:q} 2>&1"
