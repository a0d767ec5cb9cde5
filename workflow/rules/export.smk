# runs/RUN/ + base/ + tables/ -> export/RUN/query-encoder/, export/RUN/router/, export/RUN/parity.csv:
# asked for by name (make export RUN=...), never made by the default target.

# Runs by which the stored index stays valid: their queries go where the base's documents are.
EXPORTED = [RUN for RUN in RUNS if RUNS[RUN].row.moves_queries and RUN not in OWN_DOCUMENTS]
EXPORT_FILES = [
    *(f"query-encoder/{name}" for name in ("model.safetensors", "onnx/model.onnx", "README.md")),
    *("router/modules.json", "router/router_config.json", "parity.csv"),
]

for RUN in EXPORTED:

    rule:
        """A run's query encoder in the form that servers load, checked with those that are installed."""
        name:
            f"export_encoder_{RUN}"
        input:
            BASE.values(),
            run_files([RUN], "model.safetensors", "encoder.json", "provenance.json"),
            in_experiment("tables/runs.csv"),
            in_experiment("tables/forest.csv"),
            in_experiment("tables/verdict.rst"),
            tuning=in_experiment("data/tuning.parquet"),
            tasks=expand(in_experiment("data/{task}.parquet"), task=TASKS),
        output:
            [in_experiment(f"export/{RUN}/{name}") for name in EXPORT_FILES],
        log:
            in_experiment(f"logs/export_encoder-{RUN}.log"),
        benchmark:
            in_experiment(f"benchmarks/export_encoder-{RUN}.tsv")
        conda:
            "../../envs/export.yaml"
        threads: 1
        params:
            options=options_from(
                run=RUN,
                encoder=in_experiment(f"runs/{RUN}"),
                base=in_experiment("base"),
                tables=in_experiment("tables"),
                margin=config["evaluation"]["non_inferiority_margin"],
                out=in_experiment(f"export/{RUN}"),
            ),
            code=source_digest("export_encoder"),
        shell:
            "python workflow/scripts/export_encoder.py {params.options} > {log:q} 2>&1"
