"""Courses: exactly what works is what plain enumeration finds, and doses are worth what the published formulas say."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import event, given, settings, strategies as st

from trialproof.model.course import (
    Course,
    CourseReadings,
    Level,
    Phase,
    Span,
    chosen,
    combinations,
    course_total,
    say_course,
    total_of,
    working,
)
from trialproof.model.course_text import read_written
from trialproof.model.radiobiology import ALPHA_BETA, Formula, bed, course_worth, eqd2, level_worth

WORTH = {
    "60 / 2 / 30": ("72.00", "100.00", "60.00", "60.00"),
    "59.4 / 1.8 / 33": ("70.09", "95.04", "58.41", "57.02"),
    "61.2 / 1.8 / 34": ("72.22", "97.92", "60.18", "58.75"),
    "50.4 / 1.8 / 28": ("59.47", "80.64", "49.56", "48.38"),
    "59.92 / 2.14 / 28": ("72.74", "102.66", "60.62", "61.60"),
    "62.16 / 2.22 / 28": ("75.96", "108.16", "63.30", "64.90"),
    "45 / 1.8 / 25": ("53.10", "72.00", "44.25", "43.20"),
}
"""BED at alpha/beta 10 and 3 Gy, EQD2 at 10 and 3 Gy: a radiobiologist's table, worked out by hand to two decimals."""


def phase_of(text: str, *, boost: bool = False) -> Phase:
    total, dose, count = text.split(" / ")
    written = read_written(f"{total} Gy / {dose} Gy / {count} f")
    return Phase((written.level,), written.fewest, written.most, boost=boost)


def level_of(total: str, dose: str) -> Level:
    return read_written(f"{total} Gy / {dose} Gy / 1 f").level


def only(phase: Phase) -> Level:
    (level,) = phase.levels
    return level


@pytest.mark.parametrize("text", WORTH)
def test_doses_are_worth_what_the_table_says(text: str) -> None:
    phase = phase_of(text)
    found = [level_worth(formula, phase, only(phase), Fraction(ratio)) for formula in (bed, eqd2) for ratio in (10, 3)]
    points = [each.point for each in found if each is not None]
    assert [f"{float(round(each, 2)):.2f}" for each in points if each is not None] == list(WORTH[text])


def test_alpha_beta_is_ten_for_tumours_and_three_for_late_effects() -> None:
    assert dict(ALPHA_BETA) == {"tumour": 10, "late": 3}


@pytest.mark.parametrize("text", WORTH)
def test_an_exact_course_has_one_combination_and_it_works(text: str) -> None:
    phase = phase_of(text)
    (found,) = combinations(phase, only(phase))
    assert found.dose == only(phase).dose
    assert total_of(phase, only(phase)) == only(phase).total


def test_seven_fractions_never_work_and_five_with_two_gray_only() -> None:
    phase = phase_of("10-12 / 1.8-2 / 5-7")
    found = {each.fractions: each.dose for each in combinations(phase, only(phase))}
    assert found == {5: Span(Fraction(2), Fraction(2)), 6: Span(Fraction(9, 5), Fraction(2)), 7: None}
    assert total_of(phase, only(phase)) == Span(Fraction(10), Fraction(12))


tenths = st.integers(1, 60).map(lambda count: Fraction(count, 10))
totals = st.integers(1, 400).map(lambda count: Fraction(count, 10))


def spans(ends: st.SearchStrategy[Fraction]) -> st.SearchStrategy[Span]:
    return st.tuples(ends, ends).map(lambda pair: Span(min(pair), max(pair)))


levels = st.builds(Level, spans(totals), spans(tenths))


@st.composite
def phases(draw: st.DrawFn, most_levels: int = 1) -> Phase:
    fewest = draw(st.integers(1, 9))
    found = draw(st.lists(levels, min_size=1, max_size=most_levels))
    return Phase(tuple(found), fewest, fewest + draw(st.integers(0, 4)))


