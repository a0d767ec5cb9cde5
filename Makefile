# make results    every table and figure of the experiment, and results/EXPERIMENT/report.zip
# make plan       what the experiment can decide, the sizes it needs and its time: before anything is tuned
# make test       lint and the whole test suite
# make dev        install everything that tests, benchmarks and documentation need; runs nothing
# make lint       ruff (check and format), snakefmt, snakemake --lint
# make bench      the benchmarks: their tables of times, ratios and memory
# make docs       the documentation as a site, docs/_build/index.html
# make export RUN=NAME   a run's query encoder as servers load it (tables/verdict.csv names the run)
# make mteb       install what a configuration with evaluation.mteb.tasks needs (285 MB)
# make faiss      install what a configuration with search: faiss needs (65 MB)
# make pgvector   install what a configuration with index.source: pgvector needs (12 MB)
# make qdrant     install what a configuration with index.source: qdrant needs (30 MB)
# make servers    install the PostgreSQL that tests of pgvector start (75 MB)
# make lock       resolve each envs/LIST.in into the lock envs/LIST.txt anew, then conda-envs
# make conda-envs write the conda environments envs/NAME.yaml, with the versions of the locks
# Each installs into .venv what it needs first: the locks that are missing or have changed.
# A run shows one line a step (all that Snakemake says: .snakemake/log, or snakemake --verbose).
# Another experiment: make results OVERLAY=workflow/experiments/paper.yaml
# Benchmarks on real records: make bench BENCH="--snapshot arxiv-metadata.json"

PYTHON ?= python3
OVERLAY ?=
RUN ?=
BENCH ?=
BIN := $(CURDIR)/.venv/bin
CONFIG := $(if $(OVERLAY),--configfile $(OVERLAY))
CODE := workflow tests bench envs docs

export PATH := $(BIN):$(PATH)

.PHONY: results plan test dev lint bench docs export mteb faiss pgvector qdrant servers lock conda-envs
# Two pips at a time in one environment disturb each other.
.NOTPARALLEL:

results: .venv/results.installed
	$(if $(OVERLAY),@python workflow/scripts/check_overlay.py $(OVERLAY))
	snakemake $(CONFIG)

# Anew each time: how long things take depends on what else the machine does.
plan: .venv/results.installed
	$(if $(OVERLAY),@python workflow/scripts/check_overlay.py $(OVERLAY))
	snakemake $(CONFIG) --forcerun plan_experiment -- plan_experiment

OF_TESTS := mteb faiss pgvector qdrant servers bench export earlier-loaders

test: lint $(OF_TESTS:%=.venv/%.installed)
	pytest

dev: .venv/tests.installed .venv/docs.installed $(OF_TESTS:%=.venv/%.installed)

lint: .venv/tests.installed
	ruff check $(CODE)
	ruff format --check $(CODE)
	snakefmt --check Snakefile workflow/rules
	snakemake --lint

bench: export PYTHONPATH := workflow/scripts
bench: .venv/bench.installed .venv/faiss.installed
	python bench/demonstration.py
	python bench/precision.py
	python bench/tuning.py
	python bench/coverage.py
	python bench/choice.py
	python bench/scoring.py
	python bench/snapshot.py $(BENCH)
	python bench/harvest.py $(BENCH)
	python bench/pairs.py $(BENCH)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python bench/search.py
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python bench/index.py

docs: .venv/docs.installed
	python docs/write_configuration.py
	sphinx-build --fail-on-warning --keep-going --quiet docs docs/_build
	@echo "The site: docs/_build/index.html"

export: .venv/export.installed .venv/bench.installed .venv/earlier-loaders.installed
	$(if $(RUN),,$(error RUN is missing: make export RUN=NAME; tables/verdict.csv names the run))
	snakemake export_encoder_$(RUN) $(CONFIG)

mteb faiss pgvector qdrant servers: %: .venv/%.installed

# In a folder apart: earlier versions of packages that are in the environment, too.
.venv/earlier-loaders.installed: envs/earlier-loaders.txt | .venv/results.installed
	rm -rf .venv/earlier-loaders
	$(BIN)/python -m pip install --quiet --no-deps --target .venv/earlier-loaders --requirement $<
	touch $@

# Each lock is installed anew when it has changed; all but the first lie on top of results.
.venv/%.installed: envs/%.txt | .venv/created
	$(BIN)/python -m pip install --quiet --requirement $< --constraint envs/results.txt
	touch $@

.venv/tests.installed .venv/mteb.installed .venv/faiss.installed .venv/bench.installed \
.venv/docs.installed .venv/pgvector.installed .venv/qdrant.installed .venv/servers.installed \
.venv/export.installed: \
  | .venv/results.installed

.venv/created:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	touch $@

lock: .venv/created
	$(BIN)/python envs/locks.py

conda-envs: .venv/created
	$(BIN)/python envs/locks.py conda
