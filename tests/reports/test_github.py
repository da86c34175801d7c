"""`check --format github`, read back as the runner of GitHub Actions reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tests.reports import hostile
from tests.reports.founding import FOUNDING, founding
from trialproof.cli import run
from trialproof.reports.github import LONGEST, command, write_github


@dataclass(frozen=True, slots=True)
class Annotation:
    """A workflow command as it is understood."""

    name: str
    properties: dict[str, str]
    message: str


def understood(line: str) -> Annotation | None:
    """Read a line of a log as the runner does: `::name key=value,key=value::message`, then the escapes."""
    text = line.strip()
    end = text.find("::", 2)
    if not text.startswith("::") or end < 0:
        return None
    name, _, listed = text[2:end].partition(" ")
    properties = dict(each.split("=", 1) for each in listed.strip().split(",") if "=" in each)
    return Annotation(name, {key: unescaped(value) for key, value in properties.items()}, unescaped(text[end + 2 :]))


def unescaped(text: str) -> str:
    for code, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def called(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    with pytest.raises(SystemExit) as end:
        run(["check", *arguments, "--format", "github"])
    printed = capsys.readouterr()
    assert isinstance(end.value.code, int)
    assert end.value.code in (0, 1, 3), printed.err
    return end.value.code, printed.out.split("\n")[:-1]


def read(lines: list[str]) -> list[Annotation]:
    found = [understood(each) for each in lines[:-1]]
    assert None not in found
    return [each for each in found if each is not None]


def test_each_finding_is_an_annotation_at_its_rule() -> None:
    found = read(write_github(*founding()).split("\n"))
    names = [each.name for each in found]
    assert [names.count(each) for each in ("error", "warning", "notice")] == [10, 19, 9]
    for each in found:
        text = Path(each.properties["file"]).read_text(encoding="utf-8").splitlines()
        line = int(each.properties["line"])
        assert 0 < int(each.properties["col"]) < int(each.properties["endColumn"]) <= len(text[line - 1]) + 1
        assert re.fullmatch(r"TP\d{3} [a-z-]+", each.properties["title"])
    gap = next(each for each in found if "diameter exactly 5 cm" in each.message)
    assert gap.properties["file"] == f"{FOUNDING}/protocol.yaml"
    assert "involved_field:" in Path(gap.properties["file"]).read_text().splitlines()[int(gap.properties["line"]) - 1]
    assert "\nline 34: “Patients after R1/R2 surgery or R0 surgery with the recurrence lesion whose" in gap.message
    assert "\npatient: resection margin R0, recurrence yes, diameter 5 cm" in gap.message


def test_the_worst_come_first_and_the_last_line_counts_them() -> None:
    lines = write_github(*founding()).split("\n")
    order = [each.name for each in read(lines)]
    assert order == sorted(order, key=["error", "warning", "notice"].index)
    assert lines[-1] == "10 errors, 19 warnings, 9 notes; 18 proved; 0 undecided"


SIZES = """\
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
GROUP = """\
  group:
    choices:
      old: {when: age > 65 years}
      young: {when: age < 65 years}
"""
CUBES = """\
  c: {range: [1, 1000000], recorded_to: 1}
  d: {range: [1, 1000000], recorded_to: 1}
  e: {range: [1, 1000000], recorded_to: 1}
claims:
  - {id: cubes, rule: c * c * c + d * d * d != e * e * e}
"""


def test_what_is_new_comes_before_what_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "protocol.yaml"
    file.write_text(SIZES, encoding="utf-8")
    with pytest.raises(SystemExit):
        run(["check", ".", "--select", "TP103", "--format", "json"])
    (tmp_path / "baseline.json").write_text(capsys.readouterr().out, encoding="utf-8")
    file.write_text(SIZES + GROUP, encoding="utf-8")
    _, lines = called(capsys, ".", "--select", "TP103", "--baseline", "baseline.json")
    first, second = read(lines)
    assert ("`group`" in first.message, first.properties["title"]) == (True, "TP103 boundary-gap (new)")
    assert ("`arm`" in second.message, second.properties["title"]) == (True, "TP103 boundary-gap")


def test_what_is_undecided_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    head = SIZES.partition("decisions:")[0]
    (tmp_path / "protocol.yaml").write_text(head + CUBES, encoding="utf-8")
    code, lines = called(capsys, ".", "--select", "TP207", "--timeout", "0.1")
    (found,) = read(lines)
    assert (code, found.name, found.properties["title"]) == (3, "warning", "TP207 undecided")


def test_a_clean_protocol_has_no_annotation(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = called(capsys, "protocols/esophageal-salvage-repaired", "--select", "TP101,TP102")
    assert (code, lines) == (0, ["nothing found; 2 proved; 0 undecided"])


def test_hostile_words_command_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(hostile.write(tmp_path))
    _, lines = called(capsys, ".")
    found = read(lines)
    assert {each.name for each in found} <= {"error", "warning", "notice"}
    assert {each.properties["file"] for each in found} == {"protocol.yaml", "document.txt"}
    assert any("::stop-commands::z" in each.message for each in found)
    assert any("%0A::add-mask::d %25" in each.message for each in found)
    for line in lines:
        assert not set(line) & {hostile.OVERRIDE, "\u2066", "\r"}
    assert re.fullmatch(r"(?:\d+ \w+(?:, |; |$))+", lines[-1])
    assert max(len(each.message) for each in found) < LONGEST + 100


@pytest.mark.parametrize("name", ["a,b", "a::b", "a%0Ab", "x=y", "a\nb", "::error::"])
def test_the_name_of_a_file_is_read_back(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).mkdir()
    (tmp_path / name / "protocol.yaml").write_text(SIZES, encoding="utf-8")
    _, lines = called(capsys, f"./{name}", "--select", "TP103")
    (found,) = read(lines)
    assert found.properties["file"] == f"{name}/protocol.yaml"
    assert found.properties["title"] == "TP103 boundary-gap"


@given(st.text(), st.dictionaries(st.sampled_from(["file", "title", "line"]), st.text(min_size=1), min_size=1))
def test_a_command_is_read_back_as_it_was_meant(text: str, properties: dict[str, str]) -> None:
    line = command("error", properties, text)
    assert "\n" not in line
    assert "\r" not in line
    found = understood(line + "|")
    assert found is not None
    assert (found.name, found.message) == ("error", text + "|")
    assert {key: value.strip() for key, value in found.properties.items()} == {
        key: value.strip() for key, value in properties.items()
    }
