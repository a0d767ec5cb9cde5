# outcomes/ and drift/ of all methods -> tables/methods.*, tables/costs.*, figures/methods.*

if METHODS:

    rule compare_methods:
        """Every method against the base: English, the worst language, drift, and what it costs."""
        input:
            base=in_experiment("outcomes/base.parquet"),
            outcomes=expand(in_experiment("outcomes/{run}.parquet"), run=METHODS),
            drift=expand(
                in_experiment("drift/{run}.csv"),
                run=[name for name, planned in METHODS.items() if planned.method != "bm25"],
            ),
            vectors=[
                EVALUATION_DATA["pair_vectors"],
                EVALUATION_DATA["tuning_vectors"],
                *EVALUATION_DATA["task_vectors"],
            ],
        output:
            **table("methods", "methods compared"),
            **table("costs", "costs of the methods"),
            others=expand(
                in_experiment("tables/{table}.{suffix}"),
                table=["methods", "costs"],
                suffix=["md", "tex"],
            ),
        log:
            in_experiment("logs/compare_methods.log"),
        benchmark:
            in_experiment("benchmarks/compare_methods.tsv")
        conda:
            "../../envs/report.yaml"
        threads: 1
        params:
            runs=" ".join(
                option(
                    "--run",
                    [
                        planned.baseline or "adiabatic",
                        planned.method,
                        planned.run.learning_rate,
                        planned.settings.get("alpha", "nan"),
                        planned.repeats or "-",
                        name,
                    ],
                )
                for name, planned in METHODS.items()
            ),
            outcomes=lambda wildcards, input: os.path.dirname(input.base),
            drift=lambda wildcards, input: os.path.dirname(input.drift[0]),
            benchmarks=in_experiment("benchmarks"),
            out=lambda wildcards, output: os.path.dirname(output.methods),
            non_inferiority_margin=config["evaluation"]["non_inferiority_margin"],
            confidence=config["evaluation"]["confidence"],
            resamples=config["evaluation"]["resamples"],
            seed=config["seed"],
            demonstration=DEMONSTRATION,
            code=source_digest("compare_methods"),
        shell:
            "python workflow/scripts/compare_methods.py --outcomes {params.outcomes:q}"
            " --drift {params.drift:q} --benchmarks {params.benchmarks:q} {params.runs}"
            " --vectors {input.vectors:q} --non-inferiority-margin {params.non_inferiority_margin}"
            " --confidence {params.confidence} --resamples {params.resamples}"
            " --seed {params.seed} {params.demonstration} --out {params.out:q} > {log:q} 2>&1"

    rule plot_methods:
        """Gain in English against the worst language, for every method."""
        input:
            table=in_experiment("tables/methods.csv"),
        output:
            **figure("methods", 7, "methods compared"),
        log:
            in_experiment("logs/plot_methods.log"),
        benchmark:
            in_experiment("benchmarks/plot_methods.tsv")
        conda:
            "../../envs/report.yaml"
        threads: 1
        params:
            non_inferiority_margin=config["evaluation"]["non_inferiority_margin"],
            confidence=config["evaluation"]["confidence"],
            demonstration=DEMONSTRATION,
            code=source_digest("plot_methods"),
        shell:
            "python workflow/scripts/plot_methods.py --table {input.table:q}"
            " --non-inferiority-margin {params.non_inferiority_margin} --confidence {params.confidence}"
            " {params.demonstration} --out {output.pdf:q} > {log:q} 2>&1"
