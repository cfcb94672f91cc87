# osteocast. Needs only make and python3 (3.11 or later, with venv); the rest is installed into .venv.
# `make help` lists the targets.

# ---- what `make run` does: edit here ---------------------------------------------------------------------------
RESULTS   := results
WOMAN     := examples/woman-62-starting-anastrozole.toml
WOMAN_OUT := $(RESULTS)/woman-62
ATAC      := examples/atac-bone-substudy.toml
ATAC_OUT  := $(RESULTS)/atac-bone-substudy

RUN_WOMAN = $(OSTEOCAST) compare $(WOMAN) --out $(WOMAN_OUT)
RUN_ATAC  = $(OSTEOCAST) study $(ATAC) --out $(ATAC_OUT)
# ------------------------------------------------------------------------------------------------------------------

# After another PYTHON, `make clean-all` first: a .venv that is there is kept.
PYTHON    ?= python3
VENV      := .venv
PY        := $(VENV)/bin/python
OSTEOCAST := $(VENV)/bin/osteocast

LOCK_INSTALLER := requirements/installer.lock
LOCK_BUILD     := requirements/build.lock
LOCK_RUN       := requirements/run.lock
LOCK_TEST      := requirements/test.lock
LOCK_DOCS      := requirements/docs.lock

# One stamp per group of packages: newer than its lock means installed, and the step is skipped.
STAMP_VENV := $(VENV)/.stamp-venv
STAMP_RUN  := $(VENV)/.stamp-run
STAMP_TEST := $(VENV)/.stamp-test
STAMP_DOCS := $(VENV)/.stamp-docs

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
# Start-up time is mostly bytecode: it is made once, here, even where Python is told not to write it.
export UV_COMPILE_BYTECODE := 1

# $(call install,ARGUMENTS): with uv; with pip where uv is missing or does not succeed.
define install
	@if $(PY) -c 'import uv' 2>/dev/null; then \
	  $(PY) -m uv pip install --quiet --python $(PY) $(1) && exit 0; echo "setup: uv did not succeed, trying pip"; \
	fi; $(PY) -m pip install --quiet $(1)
endef

# The page is tested in Chromium, which is a package of the system and not of Python.
define browser
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || test -n "$$OSTEOCAST_CHROMIUM" || { \
	  echo "setup: installing Chromium, in which the page is tested (apt-get install chromium)"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } || { \
	  echo "setup: it could not be installed; install Chromium by hand, or name one in OSTEOCAST_CHROMIUM"; exit 1; }; }
endef

.DEFAULT_GOAL := help
.PHONY: help setup setup-test run test crosscheck format calibrate bench docs lock clean clean-all

help: ## list the targets
	@echo "osteocast: what a person's bones will do on an aromatase inhibitor, and what would change it"
	@echo
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r t d; do printf '%-18s %s\n' "$$t" "$$d"; done

setup: $(STAMP_RUN) ## make .venv and install osteocast with what it needs
	@echo "setup: ready; try $(OSTEOCAST) --help"

setup-test: $(STAMP_TEST) ## the same, with what the tests need

run: $(STAMP_RUN) ## the main job on the examples; the results go to results/
	@echo "run: a woman of 62 who starts anastrozole -> $(WOMAN_OUT)"
	$(RUN_WOMAN)
	@echo "run: the ATAC bone substudy, simulated beside its published points -> $(ATAC_OUT)"
	$(RUN_ATAC)

test: $(STAMP_TEST) ## style, types, layers, tests
	@echo "test: style (ruff)"
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@echo "test: types (mypy --strict)"
	@$(VENV)/bin/mypy --strict src
	@echo "test: layers (import-linter)"
	@$(VENV)/bin/lint-imports --no-logo
	@echo "test: pytest"
	@$(VENV)/bin/pytest

crosscheck: $(STAMP_TEST) ## the exported equations on libRoadRunner against two other solvers: 20 people, 10 regimens
	CROSSCHECK=all $(VENV)/bin/pytest tests/crosscheck/test_exchange.py

format: $(STAMP_TEST) ## put the code into the project's style
	@$(VENV)/bin/ruff check --fix-only --quiet .
	@$(VENV)/bin/ruff format .

