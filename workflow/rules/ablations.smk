# outcomes, runs/RUN/delta.safetensors -> tables/ablation-NAME.*, figures/ablation-NAME.*

if ABLATIONS:

    rule compare_ablations:
        """Runs of each ablation against the runs of the sweep that they repeat, on the same items."""
        input:
            base=in_experiment("outcomes/base.parquet"),
            outcomes=expand(in_experiment("outcomes/{run}.parquet"), run=COMPARED),
            deltas=expand(in_experiment("runs/{run}/delta.safetensors"), run=COMPARED),
        output:
            **{
                kind: path
                for name in ABLATIONS
                for kind, path in table(f"ablation-{name}", f"ablation: {name}").items()
            },
            movements=expand(in_experiment("tables/movement-{name}.csv"), name=ABLATIONS),
            others=expand(
                in_experiment("tables/ablation-{name}.{suffix}"),
                name=ABLATIONS,
                suffix=["md", "tex"],
            ),
        log:
            in_experiment("logs/compare_ablations.log"),
        benchmark:
            in_experiment("benchmarks/compare_ablations.tsv")
        conda:
            "../../envs/report.yaml"
        threads: 1
        params:
            pairs=" ".join(
                option(
                    "--pair",
                    [run.ablation, run.run.learning_rate, run.run.seed, run.repeats, name],
                )
                for name, run in ABLATED.items()
            ),
            outcomes=lambda wildcards, input: os.path.dirname(input.base),
            runs=lambda wildcards, input: os.path.dirname(os.path.dirname(input.deltas[0])),
            out=lambda wildcards, output: os.path.dirname(output.movements[0]),
            non_inferiority_margin=config["evaluation"]["non_inferiority_margin"],
            confidence=config["evaluation"]["confidence"],
            resamples=config["evaluation"]["resamples"],
            seed=config["seed"],
            demonstration=DEMONSTRATION,
            code=source_digest("compare_ablations"),
        shell:
            "python workflow/scripts/compare_ablations.py --outcomes {params.outcomes:q}"
            " --runs {params.runs:q} {params.pairs}"
            " --non-inferiority-margin {params.non_inferiority_margin} --confidence {params.confidence}"
            " --resamples {params.resamples} --seed {params.seed} {params.demonstration}"
            " --out {params.out:q} > {log:q} 2>&1"

    rule plot_ablations:
        """Difference of each ablation from the sweep's runs, and of their movements, by rate."""
        input:
            tables=expand(in_experiment("tables/ablation-{name}.csv"), name=ABLATIONS),
            movements=expand(in_experiment("tables/movement-{name}.csv"), name=ABLATIONS),
        output:
            **{
                f"{name}_{kind}": path
                for name in ABLATIONS
                for kind, path in figure(f"ablation-{name}", 6, f"ablation, {name}").items()
            },
        log:
            in_experiment("logs/plot_ablations.log"),
        benchmark:
            in_experiment("benchmarks/plot_ablations.tsv")
        conda:
            "../../envs/report.yaml"
        threads: 1
        params:
            ablations=list(ABLATIONS),
            confidence=config["evaluation"]["confidence"],
            out=expand(in_experiment("figures/ablation-{name}.pdf"), name=ABLATIONS),
            demonstration=DEMONSTRATION,
            code=source_digest("plot_ablations"),
        shell:
            "python workflow/scripts/plot_ablations.py --tables {input.tables:q}"
            " --movements {input.movements:q} --ablations {params.ablations}"
            " --confidence {params.confidence} {params.demonstration} --out {params.out:q}"
            " > {log:q} 2>&1"
