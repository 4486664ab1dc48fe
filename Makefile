UV_VERSION := 0.13.9
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup lock run test check format lint types contracts docs bench bench-scale

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: .venv/.ready ## make the locked .venv with authme in it

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python requirements.lock
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@touch .venv/.ready

lock: ## write requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --upgrade \
		--python-version 3.11 --group dev --output-file requirements.lock pyproject.toml

run: setup ## serve on 127.0.0.1:8080 with SQLite under ./var and demo data
	@$(BIN)/authme dev

test: setup ## run the tests; what is not installed here is skipped by name
	@$(BIN)/python -m pytest -n auto --maxschedchunk 2

check: setup format lint types contracts ## everything but the tests

format: setup ## check the format
	@$(BIN)/ruff format --check .

lint: setup ## check the lint rules
	@$(BIN)/ruff check .

types: setup ## check the types
	@$(BIN)/mypy

contracts: setup ## check the import contracts
	@$(BIN)/lint-imports

docs: setup ## write docs/api anew from the endpoint table
	@$(BIN)/python scripts/write_api_docs.py

bench: setup ## run the benchmarks and write docs/benchmarks.md
	@$(BIN)/python bench/run.py

bench-scale: setup ## measure a million groups on PostgreSQL: 10 minutes, 6 GB of disk
	@$(BIN)/python bench/scale.py
