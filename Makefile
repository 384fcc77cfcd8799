# `make` lists the targets. Each sets up what it needs, so that any of them works on a fresh clone.

PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/pytest
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header pyproject.toml

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help up down test demo soak bench install dev lock format lint types arch proto proto-check breaking \
	compose-up compose-test compose-down edge tests coverage unit contract integration conformance e2e architecture

##@ Running

up: install ## set up, start the cluster detached, and do the job once before your eyes
	@$(BIN)/helio up --detach --if-stopped
	@$(BIN)/helio hello

down: install ## stop the cluster
	@$(BIN)/helio down

demo: dev ## two clusters, a week of 1,000 people, 0 differences; e.g. make demo ARGS="--kill"
	@$(BIN)/python -m heliograph_demo $(ARGS)

soak: dev ## 1,000 SIGKILLs over all services under load, and what came of it; not in CI
	@$(BIN)/python -m heliograph_soak $(ARGS)

bench: dev ## the benchmarks, each printed beside its reference; e.g. make bench ARGS="--users 100000"
	@$(BIN)/python -m heliograph_bench $(ARGS)

compose-up: dev ## the cluster in containers, behind one origin: build, start, wait, print URL and token
	@$(BIN)/python -m heliograph_compose up

compose-down: dev ## stop the cluster in containers; ARGS=--volumes to lose its data, too
	@$(BIN)/python -m heliograph_compose down $(ARGS)

##@ Checking

test: lint types arch proto-check tests ## everything that CI runs: all checks, then all tests

lint: dev ## ruff, buf lint, codespell
	@echo "== lint: ruff, buf, codespell"
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/buf format --diff --exit-code
	@$(BIN)/buf lint
	@$(BIN)/codespell

types: dev ## mypy --strict
	@echo "== types: mypy"
	@$(BIN)/mypy
	@$(BIN)/mypy --no-error-summary tools/build/set_up.py tools/build/generate_contracts.py

arch: dev ## import-linter: the layers and the call graph
	@echo "== arch: import-linter"
	@$(BIN)/lint-imports

proto-check: dev ## fail when libs/contracts is not what proto/ generates
	@echo "== proto-check: libs/contracts"
	@$(BIN)/python tools/build/generate_contracts.py --check

breaking: dev ## fail when proto/ breaks clients of the last release
	@tag=$$(git describe --tags --abbrev=0 2>/dev/null); \
	if [ -z "$$tag" ]; then echo "There is no release yet, so nothing can break"; \
	else $(BIN)/buf breaking --against ".git#tag=$$tag"; fi

# Much of the time the tests wait, so one more goes on than there are cores; a file's share its fixtures.
WORKERS := $(shell $(PYTHON) -c 'import os; print(min(4, 1 + len(os.sched_getaffinity(0))))')
tests: dev ## all tests in one run, one file more at a time than there are cores, and 4 at most
	@echo "== tests: pytest"
	@$(PYTEST) --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder --durations=25 $(ARGS)

coverage: dev ## the same, with a table of the lines that no test ran
	@$(PYTEST) --cov --cov-report=term-missing:skip-covered $(ARGS)

unit contract integration conformance e2e architecture: dev ## the tests of one folder
	@$(PYTEST) tests/$@ $(ARGS)

compose-test: dev ## the cluster in containers, tested from outside
	@$(PYTEST) tests/e2e/test_compose.py $(ARGS)

##@ Changing

install: ## the virtual environment from requirements.lock
	@$(PYTHON) tools/build/set_up.py

dev: ## the same from requirements-dev.lock, with what checks and tests need
	@$(PYTHON) tools/build/set_up.py --dev

lock: dev ## both lock files from pyproject.toml; ARGS=--upgrade for newer versions
	@$(LOCK) --group build --output-file requirements.lock $(ARGS)
	@$(LOCK) --group dev --output-file requirements-dev.lock $(ARGS)

format: dev ## ruff format, ruff check --fix, buf format
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/buf format --write

proto: dev ## regenerate libs/contracts from proto/
	@$(BIN)/python tools/build/generate_contracts.py

edge: dev ## the edge proxy's configuration from libs/servicekit/faces.py
	@$(BIN)/python -m heliograph_compose edge

help: ## this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z].*:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST) \
	| sed 's/make unit contract integration conformance e2e architecture/make unit, contract, integration, conformance, e2e, architecture\n                     /'
	@printf '\n%s\n' "Another Python: make PYTHON=python3.12. Another place: HELIOGRAPH_DATA, HELIOGRAPH_PORT."
