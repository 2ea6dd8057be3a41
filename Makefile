# Parley's commands. `make help` lists them.

PYTHON ?= python3
PORT ?= $(or $(COURSEWARE_PORT),8000)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c .ci/constraints.txt
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run demo test cover check bench texts screenshots format clean

help: ## List the commands
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: $(VENV)/run.stamp ## Set everything up and serve the course on http://127.0.0.1:8000 (PORT=... for another)
	@COURSEWARE_PORT=$(PORT) exec $(BIN)/courseware serve

demo: $(VENV)/run.stamp ## Serve with a simulated cohort, marked as simulated on every page
	@COURSEWARE_PORT=$(PORT) COURSEWARE_DEMO=true COURSEWARE_DATABASE_URL=sqlite:///instance/demo.sqlite3 \
	  sh -c '$(BIN)/courseware simulate --trainees 40 --seed 1 --once && exec $(BIN)/courseware serve'

test: $(VENV)/test.stamp ## Set up what the tests need (a browser too) and run all of them
	@$(BIN)/python -m tests.support.browser
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

cover: $(VENV)/test.stamp ## Hold the branch coverage of domain/ at 100 per cent
	@$(BIN)/python -m pytest tests/domain -q -n $(WORKERS) --cov=courseware/domain --cov-branch \
	  --cov-report=term:skip-covered --cov-fail-under=100

check: $(VENV)/dev.stamp ## Lint, types, import contracts, course content
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/courseware check

bench: $(VENV)/test.stamp ## Measure the ratios of the performance goals in one run
	@$(BIN)/courseware bench

texts: $(VENV)/dev.stamp ## Collect the interface texts for translators
	@cd courseware/web && ../../$(BIN)/pybabel -q extract -F translations/babel.cfg -k lazy_gettext --no-location --sort-output --omit-header -o translations/messages.pot .

screenshots: $(VENV)/test.stamp ## Make the README's pictures anew
	@$(BIN)/python -m tests.support.screenshots

format: $(VENV)/dev.stamp ## Format the code
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

clean: ## Remove the environment and caches; learners' records in instance/ stay
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Parley needs Python 3.11 or later; set PYTHON=... to one.")'
	@$(PYTHON) -m venv $(VENV) || { echo "The module venv is missing: install your system's package for it (Debian: python3-venv)."; exit 1; }

$(VENV)/run.stamp: pyproject.toml .ci/constraints.txt | $(BIN)/python
	@echo "Setting up Parley ..."
	@$(PIP) -e .
	@touch $@

$(VENV)/test.stamp: pyproject.toml .ci/constraints.txt | $(BIN)/python
	@echo "Setting up what the tests need ..."
	@$(PIP) -e '.[test]'
	@touch $@ $(VENV)/run.stamp

$(VENV)/dev.stamp: pyproject.toml .ci/constraints.txt | $(BIN)/python
	@echo "Setting up what the checks need ..."
	@$(PIP) -e '.[test,dev]'
	@touch $@ $(VENV)/test.stamp $(VENV)/run.stamp
