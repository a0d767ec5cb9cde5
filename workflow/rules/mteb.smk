# base/ or runs/RUN/ + tasks of mteb -> mteb/base.json, mteb/RUN.json -> tables/mteb.*

MTEB = config["evaluation"]["mteb"]
# The grid's runs, and those of methods that leave a query encoder.
MTEB_RUNS = {**RUNS, **{name: p.run for name, p in BASELINES.items() if p.method != "bm25"}}
# Methods that tune the document encoder, too, and so embed documents by their own.
OWN_DOCUMENTS = {name for name, p in BASELINES.items() if p.method == "joint"}
EVALUATE_MTEB = (
    "python workflow/scripts/evaluate_mteb.py --encoder {params.encoder:q}"
    " --document-encoder {params.document_encoder:q} {params.documents} {params.options}"
    " --threads {threads} --out {output.scores:q} > {log:q} 2>&1"
)
MTEB_OPTIONS = options({key: value for key, value in MTEB.items() if value})
if MTEB["tasks"]:
    TABLES += expand(in_experiment("tables/mteb.{suffix}"), suffix=["csv", "md", "tex"])


rule evaluate_mteb_base:
    """Scores of the base on tasks of mteb; its documents' vectors, for the runs."""
    input:
        base=BASE.values(),
        data=mteb_files(),
    output:
        scores=in_experiment("mteb/base.json"),
        documents=in_experiment("mteb/documents.safetensors"),
    log:
        in_experiment("logs/evaluate_mteb_base.log"),
    benchmark:
        in_experiment("benchmarks/evaluate_mteb_base.tsv")
    conda:
        "../../envs/mteb.yaml"
    threads: 1
    params:
        encoder=lambda wildcards, input: os.path.dirname(input.base[0]),
        document_encoder=lambda wildcards, input: os.path.dirname(input.base[0]),
        documents=lambda wildcards, output: option("--documents-out", output.documents),
        options=MTEB_OPTIONS,
        code=source_digest("evaluate_mteb"),
    shell:
        EVALUATE_MTEB


rule evaluate_mteb:
    """Scores of one tuned query encoder on tasks of mteb, documents as the base has them."""
    input:
        base=BASE.values(),
        documents=in_experiment("mteb/documents.safetensors"),
        data=mteb_files(),
        weights=in_experiment("runs/{run}/model.safetensors"),
        settings=in_experiment("runs/{run}/encoder.json"),
    output:
        scores=in_experiment("mteb/{run}.json"),
    log:
        in_experiment("logs/evaluate_mteb-{run}.log"),
    benchmark:
        in_experiment("benchmarks/evaluate_mteb-{run}.tsv")
    conda:
        "../../envs/mteb.yaml"
    threads: 1
    params:
        encoder=lambda wildcards, input: os.path.dirname(input.weights),
        document_encoder=lambda wildcards, input: os.path.dirname(
            input.weights if wildcards.run in OWN_DOCUMENTS else input.base[0]
        ),
        documents=lambda wildcards, input: (
            "" if wildcards.run in OWN_DOCUMENTS else option("--documents", input.documents)
        ),
        options=MTEB_OPTIONS,
        code=source_digest("evaluate_mteb"),
    shell:
        EVALUATE_MTEB


rule compare_mteb:
    """Scores on tasks of mteb, runs beside the base."""
    input:
        base=in_experiment("mteb/base.json"),
        runs=expand(in_experiment("mteb/{run}.json"), run=MTEB_RUNS),
    output:
        **table("mteb", "tasks of mteb"),
        others=expand(in_experiment("tables/mteb.{suffix}"), suffix=["md", "tex"]),
    log:
        in_experiment("logs/compare_mteb.log"),
    benchmark:
        in_experiment("benchmarks/compare_mteb.tsv")
    conda:
        "../../envs/report.yaml"
    threads: 1
    params:
        runs=lambda wildcards, input: " ".join(
            option("--run", [family_of(run), run.learning_rate, path])
            for run, path in zip(MTEB_RUNS.values(), input.runs)
        ),
        demonstration=DEMONSTRATION,
        code=source_digest("compare_mteb"),
    shell:
        "python workflow/scripts/compare_mteb.py --base {input.base:q} {params.runs}"
        " {params.demonstration} --out {output.mteb:q} > {log:q} 2>&1"
