"""`check --format sarif`: valid by the schema of OASIS, sound in what it calls a failure, exact in where it points."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft4Validator

from tests.reports import hostile
from tests.reports.founding import founding
from trialproof.cli import run
from trialproof.reports.sarif import write_sarif
from trialproof.verify.checks import CHECKS

SCHEMA = Path(__file__).parent / "sarif_schema" / "sarif-2.1.0-rtm.5.json"
VALIDATOR = Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
URI_REFERENCE = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+")

SIZES = """\
trialproof: 1
title: sizes
document: document.txt
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
  c: {range: [1, 1000000], recorded_to: 1}
  d: {range: [1, 1000000], recorded_to: 1}
  e: {range: [1, 1000000], recorded_to: 1}
decisions:
  arm:
    choices:
      large: {quote: over 5 cm get A, when: size > 5 cm}
      small: {quote: under 5 cm get B, when: size < 5 cm}
  group:
    choices:
      high: {when: d > 3}
      low: {when: d < 3}
claims:
  - id: no cube is the sum of two cubes
    rule: c * c * c + d * d * d != e * e * e
  - id: nobody
    rule: if size > 9 cm and size < 8 cm then d > 3
todo:
  - quote: The number is adequate.
accept:
  - {code: TP103, where: group, because: 'the board decides'}
