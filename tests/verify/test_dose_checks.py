"""What the dose checks say: in which words, with which numbers, and of which readings."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings, strategies as st

from tests.model.test_course import level_of, phase_of
from tests.verify.everyone import reviewed
from tests.verify.test_checks import well_said
from trialproof.model.course import Course, Phase, Span, course_total, total_of, working
from trialproof.model.load import load
from trialproof.reports.json_report import report_schema, write_json
from trialproof.reports.side_by_side import write_side_by_side
from trialproof.reports.text import write_text
from trialproof.verify.checks.mismatched_total import that_work
from trialproof.verify.finding import Finding, Review, Severity
from trialproof.verify.review import review
from trialproof.verify.treatment.lowering import ways_to_lower

HEAD = "trialproof: 1\ntitle: doses\n"
CHOICE = "decisions:\n  dose:\n    for: everyone\n    choices:\n      a:\n        when: everyone\n        course: "


def found(folder: Path, text: str, *select: str) -> Review:
    (folder / "protocol.yaml").write_text(HEAD + text, encoding="utf-8")
    return reviewed(load(folder), select=select or ["TP3"])


def one(folder: Path, text: str, *select: str) -> Finding:
    (finding,) = found(folder, text, *select).findings
    well_said(finding)
    return finding


def details(finding: Finding) -> dict[str, str]:
    return {each.item: each.says for each in finding.details}


def test_a_wrong_total_shows_the_product_and_what_would_do(tmp_path: Path) -> None:
    finding = one(tmp_path, f"{CHOICE}60 Gy / 2 Gy / 29 f\n")
    assert (finding.code, finding.severity) == ("TP301", Severity.ERROR)
    assert "29 f of 2 Gy are 58 Gy" in finding.message
    assert [each.says for each in finding.details] == [
        "58 Gy / 2 Gy / 29 f", "60 Gy / 60/29 Gy / 29 f", "60 Gy / 2 Gy / 30 f",
    ]  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 800), st.integers(1, 40), st.integers(1, 40))
def test_what_would_do_does(total: int, dose: int, count: int) -> None:
    phase = phase_of(f"{total / 10} / {dose / 10} / {count}")
    (level,) = phase.levels
    for text in that_work(phase, level):
        *_, number = text.split(" / ")
        total_text, dose_text = text.split(" Gy / ")[:2]
        fractions, product = int(number.removesuffix(" f")), Fraction(total_text)
        assert fractions * Fraction(dose_text.removesuffix(" Gy")) == product


def test_an_end_of_a_range_that_nothing_gives_is_a_warning(tmp_path: Path) -> None:
    review = found(tmp_path, f"{CHOICE}59-61.2 Gy / 1.8 Gy / 33-34 f\n")
    (mismatch,) = [each for each in review.findings if each.code == "TP301"]
    assert mismatch.severity is Severity.WARNING
    assert "but 59 Gy cannot be reached: what works gives 59.4-61.2 Gy" in mismatch.message


def test_ranges_of_which_nothing_works_are_an_error(tmp_path: Path) -> None:
    finding = one(tmp_path, f"{CHOICE}10-12 Gy / 1.8-2 Gy / 7-9 f\n")
    assert (finding.code, finding.severity) == ("TP302", Severity.ERROR)
    assert all(says.startswith("never") for says in details(finding).values())


def test_a_number_of_fractions_that_works_in_part_only_is_told(tmp_path: Path) -> None:
    finding = one(tmp_path, f"{CHOICE}10-12 Gy / 1.8-2.2 Gy / 5-6 f\n")
    assert "5 f work only with 2-2.2 Gy" in finding.message
    assert details(finding) == {"5 f": "only 2-2.2 Gy: 10-11 Gy", "6 f": "only 1.8-2 Gy: 10.8-12 Gy"}


def test_many_numbers_of_fractions_are_told_in_the_table(tmp_path: Path) -> None:
    finding = one(tmp_path, f"{CHOICE}60 Gy / 1.5-2 Gy / 30-40 f\n")
    assert "30 f work only with 2 Gy, and 10 others only with some of the doses" in finding.message
    assert len(finding.details) == 11
    assert details(finding)["31 f"] == "only about 1.9355 Gy: 60 Gy"


def test_levels_without_a_common_number_of_fractions_are_an_error(tmp_path: Path) -> None:
    course = "{levels: [50 Gy / 2 Gy / 24-26 f, 50 Gy / 1.9-1.95 Gy / 24-26 f]}"
    errors = [each for each in found(tmp_path, f"{CHOICE}{course}\n").findings if each.severity is Severity.ERROR]
    assert [each.code for each in errors] == ["TP302"]
    assert details(errors[0]) == {
        "25 f": "for 50 Gy / 2 Gy / 24-26 f", "26 f": "for 50 Gy / 1.9-1.95 Gy / 24-26 f",
    }  # fmt: skip


@pytest.mark.parametrize(
    "course",
    ["60Gy/2Gy/30f", "59.4Gy/1.8Gy/33f", "61.2Gy/1.8Gy/34f", "50.4Gy/1.8Gy/28f", "59.92Gy/2.14Gy/28f",
     "62.16Gy/2.22Gy/28f", "45Gy/1.8Gy/25f", "45 Gy / 1.5 Gy bid / 30 f"],
)  # fmt: skip
def test_exact_courses_are_silent(tmp_path: Path, course: str) -> None:
    assert not found(tmp_path, f"{CHOICE}{course}\n").findings


def test_a_checkpoint_tells_every_course_and_every_level(tmp_path: Path) -> None:
    course = "{levels: [50.4 Gy / 1.8 Gy / 28 f, 59.92 Gy / 2.14 Gy / 28 f]}"
    finding = one(tmp_path, f"{CHOICE}{course}\nschedule:\n  ct: {{when: dose >= 50 Gy}}\n", "TP303")
    assert [each.says for each in finding.details] == [
        "`a`, level of 2.14 Gy: 49.22 Gy after 23 f, 51.36 Gy after 24 f",
        "`a`, level of 1.8 Gy: 48.6 Gy after 27 f, 50.4 Gy after 28 f",
    ]


def test_a_checkpoint_beyond_the_course_is_never_reached(tmp_path: Path) -> None:
    finding = one(tmp_path, f"{CHOICE}45 Gy / 1.8 Gy / 25 f\nschedule:\n  ct: {{when: dose >= 50 Gy}}\n", "TP303")
    assert "which is not always reached by `a`" in finding.message
    assert details(finding) == {"": "`a`: never"}


LIMITED = f"{CHOICE}60 Gy / 2.5 Gy / 24 f\nlimits:\n  cord: {{at_most: 64 Gy, source: a book, %s}}\n"


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("of: EQD2, alpha_beta: late", "gives 66 Gy EQD2 at alpha/beta 3 Gy, and `cord` allows at most 64 Gy"),
        ("of: BED, alpha_beta: 10 Gy", "gives 75 Gy BED at alpha/beta 10 Gy"),
        ("of: EQD2, alpha_beta: tumour", None),
        ("of: total", None),
        ("of: dose per fraction", None),
    ],
)
def test_a_limit_is_compared_with_what_it_limits(tmp_path: Path, keys: str, says: str | None) -> None:
    review = found(tmp_path, LIMITED % keys)
    assert [says in each.message for each in review.findings if says] == ([True] if says else [])
    assert bool(review.findings) == (says is not None)


def test_a_limit_counts_only_for_its_patients(tmp_path: Path) -> None:
    text = (
        "quantities:\n  fit:\n    yes_no: true\ndecisions:\n  dose:\n    for: everyone\n    choices:\n"
        "      a: {when: fit, course: 60 Gy / 2 Gy / 30 f}\n      b: {when: not fit, course: 50 Gy / 2 Gy / 25 f}\n"
        "limits:\n  cap: {at_most: 55 Gy, source: a book, for: %s}\n"
    )
    assert one(tmp_path, text % "everyone").choices == ("a",)
    assert one(tmp_path, text % "fit").choices == ("a",)
    assert not found(tmp_path, text % "not fit").findings
    assert not found(tmp_path, text % "dose is b").findings


def test_a_range_is_limited_by_what_works_of_it(tmp_path: Path) -> None:
    """14 Gy would be seven times two, but seven fractions leave the total, so that they cannot exceed anything."""
    text = f"{CHOICE}10-12 Gy / 1.8-2 Gy / 5-7 f\nlimits:\n  cap: {{at_most: %s Gy, source: a book}}\n"
    assert not found(tmp_path, text % 12, "TP304").findings
    assert "up to 12 Gy" in one(tmp_path, text % 11, "TP304").message


READ = (
    f"{CHOICE}\n          readings:\n            whole: 45 Gy / 1.8 Gy / 25 f\n"
    "            first: [45 Gy / 1.8 Gy / 25 f, {boost: 10 Gy / 2 Gy / 6 f}]\n"
)


def test_readings_of_a_course_are_told_with_their_totals(tmp_path: Path) -> None:
    finding = one(tmp_path, READ.replace("/ 6 f", "/ 5 f"), "TP106")
    assert finding.message == "`dose.a.course` has 2 readings, and `first` is another course than `whole`"
    assert [each.says.split(": ")[-1] for each in finding.details] == [
        "45 Gy; EQD2 44.25 Gy (tumour), 43.2 Gy (late)",
        "55 Gy; EQD2 54.25 Gy (tumour), 53.2 Gy (late)",
    ]


def test_readings_that_are_the_same_course_change_no_dose(tmp_path: Path) -> None:
    same = READ.replace("[45 Gy / 1.8 Gy / 25 f, {boost: 10 Gy / 2 Gy / 6 f}]", "4500 cGy/180 cGy/25 f")
    review = found(tmp_path, same, "TP106")
    assert not review.findings
    assert any("changes no dose" in each.message for each in review.proved)


def test_only_the_reading_that_counts_is_judged(tmp_path: Path) -> None:
    assert not found(tmp_path, READ).findings
    review_of_other = review(load(tmp_path), selection={"dose.a.course": "first"}, select=["TP3"])
    (finding,) = review_of_other.findings
    assert finding.code == "TP301"
    assert [dict(each) for each in finding.readings.choices] == [{"dose.a.course": "first"}]
    assert not finding.readings.complete


ARMS = """\
quantities:
  margin: {one_of: [R0, R1, R2]}
