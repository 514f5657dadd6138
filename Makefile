# The developer's workflow. Everything happens in .venv; nothing is installed outside of it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

FUZZ ?= 200000

.PHONY: run test chaos at-once changes fuzz bench lint lock clean

run: $(VENV)/run.stamp  ## Set up, and serve the demo
	$(BIN)/syndicate demo

test: $(VENV)/dev.stamp  ## Run the tests; what a machine lacks is skipped, and said at the end
	$(BIN)/python -m pytest -n 2 -r s

chaos: $(VENV)/dev.stamp  ## Twenty rounds of processes killed under load, and how soon all is back
	TEST_ROUNDS=20 $(BIN)/python -m pytest -s tests/running/test_kept.py

at-once: $(VENV)/dev.stamp  ## Thousands of requests after commits, four web processes, idle and under load
	TEST_AT_ONCE=240 $(BIN)/python -m pytest -s tests/running/test_at_once.py

changes: $(VENV)/dev.stamp  ## Ten thousand acts of eight writers, and a program that follows them
	TEST_CHANGES=10000 $(BIN)/python -m pytest -s tests/running/test_in_step.py

fuzz: $(VENV)/dev.stamp  ## Show each parser $(FUZZ) mutated inputs; nothing but its refusals may come out
	$(BIN)/python -m tests.hostile.fuzz --inputs $(FUZZ)

lint: $(VENV)/dev.stamp  ## Style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(VENV)-bench/stamp  ## Measure the service beside its peers (ROWS=1,2 ITEMS=10000 ROUNDS=4 DATA=folder); needs wrk and nginx
	$(VENV)-bench/bin/python -m bench $(if $(ROWS),--rows $(ROWS),--write) \
		$(if $(ITEMS),--items $(ITEMS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(DATA),--data $(DATA))

lock: $(VENV)/dev.stamp  ## Resolve the dependencies anew, with hashes
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-emit-index-url \
		--extra postgres --group build pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-emit-index-url \
		--extra postgres --group build --group dev pyproject.toml -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-emit-index-url \
		--extra postgres --group build --group bench pyproject.toml -o requirements/bench.txt

clean:  ## Remove what `make` made
	rm -rf $(VENV) $(VENV)-bench demo-data .mypy_cache .ruff_cache .hypothesis

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

$(VENV)-bench/stamp: requirements/bench.txt pyproject.toml
	@$(PYTHON) -m venv $(VENV)-bench || { echo "There is no venv: install it (Debian: apt install python3-venv)."; exit 1; }
	$(VENV)-bench/bin/pip install --quiet --require-hashes -r requirements/bench.txt
	$(VENV)-bench/bin/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
