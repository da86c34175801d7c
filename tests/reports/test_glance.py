"""The verdict at a glance: every finding, proof and open question counted once, under what it is about."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from tests.reports.founding import founding
from trialproof.model.load import load
from trialproof.reports.baseline import Baseline, fingerprint
from trialproof.reports.glance import cells, glance
from trialproof.reports.items import OTHERS, SUBJECTS, Kind, items_of, subject_of
from trialproof.reports.text import write_text
from trialproof.verify.checks import CHECKS
from trialproof.verify.review import review


def test_each_thing_is_counted_once() -> None:
    _, found = founding()
    lines = glance(*founding())
    severities = Counter(each.severity.name for each in found.findings)
    assert sum(each.errors for each in lines) == severities["ERROR"]
    assert sum(each.warnings for each in lines) == severities["WARNING"]
    assert sum(each.notes for each in lines) == severities["NOTE"]
    assert sum(each.proved for each in lines) == len(found.proved)
    assert sum(each.undecided for each in lines) == len(found.undecided)


def test_decisions_come_first_in_the_order_of_the_file() -> None:
    subjects = [each.subject for each in glance(*founding())]
    assert subjects[:3] == ["`arm`", "`prescription`", "`lowering`"]
    others = [OTHERS.index(each) for each in subjects[3:]]
    assert others == sorted(others)


def test_every_check_is_about_something() -> None:
    assert {subject_of(check.code, None) for check in CHECKS} <= set(OTHERS) - {"other"}
    assert {subject for _, subject in SUBJECTS} <= set(OTHERS)


def test_what_is_new_is_counted_where_there_is_a_baseline() -> None:
    protocol, found = founding()
    known = {fingerprint(each): each.message for each in found.findings[1:]}
    table = cells(glance(protocol, found, Baseline(known)))
    at = table[0].index("new")
    assert [row[at] for row in table if row[0] in ("`arm`", "in all")] == ["1", "1"]
    assert "new" not in cells(glance(protocol, found))[0]


def test_a_column_of_nothing_is_left_out_but_never_errors_proofs_or_what_is_open(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text(
        "trialproof: 1\ntitle: sizes\nquantities:\n  size: {unit: cm, range: [0, 20], recorded_to: 0.1}\ndecisions:\n"
        "  arm: {choices: {large: {when: size >= 5 cm}, small: {when: size < 5 cm}}}\n",
        encoding="utf-8",
    )
    protocol = load(tmp_path)
    assert cells(glance(protocol, review(protocol, select=["TP101"]))) == [
        ["", "errors", "proved", "undecided"],
        ["`arm`", "-", "1", "-"],
    ]


def test_an_item_without_a_place_of_its_own_stands_at_its_decision() -> None:
    protocol, _ = founding()
    items = items_of(*founding())
    whole = [each for each in items if each.finding is not None and not each.labels]
    assert whole
    for each in (*whole, *(each for each in items if each.kind is Kind.PROVED and each.subject.startswith("`"))):
        assert each.place == protocol.decisions[each.subject.strip("`")].place


def test_a_long_report_begins_with_it() -> None:
    top, _, rest = write_text(*founding()).partition("\n\nTP101 error")
    assert top.splitlines()[3] == "At a glance"
    assert top.splitlines()[-1].split() == ["in", "all", "10", "19", "9", "18", "-"]
    assert rest


def test_a_short_one_does_not() -> None:
    protocol, found = founding()
    assert "At a glance" not in write_text(protocol, replace(found, findings=found.findings[:3]))