decisions:
  arm:
    for: everyone
    choices:
      a: {when: margin is R0}
      b: {when: margin is R1}
      c: {when: margin is R2%s}
  dose:
    for: arm is one of (a, b)
    choices:
      high: {when: arm is a, course: 60 Gy / 2 Gy / 30 f}
      low: {when: arm is b}
"""


def test_an_arm_whose_patients_get_no_prescription_is_named(tmp_path: Path) -> None:
    """`low` prescribes nothing, and says so by being a choice; `c` is forgotten."""
    finding = one(tmp_path, ARMS % "")
    assert (finding.code, finding.decision, finding.choices) == ("TP305", "arm", ("c",))
    assert finding.witness is not None
    assert dict(finding.witness.patient) == {"margin": "R2"}


def test_an_arm_that_says_what_it_gives_is_none_of_them(tmp_path: Path) -> None:
    assert not found(tmp_path, ARMS % ", gives: surgery alone").findings


def test_an_arm_that_nobody_can_have_misses_nothing(tmp_path: Path) -> None:
    nobody = (ARMS % "").replace("[R0, R1, R2]", "[R0, R1]").replace("R2", "R1 and margin is R0")
    assert not found(tmp_path, nobody).findings


def test_without_courses_nobody_misses_one(tmp_path: Path) -> None:
    assert not found(tmp_path, (ARMS % "").replace(", course: 60 Gy / 2 Gy / 30 f", "")).findings


def test_what_another_decision_needs_is_not_asked_for_again(tmp_path: Path) -> None:
    text = (ARMS % "").replace("one_of: [R0, R1, R2]}", "one_of: [R0, R1, R2]}\n  fit: {yes_no: true}")
    review = found(tmp_path, text.replace("high: {when: arm is a", "high: {when: arm is a and fit"), "TP107")
    assert [(each.decision, each.quantity, each.need.value) for each in review.missing] == [
        ("arm", "margin", "always"), ("arm", "fit", "never"), ("dose", "fit", "for some"),
    ]  # fmt: skip
    assert "  first     what `arm` needs" in write_text(load(tmp_path), review)


BASE = Course((phase_of("50.4 / 1.8 / 28"),))
BOOSTED = Course((phase_of("50.4 / 1.8 / 28"), phase_of("10 / 2 / 5", boost=True)))
LEVELS = Course((Phase((level_of("50.4", "1.8"), level_of("59.92", "2.14")), 28, 28),))
LOWER = Course((phase_of("45 / 1.8 / 25"),))


def totals(course: Course, lower: Course = LOWER) -> list[Span | None]:
    return [course_total(each.course) for each in ways_to_lower(course, lower)]


def point(value: str) -> Span:
    return Span(Fraction(value), Fraction(value))


def test_one_phase_is_lowered_in_one_way() -> None:
    assert totals(BASE) == [point("45")]


def test_a_boosted_course_is_lowered_as_a_whole_or_in_its_first_phase() -> None:
    assert totals(BOOSTED) == [point("45"), point("55")]


def test_of_a_simultaneous_boost_the_dose_per_fraction_or_the_total_is_kept() -> None:
    assert totals(LEVELS) == [point("45"), point("53.5"), point("59.92")]


def test_with_the_same_fractions_what_is_kept_is_the_same() -> None:
    assert totals(LEVELS, Course((phase_of("44.8 / 1.6 / 28"),))) == [point("44.8"), point("59.92")]


def test_a_whole_course_takes_the_place_of_a_whole_course() -> None:
    lower = Course((phase_of("45 / 1.8 / 25"), phase_of("10 / 2 / 5", boost=True)))
    assert totals(BOOSTED, lower) == [point("55")]


def test_what_is_not_lower_lowers_nothing() -> None:
    assert totals(BASE, BASE) == []
    assert totals(LOWER, BASE) == []


@settings(max_examples=60, deadline=None)
@given(st.integers(20, 40), st.integers(2, 8), st.integers(5, 39))
def test_every_way_is_a_course_that_can_be_given_and_is_lower(base: int, boost: int, fewer: int) -> None:
    course = Course((phase_of(f"{2 * base} / 2 / {base}"), phase_of(f"{2 * boost} / 2 / {boost}", boost=True)))
    lower = Course((phase_of(f"{2 * fewer} / 2 / {fewer}"),))
    before = course_total(course)
    assert before is not None
    for way in ways_to_lower(course, lower):
        after = course_total(way.course)
        assert after is not None
        assert after.high < before.low
        for phase in way.course.phases:
            assert all(working(phase, level) and total_of(phase, level) for level in phase.levels)


LOWERING = """\
quantities:
  v50: {unit: "%%", range: [0, 100]}
