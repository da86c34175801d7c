"""Courses, limits and checkpoints of a protocol file: what is read, and what is refused at its line and column."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.model.folder import HEAD, assert_style, read_marks, write_folder
from trialproof.model.condition import EVERYONE, Assigned
from trialproof.model.course import Course, CourseReadings, say_course
from trialproof.model.dose import DoseKind
from trialproof.model.load import load, read_selection
from trialproof.model.place import BadInput
from trialproof.model.protocol import Protocol

CHOICE = "decisions:\n  dose:\n    for: everyone\n    choices:\n      a:\n        when: everyone\n"
COURSE = f"{CHOICE}        course: 60 Gy / 2 Gy / 30 f\n"


def read(folder: Path, text: str) -> Protocol:
    return load(write_folder(folder, HEAD + text))


def course(folder: Path, text: str) -> str:
    found = read(folder, f"{CHOICE}        course: {text}\n").decisions["dose"].choices[0].course
    assert isinstance(found, Course)
    return say_course(found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("60Gy/2Gy/30f", "60 Gy / 2 Gy / 30 f"),
        ("[60Gy/2Gy/30f]", "60 Gy / 2 Gy / 30 f"),
        ("{dose: 60Gy/2Gy/30f}", "60 Gy / 2 Gy / 30 f"),
        ("45 Gy / 1.5 Gy bid / 30 f", "45 Gy / 1.5 Gy bid / 30 f"),
        ("[50.4 Gy/1.8 Gy/28 f, 10 Gy/2 Gy/5 f]", "50.4 Gy / 1.8 Gy / 28 f, then 10 Gy / 2 Gy / 5 f"),
        (
            "[50.4 Gy/1.8 Gy/28 f, {boost: 10-12 Gy/1.8-2 Gy/5-6 f}]",
            "50.4 Gy / 1.8 Gy / 28 f, then a boost of 10-12 Gy / 1.8-2 Gy / 5-6 f",
        ),
        (
            "{levels: [50.4 Gy/1.8 Gy/28 f, 59.92 Gy/2.14 Gy/28 f]}",
            "50.4 Gy / 1.8 Gy / 28 f with 59.92 Gy / 2.14 Gy / 28 f",
        ),
        (
            "[{levels: [45 Gy/1.8 Gy/25 f, 50 Gy/2 Gy/25 f]}, {boost: 10 Gy/2 Gy/5 f}]",
            "45 Gy / 1.8 Gy / 25 f with 50 Gy / 2 Gy / 25 f, then a boost of 10 Gy / 2 Gy / 5 f",
        ),
    ],
)
def test_a_course_is_a_phase_or_phases_in_a_row(tmp_path: Path, text: str, said: str) -> None:
    assert course(tmp_path, text) == said


READINGS = (
    f"{CHOICE}        course:\n          readings:\n            whole: 45 Gy / 1.8 Gy / 25 f\n"
    "            first: [45 Gy / 1.8 Gy / 25 f, {boost: 10 Gy / 2 Gy / 5 f}]\n          prefer: first\n"
)


def test_a_course_may_have_readings_and_is_then_a_sentence(tmp_path: Path) -> None:
    protocol = read(tmp_path, READINGS)
    found = protocol.decisions["dose"].choices[0].course
    assert isinstance(found, CourseReadings)
    sentence = protocol.sentences["dose.a.course"]
    assert (sentence.readings, sentence.preferred, sentence.about_course) == (("whole", "first"), "first", True)
    assert read_selection(protocol, ["dose.a.course=whole"]) == {"dose.a.course": "whole"}
    assert protocol.combinations == 2


def test_a_table_can_have_a_column_of_courses(tmp_path: Path) -> None:
    text = (
        "quantities:\n  fit:\n    yes_no: true\ndecisions:\n  dose:\n    for: everyone\n    table: |-\n"
        "      dose | fit | course\n      high | yes | 60 Gy / 2 Gy / 30 f\n      none | no  |\n"
    )
    high, none = read(tmp_path, text).decisions["dose"].choices
    assert isinstance(high.course, Course)
    assert say_course(high.course) == "60 Gy / 2 Gy / 30 f"
    assert none.course is None


def test_limits_and_checkpoints_are_read_with_their_units(tmp_path: Path) -> None:
    protocol = read(
        tmp_path,
        f"{COURSE}alpha_beta:\n  cord: 2 Gy\nlimits:\n  cord_dose:\n    of: EQD2\n    at_most: 4500 cGy\n"
        "    alpha_beta: cord\n    for: dose is a\n    source: a book\n"
        "schedule:\n  imaging:\n    when: dose >= 50 Gy\n",
    )
    assert dict(protocol.alpha_beta) == {"cord": 2}
    limit = protocol.limits["cord_dose"]
    assert (limit.kind, limit.at_most, limit.alpha_beta) == (DoseKind.EQD2, Fraction(45), Fraction(2))
    assert limit.population == Assigned("dose", ("a",))
    checkpoint = protocol.checkpoints["imaging"]
    assert (checkpoint.dose, checkpoint.population) == (Fraction(50), EVERYONE)
    assert {"cord_dose", "imaging"} <= protocol.places.keys()


def test_without_a_declaration_alpha_beta_is_ten_and_three(tmp_path: Path) -> None:
    assert dict(read(tmp_path, COURSE).alpha_beta) == {"tumour": 10, "late": 3}


BAD = [
    ("no fractions", f"{CHOICE}        course: «60 Gy / 2 Gy»", "the course has no number of fractions"),
    ("none of them", f"{CHOICE}        course: 60 Gy / 2 Gy / «0» f", "a number of fractions of `0` is not above zero"),
    ("negative", f"{CHOICE}        course: «-60 Gy» / 2 Gy / 30 f", "a dose of `-60 Gy` is not above zero"),
    ("infinite", f"{CHOICE}        course: 60 Gy / «inf Gy» / 30 f", "`inf Gy` is not a dose"),
    ("wrong unit", f"{CHOICE}        course: «60 mg» / 2 Gy / 30 f", "expected a dose in Gy, found an amount in `mg`"),
    ("no unit", f"{CHOICE}        course: 60 Gy / «2» / 30 f", "`2` has no unit"),
    (
        "boost alone",
        f"{CHOICE}        course:\n          «boost»: 10 Gy / 2 Gy / 5 f",
        "a boost without a course before",
    ),
    (
        "boost first",
        f"{CHOICE}        course: [{{«boost»: 10 Gy / 2 Gy / 5 f}}, 50 Gy / 2 Gy / 25 f]",
        "a boost without a course before it",
    ),
    ("in a list", f"{CHOICE}        course: [50 Gy / 2 Gy / 25 f, «60 cm» / 2 Gy / 5 f]", "expected a dose in Gy"),
    ("boost", f"{CHOICE}        course: [50 Gy / 2 Gy / 25 f, {{boost: 10 Gy / «0» Gy / 5 f}}]", "is not above zero"),
    (
        "levels apart",
        f"{CHOICE}        course:\n          levels: [50 Gy / 2 Gy / 25 f, «60 Gy / 2 Gy / 30 f»]",
        "the levels of a simultaneous boost differ in their fractions",
    ),
    ("level", f"{CHOICE}        course:\n          levels: [50 Gy / 2 Gy / 25 f, «60»]", "`60` is not a course"),
    ("no phases", f"{CHOICE}        course: «[]»", "nothing stands here"),
    ("no levels", f"{CHOICE}        course: {{levels: «[]»}}", "nothing stands here"),
    ("no course", f"{CHOICE}        «course»:", "this key has no value"),
    ("unknown key", f"{CHOICE}        course: {{«lvels»: [60 Gy / 2 Gy / 30 f]}}", "unknown key `lvels`"),
    (
        "two in one",
        f"{CHOICE}        course: {{dose: 60 Gy / 2 Gy / 30 f, «boost»: 10 Gy / 2 Gy / 5 f}}",
        "`boost` and `dose` do not go together",
    ),
    ("in a reading", READINGS.replace("whole: 45 Gy", "whole: «45 cm»"), "expected a dose in Gy"),
    ("boost in a reading", READINGS.replace("[45 Gy / 1.8 Gy / 25 f, {boost", "[{«boost»"), "a boost without a course"),
    ("prefer", READINGS.replace("prefer: first", "prefer: «third»"), "there is no reading `third` here"),
    ("name", READINGS.replace("whole:", "«the whole»:"), "`the whole` cannot be the name of a reading"),
    (
        "readings as a phase",
        f"{CHOICE}        course: [60 Gy / 2 Gy / 30 f, {{«readings»: {{b: 60 Gy / 2 Gy / 30 f}}}}]",
        "`readings` are no phase of a course",
    ),
    ("lowers nothing", f"{COURSE}        lowers: «dosage»", "there is no decision `dosage`"),
    ("lowers itself", f"{COURSE}        lowers: «dose»", "`a` cannot lower the course of its own decision"),
    ("lowers by nothing", f"{CHOICE}        «lowers»: dose", "`lowers` goes with `course`"),
    ("limit", f"{COURSE}limits:\n  cord: {{at_most: «45», source: x}}", "`45` has no unit"),
    ("negative limit", f"{COURSE}limits:\n  cord: {{at_most: «-45 Gy», source: x}}", "is not above zero"),
    ("range", f"{COURSE}limits:\n  cord: {{at_most: «45-50 Gy», source: x}}", "expected one dose, found a range"),
    ("no source", f"{COURSE}limits:\n  «cord»: {{at_most: 45 Gy}}", "`cord` has no `source`"),
    ("empty source", f"{COURSE}limits:\n  cord: {{at_most: 45 Gy, source: «''»}}", "nothing stands here"),
    (
        "kind",
        f"{COURSE}limits:\n  cord: {{of: «mean», at_most: 45 Gy, source: x}}",
        "expected `total`, `dose per fraction`",
    ),
    (
        "no tissue",
        f"{COURSE}limits:\n  «cord»: {{of: BED, at_most: 45 Gy, source: x}}",
        "a limit of `BED` needs an alpha/beta",
    ),
    (
        "unknown tissue",
        f"{COURSE}limits:\n  cord: {{of: BED, at_most: 45 Gy, alpha_beta: «early», source: x}}",
        "no alpha/beta is called `early`",
    ),
    (
        "tissue of a total",
        f"{COURSE}limits:\n  cord: {{at_most: 45 Gy, «alpha_beta»: late, source: x}}",
        "`alpha_beta` goes with a limit of `BED` or `EQD2`",
    ),
    ("for nobody known", f"{COURSE}limits:\n  cord: {{at_most: 45 Gy, for: «arm», source: x}}", "declares no `arm`"),
    ("alpha/beta of zero", f"{COURSE}alpha_beta:\n  cord: «0» Gy", "is not above zero"),
    ("alpha/beta without a unit", f"{COURSE}alpha_beta:\n  cord: «3»", "`3` has no unit"),
    ("dose to wait for", f"{COURSE}schedule:\n  imaging:\n    when: dose >= «50 cm»", "expected a dose in Gy"),
    (
        "name twice",
        f"{COURSE}limits:\n  «dose»: {{at_most: 45 Gy, source: x}}",
        "`dose` is the name of a decision already",
    ),
]


@pytest.mark.parametrize(("marked", "message"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_what_cannot_be_a_dose_is_one_error_at_its_place(tmp_path: Path, marked: str, message: str) -> None:
    text, line, column, width = read_marks(HEAD + marked)
    with pytest.raises(BadInput) as caught:
        load(write_folder(tmp_path, text))
    error = caught.value
    assert message in error.message
    assert (error.place.line, error.place.column, error.width) == (line, column, max(width, 1))
    assert_style(error)


def test_a_bad_course_in_a_table_is_shown_in_its_cell(tmp_path: Path) -> None:
    marked = (
        "quantities:\n  fit:\n    yes_no: true\ndecisions:\n  dose:\n    for: everyone\n    table: |-\n"
        "      dose | fit | course\n      high | yes | 60 Gy / «2» / 30 f\n      none | no  |\n"
    )
    text, line, column, width = read_marks(HEAD + marked)
    with pytest.raises(BadInput, match="`2` has no unit") as caught:
        load(write_folder(tmp_path, text))
    assert (caught.value.place.line, caught.value.place.column, caught.value.width) == (line, column, width)
