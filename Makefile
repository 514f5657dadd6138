# The developer's workflow. Everything happens in .venv; nothing is installed outside of it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

FUZZ ?= 200000

.PHONY: run test fuzz lint lock clean

run: $(VENV)/run.stamp  ## Set up, and serve the demo
	$(BIN)/syndicate demo

test: $(VENV)/dev.stamp  ## Run the tests; what a machine lacks is skipped, and said at the end
	$(BIN)/python -m pytest -n 2 -r s

fuzz: $(VENV)/dev.stamp  ## Show each parser $(FUZZ) mutated inputs; nothing but its refusals may come out
	$(BIN)/python -m tests.hostile.fuzz --inputs $(FUZZ)

lint: $(VENV)/dev.stamp  ## Style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

lock: $(VENV)/dev.stamp  ## Resolve the dependencies anew, with hashes
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-emit-index-url \
		--extra postgres --group build pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-emit-index-url \
		--extra postgres --group build --group dev pyproject.toml -o requirements/dev.txt

clean:  ## Remove what `make` made
	rm -rf $(VENV) demo-data .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("syndicate needs Python 3.11 or newer." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV) || { echo "There is no venv: install it (Debian: apt install python3-venv)."; exit 1; }

$(VENV)/run.stamp: $(VENV)/bin/python requirements/run.txt pyproject.toml
	$(BIN)/pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.txt
	$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@
