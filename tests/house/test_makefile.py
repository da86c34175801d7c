"""`make demo` succeeds on findings alone: not on an empty answer, on bad input or on an undecided question."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "PYTHON"}}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=inherited | environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def installed(folder: Path, script: str) -> None:
    """Pretend that everything is installed and that `trialproof` is this shell script."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    program = folder / ".venv" / "bin" / "trialproof"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    (folder / ".venv" / "ready-to-run").touch()


def test_a_demo_with_findings_succeeds_and_says_why(folder: Path) -> None:
    installed(folder, 'test "$1" = --help || { echo "findings of $2"; exit 1; }')
    done = make(folder, "demo")
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == "findings of protocols/esophageal-salvage"
    assert "Exit code 1, as it should be" in second
    assert "Error" not in done.stderr


@pytest.mark.parametrize("code", [0, 2, 3, 70])
def test_a_demo_that_ends_otherwise_fails(folder: Path, code: int) -> None:
    installed(folder, f'test "$1" = --help || exit {code}')
    done = make(folder, "demo")
    assert done.returncode != 0
    assert "Exit code 1, as it should be" not in done.stdout


def test_a_demo_that_cannot_start_fails(folder: Path) -> None:
    installed(folder, "exit 1")
    assert make(folder, "demo").returncode != 0


def test_a_python_that_is_too_old_or_missing_is_named(folder: Path) -> None:
    done = make(folder, "demo", "PYTHON=no-such-python")
    assert done.returncode != 0
    assert "trialproof needs python 3.11 or later, and no-such-python is not" in done.stderr
    assert not (folder / ".venv").exists()


def test_a_python_that_is_new_enough_is_found(folder: Path) -> None:
    (folder / "python3").symlink_to(sys.executable)
    done = make(folder, "--dry-run", "demo", PATH=f"{folder}{os.pathsep}{os.environ['PATH']}")
    assert '"python3" -m venv .venv' in done.stdout


def test_a_changed_project_file_is_installed_again(folder: Path) -> None:
    installed(folder, "exit 1")
    assert "pip install" not in make(folder, "--dry-run", "demo").stdout
    later = (folder / ".venv" / "ready-to-run").stat().st_mtime + 10
    os.utime(folder / "pyproject.toml", (later, later))
    assert "pip install" in make(folder, "--dry-run", "demo").stdout


def test_the_demo_asks_for_no_development_tools() -> None:
    done = make(ROOT, "--dry-run", "--always-make", "demo")
    assert "pip install --quiet --editable ." in done.stdout
    assert "[dev]" not in done.stdout
