"""The front door opens at once, and nothing that breaks behind it passes for a result."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"z3", "cvc5", "numpy", "scipy", "lark", "pydantic", "ruamel", "simpy", "numba", "pint"}

REPORT = f"print('loaded:', *sorted({HEAVY!r} & {{name.split('.')[0] for name in sys.modules}}))"
HELP = """
sys.argv = ["trialproof", "--help"]
try:
    runpy.run_module("trialproof", run_name="__main__", alter_sys=True)
except SystemExit as leaving:
    assert not leaving.code, leaving.code
"""


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment or None, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("what", ["import trialproof", HELP], ids=["import", "help"])
def test_nothing_heavy_is_loaded_before_it_is_needed(what: str) -> None:
    done = python("-c", f"import runpy, sys\n{what}\n{REPORT}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].split() == ["loaded:"]


def test_the_report_of_what_is_loaded_can_be_trusted() -> None:
    done = python("-c", f"import sys, lark.lexer\n{REPORT}")
    assert done.stdout.split() == ["loaded:", "lark"]


def test_help_goes_to_standard_output() -> None:
    done = python("-m", "trialproof", "--help")
    assert done.returncode == 0, done.stderr
    assert "check" in done.stdout
    assert not done.stderr


def test_a_breakdown_is_not_taken_for_a_finding(tmp_path: Path) -> None:
    (tmp_path / "lark.py").write_text("raise RuntimeError('planted')\n", encoding="utf-8")
    done = python("-m", "trialproof", "check", "protocols/esophageal-salvage", PYTHONPATH=str(tmp_path))
    assert "planted" in done.stderr
    assert done.returncode not in {0, 1}
