"""The hook for pre-commit: a manifest as pre-commit reads it, and an entry that runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from trialproof.cli import cli

ROOT = Path(__file__).parents[2]
NEEDED = {"id", "name", "entry", "language"}
KNOWN = NEEDED | {"description", "args", "files", "pass_filenames", "require_serial"}
"""The keys that are used here, of those that the documentation of pre-commit lists."""


@pytest.fixture
def hook() -> dict[str, Any]:
    hooks = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [each["id"] for each in hooks] == ["trialproof-check"]
    found: dict[str, Any] = hooks[0]
    return found


def called(hook: dict[str, Any], arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the entry with these arguments, as pre-commit does where no file names are passed."""
    program, *fixed = shlex.split(hook["entry"])
    assert program == "trialproof"
    command = [sys.executable, "-m", program, *fixed, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_manifest_has_what_pre_commit_needs_and_nothing_that_it_does_not_know(hook: dict[str, Any]) -> None:
    assert NEEDED <= set(hook) <= KNOWN
    assert hook["language"] == "python"
    assert hook["pass_filenames"] is False
    assert shlex.split(hook["entry"])[1] in cli.commands


@pytest.mark.parametrize("name", ["protocol.yaml", "a/document.txt", "a/arms.csv", "arms.xlsx", "kps.yml"])
def test_the_hook_runs_when_a_file_of_a_protocol_changes(hook: dict[str, Any], name: str) -> None:
    assert re.search(hook["files"], name)


@pytest.mark.parametrize("name", ["README.md", "main.py", "yaml", "txt/main.rs"])
def test_the_hook_does_not_run_for_other_files(hook: dict[str, Any], name: str) -> None:
    assert not re.search(hook["files"], name)


def test_the_hook_passes_a_clean_protocol_and_stops_one_with_findings(hook: dict[str, Any], tmp_path: Path) -> None:
    clean = (
        "trialproof: 1\ntitle: sizes\nquantities:\n  size: {unit: cm, range: [0, 20], recorded_to: 0.1}\ndecisions:\n"
        "  arm: {choices: {large: {when: size >= 5 cm}, small: {when: size < 5 cm}}}\n"
    )
    (tmp_path / "protocol.yaml").write_text(clean, encoding="utf-8")
    assert called(hook, hook["args"], tmp_path).returncode == 0
    (tmp_path / "protocol.yaml").write_text(clean.replace(">=", ">"), encoding="utf-8")
    stopped = called(hook, hook["args"], tmp_path)
    assert stopped.returncode == 1
    assert "size exactly 5 cm" in stopped.stdout


def test_the_hook_takes_the_folder_and_options_that_a_project_gives(hook: dict[str, Any]) -> None:
    done = called(hook, ["protocols/esophageal-salvage", "--select", "TP103", "--fail-on", "never"], ROOT)
    assert done.returncode == 0, done.stderr
    assert "diameter exactly" in done.stdout
