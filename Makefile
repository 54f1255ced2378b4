.POSIX:
.SUFFIXES:
.PHONY: help run test test-sqlite test-postgresql lint format types bench pictures messages catalogues requirements clean

PYTHON ?=
PORT ?= 8000
TESTS ?=
BIN = .venv/bin

help:  ## This list
	@grep -E '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{ printf "  make %-16s %s\n", $$1, $$2 }'

run: .venv/installed .env catalogues  ## The site with its worker on 127.0.0.1 (PORT=8000), with a demo; Ctrl-C stops it
	@exec env PORT=$(PORT) $(BIN)/python manage.py run

# All of them in two runs, so that neither has a process of tests that is a quarter of an hour old when it kills workers.
RUNS = $(if $(TESTS),"$(TESTS)","tests --ignore=tests/signatures" "tests/signatures")
pytest_on = status=0; \
	for database in $(1); do \
	    for tests in $(RUNS); do \
	        echo "=== tests on $$database: $$tests"; \
	        TEST_DATABASE=$$database $(BIN)/python -m pytest $$tests || status=1; \
	    done; \
	done; \
	exit $$status

test: .venv/installed-dev catalogues  ## All tests, on SQLite and on PostgreSQL (TESTS=tests/letters runs some)
	@$(call pytest_on,sqlite postgresql)

test-sqlite: .venv/installed-dev catalogues  ## The tests on SQLite alone
	@$(call pytest_on,sqlite)

test-postgresql: .venv/installed-dev catalogues  ## The tests on PostgreSQL alone
	@$(call pytest_on,postgresql)

lint: .venv/installed-dev  ## Style of code and templates, and which way imports lean
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	git ls-files 'templates/*.html' | xargs $(BIN)/djade --check
	git ls-files 'templates/*.html' | xargs $(BIN)/djhtml --check --tabwidth 2
	$(BIN)/lint-imports --no-cache

format: .venv/installed-dev  ## Puts code and templates in that style
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .
	git ls-files 'templates/*.html' | xargs $(BIN)/djade || true
	git ls-files 'templates/*.html' | xargs $(BIN)/djhtml --tabwidth 2

types: .venv/installed-dev  ## Types, by mypy
	$(BIN)/mypy

bench: .venv/installed-dev catalogues  ## How fast it is, each figure as a ratio to a limit measured beside it
	@exec $(BIN)/python -m bench

# With the fonts of the documents, whatever this machine has: most have none for Urdu.
pictures: .venv/installed-dev catalogues  ## The guide's pictures, made anew by its browser test
	@mkdir -p var/pictures && ln -sfn ../../signatures/fonts var/pictures/fonts
	@exec env GUIDE_IMAGES=docs/images XDG_DATA_HOME="$(CURDIR)/var/pictures" TEST_DATABASE=sqlite \
	    $(BIN)/python -m pytest -q tests/browser/test_guide.py

messages: .venv/installed-dev  ## Collects what is to be translated into locale/, and compiles it
	@command -v xgettext >/dev/null || { echo "messages needs xgettext (Debian: apt-get install gettext)" >&2; exit 1; }
	$(BIN)/python manage.py makemessages --all --no-location --no-obsolete --ignore .venv --ignore tests --ignore bench --ignore var
	@$(MAKE) catalogues

# A machine without gettext compiles by Babel; only what is newer than its result.
catalogues: .venv/installed
	@for po in locale/*/LC_MESSAGES/django.po; do \
	    mo="$${po%.po}.mo"; \
	    if [ -e "$$po" ] && { [ ! -e "$$mo" ] || [ -n "$$(find "$$po" -newer "$$mo")" ]; }; then \
	        $(BIN)/pybabel --quiet compile -i "$$po" -o "$$mo" || exit 1; \
	    fi; \
	done

requirements: .venv/installed-dev  ## Pins anew what pyproject.toml allows
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile -q -U --python-version 3.11 pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q -U --python-version 3.11 --group dev pyproject.toml -c requirements.txt -o requirements-dev.txt

clean:  ## Removes what can be made again; your data in var/ and your .env stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache staticfiles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete

# Keys of its own for this machine, unless the environment brings them.
.env:
	@if [ -z "$$SECRET_KEY$$SEAL_KEYS" ]; then \
	    umask 077; \
	    { echo DEBUG=true; $(BIN)/python manage.py make_keys; } > .env.new && mv .env.new .env && \
	    echo "Wrote .env with DEBUG=true and fresh keys."; \
	fi

.venv/installed: requirements.txt
	@PYTHON="$(PYTHON)" deploy/make-venv
	@echo "Installing what requirements.txt names ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	@echo "Installing what requirements-dev.txt names ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