"""
TEXT = (
    "Tumours \U0001f9ea over 5 cm get A.\r\n"
    "Those \U0001f9ea\U0001f9ea under\r\n5 cm get B.\n"
    "The number is adequate.\n"
)


def sarif(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    with pytest.raises(SystemExit) as end:
        run(["check", *arguments, "--format", "sarif"])
    printed = capsys.readouterr()
    assert isinstance(end.value.code, int)
    assert end.value.code in (0, 1, 3), printed.err
    log: dict[str, Any] = json.loads(printed.out)
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []
    assert printed.out.isascii()
    return end.value.code, log["runs"][0]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "protocol.yaml").write_text(SIZES, encoding="utf-8")
    (tmp_path / "document.txt").write_bytes(TEXT.encode())
    return tmp_path


def of(found: dict[str, Any], code: str, kind: str) -> dict[str, Any]:
    results: list[dict[str, Any]] = [
        each for each in found["results"] if (each["ruleId"], each["kind"]) == (code, kind) and not each["suppressions"]
    ]
    assert len(results) == 1, [(each["ruleId"], each["kind"]) for each in found["results"]]
    return results[0]


def pointed_at(location: dict[str, Any]) -> str:
    """Return what a location points at, read from the file as a program that counts in UTF-16 does."""
    physical = location["physicalLocation"]
    path = Path(unquote(physical["artifactLocation"]["uri"]))
    lines = re.split("\r\n|\n|\r", path.read_bytes().decode())
    region = physical["region"]
    wanted = lines[region["startLine"] - 1 : region["endLine"]]
    units = [line.encode("utf-16-le") for line in wanted]
    units[-1] = units[-1][: 2 * (region["endColumn"] - 1)]
    units[0] = units[0][2 * (region["startColumn"] - 1) :]
    return "\n".join(each.decode("utf-16-le") for each in units)


def test_the_schema_is_the_one_that_was_published() -> None:
    readme = (SCHEMA.parent / "README.md").read_text(encoding="utf-8")
    assert sha256(SCHEMA.read_bytes()).hexdigest() in readme


def test_the_schema_refuses_what_is_not_sarif() -> None:
    log = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{"kind": "failed"}]}]}
    assert list(VALIDATOR.iter_errors(log))


@pytest.mark.usefixtures("folder")
def test_what_is_refuted_fails_and_what_is_proved_passes(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = sarif(capsys, ".", "--timeout", "0.1")
    assert code == 1
    assert of(found, "TP103", "fail")["level"] == "error"
    assert of(found, "TP207", "open")["level"] == "none"
    assert of(found, "TP207", "notApplicable")["message"]["text"].startswith("claim `nobody`")
    assert of(found, "TP502", "review")["properties"]["severity"] == "warning"
    kinds = {each["kind"] for each in found["results"]}
    assert kinds == {"fail", "pass", "open", "review", "notApplicable"}


@pytest.mark.usefixtures("folder")
def test_nothing_undecided_passes(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = sarif(capsys, ".", "--select", "TP207", "--timeout", "0.1")
    assert code == 3
    assert {each["kind"] for each in found["results"]} == {"open", "notApplicable"}


@pytest.mark.usefixtures("folder")
def test_only_a_failure_has_a_level(capsys: pytest.CaptureFixture[str]) -> None:
    _, found = sarif(capsys, ".", "--timeout", "0.1")
    assert all((each["level"] != "none") == (each["kind"] == "fail") for each in found["results"])


@pytest.mark.usefixtures("folder")
def test_a_result_stands_at_the_rule_and_at_the_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    _, found = sarif(capsys, ".", "--select", "TP103")
    rule, sentence = of(found, "TP103", "fail")["locations"]
    assert pointed_at(rule).startswith("large: {quote: over 5 cm get A")
    assert pointed_at(sentence) == "over 5 cm get A"
    assert sentence["physicalLocation"]["region"]["startColumn"] == len("Tumours xx ") + 1


@pytest.mark.usefixtures("folder")
def test_the_other_sentence_of_a_conflict_is_related(capsys: pytest.CaptureFixture[str]) -> None:
    _, found = sarif(capsys, ".", "--select", "TP103")
    related = of(found, "TP103", "fail")["relatedLocations"]
    rule, sentence = (pointed_at(each) for each in related)
    assert rule.startswith("small: {quote: under 5 cm get B")
    assert sentence == "under\n5 cm get B"
    assert [each["id"] for each in related] == [1, 2]
    assert all("`small` does not take the patient" in each["message"]["text"] for each in related)
    assert related[1]["physicalLocation"]["region"]["snippet"]["text"] == "under\n5 cm get B"


def test_columns_count_a_character_beyond_the_plane_as_two(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    astral = SIZES.replace("{quote: over 5 cm get A, when", "{label: '\U0001f9ea', quote: over 5 cm get A, when")
    inline = astral.replace("arm:\n    choices:\n      large", "arm: # \U0001f9ea\n    choices:\n      large")
    one = inline.replace("claims:\n", "claims:\n  - {id: '\U0001f9ea', rule: size > 1 cm}\n")
    (folder / "protocol.yaml").write_text(one, encoding="utf-8")
    _, found = sarif(capsys, ".", "--select", "TP103,TP207", "--timeout", "0.1")
    assert found["columnKind"] == "utf16CodeUnits"
    assert pointed_at(of(found, "TP103", "fail")["locations"][0]).endswith("when: size > 5 cm}")
    for each in found["results"]:
        for location in (*each["locations"], *each["relatedLocations"]):
            if "region" in location["physicalLocation"]:
                snippet = location["physicalLocation"]["region"]["snippet"]["text"]
                assert pointed_at(location) == snippet


@pytest.mark.usefixtures("folder")
def test_what_is_accepted_is_suppressed_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    _, found = sarif(capsys, ".", "--select", "TP103")
    suppressed = [each for each in found["results"] if each["suppressions"]]
    assert [each["properties"]["subject"] for each in suppressed] == ["group"]
    (suppression,) = suppressed[0]["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("inSource", "accepted")
    assert suppression["justification"] == "the board decides"
    assert pointed_at(suppression["location"]).startswith("{code: TP103")


@pytest.mark.usefixtures("folder")
def test_every_check_is_a_rule_with_help_and_no_link(capsys: pytest.CaptureFixture[str]) -> None:
    _, found = sarif(capsys, ".", "--select", "TP103")
    rules = found["tool"]["driver"]["rules"]
    assert {each["id"] for each in rules} == {check.code for check in CHECKS}
    for check in CHECKS:
        rule = next(each for each in rules if each["id"] == check.code)
        assert rule["defaultConfiguration"]["level"] == check.severity.name.lower()
        assert "helpUri" not in rule
        assert {"**What it does.**", "**Why it matters.**"} <= set(re.findall(r"\*\*.+?\*\*", rule["help"]["markdown"]))
        assert "<" not in re.sub("`[^`]*`", "", rule["help"]["markdown"])
    for each in found["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]


@pytest.mark.usefixtures("folder")
def test_what_is_not_checked_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    _, found = sarif(capsys, ".", "--select", "TP103")
    (invocation,) = found["invocations"]
    said = [each["message"]["text"] for each in invocation["toolExecutionNotifications"]]
    assert any(each.startswith("not checked: not asked for: TP101, TP102, TP104 to") for each in said)
    assert found["properties"]["assumptions"][0].startswith("whatever applies to a patient is recorded")


def baseline(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit):
        run(["check", *arguments, "--format", "json"])
    Path("baseline.json").write_text(capsys.readouterr().out, encoding="utf-8")
    return "baseline.json"


def test_a_baseline_gives_every_result_a_state(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    earlier = baseline(capsys, ".", "--select", "TP102,TP103,TP207", "--timeout", "0.1")
    changed = SIZES.replace("size > 5 cm", "size >= 5 cm").replace("d > 3}", "d > 2}").replace("d < 3}", "d < 2}")
    (folder / "protocol.yaml").write_text(changed, encoding="utf-8")
    code, found = sarif(capsys, ".", "--select", "TP102,TP103,TP207", "--baseline", earlier, "--timeout", "0.1")
    assert code == 3
    states = [(each["ruleId"], each["kind"], each["baselineState"]) for each in found["results"]]
    assert ("TP103", "informational", "absent") in states
    assert ("TP103", "fail", "new") in states  # at another value of `group`, and accepted as well
    assert ("TP102", "pass", "unchanged") in states
    assert ("TP207", "open", "unchanged") in states
    assert ("TP207", "notApplicable", "unchanged") in states


@pytest.mark.usefixtures("folder")
def test_without_a_baseline_nothing_has_a_state(capsys: pytest.CaptureFixture[str]) -> None:
    _, found = sarif(capsys, ".", "--select", "TP103")
    assert not any("baselineState" in each for each in found["results"])


def test_what_was_accepted_and_is_not_any_more_is_new(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    earlier = baseline(capsys, ".", "--select", "TP103")
    (folder / "protocol.yaml").write_text(SIZES.partition("accept:")[0], encoding="utf-8")
    _, found = sarif(capsys, ".", "--select", "TP103", "--baseline", earlier)
    failures = [each for each in found["results"] if each["kind"] == "fail"]
    states = {each["properties"]["subject"]: each["baselineState"] for each in failures}
    assert states == {"arm": "unchanged", "group": "new"}


def test_a_fingerprint_stays_when_lines_move(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, before = sarif(capsys, ".", "--timeout", "0.1")
    (folder / "protocol.yaml").write_text(SIZES.replace("quantities:", "\n# moved\nquantities:"), encoding="utf-8")
    _, after = sarif(capsys, ".", "--timeout", "0.1")
    told = [[(each["ruleId"], each["partialFingerprints"]) for each in one["results"]] for one in (before, after)]
    assert told[0] == told[1]
    assert len({str(each) for each in told[0]}) == len(told[0])


@pytest.mark.parametrize("name", ["a b", "100%", "é🧪", "a:b", "a#b?c", "[x]", "-x"])
def test_a_uri_is_relative_and_percent_encoded(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = tmp_path / name
    inner.mkdir()
    (inner / "protocol.yaml").write_text(SIZES, encoding="utf-8")
    (inner / "document.txt").write_bytes(TEXT.encode())
    monkeypatch.chdir(tmp_path)
    _, found = sarif(capsys, f"./{name}", "--select", "TP103")
    artifact = of(found, "TP103", "fail")["locations"][0]["physicalLocation"]["artifactLocation"]
    assert URI_REFERENCE.fullmatch(artifact["uri"])
    assert ":" not in artifact["uri"]
    assert unquote(artifact["uri"]) == f"{name}/protocol.yaml"
    assert artifact["uriBaseId"] in found["originalUriBaseIds"]
    assert found["automationDetails"]["id"] == f"trialproof/{artifact['uri']}/"


def test_no_uri_climbs_out_of_its_base(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "inner").mkdir()
    monkeypatch.chdir(folder / "inner")
    _, found = sarif(capsys, "..", "--select", "TP103")
    artifact = of(found, "TP103", "fail")["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uri"].startswith("file:///")
    assert "uriBaseId" not in artifact
    assert ".." not in artifact["uri"]


def test_a_table_of_another_kind_is_pointed_at_as_a_whole(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["size", "arm"], ["> 5 cm", "large"], ["< 5 cm", "small"]):
        book.active.append(row)
    book.save(folder / "arms.xlsx")
    head = SIZES.partition("decisions:")[0]
    (folder / "protocol.yaml").write_text(f"{head}decisions:\n  arm: {{table: arms.xlsx}}\n", encoding="utf-8")
    _, found = sarif(capsys, ".", "--select", "TP103")
    (place,) = of(found, "TP103", "fail")["locations"]
    assert place["physicalLocation"] == {"artifactLocation": {"uri": "arms.xlsx", "uriBaseId": "%SRCROOT%"}}


def test_hostile_words_stay_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(hostile.write(tmp_path))
    code, found = sarif(capsys, ".")
    assert code == 1
    messages = list(all_messages(found))
    assert any("octocat" in each for each in messages)
    for each in messages:
        assert not set(each) & {hostile.OVERRIDE, "\u2066"}
        assert "](" not in each
        assert "{" not in each.replace("{{", ""), "a brace that is not doubled holds the place of an argument"
    for each in found["results"]:
        for location in (*each["locations"], *each["relatedLocations"]):
            if "region" in location["physicalLocation"]:
                assert pointed_at(location) == location["physicalLocation"]["region"]["snippet"]["text"]


def all_messages(node: object) -> Iterator[str]:
    """Yield the plain text messages of a log: whatever is an object with a text, but the words of files."""
    if isinstance(node, dict):
        if set(node) == {"text"}:
            yield node["text"]
        for key, value in node.items():
            if key not in ("snippet", "properties"):
                yield from all_messages(value)
    elif isinstance(node, list):
        for each in node:
            yield from all_messages(each)


def test_the_founding_protocol_is_reported_whole() -> None:
    log = json.loads(write_sarif(*founding(), release="0"))
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []
    found = log["runs"][0]
    levels = [each["level"] for each in found["results"]]
    assert (levels.count("error"), levels.count("none") > 18) == (10, True)
    severities = [each["properties"].get("severity") for each in found["results"]]
    assert [severities.count(each) for each in ("error", "warning", "note")] == [10, 19, 9]
    for each in found["results"]:
        for location in (*each["locations"], *each["relatedLocations"]):
            region = location["physicalLocation"].get("region")
            assert region is None or pointed_at(location) == region["snippet"]["text"]
