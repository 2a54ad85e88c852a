# Everything that a person needs: run, test, lint, bench. Each does its own set-up.
PORT ?= 5000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
APPS := .venv-apps

.PHONY: run test lint bench
.DELETE_ON_ERROR:

run: $(VENV)/.run
	@exec $(BIN)/poolscope serve --port $(PORT)

test: $(VENV)/.test $(APPS)/new/.done $(APPS)/old/.done
	@sh scripts/install_system.sh chromium mariadb-server
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.bench
	@sh scripts/install_system.sh chromium mariadb-server hey apache2-utils
	$(BIN)/python -m benchmarks

# The drivers are optional: where one has no wheel, the others are installed all the same.
$(VENV)/.run: pyproject.toml requirements.txt requirements-drivers.txt scripts/make_venv.sh
	@sh scripts/make_venv.sh $(PYTHON) $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@while read -r driver; do \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	        --only-binary :all: -c requirements.txt "$$driver" \
	    || echo "No wheel of $$driver for this machine: its driver will not be offered."; \
	done < requirements-drivers.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/.bench: $(VENV)/.test requirements-bench.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@

# Other people's apps are tested in environments of their own, which do not have Poolscope.
$(APPS)/%/.done: tests/apps/requirements-%.txt $(VENV)/.run
	@$(BIN)/python -m venv --clear $(APPS)/$*
	$(APPS)/$*/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@
