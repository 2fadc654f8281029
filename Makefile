# make grade   the whole loop on a sample class      make lab     JupyterLab for a student
# make test    every check                           make help    all targets
# Each sets up what it needs in .venv, once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SITE := $(VENV)/.site
# torch's default of one thread a core makes small loops on a busy machine many times slower
export OMP_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup sandbox browser lab release grade test lint site bench constraints clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /|/' | \
	  while IFS='|' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

setup: $(READY) ## install everything into .venv (the other targets do it when needed)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "gradschool needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	  { echo "This Python has no venv module; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt --editable . --group dev
	@# what pip would do on one core; a few files of packages are for other Pythons
	@$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
	@touch $@

sandbox: ## see that submissions can be isolated: installs bubblewrap where it can
	@command -v bwrap > /dev/null || { test "$$(id -u)" = 0 && command -v apt-get > /dev/null && \
	  apt-get update -qq && apt-get install -qq -y bubblewrap > /dev/null; } || \
	  echo "bubblewrap is missing, and only root can install it: apt install bubblewrap (see docs/grading.md)"

browser: ## see that there is a Chromium for the tests: installs it where it can
	@command -v chromium chromium-browser google-chrome > /dev/null || { test "$$(id -u)" = 0 && command -v apt-get > /dev/null && \
	  apt-get update -qq && apt-get install -qq -y chromium > /dev/null; } || \
	  echo "There is no Chromium, and only root can install it: apt install chromium (its tests are skipped)"

lab: $(READY) ## open JupyterLab on your own copies of the released notebooks (in work/)
	$(BIN)/gradschool lab

release: $(READY) ## regenerate release/ from source/
	$(BIN)/gradschool release

grade: $(READY) sandbox ## release, make a sample class, grade it, write feedback and report, print the table
	$(BIN)/gradschool release
	$(BIN)/gradschool class
	$(BIN)/gradschool grade
	$(BIN)/gradschool report

lint: $(READY) ## style, types, architecture, spelling and the rules for notebooks
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/repo-review . --show errskip
	$(BIN)/gradschool lint

test: lint sandbox browser $(SITE) ## every check
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

site: $(SITE) ## the course as web pages in build/site: lessons, glossary, guide, API (about two minutes)
	@rm -rf build/site && mkdir -p build/site-source
	$(BIN)/sphinx-build --quiet --jobs auto --fail-on-warning --keep-going --conf-dir docs/site \
	  --doctree-dir build/site-doctrees build/site-source build/site
	$(BIN)/python docs/site/links.py build/site

$(SITE): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --group site
	@touch $@

bench: $(READY) sandbox browser ## how fast are grader and lessons? about a quarter of an hour; writes docs/measurements.md
	$(BIN)/python tests/benchmarks/grading.py
	$(BIN)/python tests/benchmarks/lab.py

constraints: $(READY) ## resolve constraints.txt anew (torch stays where it is pinned)
	@head -n 2 constraints.txt > constraints.new
	echo 'torch==2.13.0' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
	  --group dev --group site --constraint - pyproject.toml >> constraints.new
	mv constraints.new constraints.txt

clean: ## remove the environment and everything generated but release/
	rm -rf $(VENV) .cache build dist submitted feedback gradebook.db report.html
	find autograded -mindepth 1 ! -name README.md -delete