calibrate: $(STAMP_RUN) ## fit the mechanism to the published targets (up to 15 minutes)
	$(OSTEOCAST) calibrate

bench: $(STAMP_TEST) ## run every script benchmarks/bench_*.py
	@set -e; for script in benchmarks/bench_*.py; do \
	  test -f "$$script" || { echo "bench: no script benchmarks/bench_*.py"; exit 1; }; \
	  echo "bench: $$script"; $(PY) "$$script"; \
	done

docs: $(STAMP_DOCS) ## build the documentation into docs/_build/html
	@echo "docs: building docs/_build/html"
	@$(VENV)/bin/sphinx-build --fail-on-warning --keep-going -q -b html docs docs/_build/html

clean: ## remove results and caches, keep .venv
	rm -rf $(RESULTS) docs/_build build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find $(wildcard src tests benchmarks docs) -type d -name __pycache__ -prune -exec rm -rf {} +

clean-all: clean ## remove .venv as well
	rm -rf $(VENV)

# ---- how .venv is made ---------------------------------------------------------------------------------------------

$(STAMP_VENV): $(LOCK_INSTALLER)
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "setup: $(PYTHON) was not found. Install Python 3.11 or later, or name one: make PYTHON=python3.12 setup" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "setup: osteocast needs Python 3.11 or later, but $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
	       "Install a newer one, or name it: make PYTHON=python3.12 setup" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "setup: this $(PYTHON) comes without venv. Install it (Debian and Ubuntu: apt install python3-venv)," \
	       "or name another Python: make PYTHON=python3.12 setup" >&2; exit 1; }
	@if $(PY) -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  echo "setup: using the $(VENV) that is here"; \
	else \
	  echo "setup: making $(VENV) with $$($(PYTHON) --version)"; $(PYTHON) -m venv --clear $(VENV); \
	fi
	@echo "setup: installing the installer (uv)"
	@$(PY) -m pip install --quiet --require-hashes -r $(LOCK_INSTALLER) 2>/dev/null \
	  || echo "setup: uv cannot be installed here; pip does its work, more slowly"
	@touch $@

$(STAMP_RUN): $(STAMP_VENV) $(LOCK_BUILD) $(LOCK_RUN) pyproject.toml
	@echo "setup: installing the libraries of $(LOCK_RUN)"
	$(call install,--require-hashes -r $(LOCK_BUILD) -r $(LOCK_RUN))
	@echo "setup: installing osteocast itself, editable"
	$(call install,--no-deps --no-build-isolation -e .)
	@$(PY) -m compileall -q src
	@touch $@

$(STAMP_TEST): $(STAMP_RUN) $(LOCK_TEST)
	@echo "setup: installing the test tools of $(LOCK_TEST)"
	$(call install,--require-hashes -r $(LOCK_TEST))
	$(browser)
	@touch $@

$(STAMP_DOCS): $(STAMP_RUN) $(LOCK_DOCS)
	@echo "setup: installing the documentation tools of $(LOCK_DOCS)"
	$(call install,--require-hashes -r $(LOCK_DOCS))
	@touch $@

# ---- the locks: exact versions with hashes, one set for every Python from 3.11 on, no addresses ------------------

COMPILE := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(LOCK_FLAGS)

# The versions of the run lock hold in all others. LOCK_FLAGS=--upgrade moves every version to the newest that fits.
lock: $(STAMP_VENV) ## rewrite requirements/*.lock from pyproject.toml (LOCK_FLAGS=--upgrade: newest versions)
	@echo "lock: run";       $(COMPILE) pyproject.toml --all-extras -o $(LOCK_RUN)
	@echo "lock: test";      $(COMPILE) pyproject.toml --all-extras --group test -c $(LOCK_RUN) -o $(LOCK_TEST)
	@echo "lock: docs";      $(COMPILE) pyproject.toml --group docs -c $(LOCK_TEST) -o $(LOCK_DOCS)
	@echo "lock: build";     $(COMPILE) --group build -c $(LOCK_TEST) -c $(LOCK_DOCS) -o $(LOCK_BUILD)
	@echo "lock: installer"; $(COMPILE) --group installer -o $(LOCK_INSTALLER)
