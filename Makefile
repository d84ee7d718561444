# Every target sets up what it needs by itself; Python 3.11+, git and make are all that is assumed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test stories crash lint types contracts e2e bench lock clean

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Argosy needs Python 3.11 or newer; try: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	# The lock is whole: with --no-deps no later release can be preferred over a locked one.
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/build.txt -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

demo: $(READY)
	$(BIN)/argosy demo

test: $(READY)
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

# Every story of the reconciler once more over HTTP; `make test` plays only their core there.
stories: $(READY)
	ARGOSY_TEST_EVERY_STORY=yes $(BIN)/python -m pytest tests/reconciler -k HTTP

# Kills the controller at every step of the demo's plan, which takes half an hour; WALK='--sample 12' at so many
# steps of each act. `make test` does so at a few.
crash: $(READY)
	$(BIN)/python tests/crash/walk.py $(WALK)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

contracts: $(READY)
	$(BIN)/lint-imports

e2e: $(READY)
	PATH="$(CURDIR)/$(BIN):$$PATH" tests/e2e/run

bench: $(READY)
	$(BIN)/python benchmarks/run.py

# Seconds for each target. Without atheris (it is not made for every interpreter) inputs are mutated at random.
SECONDS ?= 600
fuzz: $(READY)
	$(BIN)/python -m pip install --quiet --no-deps --only-binary :all: --require-hashes -r requirements/fuzz.txt || true
	$(BIN)/python tests/fuzz/run.py --seconds $(SECONDS)

# Writes requirements/*.txt anew from the ranges in pyproject.toml.
lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --all-extras --group dev --python-version 3.11 --output-file requirements/dev.txt pyproject.toml
	echo 'atheris==3.0.*; sys_platform == "linux" and platform_machine == "x86_64" and python_version < "3.14"' | $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --output-file requirements/fuzz.txt -
	echo 'hatchling' | $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --output-file requirements/build.txt -

clean:
	rm -rf $(VENV) dist .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
