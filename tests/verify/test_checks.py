"""Every check keeps the same promises: one file, a code, a manual page, examples on which it speaks or is silent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.verify.everyone import reviewed
from trialproof.model.load import load
from trialproof.reports.manual import explanation, listing
from trialproof.verify import checks
from trialproof.verify.check import Check, example_files
from trialproof.verify.checks import CHECKS
from trialproof.verify.finding import Finding, Review, Severity

FOLDER = Path(checks.__file__).parent
PYTHON_WORDS = re.compile(r"\b(?:None|True|False|Fraction|tuple|dict|str|int|NoneType)\b|<class|\\n")


def examples(kind: str) -> list[tuple[Check, str]]:
    return [(check, text) for check in CHECKS for text in getattr(check, kind)]


def examine(folder: Path, text: str, check: Check) -> Review:
    for name, content in example_files(text).items():
        (folder / name).write_text(content, encoding="utf-8")
    protocol = load(folder)
    return reviewed(protocol, select=[check.code, *(each.code for each in protocol.accept)])


def test_the_table_lists_every_file_once() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert sorted(check.name.replace("-", "_") for check in CHECKS) == sorted(files)
    assert [check.code for check in CHECKS] == sorted({check.code for check in CHECKS})


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_the_manual_page_has_its_three_parts(check: Check) -> None:
    parts = re.findall(r"^(What it does|Why it matters|Example)$", check.explanation, re.MULTILINE)
    assert parts == ["What it does", "Why it matters", "Example"]
    assert check.explanation.splitlines()[0].endswith(".")
    assert check.code in listing()
    assert check.fails[0].splitlines()[1] in explanation(check.code)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_there_is_an_example_for_each_side(check: Check) -> None:
    assert check.passes
    assert check.fails


@pytest.mark.parametrize(("check", "text"), examples("passes"), ids=lambda each: getattr(each, "code", ""))
def test_it_is_silent_on_what_is_sound(tmp_path: Path, check: Check, text: str) -> None:
    found = examine(tmp_path, text, check)
    assert not found.findings
    assert not found.undecided


@pytest.mark.parametrize(("check", "text"), examples("fails"), ids=lambda each: getattr(each, "code", ""))
def test_it_speaks_on_what_is_not(tmp_path: Path, check: Check, text: str) -> None:
    found = examine(tmp_path, text, check)
    assert found.findings
    for finding in found.findings:
        assert (finding.code, finding.name) == (check.code, check.name)
        assert finding.severity is check.severity
        assert finding.labels or finding.regions
        if check.code != "TP106":  # which also proves what the best of the readings does
            assert not any(proof.decision == finding.decision for proof in found.proved)
        well_said(finding)


def well_said(finding: Finding) -> None:
    """One sentence, lower case, without a full stop; names in backticks; nothing of Python."""
    for text in (finding.message, finding.help or "help"):
        assert text[0].islower() or text[0] == "`"
        assert not text.endswith(".")
        assert text.count("`") % 2 == 0
        assert not PYTHON_WORDS.search(text)
    assert "\n" not in finding.message


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_its_severity_follows_the_rule(check: Check) -> None:
    """A broken intent or claim, nobody or undetermined eligibility, a dose that cannot be given: error. Else not."""
    errors = {"TP101", "TP102", "TP103", "TP104", "TP107", "TP201", "TP206", "TP207", "TP301", "TP404"}
    assert (check.severity is Severity.ERROR) == (check.code in errors)


def test_a_protocol_without_any_rule_is_neither_proved_nor_refuted(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text("trialproof: 1\ntitle: nothing yet\n", encoding="utf-8")
    found = reviewed(load(tmp_path))
    assert not found.findings
    assert not found.proved
