"""The appointment book: the earliest start with room for every fraction, on one machine."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given, strategies as st

from trialproof.simulate.trial.book import Book
from trialproof.simulate.trial.calendar import calendar

MONDAY = date(2027, 1, 4)
DAYS = 40


def book(background: list[list[int]], lost: list[list[int]] | None = None, **minutes: int) -> Book:
    table = np.array([row + [0] * (DAYS - len(row)) for row in background], np.int64)
    gone = np.zeros_like(table) if lost is None else np.array([row + [0] * (DAYS - len(row)) for row in lost], np.int64)
    said = {"regular": 60, "overtime": 0, "saturday": 30} | minutes
    return Book(calendar(MONDAY, DAYS, frozenset(range(5)), []), background=table, lost=gone, **said)


def test_a_course_starts_on_the_first_day_from_which_all_its_days_have_room() -> None:
    full_on_thursday = [[0, 0, 0, 60]]
    assert book(full_on_thursday).earliest(0, 3, 20, 10) == (0, 0)
    assert book(full_on_thursday).earliest(0, 4, 20, 10) == (4, 0)


def test_the_first_fraction_is_longer_and_needs_more_room() -> None:
    assert book([[45, 0]]).earliest(0, 2, 20, 10) == (1, 0)


def test_weekends_are_skipped_within_a_course_and_before_it() -> None:
    assert book([[0] * 5]).earliest(4, 2, 20, 10) == (4, 0)
    assert book([[0, 0, 0, 0, 60]]).earliest(4, 1, 20, 10) == (7, 0)
    assert book([[0]]).earliest(5, 1, 20, 10) == (7, 0)


def test_the_earlier_start_wins_and_then_the_lower_machine() -> None:
    assert book([[60], [0]]).earliest(0, 1, 20, 10) == (0, 1)
    assert book([[0], [0]]).earliest(0, 1, 20, 10) == (0, 0)


def test_a_course_that_would_outlast_the_calendar_cannot_be_booked() -> None:
    assert book([[0]]).earliest(0, 31, 20, 10) is None
    assert book([[0]]).earliest(0, 30, 20, 10) == (0, 0)
    assert book([[0]]).earliest(DAYS + 5, 1, 20, 10) is None


def test_a_breakdown_leaves_room_for_those_who_fit_into_the_rest_and_the_overtime() -> None:
    broken = book([[20]], [[30]], overtime=10)
    assert broken.fits(0, 0, 20, 20)
    broken.treat(0, 0, 20)
    assert not broken.fits(0, 0, 1, 1)


def test_a_fraction_that_needs_more_than_was_kept_for_it_may_cost_overtime_and_no_more() -> None:
    full = book([[60]], overtime=10)
    assert full.fits(0, 0, 15, 15)
    assert full.fits(0, 0, 25, 15)
    assert not full.fits(0, 0, 26, 15)


def test_another_machine_helps_out_with_minutes_that_nobody_booked_and_no_breakdown_took() -> None:
    pair = book([[0], [30]], [[60], [10]])
    assert pair.other(0, 0, 20) == 1
    assert pair.other(0, 0, 21) is None
    pair.reserve(1, 0, 5)
    assert pair.other(0, 0, 20) is None


def test_nothing_is_given_on_a_day_that_is_neither_open_nor_a_make_up_saturday() -> None:
    one = book([[0]])
    assert one.has_room(0, 5, 30)
    assert not one.has_room(0, 5, 31)
    assert not one.has_room(0, 6, 1)


@given(
    st.lists(st.lists(st.integers(0, 60), min_size=DAYS, max_size=DAYS), min_size=1, max_size=3),
    st.integers(0, DAYS),
    st.integers(1, 12),
    st.integers(1, 60),
    st.integers(1, 60),
)
def test_the_earliest_start_is_what_trying_every_day_finds(
    background: list[list[int]], day: int, fractions: int, first: int, later: int
) -> None:
    open_days = [each for each in range(DAYS) if each % 7 < 5]

    def has_room(machine: int, start: int) -> bool:
        course = [each for each in open_days if each >= start][:fractions]
        needs = [first] + [later] * (fractions - 1)
        rooms = [background[machine][each] + need <= 60 for each, need in zip(course, needs, strict=False)]
        return len(course) == fractions and all(rooms)

    starts = [(start, m) for start in open_days if start >= day for m in range(len(background)) if has_room(m, start)]
    assert book(background).earliest(day, fractions, first, later) == min(starts, default=None)
