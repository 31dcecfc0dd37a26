SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
# The interpreter the virtual environment is made with; 3.11 or newer.
PYTHON ?= python3
# Index that serves CPU builds of PyTorch, for machines whose default index serves CUDA builds only.
TORCH_INDEX_URL ?=
# Extra pytest arguments: make test T=tests/unit/trust K=bundle
T ?= tests
K ?=

export PYTHON TORCH_INDEX_URL

.PHONY: help setup demo test test-all test-gpu lint compile fix bench bench-statistics bench-contamination docs package samples

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

setup: $(VENV)/.ready ## make .venv with everything that runs without a GPU

$(VENV)/.ready: pyproject.toml .github/setup.sh .github/constraints.txt .github/system-packages.txt
	@bash .github/setup.sh $(VENV)

demo: setup ## tell the whole story on two bundled models, offline
	@$(BIN)/certify demo

# Three on two cores: now and then a test waits for an engine, a server or the disk.
test: setup ## lint, then the default tests
	@$(MAKE) -s -j2 lint compile
	@$(BIN)/pytest -n 3 --dist worksteal -m "not slow and not gpu" $(T) $(if $(K),-k "$(K)")

test-all: setup lint ## also the slow tests: ten thousand bit flips, many kills, the packaging proof
	@$(BIN)/pytest -n 2 --dist worksteal -m "not gpu" $(T) $(if $(K),-k "$(K)")

test-gpu: setup ## tests that need a GPU; each says why when it is skipped
	@$(BIN)/pytest -m gpu tests/gpu

lint: setup ## ruff, mypy strict, import contracts
	@$(BIN)/ruff check && $(BIN)/ruff format --check && $(BIN)/mypy && $(BIN)/lint-imports --no-logo 2>&1 | tail -n 1

compile: setup ## compile the search of the scan once, or each process that tests it would
	@$(BIN)/certify scan --data docs/index.md --benchmark starter-200 > /dev/null

fix: setup ## format and mend what ruff can mend
	@$(BIN)/ruff check --fix; $(BIN)/ruff format

bench: setup ## ratios against named peers in the same run
	@$(BIN)/python -m tests.bench

bench-statistics: setup ## simulate the error rates again and write the tables of docs/statistics.md
	@$(BIN)/python -m tests.bench.statistics_tables

bench-contamination: setup ## train clean and leaked twins, question them, and write docs/detectors.md
	@$(BIN)/python -m tests.bench.contamination

docs: setup ## check that every verb, option and error code is documented
	@$(BIN)/pytest -q tests/unit/docs

package: setup ## build the wheel and prove it in a fresh environment
	@$(BIN)/pytest -q -m "slow or not slow" tests/packaging

samples: setup ## draw the sample certificates of docs/certificate.md anew, with keys that are thrown away
	@$(BIN)/python -m tests.samples
