"""`trialproof diff`, as it is called: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trialproof.cli import run

SIZES = """\
trialproof: 1
title: sizes
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 1}
  c: {range: [1, 1000000], recorded_to: 1}
  d: {range: [1, 1000000], recorded_to: 1}
  e: {range: [1, 1000000], recorded_to: 1}
decisions:
  arm:
    for: everyone
    choices:
      large:
        readings:
          over: size > 5 cm
          from: size >= 5 cm
      small: {when: size < 5 cm}
"""
CUBES = """\
claims: []
eligibility:
  inclusion:
    - {id: I1, rule: c * c * c + d * d * d != e * e * e}
"""


@pytest.fixture
def versions(tmp_path: Path) -> tuple[str, str]:
    paths = tmp_path / "old.yaml", tmp_path / "new.yaml"
    for path in paths:
        path.write_text(SIZES, encoding="utf-8")
    return str(paths[0]), str(paths[1])


def called(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        run(["diff", *arguments])
    assert isinstance(end.value.code, int)
    printed = capsys.readouterr()
    return end.value.code, printed.out, printed.err


def test_no_change_ends_with_0(capsys: pytest.CaptureFixture[str], versions: tuple[str, str]) -> None:
    code, out, err = called(capsys, *versions)
    assert (code, err) == (0, "")
    assert out.endswith("same: everybody is treated alike\n")


def test_a_change_ends_with_1_and_is_told_to_programs(
    capsys: pytest.CaptureFixture[str], versions: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "patients.csv").write_text("size\n5\n6\n", encoding="utf-8")
    more = ("--old-reading", "arm.large=from", "--format", "json", "--cohort", str(tmp_path / "patients.csv"))
    code, out, _ = called(capsys, *versions, *more)
    found = json.loads(out)
    assert code == 1
    assert not found["same"]
    (decision,) = found["decisions"]
    assert [each["change"]["verdict"] for each in decision["choices"]] == ["narrower", "same"]
    (transfer,) = decision["transfers"]
    (region,) = transfer["regions"]
    assert (transfer["before"], transfer["after"], region["words"]) == ("`large`", "no choice", "size exactly 5 cm")
    for side in ("old", "new"):
        size = region["patient"][side][0]
        assert (size["quantity"], size["value"], size["unit"], size["matters"]) == ("size", "5", "cm", True)
    assert (found["cohort"]["of"], found["cohort"]["changed"]) == (2, 1)
    assert (found["old"]["readings"], found["new"]["readings"]) == ({"arm.large": "from"}, {"arm.large": "over"})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--rename", "sise=size"), "the old version has no `sise`"),
        (("--reading", "arm.large=under"), "`arm.large` has no reading `under`"),
        (("--missing", "NA"), "`--missing` and `--on-error` go with `--cohort`"),
    ],
)
def test_what_cannot_be_used_ends_with_2(
    capsys: pytest.CaptureFixture[str], versions: tuple[str, str], arguments: tuple[str, str], message: str
) -> None:
    code, out, err = called(capsys, *versions, *arguments)
    assert (code, out) == (2, "")
    assert f"error: {message}" in err


def test_a_reading_that_only_one_version_has_is_taken_there(
    capsys: pytest.CaptureFixture[str], versions: tuple[str, str]
) -> None:
    fixed = SIZES.replace("        readings:\n          over: size > 5 cm\n          from: size >= 5 cm\n",
                          "        when: size >= 5 cm\n")  # fmt: skip
    Path(versions[1]).write_text(fixed, encoding="utf-8")
    assert called(capsys, *versions, "--reading", "arm.large=from")[0] == 0
    assert called(capsys, *versions)[0] == 1


def test_what_the_solver_cannot_tell_ends_with_3(capsys: pytest.CaptureFixture[str], versions: tuple[str, str]) -> None:
    Path(versions[1]).write_text(SIZES + CUBES, encoding="utf-8")
    code, out, _ = called(capsys, *versions, "--timeout", "0.1")
    assert code == 3
    assert "undecided" in out
    assert "same: everybody" not in out
