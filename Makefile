# Every command of the project. Continuous integration calls these targets unchanged.

PYTHON ?= python3
PORT ?= 8000
UPGRADE ?=

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test check bench screenshots lock
.DELETE_ON_ERROR:

export PORT
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUNBUFFERED := 1
# Compiled code is kept, also where the environment asks for none: each process of the tests would compile all anew.
export PYTHONDONTWRITEBYTECODE :=

BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
# What a developer has exported for a server of their own must not reach tests and checks.
CLEAN := env -u DATABASE_URL -u SECRET_KEY -u ALLOWED_HOSTS -u DEBUG -u PORTAL_TODAY -u PORTAL_TWO_FACTOR \
	-u PORTAL_DATA_KEYS -u PORTAL_HASH_KEY -u PORTAL_TRUST -u PORTAL_KEYS -u PORTAL_TIMESTAMP_URL
# One file stays in one process: its browser and its data are set up once. tests/conftest.py knows which go first.
# Three processes keep two cores busy: one of them usually waits, for a page or for a process it has started.
PYTEST := $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder
LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header $(UPGRADE)

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: export PORTAL_TODAY ?= 2024-08-28
run: .venv/.runtime | staticfiles ## Start the portal with the shipped catalogue and invented records (PORT=8000, PORTAL_TODAY=2024-08-28; empty: the real day)
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) load_catalog --if-empty
	@echo
	@$(MANAGE) create_demo_users
	@$(MANAGE) simulate_records --if-empty --count 4000 --seed 1
	@printf '\nPortal: http://127.0.0.1:%s/\nStaff:  http://127.0.0.1:%s/admin/\nCtrl-C stops it.\n\n' "$(PORT)" "$(PORT)"
	@exec $(BIN)/gunicorn --config deploy/gunicorn.conf.py portal.wsgi:application

# What pages show, and what touches no database, does not depend on which one it is: that runs once (tests/conftest.py).
test: .venv/.development ## Run every test, on SQLite and on a PostgreSQL of its own, with a real browser
	deploy/need.sh postgresql chromium-headless-shell pango pdfsig softhsm2
	$(CLEAN) $(PYTEST)
	$(CLEAN) tests/with_postgres.sh $(PYTEST) -m database

check: .venv/.development ## Check style, types, templates, migrations, translations and the settings of a service
	deploy/need.sh gettext
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(CLEAN) $(BIN)/mypy
	$(BIN)/djlint --lint --quiet templates
	$(CLEAN) $(MANAGE) makemigrations --check --dry-run
	$(CLEAN) $(BIN)/python tests/check_translations.py
	$(BIN)/python -m tests.records.authority var/check
	$(CLEAN) ALLOWED_HOSTS=portal.example.gov.vn \
		SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
		PORTAL_HASH_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
		PORTAL_DATA_KEYS="$$($(BIN)/python -c 'from cryptography import fernet; print(fernet.Fernet.generate_key().decode())')" \
		DATABASE_URL=postgres://portal:portal@127.0.0.1:5432/portal \
		PORTAL_TRUST=var/check/trust PORTAL_KEYS=var/check/keys.toml \
		$(MANAGE) check --deploy --fail-level WARNING

bench: .venv/.development ## Measure search, pages, loading and records beside the ordinary way
	$(BIN)/python -m benchmarks

screenshots: .venv/.development ## Draw the pictures of the documentation anew
	deploy/need.sh chromium-headless-shell
	$(BIN)/python -m tests.screenshots

lock: .venv/.development ## Pin the requirements with their hashes (UPGRADE=--upgrade takes newer releases)
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --constraint requirements.txt --output-file requirements-dev.txt

# Empty but there: WhiteNoise warns about a missing one at each start.
staticfiles:
	@mkdir -p $@

.venv/bin/python:
	$(PYTHON) -m venv .venv

# Order only: the interpreter is a link whose date says nothing about what is installed.
.venv/.runtime: requirements.txt | .venv/bin/python
	$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	@touch $@

.venv/.development: requirements-dev.txt .venv/.runtime
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@
