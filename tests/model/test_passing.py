"""When a course passes a dose: what fraction by fraction adding up finds."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import accumulate, product

import pytest
from hypothesis import event, given, settings, strategies as st

from tests.model.test_course import level_of, phase_of, phases
from trialproof.model.course import Course, Phase, working
from trialproof.model.passing import Passing, passing, targets


def found(*texts: str, dose: str = "50") -> Passing | None:
    course = Course(tuple(phase_of(text) for text in texts))
    (target,) = targets(course)
    return passing(course, target, Fraction(dose))


def test_fifty_gray_is_stepped_over_in_fractions_of_one_point_eight() -> None:
    passed = Passing(
        exact=False, first=28, last=28, always=True, before=Fraction("48.6"), after=Fraction("50.4")
    )
    assert found("59.4 / 1.8 / 33") == passed
    assert found("59.4-61.2 / 1.8 / 33-34") == passed


def test_fifty_gray_is_25_fractions_of_two() -> None:
    assert found("60 / 2 / 30") == Passing(
        exact=True, first=25, last=25, always=True, before=Fraction(48), after=Fraction(50)
    )


def test_a_course_that_ends_before_never_passes() -> None:
    assert found("45 / 1.8 / 25") == Passing(exact=False, first=None, last=None, always=False)


def test_a_boost_passes_a_dose_after_what_came_before() -> None:
    passed = found("50.4 / 1.8 / 28", "10 / 2 / 5", dose="54.4")
    assert passed is not None
    assert (passed.exact, passed.first, passed.before, passed.after) == (True, 30, Fraction("52.4"), Fraction("54.4"))


def test_the_levels_of_a_boost_pass_a_dose_at_different_fractions() -> None:
    course = Course((Phase((level_of("50.4", "1.8"), level_of("59.92", "2.14")), 28, 28),))
    passed = [passing(course, target, Fraction(50)) for target in targets(course)]
    assert [each.first for each in passed if each is not None] == [24, 28]


def test_a_course_that_cannot_be_given_passes_nothing() -> None:
    assert found("60 / 2 / 29") is None


def test_a_dose_that_only_some_of_a_range_reach_is_not_always_passed() -> None:
    passed = found("48-52 / 2 / 24-26")
    assert passed is not None
    assert (passed.exact, passed.always, passed.first, passed.last) == (True, False, 25, 25)


def given_out(course: Course, grid: int) -> Iterator[list[Fraction]]:
    """Yield the cumulative doses of ways to give a course of single levels: with doses on a grid, ends included."""
    ways = []
    for phase in course.phases:
        mine = []
        for each in working(phase, phase.levels[0]):
            if each.dose is not None:
                width = each.dose.high - each.dose.low
                doses = {each.dose.low + width * step / grid for step in range(grid + 1)}
                mine += [[dose] * each.fractions for dose in sorted(doses)]
        ways.append(mine)
    for way in product(*ways):
        yield list(accumulate(dose for fractions in way for dose in fractions))


@settings(max_examples=120, deadline=None)
@given(st.lists(phases(), min_size=1, max_size=2), st.integers(1, 60))
def test_adding_up_fraction_by_fraction_finds_nothing_else(several: list[Phase], dose: int) -> None:
    course = Course(tuple(several))
    (target,) = targets(course)
    passed = passing(course, target, Fraction(dose))
    ways = list(given_out(course, 4))
    event(f"can be given: {bool(ways)}")
    assert (passed is None) == (not ways)
    if passed is None:
        return
    firsts = [next((at for at, each in enumerate(way, start=1) if each >= dose), None) for way in ways]
    reached = [each for each in firsts if each is not None]
    assert passed.always == (None not in firsts)
    assert (passed.first is None) == (not reached)
    if passed.first is not None and passed.last is not None:
        assert passed.first <= min(reached)
        assert max(reached) <= passed.last
    if any(dose in way for way in ways):
        assert passed.exact
    event(f"exactly: {passed.exact}")


@settings(max_examples=120, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 30), st.integers(1, 90))
def test_without_a_range_it_is_exact_just_where_a_multiple_is(dose: int, other: int, count: int, wanted: int) -> None:
    course = Course((phase_of(f"{dose * count} / {dose} / {count}"), phase_of(f"{other * count} / {other} / {count}")))
    (target,) = targets(course)
    passed = passing(course, target, Fraction(wanted))
    assert passed is not None
    sums = [dose * at for at in range(1, count + 1)] + [dose * count + other * at for at in range(1, count + 1)]
    assert passed.exact == (wanted in sums)
    assert passed.always == (sums[-1] >= wanted)
    first = next((at for at, each in enumerate(sums, start=1) if each >= wanted), None)
    assert (passed.first, passed.last) == (first, first)
    if first is not None:
        assert passed.before == ([0, *sums])[first - 1]
        assert passed.after == sums[first - 1]


@pytest.mark.parametrize("dose", ["1", "60"])
def test_the_first_and_the_last_fraction_count(dose: str) -> None:
    assert found("60 / 1 / 60", dose=dose) == Passing(
        exact=True, first=int(dose), last=int(dose), always=True, before=Fraction(dose) - 1, after=Fraction(dose)
    )
