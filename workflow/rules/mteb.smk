# base/ or runs/RUN/ + tasks of mteb -> mteb/base.json, mteb/RUN.json -> tables/mteb.*

MTEB = config["evaluation"]["mteb"]
# The sweep's runs, and those of compared methods that leave a query encoder.
MTEB_RUNS = [run.name for run in PLAN.runs if not run.ablation and run.row.make]
if MTEB["tasks"]:
    TABLES_SHOWN += expand(
        in_experiment("tables/mteb.{suffix}"), suffix=["csv", "md", "html", "tex"]
    )


rule evaluate_mteb_base:
    """Scores of the base on tasks of mteb; its documents' vectors, for the runs."""
    input:
        BASE.values(),
        mteb_files(),
    output:
        out=in_experiment("mteb/base.json"),
        documents_out=in_experiment("mteb/documents.safetensors"),
    log:
        in_experiment("logs/evaluate_mteb_base.log"),
    benchmark:
        in_experiment("benchmarks/evaluate_mteb_base.tsv")
    conda:
        "../../envs/mteb.yaml"
    threads: 1
    params:
        options=options_from(
            encoder=in_experiment("base"), document_encoder=in_experiment("base"), **MTEB
        ),
        code=source_digest("evaluate_mteb"),
    shell:
        "python workflow/scripts/evaluate_mteb.py {params.options} --threads {threads} > {log:q} 2>&1"


rule evaluate_mteb:
    """Scores of one tuned query encoder on tasks of mteb, documents as the base has them."""
    input:
        BASE.values(),
        mteb_files(),
        in_experiment("runs/{run}/model.safetensors"),
        in_experiment("runs/{run}/encoder.json"),
        documents=in_experiment("mteb/documents.safetensors"),
    output:
        out=in_experiment("mteb/{run}.json"),
    log:
        in_experiment("logs/evaluate_mteb-{run}.log"),
    benchmark:
        in_experiment("benchmarks/evaluate_mteb-{run}.tsv")
    conda:
        "../../envs/mteb.yaml"
    threads: 1
    params:
        options=options_from(
            encoder=folder_of("runs/{run}"),
            # A run that tunes the encoder of documents, too, embeds them by its own.
            document_encoder=lambda wildcards: in_experiment(
                f"runs/{wildcards.run}" if wildcards.run in OWN_DOCUMENTS else "base"
            ),
            documents=lambda wildcards: (
                None
                if wildcards.run in OWN_DOCUMENTS
                else in_experiment("mteb/documents.safetensors")
            ),
            **MTEB,
        ),
        code=source_digest("evaluate_mteb"),
    shell:
        "python workflow/scripts/evaluate_mteb.py {params.options} --threads {threads} > {log:q} 2>&1"


rule compare_mteb:
    """Scores on tasks of mteb, runs beside the base."""
    input:
        expand(in_experiment("mteb/{run}.json"), run=[BASE_NAME, *MTEB_RUNS]),
    output:
        table("mteb", "tasks of mteb"),
    log:
        in_experiment("logs/compare_mteb.log"),
    benchmark:
        in_experiment("benchmarks/compare_mteb.tsv")
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        options=options_from(
            plan=PLAN_FILE,
            scores=in_experiment("mteb"),
            runs=MTEB_RUNS,
            demonstration=DEMONSTRATION,
            out=in_experiment("tables/mteb.csv"),
        ),
        plan=PLANNED_RUNS,
        code=source_digest("compare_mteb"),
    shell:
        "python workflow/scripts/compare_mteb.py {params.options} > {log:q} 2>&1"
