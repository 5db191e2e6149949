# Each target is what a person would type. A fresh machine needs Python 3.11 or newer, make and git.

PYTHON ?= python3
INSTALL = .venv/bin/pip install --quiet --constraint constraints.txt --build-constraint constraints.txt

.PHONY: serve test abuse browser harvest check bench bench-serve bench-harvest build clients clean

serve: .venv/installed
	.venv/bin/pilotgraph serve

# Two at once: half of the tests wait for processes and sockets, and each file is one worker's.
test: .venv/installed-test
	.venv/bin/pytest --ignore=tests/abuse --ignore=tests/browser --ignore=tests/harvest --numprocesses=2 --dist=loadfile

# What strangers may do to a server: three minutes of bombs, floods and killed processes.
abuse: .venv/installed-test
	.venv/bin/pytest tests/abuse

# People at Debian's Chromium: journeys, what axe-core finds on every kind of page, and every link there is.
browser: .venv/installed-browser
	.venv/bin/pytest tests/browser

# Whoever takes a release away: CKAN, the shapes of DCAT-AP, other parsers, file hosts, pip, notebooks; and builds that
# are killed, or made anew on another machine.  What needs Java, Maven, PostgreSQL, Apache or Chromium is skipped where
# there is none.
harvest: .venv/installed-harvest
	.venv/bin/pytest tests/harvest --numprocesses=2 --dist=loadfile

# Comunica, and a Node to run it, for the tests with clients that are not Python's.
clients: .venv/installed-clients

check: .venv/installed-check
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: .venv/installed-test
	.venv/bin/python bench/run.py

bench-serve: .venv/installed-bench
	@test -e dist/current || .venv/bin/pilotgraph build
	.venv/bin/python bench/serve.py

bench-harvest: .venv/installed-test
	.venv/bin/python bench/harvester.py

build: .venv/installed
	.venv/bin/pilotgraph build

clean:
	rm -rf .venv build dist tests/clients/jena/target src/*.egg-info .*_cache .hypothesis

# The environment is made anew when what it holds has changed, and at no other time.
# --group and --build-constraint need a newer pip than Python brings.
.venv/installed: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name it: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old. Name Python 3.11 or newer: make PYTHON=python3.12"; exit 1; }
	@echo "Installing into .venv; this takes a minute, once."
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; echo "$(PYTHON) cannot make a virtual environment. Debian and Ubuntu keep that part in a package: apt install python3-venv"; exit 1; }
	@.venv/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt --upgrade pip
	@$(INSTALL) --editable .
	@touch $@

.venv/installed-test: .venv/installed
	@$(INSTALL) --group test
	@touch $@

.venv/installed-check: .venv/installed-browser
	@$(INSTALL) --group check
	@touch $@

.venv/installed-clients: .venv/installed-test tests/clients/package-lock.json tests/clients/planning.json
	@$(INSTALL) --group clients
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm ci --prefix tests/clients
	@touch $@

.venv/installed-browser: .venv/installed-test
	@$(INSTALL) --group browser
	@touch $@

# CKAN has an environment of its own, since it pins what we use too.
.venv/installed-harvest: .venv/installed-browser tests/clients/ckan/requirements.txt tests/clients/jena/pom.xml
	@$(INSTALL) --group harvest
	@$(PYTHON) -m venv .venv/ckan
	@.venv/ckan/bin/pip install --quiet --disable-pip-version-check --requirement tests/clients/ckan/requirements.txt
	@if command -v mvn >/dev/null; then mvn --quiet --batch-mode --file tests/clients/jena/pom.xml dependency:copy-dependencies; fi
	@touch $@

.venv/installed-bench: .venv/installed-test
	@$(INSTALL) --group bench
	@touch $@
