"""Fixes in SARIF: each, carried out as an editor does, leaves a protocol that is proved sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.reports.test_sarif import VALIDATOR
from trialproof.cli import run
from trialproof.model.load import load
from trialproof.model.node import Pairs, Scalar, read_nodes
from trialproof.reports.fixes import _written
from trialproof.verify.review import review

HEAD = """\
trialproof: 1
title: sizes
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
  site: {one_of: [left, right]}
decisions:
"""
ARMS = {
    "in a line": """\
  arm: {choices: {large: {when: size > 5 cm}, small: {when: size < 5 cm}}}
""",
    "with \U0001f9ea before": """\
  arm:
    choices:
      large: {label: '\U0001f9ea', when: size > 5 cm}  # \U0001f9ea
      small: {label: '\U0001f9ea', when: 'size < 5 cm'}
""",
    "in blocks": """\
  arm:
    # the board decides
    choices:
      large:
        when: |
          size
          > 5 cm
      small:
        when: >-
          size < 5 cm
""",
    "with readings": """\
  arm:
    choices:
      large:
        readings: {flat: size > 5 cm, site: size > 5 cm and site is left}
        prefer: flat
      small:
        readings:
          strict: size < 5 cm
          wide: size < 4 cm
""",
    "with readings in a line": """\
  arm: {choices: {large: {readings: {a: size > 5 cm, b: size > 6 cm}, prefer: a}, small: {when: size < 5 cm}}}
""",
    "with too many": """\
  arm:
    intent: exactly one
    choices:
      large: {when: 'site is one of (left, right) and size >= 5 cm'}
      small: {when: "size <= 5 cm"}
""",
}


def checked(capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, Any]]:
    with pytest.raises(SystemExit) as end:
        run(["check", ".", "--select", "TP101,TP102,TP103,TP104", "--format", "sarif", *options])
    assert end.value.code in (0, 1)
    log = json.loads(capsys.readouterr().out)
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []
    results: list[dict[str, Any]] = log["runs"][0]["results"]
    return results


def carried_out(text: str, fix: dict[str, Any]) -> str:
    """Carry out a fix as a program does that counts columns in UTF-16 code units."""
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "protocol.yaml"
    units = text.encode("utf-16-le")
    lines = [0]
    for at, character in enumerate(text):
        if character == "\n":
            lines.append(len(text[: at + 1].encode("utf-16-le")))
    spans = []
    for each in change["replacements"]:
        region = each["deletedRegion"]
        start = lines[region["startLine"] - 1] + 2 * (region["startColumn"] - 1)
        end = lines[region["endLine"] - 1] + 2 * (region["endColumn"] - 1)
        spans.append((start, end, each.get("insertedContent", {"text": ""})["text"]))
    for start, end, inserted in sorted(spans, reverse=True):
        units = units[:start] + inserted.encode("utf-16-le") + units[end:]
    return units.decode("utf-16-le")


@pytest.mark.parametrize("name", ARMS)
def test_each_fix_leaves_nobody_without_an_arm_or_with_two(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "protocol.yaml"
    text = HEAD + ARMS[name]
    file.write_text(text, encoding="utf-8")
    fixes = [fix for each in checked(capsys, "--fixes") if each["kind"] == "fail" for fix in each.get("fixes", [])]
    assert fixes
    for fix in fixes:
        file.write_text(carried_out(text, fix), encoding="utf-8")
        again = review(load(tmp_path), select=["TP101", "TP102", "TP103", "TP104"])
        assert not again.findings, carried_out(text, fix)
        assert again.proved
        assert "the sentence of the document is still to be amended" in fix["description"]["text"]


def test_the_text_around_a_fix_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = HEAD + ARMS["with \U0001f9ea before"]
    (tmp_path / "protocol.yaml").write_text(text, encoding="utf-8")
    (found,) = [each for each in checked(capsys, "--fixes") if each["kind"] == "fail"]
    amended = {carried_out(text, fix) for fix in found["fixes"]}
    assert text.replace("size > 5 cm}", "size >= 5 cm}") in amended


def test_without_the_option_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "protocol.yaml").write_text(HEAD + ARMS["in a line"], encoding="utf-8")
    assert not any("fixes" in each for each in checked(capsys))


def test_what_cannot_be_carried_out_for_certain_is_not_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "arms.csv").write_text("size,arm\n> 5 cm,large\n< 5 cm,small\n", encoding="utf-8")
    (tmp_path / "protocol.yaml").write_text(HEAD + "  arm: {table: arms.csv}\n", encoding="utf-8")
    found = [each for each in checked(capsys, "--fixes") if each["kind"] == "fail"]
    assert found
    assert not any("fixes" in each for each in found)


def test_fixes_go_with_sarif_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        run(["check", "protocols/esophageal-salvage", "--fixes"])
    assert end.value.code == 2
    assert "--fixes goes only with --format sarif" in capsys.readouterr().err


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1), st.booleans())
def test_a_text_is_read_back_from_the_file_as_it_was_written(text: str, flow: bool) -> None:
    written = _written(text, flow=flow)
    root = read_nodes(f"a: {{when: {written}, b: c}}\n" if flow else f"a:\n  when: {written}\n")
    assert isinstance(root, Pairs)
    part = root.values["a"]
    assert isinstance(part, Pairs)
    value = part.values["when"]
    assert isinstance(value, Scalar)
    assert value.text == text
