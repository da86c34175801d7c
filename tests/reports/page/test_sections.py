"""The other sections: what they show is what was found, whole, and with its conditions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.reports.page.made import founding, made, written
from trialproof.reports.page.calendar import DAY, LEFT, calendar
from trialproof.reports.page.charting import charting
from trialproof.reports.page.crossings import all_findings
from trialproof.reports.page.findings import findings
from trialproof.reports.page.m11 import ASSIGNMENT, DESCRIPTION, MODIFICATION, of_code
from trialproof.reports.page.prescriptions import prescriptions
from trialproof.reports.page.record import record
from trialproof.reports.page.regions import regions
from trialproof.reports.page.repairs import repairs
from trialproof.reports.prescriptions import side_by_side
from trialproof.verify.finding import Accepted

ROOT = Path(__file__).parents[3]

COURSES = """\
trialproof: 1
title: two courses a day, with a closed day and a loss
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 1}
decisions:
  arm:
    for: everyone
    choices:
      large: {when: size > 5 cm, course: 30 Gy / 1.5 Gy bid / 20 f}
      small: {when: size <= 5 cm, course: 30-40 Gy / 10 Gy / 3-4 f}
schedule:
  irradiation: {days: "Mon, Wed, Fri", start: Wed, lost_days: 1}
  drug: {every: 1-2 weeks, from: first fraction, while: irradiation, label: a drug}
  visit: {after: last fraction, delay: 4-7 days}
  scan: {after: last fraction, delay: open}
