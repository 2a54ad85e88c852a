# Everything that a person needs: run, test, lint, check, bench. Each does its own set-up.
PORT ?= 5000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
APPS := .venv-apps
LOCK := requirements.txt
# In an environment that has pip alone; the lock pins whatever gets installed.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(LOCK)
COMPILE := pip compile --quiet pyproject.toml --all-extras --universal --no-annotate \
    --python-version 3.11 --custom-compile-command "make lock" --output-file $(LOCK)

.PHONY: run test lint check bench lock
.DELETE_ON_ERROR:

run: $(VENV)/.run
	@exec $(BIN)/poolscope serve --port $(PORT)

test: $(VENV)/.dev $(APPS)/new/.done $(APPS)/old/.done
	@sh scripts/install_system.sh chromium mariadb-server
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/deno lint --quiet
	$(BIN)/deno fmt --quiet --check
	$(BIN)/deno check --quiet static/js

# What can be known without a server, a database or a browser, within a minute.
check: $(VENV)/.dev
	@began=$$(date +%s); $(MAKE) --no-print-directory lint && \
	$(BIN)/python -m pytest --quiet --numprocesses 2 --dist loadfile -m "not servers" \
	    --ignore tests/live --ignore tests/page && \
	echo "Checked in $$(($$(date +%s) - began)) s."

bench: $(VENV)/.bench
	@sh scripts/install_system.sh chromium mariadb-server hey apache2-utils
	$(BIN)/python -m benchmarks

# Adds to the lock what is new in pyproject.toml; with UPGRADE=1 takes the newest of everything.
# It must work where pyproject.toml and the lock contradict each other, so it installs uv alone.
lock:
	@sh scripts/make_venv.sh $(PYTHON) $(VENV)
	$(INSTALL) uv
	$(BIN)/uv $(COMPILE) $(if $(UPGRADE),--upgrade)

# The drivers are optional: where one has no wheel, the others are installed all the same.
$(VENV)/.run: pyproject.toml $(LOCK) scripts/make_venv.sh scripts/extra.py
	@sh scripts/make_venv.sh $(PYTHON) $(VENV)
	$(INSTALL) -e .[asgi]
	@$(BIN)/python scripts/extra.py drivers | while read -r driver; do \
	    $(INSTALL) --only-binary :all: "$$driver" \
	    || echo "No wheel of $$driver for this machine: its driver will not be offered."; \
	done
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(INSTALL) -e .[dev]
	@touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(INSTALL) -e .[bench]
	@touch $@

# Other people's apps are tested in environments of their own, which do not have Poolscope.
$(APPS)/%/.done: tests/apps/requirements-%.txt $(VENV)/.run
	@$(BIN)/python -m venv --clear $(APPS)/$*
	$(APPS)/$*/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@
