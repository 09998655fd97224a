# Every target does its own set-up: a fresh clone needs python3.11, make and git, nothing else.
.DEFAULT_GOAL := help
PYTHON ?= python3.11
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help install demo test smoke check format prove bench picture golden tables clean

help: ## Say what each target does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): pyproject.toml constraints.txt
	@echo "Installing into .venv: a minute or two, once."
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv # pip comes last: without it, it was cut off
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

# Python's warnings are off there: the build back end's are about layouts that are not ours.
install: $(READY) ## Install everything into .venv

demo: $(READY) ## Server, a believable alert stream and the console, with no set-up
	@$(BIN)/ir-console demo

smoke: $(READY) ## The whole way of an alert, checked step by step
	@$(BIN)/ir-console smoke

# A test that hangs says where it is, and fails.
HANGING := -o faulthandler_timeout=150 -o faulthandler_exit_on_timeout=true

test: $(READY) ## All tests, under four minutes on two cores
	@$(BIN)/python -m pytest -n 4 -m 'not prove' $(HANGING)

prove: $(READY) ## The slow proofs
	@$(BIN)/python -m pytest -m prove

check: $(READY) ## Lint, format, types, import rules, architecture tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest tests/architecture

format: $(READY) ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(READY) ## Measure us beside a floor or a peer; writes bench/results/*.json
	@for b in bench/bench_*.py; do $(BIN)/python -m bench.$$(basename $$b .py) || exit 1; done

bench-%: $(READY)
	@$(BIN)/python -m bench.bench_$(subst -,_,$*)

picture: $(READY) ## Draw the README's picture of the console anew
	@$(BIN)/python -m tests.support.picture docs/console.svg

golden: $(READY) ## Write anew how screens look, and what docs/commands.md says of each command
	@IR_WRITE_GOLDEN=1 $(BIN)/python -m pytest -q tests/ir_console/tui/test_golden_screens.py tests/ir_console/tui/test_golden_links.py tests/ir_console/cli/test_command_page.py

tables: $(READY) ## Write anew the tables of docs/formats.md
	@$(BIN)/python -m tests.support.format_tables docs/formats.md

clean: ## Remove what the other targets made
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis bench/results