"""


def test_every_finding_has_a_card_with_its_words_its_regions_and_its_help() -> None:
    material = founding()
    cards = findings(material).found
    assert len(cards) == len(material.review.findings)
    for card, finding in zip(cards, material.review.findings, strict=True):
        assert (card.code, card.message, card.help) == (finding.code, finding.message, finding.help or "")
        assert [each.text for one in card.cited for each in one.words] == [
            quote.text for label in finding.labels for quote in label.quotes
        ]
        assert len(card.regions) == len(finding.regions)
        assert (card.witness is None) == (
            finding.witness is None or finding.witness in [each.witness for each in finding.regions]
        )


def test_an_accepted_finding_is_shown_with_the_reason() -> None:
    material = founding()
    first, *rest = material.review.findings
    review = replace(material.review, findings=tuple(rest), accepted=(Accepted(first, "we know"),))
    found = findings(replace(material, review=review))
    assert [(each.message, each.because) for each in found.accepted] == [(first.message, "we know")]
    assert found.accepted[0].anchor == f"findings-{len(rest) + 1}"


def test_every_region_without_the_intended_number_of_choices_is_in_the_table() -> None:
    material = founding()
    found = regions(material)
    assert found is not None
    expected = [
        region.words
        for decision in material.protocol.decisions
        for finding, _ in all_findings(material.review)
        if finding.decision == decision and finding.code in ("TP101", "TP102", "TP103", "TP104", "TP107")
        for region in finding.regions
    ]
    assert [one.place.words for each in found.decisions for one in each.stranded] == expected
    assert [each.whole for each in found.decisions] == [False, False, True]


def test_every_boundary_patient_is_in_the_test_plan_with_what_must_come_out() -> None:
    material = founding()
    found = charting(material)
    assert found is not None
    trials = [one for each in found.tested for one in each.trials]
    sides = [side for each in material.review.boundary_patients for side in each.sides]
    assert [(each.value, each.expected) for each in trials] == [(each.says, each.outcome) for each in sides]
    assert [each.number for each in trials] == list(range(1, len(sides) + 1))
    for trial, side in zip(trials, sides, strict=True):
        if side.witness is not None:
            assert trial.person is not None
            assert len(trial.person.fields) + len(trial.person.others) >= len(side.witness.patient.as_dict())


def test_every_item_of_the_data_sheet_is_told_for_each_decision() -> None:
    material = founding()
    found = charting(material)
    assert found is not None
    told = {each.decision: sum(len(items) for _, items in each.needed) for each in found.needs}
    missing = [each.decision for each in material.review.missing]
    assert told == {name: missing.count(name) for name in told}


def test_a_repair_is_shown_with_what_it_changes_and_none_is_chosen() -> None:
    material = founding()
    found = repairs(material)
    assert found is not None
    assert found.sound == ("lowering",)
    arm = next(each for each in found.decisions if each.decision == "arm")
    assert "None is recommended" in arm.says
    assert "`--repairs 7`" in arm.says
    first = arm.repairs[0]
    assert [each.letter for each in arm.repairs] == ["A", "B"]
    assert first.changes[0] == "`involved_field`: “diameter is more than 5 cm” becomes “diameter is at least 5 cm”"
    assert [(each.before, each.after) for each in first.fixes] == [
        ("no choice", "`involved_field`"),
        ("no choice", "`elective_field`"),
    ]
    assert first.moves == ()
    assert first.rewritten[0].lines.startswith("when: resection is R0 and (diameter >= 5 cm")


def test_without_repairs_there_is_no_such_section() -> None:
    assert repairs(replace(founding(), proposal=None)) is None


def test_the_prescriptions_have_the_figures_of_the_text_report() -> None:
    material = founding()
    found = prescriptions(material)
    assert found is not None
    courses = [(f"{each.decision}.{each.choice}", each.course) for each in material.review.prescriptions]
    lines = [line.split() for line in side_by_side(material.protocol, courses)]
    shown = [" ".join(row).split() for each in found.courses for row in ((each.name,), *each.rows)]
    assert shown == lines[1:]
    assert found.headings == ("total", "BED tumour", "BED late", "EQD2 tumour", "EQD2 late")


def test_the_calendar_draws_the_fractions_of_the_founding_protocol_on_their_days() -> None:
    found = calendar(founding())
    assert found is not None
    first = found.branches[0]
    assert first.name == "`involved_far`"
    tracks = {each.title: each for each in first.tracks}
    days = [(mark.x - LEFT) // DAY + 1 for mark in tracks["irradiation"].marks]
    assert len(days) == 30
    assert (days[:6], days[-1]) == ([1, 2, 3, 4, 5, 8], 40)
    assert not any((day - 1) % 7 > 4 for day in days)
    assert [(mark.x - LEFT) // DAY + 1 for mark in tracks["chest CT"].marks] == [33]
    assert "day 33" in tracks["chest CT"].says
    assert tracks["adapting the field to the tumour response"].marks == ()
    assert "nothing says on which day" in tracks["adapting the field to the tumour response"].says
    assert first.lasts == "30 fractions; the last on day 40 to 42, by the day on which the course begins"


def test_what_happens_on_one_of_several_days_is_drawn_as_wide_as_they_are(tmp_path: Path) -> None:
    found = calendar(written(tmp_path, COURSES))
    assert found is not None
    large, small = found.branches
    tracks = {each.title: each for each in large.tracks}
    days = [(mark.x - LEFT) // DAY + 1 for mark in tracks["irradiation"].marks]
    assert days == [1, 3, 6, 8, 10, 13, 15, 17, 20, 22]
    assert (large.begins, len(days)) == ("Wed", 10)
    assert tracks["irradiation"].says == "30 Gy / 1.5 Gy bid / 20 f: 2 fractions a day, from day 1 to day 22"
    visit = tracks["visit"].marks[0]
    assert ((visit.x - LEFT) // DAY + 1, visit.width // DAY) == (27, 3)
    assert tracks["scan"].marks == ()
    assert [mark.spare for mark in small.tracks[0].marks] == [False, False, False, True]
    assert "the last one not in every course" in small.tracks[0].says
    assert small.lasts.endswith("by the number of fractions and the days that are lost")


def test_a_calendar_that_could_not_be_drawn_up_says_so() -> None:
    found = calendar(replace(founding(), timelines=None, unclear="out of time"))
    assert found is not None
    assert (found.branches, found.unclear) == ((), "out of time")


@pytest.mark.parametrize(
    ("code", "decision", "section"),
    [
        ("TP103", "arm", (ASSIGNMENT,)),
        ("TP103", "prescription", (DESCRIPTION,)),
        ("TP301", "lowering", (MODIFICATION,)),
        ("TP207", None, ()),
        ("TP502", None, ()),
    ],
)
def test_what_is_said_belongs_to_a_section_of_the_template(code: str, decision: str, section: tuple[str, ...]) -> None:
    decisions = founding().protocol.decisions
    assert of_code(code, decisions.get(decision)) == section


def test_the_record_names_program_files_readings_and_the_command_that_gives_the_page_again() -> None:
    material = replace(founding(), options=("--date", "2 March 2026"), date="2 March 2026")
    found = record(material)
    assert dict(found.entries)["trialproof"] == "1.2.3"
    assert dict(found.entries)["date"] == "2 March 2026"
    assert found.command == f"trialproof report {material.protocol.file} --date '2 March 2026'"
    assert found.files == material.files
    assert all(preferred for *_, preferred in found.readings)


@pytest.mark.parametrize("name", ["recovery-tocilizumab", "ghsg-hodgkin", "ewing-2008", "gist-imatinib"])
def test_every_section_bears_every_shipped_protocol(name: str) -> None:
    material = made(ROOT / "protocols" / name, repairs=0)
    for section in (findings, regions, charting, repairs, prescriptions, calendar, record):
        section(material)
