# Clew. Two commands to start:  make run   and   make test
# Each target sets up what it needs, idempotently, in .venv; stamps are keyed on what was installed.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
NATIVE := $(wildcard src/native/*) CMakeLists.txt pyproject.toml
# An editable install knows the modules that there were when it was made: a new name asks for a new one.
NAMES := $(shell find src/clew -name '*.py' | LC_ALL=C sort | cksum | cut -d' ' -f1)
INSTALLED := $(VENV)/.stamp-installed-$(NAMES)

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

# ---------------------------------------------------------------- set-up

define install_lock
	@$(if $(UV),VIRTUAL_ENV=$(VENV) $(UV) pip install -q --require-hashes -r $(1),$(BIN)/pip install -q --require-hashes -r $(1) 2> >(grep -v "is ignored: it is neither" >&2))
endef

$(VENV)/.stamp-venv:
	@.ci/needs $(PYTHON)
	@echo "clew: making $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.stamp-run: requirements/run.lock $(VENV)/.stamp-venv
	@echo "clew: installing what it runs on (requirements/run.lock)"
	$(call install_lock,requirements/run.lock)
	@touch $@

$(VENV)/.stamp-dev: requirements/dev.lock $(VENV)/.stamp-run
	@echo "clew: installing what it is tested with (requirements/dev.lock)"
	$(call install_lock,requirements/dev.lock)
	@touch $@

$(VENV)/.stamp-bench: requirements/bench.lock $(VENV)/.stamp-dev
	@echo "clew: installing the peers it is measured against (requirements/bench.lock)"
	$(call install_lock,requirements/bench.lock)
	@touch $@

$(INSTALLED): $(NATIVE) $(VENV)/.stamp-run
	@echo "clew: building the native extension"
	@$(BIN)/pip install -q --no-build-isolation --no-deps -e . 2> >(grep -v "is ignored: it is neither" >&2)
	@rm -f $(VENV)/.stamp-installed-* && touch $@

$(VENV)/.stamp-browser: package-lock.json package.json $(VENV)/.stamp-venv
	@echo "clew: fetching what the console's pages are judged with"
	@npm ci --silent --ignore-scripts
	@touch $@

setup: $(VENV)/.stamp-run $(INSTALLED) ## only the environment, in .venv

setup-dev: setup $(VENV)/.stamp-dev $(VENV)/.stamp-browser

# ---------------------------------------------------------------- use

run: setup ## everything: a sample day, screened, and the console on http://localhost:8080 (else PORT=, CLEW_WEB_PORT=)
	@exec $(BIN)/clew run$(if $(PORT), --port $(PORT))

# ---------------------------------------------------------------- judge

check: setup-dev ## the fast loop: format, lint, types, quick tests
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/pytest -n 2 -m "not slow and not browser and not pg"

lint: setup-dev
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/mypy

test: lint ## everything: lint, types, docs, the whole suite on SQLite and PostgreSQL, the browser where it is installed
	$(BIN)/sphinx-build -q -W -b html docs docs/_build
	$(BIN)/pytest -n 2

format: setup-dev ## put the code in the house's format
	$(BIN)/ruff format src tests benchmarks
	$(BIN)/ruff check --fix src tests benchmarks

docs: setup-dev ## the documentation, in docs/_build
	$(BIN)/sphinx-build -q -W -b html docs docs/_build

bench: setup $(VENV)/.stamp-bench ## every benchmark of benchmarks/README.md, peers side by side
	$(BIN)/python -m benchmarks

lock: ## resolve requirements/*.lock anew: hashes, no addresses
	@.ci/lock

clean: ## remove what set-up made, never the data
	rm -rf $(VENV) build node_modules docs/_build

.PHONY: help setup setup-dev run check lint test format docs bench lock clean
