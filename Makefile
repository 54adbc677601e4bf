# Everything a target needs is made on the way, once: a virtual environment, the browser bundle, a Chromium.
# Needed beforehand: Python 3.10 or newer, Node 20 or newer, and the package registries.

PYTHON ?= python3
NPM    ?= npm

VENV   := .venv
BIN    := $(VENV)/bin
STATIC := src/nnscope/static
BUNDLE := $(STATIC)/widget.js
JS     := $(shell find js/src -type f 2>/dev/null) $(wildcard js/*.json js/*.mjs js/*.ts)
# What `make test` was written against, to the version; who installs nnscope is not bound by it.
LOCK   := constraints.txt
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --constraint $(LOCK)
# The bundle is built by its own rule, so pip need not build it again.
LOCKED := HATCH_JUPYTER_BUILDER_SKIP_NPM=1 $(PIP) --build-constraint $(LOCK)

# One network, or one method on one network, a core.
SLOW := $(addprefix tests/oracle/test_,zoo.py methods.py libraries.py)

.DEFAULT_GOAL := help
.PHONY: help demo test test-all setup bundle lint types unit zoo methods js browser bench lock matrix screenshot clean
.NOTPARALLEL: # the steps share two cores and one terminal
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.demo $(BUNDLE) ## open the quickstart notebook in JupyterLab
	@$(BIN)/python scripts/demo.py

test: setup ## everything that must be green: lint, types, all tests
	@$(BIN)/python scripts/steps.py $(MAKE) lint types unit zoo js browser

test-all: test ## the same, and the large networks; writes docs/zoo.md
	$(BIN)/pytest tests/oracle/test_zoo.py -m "heavy or not heavy" --zoo-table docs/zoo.md # one by one: some take 11 GB

setup: $(VENV)/.dev $(BUNDLE) ## the development environment, without running anything

bundle: $(BUNDLE) ## the browser side, built into src/nnscope/static

lint: setup ## ruff, biome and the TypeScript compiler
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	cd js && $(NPM) run --silent lint
	cd js && $(NPM) run --silent check

types: setup ## mypy, strict
	$(BIN)/mypy

unit: setup ## pytest without a browser: unit, contract, oracle, two at a time
	$(BIN)/pytest -n 2 tests --ignore=tests/browser $(addprefix --ignore=,$(SLOW))

zoo: setup ## every network of the zoo that is not heavy, and every method, two at a time
	$(BIN)/pytest -n 2 $(SLOW)

methods: setup ## docs/methods.md, from the registry and from what the tests measure
	$(BIN)/pytest -n 2 $(filter-out %_zoo.py,$(SLOW)) --methods-table docs/methods.md

js: setup ## vitest
	cd js && $(NPM) run --silent test

browser: setup ## real JupyterLab in a real Chromium
	$(BIN)/python scripts/chromium.py --install
	$(BIN)/pytest tests/browser

bench: setup ## side by side with other libraries
	$(BIN)/python benchmarks

lock: $(VENV)/.pip ## constraints.txt, anew: the newest versions that pyproject.toml admits
	$(PIP) --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.10 --all-extras --group build \
	  --no-annotate --no-emit-index-url --custom-compile-command "make lock" --output-file $(LOCK) pyproject.toml

matrix: setup ## the unit tests on the oldest and the newest of all dependencies (20 GB); or make matrix newest
	$(BIN)/python scripts/matrix.py $(ROWS)

# `make matrix newest` names rows, which are no targets of their own.
ROWS := $(if $(filter matrix,$(MAKECMDGOALS)),$(filter-out matrix,$(MAKECMDGOALS)))
$(ROWS): matrix ; @:

screenshot: setup ## docs/panel.png, taken in JupyterLab
	$(BIN)/python scripts/chromium.py --install
	$(BIN)/python scripts/screenshot.py

clean: ## remove all that was made
	rm -rf $(VENV) .matrix $(STATIC) dist build js/node_modules js/coverage .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { echo "nnscope needs Python 3.10 or newer; '$(PYTHON)' is not on the PATH. Name yours: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "nnscope needs Python 3.10 or newer; $(PYTHON) is older. Name a newer one: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

# A pip that takes build constraints, whatever Python came with.
$(VENV)/.pip: $(VENV)/.made $(LOCK)
	$(PIP) --quiet pip
	@touch $@

$(VENV)/.demo: $(VENV)/.pip pyproject.toml
	$(LOCKED) -e '.[demo]'
	@touch $@

$(VENV)/.dev: $(VENV)/.pip pyproject.toml
	$(LOCKED) -e '.[dev]'
	@touch $@ $(VENV)/.demo # dev includes demo

js/node_modules/.made: js/package.json js/package-lock.json
	@command -v node >/dev/null && command -v $(NPM) >/dev/null || { echo "The browser side is built with Node 20 or newer, and node or npm is not on the PATH. Install it from https://nodejs.org and run make again."; exit 1; }
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { echo "The browser side is built with Node 20 or newer; this is $$(node --version). Install a newer one from https://nodejs.org and run make again."; exit 1; }
	cd js && $(NPM) ci --no-audit --no-fund
	@mkdir -p $(@D) && touch $@

$(BUNDLE): js/node_modules/.made $(JS)
	cd js && $(NPM) run --silent build
	@touch $@
