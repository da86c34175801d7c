"""The calendar of a simulation, held against numpy's own business days."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given, strategies as st

from trialproof.simulate.trial.calendar import calendar, days_of

begins = st.dates(date(2020, 1, 1), date(2035, 1, 1))
weeks = st.sets(st.integers(0, 6), min_size=1).map(frozenset)


@given(begins, st.integers(1, 400), weeks, st.lists(st.integers(-20, 420), max_size=30), st.data())
def test_open_days_are_numpys_business_days(
    start: date, days: int, week: frozenset[int], closed: list[int], data: st.DataObject
) -> None:
    holidays = [start + timedelta(day) for day in closed]
    made = calendar(start, days, week, holidays)
    rule = np.busdaycalendar([each in week for each in range(7)], holidays)
    dates = np.datetime64(start) + np.arange(days)
    assert made.open_day.tolist() == np.is_busday(dates, busdaycal=rule).astype(int).tolist()
    day = data.draw(st.integers(0, days - 1))
    numpys = (np.busday_offset(start + timedelta(day), 0, "forward", busdaycal=rule) - np.datetime64(start)).astype(int)
    assert made.next_open[day] == min(numpys, days)
    assert days_of(made).open_from(day) == made.next_open[day]
    assert made.weekday(day) == (start + timedelta(day)).weekday()


def test_a_course_of_thirty_fractions_that_starts_on_monday_ends_on_day_forty() -> None:
    made = calendar(date(2027, 1, 4), 100, frozenset(range(5)), [])
    day, given_on = 0, []
    for _ in range(30):
        given_on.append(day)
        day = days_of(made).open_from(day + 1)
    assert given_on[-1] + 1 == 40


def test_after_the_last_open_day_there_is_none() -> None:
    made = calendar(date(2027, 1, 1), 3, frozenset({4}), [])
    assert made.open_day.tolist() == [1, 0, 0]
    assert made.next_open.tolist() == [0, 3, 3, 3]
    assert days_of(made).open_from(7) == 7


def test_a_saturday_can_be_made_use_of_unless_it_is_a_holiday_or_open_anyway() -> None:
    saturdays = date(2027, 1, 2), date(2027, 1, 9)
    assert calendar(saturdays[0], 8, frozenset(range(5)), []).make_up.tolist() == [1, 0, 0, 0, 0, 0, 0, 1]
    assert calendar(saturdays[0], 8, frozenset(range(5)), [saturdays[1]]).make_up.tolist() == [1] + [0] * 7
    assert calendar(saturdays[0], 8, frozenset(range(7)), []).make_up.tolist() == [0] * 8
