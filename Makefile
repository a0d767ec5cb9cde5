# make results   every table and figure of the experiment, and results/EXPERIMENT/report.zip
# make test      lint and the whole test suite
# make lint      ruff (check and format), snakefmt, snakemake --lint
# make bench     the benchmarks: their tables of times, ratios and memory
# make lock      resolve envs/requirements.in into envs/requirements.txt anew
# A run shows one line a step (all that Snakemake says: .snakemake/log, or snakemake --verbose).
# Each creates .venv from the lock when it is missing or older than the lock.
# Another experiment: make results OVERLAY=workflow/experiments/paper.yaml
# Benchmarks on real records: make bench BENCH="--snapshot arxiv-metadata.json"

PYTHON ?= python3
OVERLAY ?=
BENCH ?=
BIN := $(CURDIR)/.venv/bin
INSTALLED := .venv/installed
CONFIG := $(if $(OVERLAY),--configfile $(OVERLAY))
CODE := workflow tests bench

export PATH := $(BIN):$(PATH)

.PHONY: results test lint bench lock

results: $(INSTALLED)
	@test -z "$(OVERLAY)" -o -f "$(OVERLAY)" || { echo "error: OVERLAY: no file $(OVERLAY)" >&2; exit 2; }
	snakemake $(CONFIG)

test: lint
	pytest

lint: $(INSTALLED)
	ruff check $(CODE)
	ruff format --check $(CODE)
	snakefmt --check Snakefile workflow/rules
	snakemake --lint

bench: export PYTHONPATH := workflow/scripts
bench: $(INSTALLED)
	python bench/precision.py
	python bench/tuning.py
	python bench/evidence.py
	python bench/scoring.py
	python bench/snapshot.py $(BENCH)
	python bench/harvest.py $(BENCH)
	python bench/pairs.py $(BENCH)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python bench/search.py

$(INSTALLED): envs/requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement envs/requirements.txt
	touch $@

lock:
	rm -rf .venv-lock
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --requirement envs/requirements.in
	(grep '^#' envs/requirements.txt; .venv-lock/bin/python -m pip freeze | sed 's/+cpu$$//') > envs/requirements.new
	mv envs/requirements.new envs/requirements.txt
	rm -rf .venv-lock
