# Every target sets up what it needs. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet install
READERS := tests/calendar/readers
MAIL_READERS := tests/mail/readers
CHECKERS := tests/browser/checkers
BIOME := $(CHECKERS)/node_modules/.bin/biome
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard ikw/text/translations/*/LC_MESSAGES/*.po))

export PORT ?= 8000
PROGRAMME := ikw/programmes/rheine-2023.toml
DATABASE := sqlite:///$(CURDIR)/instance/demo.sqlite
ifdef EXAMPLE
PROGRAMME := ikw/programmes/beispiel-60.toml
DATABASE := sqlite:///$(CURDIR)/instance/example.sqlite
endif
COORDINATOR := Koordination (Beispiel)
COORDINATOR_EMAIL := koordination@example.org
# The demonstration has a clock and a database of its own, whatever a town has in instance/.
RUN_ENV := IKW_NOW=$${IKW_NOW-2023-01-20T12:00} IKW_DATABASE_URL=$${IKW_DATABASE_URL-$(DATABASE)}

.DEFAULT_GOAL := help
.PHONY: help setup run desk letters ikw unit test pictures readers check bench chaos format catalogues licences lock system clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/run $(CATALOGUES) ## what the site needs to run, and nothing more

run: setup ## the site on http://127.0.0.1:8000 (PORT=9000; EXAMPLE=1: 60 made-up events)
	@$(RUN_ENV) $(BIN)/ikw migrate
	@$(RUN_ENV) $(BIN)/ikw load --once $(PROGRAMME) $(wildcard $(PROGRAMME:.toml=)/*.po)
	@$(if $(EXAMPLE),$(RUN_ENV) $(BIN)/ikw example)
	@$(RUN_ENV) $(BIN)/ikw organiser add --once "$(COORDINATOR)" $(COORDINATOR_EMAIL) >/dev/null
	@exec env $(RUN_ENV) $(BIN)/ikw serve --sign-in $(COORDINATOR_EMAIL)

desk: setup ## another link into the desk of `make run`
	@$(RUN_ENV) $(BIN)/ikw organiser link $(COORDINATOR_EMAIL)

letters: setup ## read the letters of `make run` (N=7: the seventh; EXAMPLE=1 as there)
	@$(RUN_ENV) $(BIN)/ikw letters $(N)

ikw: setup ## a command on the programme of `make run`: ARGS="call-off infoabend"
	@$(RUN_ENV) $(BIN)/ikw $(ARGS)

unit: $(VENV)/dev $(CATALOGUES) ## the quick loop: all tests without browser, PostgreSQL and other programs
	IKW_QUICK_TESTS=1 $(BIN)/pytest -q -n 2 --dist worksteal -m "not system" --ignore tests/browser --ignore tests/print $(ARGS)

test: system readers $(CHECKERS)/node_modules/.package-lock.json $(VENV)/dev $(CATALOGUES) ## all tests, with PostgreSQL, a browser and calendar programs
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not pictures" $(ARGS)

pictures: system $(VENV)/dev $(CATALOGUES) ## pictures of the main pages, to be looked at: build/screenshots
	$(BIN)/pytest -q -m pictures

readers: $(VENV)/readers/installed $(READERS)/node_modules/.package-lock.json $(MAIL_READERS)/node_modules/.package-lock.json # the programs that read our feeds and letters

check: system $(CHECKERS)/node_modules/.package-lock.json $(VENV)/dev $(CATALOGUES) ## formatters, linters, strict type check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet templates
	$(BIOME) ci

bench: system $(VENV)/dev $(CATALOGUES) ## speed and memory beside their yardsticks: docs/benchmarks.md (ten minutes)
	$(BIN)/python -m tests.bench

chaos: system $(VENV)/dev $(CATALOGUES) ## a minute on each database while everything fails (as root)
	$(BIN)/python -m tests.chaos $(ARGS)

format: $(CHECKERS)/node_modules/.package-lock.json $(VENV)/dev ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIOME) check --write

catalogues: $(VENV)/dev ## bring the translations up to the texts in the code
	@mkdir -p build
	for domain in messages desk; do \
		config=babel$$([ $$domain = desk ] && echo -desk).cfg; \
		$(BIN)/pybabel -q extract -F $$config -k _l --no-location --no-wrap --sort-output -o build/$$domain.pot . && \
		$(BIN)/pybabel -q update -D $$domain -N --no-wrap --ignore-obsolete --ignore-pot-creation-date -i build/$$domain.pot -d ikw/text/translations || exit 1; \
	done
	@# Names of nobody that pybabel puts into every header.
	@sed -i -E '/^"(Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team): .*(ADDRESS|[0-9]{4}|YEAR|LL@li)/d' \
		ikw/text/translations/*/LC_MESSAGES/*.po

licences: $(VENV)/dev ## whether the dependencies' licences go with ours; writes build/sbom.cdx.json
	@$(PYTHON) -m venv --clear build/licences
	@build/licences/bin/pip --disable-pip-version-check --quiet install --require-hashes -r requirements.txt
	$(BIN)/pip-licenses --python build/licences/bin/python --order license
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --mc-type application \
		--output-reproducible -o build/sbom.cdx.json build/licences/bin/python

lock: $(VENV)/dev ## choose the newest versions that fit, and write them down with hashes
	$(BIN)/uv pip compile -q -U --universal --generate-hashes --no-header --no-annotate \
		--python-version 3.11 pyproject.toml --group build -o requirements.txt
	$(BIN)/uv pip compile -q -U --universal --generate-hashes --no-header --no-annotate \
		--python-version 3.11 pyproject.toml --group build --group dev -c requirements.txt -o requirements-dev.txt
	$(BIN)/uv pip compile -q -U --universal --generate-hashes --no-header --no-annotate \
		--python-version 3.11 $(READERS)/requirements.in -o $(READERS)/requirements.txt
	for folder in $(READERS) $(MAIL_READERS) $(CHECKERS); do \
		npm --prefix $$folder update --package-lock-only --omit-lockfile-registry-resolved \
			--ignore-scripts --no-audit --no-fund --loglevel=error; done

clean: ## remove the environment and what was built, never the database
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis $(READERS)/node_modules $(MAIL_READERS)/node_modules $(CHECKERS)/node_modules $(CATALOGUES)

system: # what the tests need besides Python: installed where we may, named where not
	@tests/install-system-packages

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed (PYTHON=/path/to/python3)."; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "On Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/run: requirements.txt pyproject.toml | $(VENV)/bin/python
	@echo "Setting up the environment …"
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/run
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/readers/installed: $(READERS)/requirements.txt | $(VENV)/bin/python
	@$(BIN)/python -m venv --clear $(VENV)/readers
	@$(VENV)/readers/bin/pip --disable-pip-version-check --quiet install --require-hashes -r $<
	@touch $@

%/node_modules/.package-lock.json: %/package-lock.json | system
	@npm --prefix $* ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

%.mo: %.po | $(VENV)/run
	@$(BIN)/pybabel -q compile -i $< -o $@
