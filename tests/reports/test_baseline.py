"""A run beside an earlier one: what is new counts, what is unchanged does not, what is gone is said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

START = """\
trialproof: 1
title: sizes
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
  age: {unit: year, range: [18, 90], recorded_to: 1}
decisions:
  arm:
    choices:
      large: {when: size > 5 cm}
      small: {when: size < 5 cm}
"""
FURTHER = """\
  group:
    choices:
      old: {when: age > 65 years}
      young: {when: age < 65 years}
"""
MENDED = START.replace("size > 5 cm", "size >= 5 cm")


def check(folder: Path, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "protocol.yaml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "trialproof", "check", ".", "--select", "TP103", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    found = check(tmp_path, START, "--format", "json")
    assert found.returncode == 1
    file = tmp_path / "baseline.json"
    file.write_text(found.stdout, encoding="utf-8")
    return file


def states(report: str) -> dict[str, Any]:
    found = json.loads(report)
    return {each["decision"]: each["baseline"] for each in found["findings"]} | {"gone": found["gone"]}


def test_what_was_there_before_does_not_fail_the_run(tmp_path: Path, baseline: Path) -> None:
    moved = START.replace("title:", "# a comment moves every line\ntitle:")
    again = check(tmp_path, moved, "--baseline", str(baseline))
    assert again.returncode == 0, again.stdout
    assert "1 error, 0 of them new" in again.stdout


def test_what_is_new_fails_the_run_and_is_marked(tmp_path: Path, baseline: Path) -> None:
    more = check(tmp_path, START + FURTHER, "--baseline", str(baseline))
    assert more.returncode == 1
    assert "TP103 error  new: no choice of `group`" in more.stdout
    assert "2 errors, 1 of them new" in more.stdout
    report = check(tmp_path, START + FURTHER, "--baseline", str(baseline), "--format", "json").stdout
    assert states(report) == {"arm": "unchanged", "group": "new", "gone": []}


def test_what_is_gone_is_said(tmp_path: Path, baseline: Path) -> None:
    fewer = check(tmp_path, MENDED, "--baseline", str(baseline))
    assert fewer.returncode == 0
    assert "Gone since the baseline" in fewer.stdout
    assert "TP103 no choice of `arm` takes an eligible patient with size exactly 5 cm" in fewer.stdout


def test_a_gap_that_moved_is_new_and_the_old_one_gone(tmp_path: Path, baseline: Path) -> None:
    moved = check(tmp_path, START.replace("5 cm", "6 cm"), "--baseline", str(baseline), "--format", "json")
    assert moved.returncode == 1
    found = states(moved.stdout)
    assert found["arm"] == "new"
    assert len(found["gone"]) == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"findings": [{}]}', '{"findings": 3}', "[" * 100_000])
def test_a_file_that_is_no_report_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "other.json").write_text(text, encoding="utf-8")
    refused = check(tmp_path, START, "--baseline", "other.json")
    assert refused.returncode == 2
    assert "this is no report of `trialproof check`" in refused.stderr


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    refused = check(tmp_path, START, "--baseline", "nowhere.json")
    assert refused.returncode == 2
    assert "cannot be read" in refused.stderr


NOBODY = """\
trialproof: 1
title: nobody
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 1}
  age: {unit: year, range: [18, 90], recorded_to: 1}
eligibility:
  inclusion:
    - {id: I1, rule: size > 5 cm}
    - {id: I2, rule: size < 3 cm}
    - {id: I3, rule: age > 65 years}
    - {id: I4, rule: age < 80 years}
"""


def test_another_contradiction_is_new_though_nobody_is_eligible_as_before(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(check(tmp_path, NOBODY, "--select", "TP201", "--format", "json").stdout, encoding="utf-8")
    assert check(tmp_path, NOBODY, "--select", "TP201", "--baseline", str(file)).returncode == 0
    other = NOBODY.replace("size < 3", "size < 30").replace("age < 80", "age < 60")
    again = check(tmp_path, other, "--select", "TP201", "--baseline", str(file))
    assert again.returncode == 1
    assert "TP201 error  new: nobody is eligible" in again.stdout
