# A machine with make and python 3.11 or later is enough: everything else goes into .venv.

.PHONY: help demo test lint mutate clean
.DELETE_ON_ERROR:
.NOTPARALLEL:

# The first of these that runs and is new enough; `make demo PYTHON=/path/to/python` decides otherwise.
NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
CANDIDATES = python3 python3.14 python3.13 python3.12 python3.11 python
PYTHON ?= $(shell for each in $(CANDIDATES); do "$$each" -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && echo "$$each" && break; done)

help:
	@echo "make demo    check the protocol that this project was founded on, and show what is wrong with it"
	@echo "make test    run every test"
	@echo "make lint    style, types and import directions"
	@echo "make mutate  plant thousands of bugs in the core, one by one, and see which of them the tests notice (long)"
	@echo "make clean   remove .venv and what tools left behind"

demo: .venv/ready-to-run
	@.venv/bin/trialproof --help >/dev/null
	@status=0; .venv/bin/trialproof check protocols/esophageal-salvage || status=$$?; \
	case $$status in \
	1) echo "Exit code 1, as it should be: it means findings, and this protocol has the ones shown above." ;; \
	0) echo "The demo found nothing wrong, and it should have: this protocol has known defects." >&2; exit 1 ;; \
	*) echo "The demo ended with exit code $$status, and 1 (findings) was expected." >&2; exit $$status ;; \
	esac

test: .venv/ready-to-develop
	@.venv/bin/python -m pytest -q -n 2

lint: .venv/ready-to-develop
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

# Which files, which tests: [tool.mutmut] in pyproject.toml. What survives, and why: docs/background/mutation.md.
mutate: .venv/ready-to-develop
	rm -rf mutants
	PYTHONHASHSEED=0 .venv/bin/mutmut run --max-children 2
	@.venv/bin/python benchmarks/mutation.py

clean:
	rm -rf .venv mutants build dist *.egg-info .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/ready-to-run: pyproject.toml
	@$(call require-python)
	"$(PYTHON)" -m venv .venv
	.venv/bin/python -m pip install --quiet --editable .
	@touch $@

.venv/ready-to-develop: pyproject.toml
	@$(call require-python)
	"$(PYTHON)" -m venv .venv
	.venv/bin/python -m pip install --quiet --editable '.[dev]'
	@touch $@ .venv/ready-to-run

define require-python
"$(PYTHON)" -c '$(NEW_ENOUGH)' 2>/dev/null || { \
echo "trialproof needs python 3.11 or later, and $(if $(PYTHON),$(PYTHON) is not,none was found); say which to use: make PYTHON=/path/to/python" >&2; exit 1; }
endef