decisions:
  dose:
    for: everyone
    choices:
      full: {when: everyone, course: %s}
  lowering:
    for: everyone
    intent: at most one
    choices:
      lowered: {when: v50 > %s%%, course: 45 Gy / 1.8 Gy / 25 f, lowers: dose}
"""


def test_nobody_is_lowered_where_nobody_meets_the_condition(tmp_path: Path) -> None:
    boosted = "[50.4 Gy / 1.8 Gy / 28 f, {boost: 10 Gy / 2 Gy / 5 f}]"
    finding = one(tmp_path, LOWERING % (boosted, 50))
    assert finding.choices == ("lowered", "full")
    assert finding.witness is not None
    assert Fraction(str(dict(finding.witness.patient)["v50"])) > 50
    assert not found(tmp_path, LOWERING % (boosted, 100)).findings


def test_a_lower_course_that_is_not_lower_is_named(tmp_path: Path) -> None:
    assert "is not lower" in one(tmp_path, LOWERING % ("45 Gy / 1.8 Gy / 25 f", 50)).message


def test_the_reports_show_all_prescriptions(tmp_path: Path) -> None:
    text = LOWERING % ("[50.4 Gy / 1.8 Gy / 28 f, {boost: 10-12 Gy / 1.8-2 Gy / 5-7 f}]", 50)
    review = found(tmp_path, text)
    protocol = load(tmp_path)
    short = write_text(protocol, review)
    assert "dose.full         60.4-62.4  59.56-61.56  58.38-60.38" in short
    full = write_side_by_side(protocol, {})
    boost_row = "boost of 10-12 Gy / 1.8-2 Gy / 5-7 f      10-12      12-14.4      16.67-20        10-12        10-12"
    assert boost_row in full
    report = json.loads(write_json(protocol, review, "0"))
    jsonschema.Draft202012Validator(report_schema()).validate(report)
    boost = report["prescriptions"][0]["phases"][1]
    assert boost["fractions"] == {"fewest": 5, "most": 7, "per_day": 1}
    assert [each["dose"] for each in boost["levels"][0]["working"]] == [
        {"low": "2", "high": "2"}, {"low": "1.8", "high": "2"}, None,
    ]  # fmt: skip
    assert boost["levels"][0]["worth"][1]["bed"] == {"low": "50/3", "high": "20"}


def test_a_course_that_cannot_be_given_has_no_worth_in_any_report(tmp_path: Path) -> None:
    review = found(tmp_path, f"{CHOICE}60 Gy / 2 Gy / 29 f\n")
    assert "dose.a   none         none       none" in write_text(load(tmp_path), review)
    assert '"given": null' in write_json(load(tmp_path), review, "0")

