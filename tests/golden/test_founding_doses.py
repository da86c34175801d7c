"""The prescriptions of the founding protocol against its audit, section 4: what is found alone, what once declared."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from tests.golden.transcript import ROOT
from trialproof.model.course import course_total, say_course
from trialproof.model.load import load
from trialproof.model.protocol import Protocol
from trialproof.verify.finding import Finding, Review, Severity
from trialproof.verify.review import review

FOLDER = ROOT / "protocols" / "esophageal-salvage"


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load(FOLDER)


@pytest.fixture(scope="module")
def found() -> Review:
    return doses()


@cache
def doses() -> Review:
    return review(load(FOLDER), select=["TP101", "TP102", "TP107", "TP301", "TP302", "TP303", "TP304", "TP305"])


def of(found: Review, code: str, *choices: str) -> Finding:
    """Return the one finding about these choices."""
    (one,) = [each for each in found.findings if each.code == code and set(choices) <= set(each.choices)]
    return one


def says(finding: Finding) -> str:
    return "\n".join([finding.message, *(f"{each.item} {each.says}" for each in finding.details)])


def test_d1_the_sequential_boost_has_no_room_for_seven_fractions(found: Review) -> None:
    boost = of(found, "TP302", "elective_close")
    assert boost.severity is Severity.WARNING
    assert [(each.item, each.says.split(":")[0]) for each in boost.details] == [
        ("5 f", "only 2 Gy"),
        ("6 f", "any dose"),
        ("7 f", "never"),
    ]


def test_d2_ranges_that_go_together_are_a_note(found: Review) -> None:
    close, far = of(found, "TP302", "involved_close"), of(found, "TP302", "elective_far")
    assert close.severity is far.severity is Severity.NOTE
    assert "33 f are 59.4 Gy, 34 f are 61.2 Gy" in close.message
    assert "28 f of 2.14 Gy are 59.92 Gy, 28 f of 2.22 Gy are 62.16 Gy" in far.message


def test_d4_lesions_that_are_neither_far_nor_close_have_no_dose(found: Review) -> None:
    (gap,) = [each for each in found.findings if (each.code, each.decision) == ("TP101", "prescription")]
    assert [term.says for region in gap.regions for term in region.terms] == ["no", "no"]


def test_d5_a_far_and_a_close_lesion_have_two_prescriptions(found: Review) -> None:
    for arm in ("involved", "elective"):
        assert of(found, "TP102", f"{arm}_far", f"{arm}_close").decision == "prescription"


def test_d6_without_a_recurrence_nothing_says_what_is_far(found: Review) -> None:
    (open_,) = [each for each in found.findings if each.code == "TP107"]
    assert open_.decision == "prescription"
    assert open_.witness is not None
    assert dict(open_.witness.patient)["recurrence"] is False


def test_d7_the_lowered_dose_is_of_the_whole_course_or_of_its_first_phase(found: Review) -> None:
    said = says(of(found, "TP305", "lowered", "elective_close"))
    assert "instead of the whole course: 45 Gy; EQD2 44.25 Gy (tumour), 43.2 Gy (late)" in said
    assert "kept: 55-57 Gy; EQD2 54.25-56.25 Gy (tumour)" in said


def test_d8_the_lowered_dose_also_hits_the_simultaneous_boost(found: Review) -> None:
    finding = of(found, "TP305", "lowered", "elective_far")
    assert "the boost kept by its dose per fraction: 53.5-55.5 Gy" in says(finding)
    assert finding.witness is not None
    assert dict(finding.witness.patient)["lesion_far"] is True


def test_d13_no_fraction_of_1_8_gray_brings_50_gray(found: Review) -> None:
    finding = of(found, "TP303", "involved_close")
    assert finding.choices == ("involved_close",)
    assert "`involved_close`: 48.6 Gy after 27 f, 50.4 Gy after 28 f" in says(finding)
    assert "`involved_far`: 50 Gy after 25 f" in says(finding)


def test_d16_the_upper_end_of_the_boost_exceeds_the_declared_limit(found: Review, protocol: Protocol) -> None:
    assert "up to 62.16 Gy" in of(found, "TP304", "elective_far").message
    without = review(replace(protocol, limits={}), select=["TP304"])
    assert not without.findings


def test_deleting_the_checkpoint_takes_its_finding_away(protocol: Protocol) -> None:
    assert not review(replace(protocol, checkpoints={}), select=["TP303"]).findings


def test_every_total_is_dose_times_fractions_and_nothing_is_said_of_it(found: Review) -> None:
    """The audit's expected silence: all tuples but the sequential boost are exact."""
    assert not [each for each in found.findings if each.code == "TP301"]
    concerned = {each.choices for each in found.findings if each.code == "TP302" and each.severity is Severity.WARNING}
    assert concerned == {("elective_close",)}
    assert {each.choice: say_course(each.course) for each in found.prescriptions} == {
        "involved_far": "60 Gy / 2 Gy / 30 f",
        "involved_close": "59.4-61.2 Gy / 1.8 Gy / 33-34 f",
        "elective_far": "50.4 Gy / 1.8 Gy / 28 f with 59.92-62.16 Gy / 2.14-2.22 Gy / 28 f",
        "elective_close": "50.4 Gy / 1.8 Gy / 28 f, then a boost of 10-12 Gy / 1.8-2 Gy / 5-7 f",
        "lowered": "45 Gy / 1.8 Gy / 25 f",
    }
    assert all(course_total(each.course) is not None for each in found.prescriptions)


def test_both_arms_are_covered_by_a_prescription(found: Review) -> None:
    assert not [each for each in found.findings if each.code == "TP305" and each.decision == "arm"]
