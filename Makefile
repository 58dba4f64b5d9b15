# Everything one does with this repository. `make help` lists it.

PYTHON ?= python3
NPM ?= npm

VENV := .venv
BIN := $(VENV)/bin
# Stamps say when something was last installed or built; they live where cleaning takes them along.
RUNTIME := $(VENV)/.runtime-installed
TOOLS := $(VENV)/.tools-installed
WEB_MODULES := web/node_modules/.installed
WEB_BUILD := web/dist/.built

WEB_SOURCES := $(shell find web widget config/metrics.json -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' 2>/dev/null)

# Most modules are never imported; those that are get compiled then.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile

# Compiled once: tests start the server and its commands hundreds of times.
unexport PYTHONDONTWRITEBYTECODE

# Tests of a file stay together: they share a database. In the order of names the quick ones come last.
SIDE_BY_SIDE := --numprocesses 2 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install build run test test-python test-web test-e2e check check-python check-web format types reference db-reset bench bench-scale lock screenshot clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(RUNTIME) ## Install what the server needs into .venv

build: $(WEB_BUILD) ## Build the user interface into web/dist

run: $(RUNTIME) $(WEB_BUILD) ## Start everything on http://127.0.0.1:54321 (another port: PORT=8080 make run)
	@exec $(BIN)/backoffice serve

test: ## Run every check and test
	@# What is installed, checked and built for Python and for the web keeps one core busy each.
	$(MAKE) --jobs 2 --output-sync check build
	$(MAKE) test-web test-python test-e2e

test-python: $(TOOLS) $(WEB_MODULES) ## Run the Python tests; ARGS="-k capture" narrows them
	$(BIN)/pytest $(SIDE_BY_SIDE) $(ARGS)

test-web: $(WEB_MODULES) ## Run the tests of the user interface and of the script client sites load
	$(NPM) --prefix web test

test-e2e: $(TOOLS) $(WEB_BUILD) ## Run the tests in a real Chromium
	scripts/chromium
	$(BIN)/pytest e2e $(SIDE_BY_SIDE) $(ARGS)

check: check-python check-web ## Check format, lint and types of Python and TypeScript

check-python: $(TOOLS)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check-web: $(WEB_MODULES)
	$(NPM) --prefix web run check

format: $(TOOLS) $(WEB_MODULES) ## Format Python and TypeScript
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NPM) --prefix web run format

types: $(TOOLS) $(WEB_MODULES) ## Generate types: of configurations from config/, of the database from the migrations
	$(BIN)/python -m backoffice.stack.config_types
	$(BIN)/python -m backoffice.stack.throwaway $(NPM) --prefix web run types

reference: $(TOOLS) ## Write docs/data-sources.md, docs/settings.md and the SQL comments of the metrics
	$(BIN)/python -m backoffice.stack.throwaway $(BIN)/python -m backoffice.stack.reference
	$(BIN)/python -m backoffice.stack.settings_reference

db-reset: $(RUNTIME) ## Delete the local database; the next `make run` makes a new one
	$(BIN)/backoffice db reset

bench: $(TOOLS) ## Measure speed and memory, and print the figures
	$(BIN)/python -m benchmarks $(ARGS)

bench-scale: $(TOOLS) ## Measure a year of a busy platform: 5 million sessions (takes an hour; ARGS="--factor 0.1")
	$(BIN)/python -m benchmarks.scale $(ARGS)

screenshot: $(TOOLS) $(WEB_BUILD) ## Take the README's picture of the running product
	scripts/chromium
	PYTHONPATH=tests $(BIN)/python -m e2e.screenshot

lock: $(TOOLS) ## Resolve the Python dependencies anew into requirements*.lock
	scripts/lock

clean: ## Delete what was installed and built, but not the database
	rm -rf $(VENV) web/node_modules web/dist web/types-generator/node_modules

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: PYTHON=python3.12 make …")'
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(TOOLS): requirements-dev.lock $(RUNTIME)
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

$(WEB_MODULES): web/package.json web/package-lock.json
	$(NPM) --prefix web ci --no-audit --no-fund
	@touch $@

$(WEB_BUILD): $(WEB_MODULES) $(WEB_SOURCES)
	$(NPM) --prefix web run build
	@touch $@
