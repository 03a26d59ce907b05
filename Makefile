# `make help` lists the targets. Everything is installed below .venv and .tools; `make clean` removes both.

SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
UV := .tools/bin/uv
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
export UV_PYTHON_DOWNLOADS := never
export DAGSTER_DISABLE_TELEMETRY := 1
# Images of containers forbid it to stay small; every start would compile the packages anew, for several seconds.
export PYTHONDONTWRITEBYTECODE :=

# Two lock files: what runs, and beside the tests what runs, tests and measures. The second holds the first's versions.
LOCKS := requirements.lock tests/requirements.lock
RESOLVE = $(UV) pip compile --quiet --universal --generate-hashes --no-header --group build
RESOLVE_TESTS = $(RESOLVE) --group dev -c requirements.lock

# One more than there are processors: much of the time is spent waiting for servers.
WORKERS := $(shell expr $$(nproc) + 1)

BENCHMARKS := read_tables.py evaluate.py forecast_nation.py dagster_run.py publish.py monitoring.py

# The locked line of uv with its hashes, so that even the installer is the one that was locked.
UV_LOCK = awk '/^uv==/{on=1} on{print} on&&!/\\$$/{exit}' requirements.lock

.PHONY: help demo up test check bench setup setup-tests lock format clean test-servers

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: setup ## the district's year on SQLite: sample tables in, scoreboard out
	@$(BIN)/xushi demo

up: setup ## the whole system on this machine, until Ctrl-C; make up ARGS="--free-ports"
	@$(BIN)/xushi up $(ARGS)

test: setup-tests test-servers ## all tests, with a real PostgreSQL and Prometheus' own checker
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

# Side by side, each one's output in one piece; all are heard before the first failure ends it.
CHECKS := check-types check-generated check-imports check-definitions check-locks check-code
.PHONY: $(CHECKS)

check: setup-tests ## lint, types, import rules, catalogue, drift of generated files and migrations
	@$(MAKE) --no-print-directory --output-sync=target --keep-going -j $$(nproc) $(CHECKS)

check-code:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

check-types:
	$(BIN)/mypy

check-imports:
	$(BIN)/lint-imports

check-generated:
	$(BIN)/xushi catalogue check
	$(BIN)/xushi catalogue schema --check
	$(BIN)/xushi store migrate --check
	$(BIN)/xushi dashboards build --check
	$(BIN)/xushi alerts build --check

check-definitions:
	$(BIN)/dg check defs

# Versions alone are compared: new wheels of a locked version must not fail a change that has nothing to do with them.
check-locks: $(UV)
	@for lock in $(LOCKS); do mkdir -p .tools/$$(dirname $$lock) && cp $$lock .tools/$$lock; done
	@$(RESOLVE) pyproject.toml -o .tools/requirements.lock && $(RESOLVE_TESTS) pyproject.toml -o .tools/tests/requirements.lock
	@for lock in $(LOCKS); do \
	  diff <(grep -v -e --hash -e '#' $$lock | tr -d ' \\') <(grep -v -e --hash -e '#' .tools/$$lock | tr -d ' \\') \
	  || { echo "$$lock does not match pyproject.toml; run: make lock"; exit 1; }; done

.PHONY: dashboards
dashboards: setup ## build the Grafana dashboards of the catalogue anew, and check them
	@$(BIN)/xushi dashboards build

bench: setup-tests ## all benchmarks, as ratios measured in one run
	@for bench in $(BENCHMARKS); do echo "== $$bench"; $(BIN)/python benchmarks/$$bench || exit 1; done
	@echo "== year_end.py --invented"; $(BIN)/python benchmarks/year_end.py --invented --limit 12

setup: .venv/.locked

setup-tests: .venv/.locked-tests

lock: $(UV) ## resolve the dependencies of pyproject.toml anew (newest versions)
	$(RESOLVE) --upgrade pyproject.toml -o requirements.lock
	$(RESOLVE_TESTS) --upgrade pyproject.toml -o tests/requirements.lock

format: setup-tests ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove what was installed here (the data in .xushi stays)
	rm -rf .venv .tools

$(UV): requirements.lock
	@echo "Setting up: the installer (uv) ..."
	@$(PYTHON) -m venv --clear .tools >/dev/null 2>&1 \
	|| { echo "This Python has no venv module; installing Debian's python3-venv ..." \
	     && $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq python3-venv >/dev/null \
	     && $(PYTHON) -m venv --clear .tools; }
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r <($(UV_LOCK))
	@touch $@

# Where the packages of the tests are installed, those that run are among them.
.venv/.locked: requirements.lock pyproject.toml $(UV)
	@if [ -e .venv/.locked-tests ]; then $(MAKE) --no-print-directory .venv/.locked-tests; else \
	  echo "Setting up: the locked packages (some 200 MB to download the first time) ..."; \
	  $(call install,requirements.lock); fi
	@touch $@

.venv/.locked-tests: tests/requirements.lock pyproject.toml $(UV)
	@echo "Setting up: the locked packages and those of the tests (some 400 MB to download the first time) ..."
	@$(call install,tests/requirements.lock)
	@touch $@ .venv/.locked

define install
{ [ -x $(BIN)/python ] || $(UV) venv --quiet --python $(PYTHON) .venv; } \
&& $(UV) pip sync --require-hashes --python $(BIN)/python $(1) 2> >(grep -v '^ [-+~] ' >&2) \
&& $(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
endef

# Servers and a browser that the tests start by themselves; only their programs are needed, from Debian's packages.
test-servers:
	@missing=""; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	command -v promtool >/dev/null || missing="$$missing prometheus"; \
	command -v prometheus-pushgateway >/dev/null || missing="$$missing prometheus-pushgateway"; \
	command -v prometheus-alertmanager >/dev/null || missing="$$missing prometheus-alertmanager"; \
	[ -x /usr/sbin/mariadbd ] || missing="$$missing mariadb-server-core"; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v npm >/dev/null || missing="$$missing npm"; \
	command -v systemd-analyze >/dev/null || missing="$$missing systemd"; \
	ldconfig -p | grep -q libpangoft2-1.0 || missing="$$missing libpangoft2-1.0-0 libharfbuzz-subset0"; \
	[ -n "$$(find /usr/share/fonts -iname '*cjk*' -o -iname '*wqy*' 2>/dev/null | head -1)" ] || missing="$$missing fonts-wqy-microhei"; \
	if [ -n "$$missing" ]; then echo "Installing for the tests:$$missing"; \
	  $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; fi

.PHONY: dagster
dagster: setup ## Dagster's pages on the home folder of XUSHI_HOME (default .xushi)
	@$(BIN)/xushi dagster