@settings(max_examples=150)
@given(phases())
def test_what_works_is_what_enumeration_finds(phase: Phase) -> None:
    """Every dose on a grid of a twentieth of a Gray, with every number of fractions, is multiplied out."""
    level = only(phase)
    table = {each.fractions: each for each in combinations(phase, level)}
    assert list(table) == list(range(phase.fewest, phase.most + 1))
    some = False
    for count, found in table.items():
        for step in range(20 * 6 + 1):
            dose = Fraction(step, 20)
            written = level.dose.low <= dose <= level.dose.high
            works = written and level.total.low <= count * dose <= level.total.high
            inside = found.dose is not None and found.dose.low <= dose <= found.dose.high
            assert works == inside
            some = some or works
        if found.dose is not None:
            for end in (found.dose.low, found.dose.high):  # what lies between two steps of the grid
                assert level.dose.low <= end <= level.dose.high
                assert level.total.low <= count * end <= level.total.high
    event(f"something on the grid works: {some}")


@settings(max_examples=100)
@given(phases(), st.sampled_from([bed, eqd2]), st.sampled_from([10, 3]))
def test_the_ends_of_a_worth_are_reached_and_nothing_lies_beyond(phase: Phase, formula: Formula, ratio: int) -> None:
    level = only(phase)
    worth = level_worth(formula, phase, level, Fraction(ratio))
    reached = [
        formula(each.fractions * dose, dose, Fraction(ratio))
        for each in working(phase, level)
        if each.dose is not None
        for dose in (each.dose.low, (each.dose.low + each.dose.high) / 2, each.dose.high)
    ]
    assert (worth is None) == (not reached)
    if worth is not None:
        assert (worth.low, worth.high) == (min(reached), max(reached))


@settings(max_examples=100)
@given(phases(most_levels=3))
def test_levels_are_given_in_the_same_fractions(phase: Phase) -> None:
    counts = {
        count
        for count in phase.counts
        if all(
            max(level.dose.low * count, level.total.low) <= min(level.dose.high * count, level.total.high)
            for level in phase.levels
        )
    }
    for level in phase.levels:
        assert {each.fractions for each in working(phase, level)} == counts


def test_phases_are_added_up_and_never_averaged() -> None:
    course = Course((phase_of("50.4 / 1.8 / 28"), phase_of("10 / 2 / 5", boost=True)))
    assert course_total(course) == Span(Fraction("60.4"), Fraction("60.4"))
    ratio = Fraction(3)
    by_phase = bed(Fraction("50.4"), Fraction("1.8"), ratio) + bed(Fraction(10), Fraction(2), ratio)
    averaged = bed(Fraction("60.4"), Fraction("60.4") / 33, ratio)
    found = course_worth(bed, course, ratio)
    assert found is not None
    assert found.point == by_phase != averaged


def test_of_a_simultaneous_boost_the_highest_level_counts() -> None:
    boosted = Phase((level_of("50.4", "1.8"), level_of("59.92-62.16", "2.14-2.22")), 28, 28)
    assert course_total(Course((boosted,))) == Span(Fraction("59.92"), Fraction("62.16"))
    assert course_total(Course((Phase(boosted.levels[::-1], 28, 28),))) == course_total(Course((boosted,)))


def test_the_highest_level_is_the_one_that_is_given_most_and_not_the_one_written_with_the_largest_dose() -> None:
    narrow = Phase((level_of("50.4", "1.8-2.5"), level_of("56", "2")), 28, 28)
    assert course_total(Course((narrow,))) == Span(Fraction(56), Fraction(56))


def test_a_course_of_which_one_phase_never_works_has_no_total_and_no_worth() -> None:
    course = Course((phase_of("50.4 / 1.8 / 28"), phase_of("10 / 2 / 6")))
    assert course_total(course) is None
    assert course_worth(eqd2, course, Fraction(10)) is None


def test_the_ends_of_phases_are_added_up() -> None:
    course = Course((phase_of("50.4 / 1.8 / 28"), phase_of("10-12 / 1.8-2 / 5-7", boost=True)))
    found = course_worth(eqd2, course, Fraction(10))
    assert found == Span(Fraction("59.56"), Fraction("61.56"))
    assert say_course(course) == "50.4 Gy / 1.8 Gy / 28 f, then a boost of 10-12 Gy / 1.8-2 Gy / 5-7 f"


def test_a_course_with_readings_is_the_one_that_is_selected() -> None:
    one, other = Course((phase_of("60 / 2 / 30"),)), Course((phase_of("45 / 1.8 / 25"),))
    both = CourseReadings("dose.a.course", (("high", one), ("low", other)))
    assert chosen(both, {"dose.a.course": "low"}) is other
    assert chosen(one, {}) is one
