"""The load of linacs without limit: against courses laid out one by one on NumPy's own business days."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from trialproof.simulate.trial.calendar import calendar
from trialproof.simulate.twins.load import daily_fractions, daily_minutes, weekly_fractions, weekly_starts

BEGINS = date(2027, 1, 6)
HOLIDAYS = (date(2027, 1, 11), date(2027, 2, 15), date(2027, 2, 16), date(2027, 5, 3))
WORKING = frozenset(range(5))


def laid_out(ready: np.ndarray, fractions: int, days: int) -> tuple[np.ndarray, np.ndarray]:
    """First and all fractions by day, course by course."""
    firsts, every = np.zeros(days), np.zeros(days)
    for day, courses in enumerate(ready):
        begun = np.datetime64(BEGINS + timedelta(days=day))
        closed = np.array(HOLIDAYS, "datetime64[D]")
        dates = np.busday_offset(begun, np.arange(fractions), roll="forward", holidays=closed)
        places = (dates - np.datetime64(BEGINS)).astype(int)
        np.add.at(every, places[places < days], courses)
        if places[0] < days:
            firsts[places[0]] += courses
    return firsts, every


@pytest.mark.parametrize("fractions", [1, 28, 30, 34])
def test_the_mean_load_is_that_of_all_courses_on_business_days(fractions: int) -> None:
    days = 200
    ready = np.random.default_rng(1).random(days)
    firsts, every = daily_fractions(ready, fractions, calendar(BEGINS, days, WORKING, HOLIDAYS))
    expected_firsts, expected = laid_out(ready, fractions, days)
    assert firsts == pytest.approx(expected_firsts)
    assert every == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("fractions", [28, 30, 34])
def test_the_load_of_poisson_courses_is_poisson_around_the_mean_to_one_percent(fractions: int) -> None:
    days, trials, rate = 140, 4000, 0.6
    plan = calendar(BEGINS, days, WORKING, HOLIDAYS)
    _, every = daily_fractions(np.full(days, rate), fractions, plan)
    rng = np.random.default_rng(fractions)
    starts = np.zeros((trials, days + 1))
    ready = rng.poisson(rate, (trials, days))
    for day in range(days):
        starts[:, plan.next_open[day]] += ready[:, day]
    open_days = np.flatnonzero(plan.open_day)
    counted = np.array(
        [starts[:, open_days[max(0, place - fractions + 1) : place + 1]].sum(axis=1) for place in range(len(open_days))]
    )
    errors = counted.std(axis=1) / np.sqrt(trials)
    assert np.all(np.abs(counted.mean(axis=1) - every[open_days]) < 4.5 * np.maximum(errors, 1e-9))
    late = slice(60, None)
    assert np.all(4.5 * errors[late] < 0.02 * every[open_days][late])
    assert abs(counted[late].mean() / every[open_days][late].mean() - 1) < 0.01
    assert counted[late].var(axis=1) == pytest.approx(every[open_days][late], rel=0.12)


def test_minutes_count_the_first_fraction_at_its_own_length() -> None:
    plan = calendar(date(2027, 1, 4), 14, WORKING, ())
    ready = np.zeros(14)
    ready[5] = 2.0
    assert daily_minutes(ready, 3, 28, 15, plan).tolist() == [0.0] * 7 + [56.0, 30.0, 30.0] + [0.0] * 4


def test_courses_that_are_ready_too_late_do_not_start() -> None:
    plan = calendar(date(2027, 1, 4), 7, WORKING, ())
    firsts, every = daily_fractions(np.array([0, 0, 0, 0, 0, 1.0, 1.0]), 3, plan)
    assert firsts.sum() == every.sum() == 0


@pytest.mark.parametrize("fractions", [28, 30, 34])
def test_a_week_in_the_long_run_is_what_the_days_come_to(fractions: int) -> None:
    days = 700
    _, every = daily_fractions(np.full(days, 0.4), fractions, calendar(date(2027, 1, 4), days, WORKING, ()))
    weekly = weekly_fractions(weekly_starts(0.4, WORKING), fractions, WORKING)
    assert every[-7:-2].tolist() == pytest.approx([weekly[day] for day in range(5)])
    assert sum(weekly.values()) == pytest.approx(0.4 * 7 * fractions)


def test_twenty_eight_fractions_from_a_monday_leave_two_fewer_days_at_the_end_of_the_week() -> None:
    assert weekly_fractions({0: 1.0}, 28, range(5)) == {0: 6, 1: 6, 2: 6, 3: 5, 4: 5}


def test_no_course_starts_on_a_closed_weekday() -> None:
    with pytest.raises(ValueError, match="weekday 6, which is closed"):
        weekly_fractions({6: 1.0}, 28, range(5))
