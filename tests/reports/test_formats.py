"""Every format of `check` says the same of a run, with the same exit code, and says it alike each time."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.reports import hostile
from trialproof.cli import run
from trialproof.commands.check import FORMATS

SIZES = """\
trialproof: 1
title: sizes
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
  kps: {range: [0, 100], recorded_to: 10}
  c: {range: [1, 1000000], recorded_to: 1}
  d: {range: [1, 1000000], recorded_to: 1}
  e: {range: [1, 1000000], recorded_to: 1}
decisions:
  arm:
    choices:
      large: {when: size > 5 cm}
      small: {when: size < 5 cm}
claims:
  - {id: cubes, rule: c * c * c + d * d * d != e * e * e}
eligibility:
  inclusion:
    - {id: fit, rule: kps > 70}
"""
RUNS = {
    "findings": ("--select", "TP103"),
    "findings that do not count": ("--select", "TP103", "--fail-on", "never"),
    "nothing": ("--select", "TP102"),
    "undecided": ("--select", "TP207", "--timeout", "0.1"),
    "findings and undecided": ("--select", "TP103,TP207", "--timeout", "0.1"),
    "a note that counts": ("--select", "TP208", "--fail-on", "note"),
}
CODES = {
    "findings": 1,
    "findings that do not count": 0,
    "nothing": 0,
    "undecided": 3,
    "findings and undecided": 1,
    "a note that counts": 1,
}


def called(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str]:
    with pytest.raises(SystemExit) as end:
        run(["check", ".", *arguments])
    printed = capsys.readouterr()
    assert printed.err == ""
    return end.value.code, printed.out


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "protocol.yaml").write_text(SIZES, encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", RUNS)
def test_the_exit_code_is_the_same_for_every_format(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    codes = {form: called(capsys, *RUNS[name], "--format", form)[0] for form in FORMATS}
    assert codes == dict.fromkeys(FORMATS, CODES[name])


def test_a_baseline_counts_alike_in_every_format(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, report = called(capsys, "--select", "TP103", "--format", "json")
    (folder / "baseline.json").write_text(report, encoding="utf-8")
    for form in FORMATS:
        assert called(capsys, "--select", "TP103", "--format", form, "--baseline", "baseline.json")[0] == 0


@pytest.mark.parametrize("form", FORMATS)
def test_two_runs_print_the_same(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(hostile.write(tmp_path))
    first, second = (called(capsys, "--format", form) for _ in range(2))
    assert first == second
    assert first[0] == 1


def test_every_format_counts_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(hostile.write(tmp_path))
    printed = {form: called(capsys, "--format", form)[1] for form in FORMATS}
    report = json.loads(printed["json"])
    tally = printed["text"].splitlines()[-1]
    figures = re.findall(r"(\d+) (error|warning|note|accepted|proved|undecided)", tally)
    counted = {name: int(count) for count, name in figures}
    severities = [each["severity"] for each in report["findings"]]
    assert counted == {
        **{each: severities.count(each) for each in dict.fromkeys(severities)},
        **{each: len(report[each]) for each in ("accepted", "proved", "undecided")},
    }
    assert printed["github"].splitlines()[-1] == tally
    assert printed["markdown"].splitlines()[1] == f"### trialproof: {tally}"
    results = json.loads(printed["sarif"])["runs"][0]["results"]
    verdicts = [each["properties"]["verdict"] for each in results]
    assert verdicts.count("finding") == len(severities)
    assert [verdicts.count(each) for each in ("accepted", "proved", "undecided")] == [
        counted["accepted"], counted["proved"], counted["undecided"]
    ]  # fmt: skip
    keys = {each["fingerprint"] for each in report["findings"]}
    assert {next(iter(each["partialFingerprints"].values())) for each in results} >= keys


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("form", FORMATS)
def test_bad_input_prints_no_report(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "protocol.yaml").write_text(SIZES.replace("size > 5 cm", "size > 5 kg"), encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        run(["check", ".", "--format", form])
    assert end.value.code == 2
    assert capsys.readouterr().out == ""


LEFT_OUT = """\
trialproof: 1
title: a dose for an arm
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
decisions:
  arm:
    choices:
      large: {when: size > 5 cm}
      small: {when: size < 5 cm}
  dose:
    for: arm is large
    choices:
      full: {when: size > 9 cm}
      half: {when: size <= 9 cm}
"""


def test_no_format_shows_a_proof_without_those_whom_it_leaves_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "protocol.yaml").write_text(LEFT_OUT, encoding="utf-8")
    left = "leaves out patients with size exactly 5 cm"
    _, text = called(capsys, "--select", "TP107")
    assert left in text
    _, log = called(capsys, "--select", "TP107", "--format", "sarif")
    passed = [each["message"]["text"] for each in json.loads(log)["runs"][0]["results"] if each["kind"] == "pass"]
    assert [left in each for each in passed] == ["`dose`" in each for each in passed]
    assert any(left in each for each in passed)
    _, comment = called(capsys, "--select", "TP107", "--format", "markdown")
    proofs = [line for line in comment.splitlines() if line.startswith("- TP107")]
    assert [left in each for each in proofs] == ["<code>dose</code>" in each for each in proofs]


def test_patients_are_counted_in_every_format_for_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "patients.csv").write_text("size,kps,c,d,e\n5.0,80,1,1,1\n6.1,90,1,1,1\n", encoding="utf-8")
    options = ("--select", "TP103", "--cohort", "patients.csv")
    for form in ("text", "github", "markdown", "sarif"):
        assert "1 of 2 patients" in called(capsys, *options, "--format", form)[1]
    for form in ("text", "markdown"):
        assert "Among the patients of patients.csv" in called(capsys, *options, "--format", form)[1]
