"""The way of single patients through treatment, worked out by hand. Day 0 is a Monday, day 5 a Saturday."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tests.simulate.trial.scene import EIGHT, Person, play, story, world
from trialproof.simulate.trial.contract import APPEND, AWAY, DAY, MACHINE, OMIT, ROWS, SATURDAY, TOXIC, TWICE

FRACTION = "fraction"


def days_of(ledger: list[tuple[int, ...]], event: str, patient: int = 0) -> list[int]:
    return [day for day, _ in story(ledger, event, patient=patient)]


def test_enrolled_scanned_outlined_planned_checked_booked_treated() -> None:
    ledger = play(world(fractions=2, most_cycles=0), Person())
    clock = {event: minute for minute, _, event, *_ in ledger}
    names = ("enrolled", "scan", "scanned", "planning", "planned", "plan check", "approved", "booked")
    minutes = [clock[ROWS.index(name)] - EIGHT for name in names]
    assert minutes == [1, 1, 31, 91, 151, 151, 211, 211]
    assert story(ledger, FRACTION) == [(1, 1), (2, 2)]
    assert story(ledger, "end of course") == [(2, 2)]
    assert ledger[-1][0] == 2 * DAY + EIGHT + 15


def test_thirty_three_fractions_from_a_tuesday_last_45_days() -> None:
    ledger = play(world(fractions=33), Person())
    days = days_of(ledger, FRACTION)
    assert (days[0], days[-1] - days[0] + 1) == (1, 45)


def test_a_screening_failure_and_a_late_candidate_are_not_enrolled() -> None:
    ledger = play(world(target=1), Person(failed=5), Person(arrive=EIGHT + 1), Person(arrive=EIGHT + 1, screening=9))
    assert story(ledger, "screening failure") == [(0, 5)]
    assert story(ledger, "enrolled", patient=1) == [(0, 0)]
    assert story(ledger, "refused", patient=2) == [(0, 0)]


def test_cycles_come_every_21_days_as_long_as_irradiation_lasts() -> None:
    assert story(play(world(fractions=16, most_cycles=9), Person()), "infusion") == [(1, 0), (22, 1)]
    assert story(play(world(fractions=15, most_cycles=9), Person()), "infusion") == [(1, 0)]


def test_one_lost_day_brings_one_more_cycle() -> None:
    lost = {(0, 3): 600}
    ledger = play(world(fractions=15, most_cycles=9, missed=APPEND), Person(), lost=lost)
    assert story(ledger, "infusion") == [(1, 0), (22, 1)]


def test_a_cycle_that_is_put_off_comes_a_week_later_and_the_next_one_three_weeks_after_that() -> None:
    ledger = play(world(fractions=40, most_cycles=3), Person(delay=(1, 0)))
    assert story(ledger, "cycle delayed") == [(22, 1)]
    assert days_of(ledger, "infusion") == [1, 29, 50]


def test_consolidation_starts_so_many_days_after_irradiation() -> None:
    ledger = play(world(fractions=5, consolidation_days=28), Person(consolidation=2))
    assert days_of(ledger, "end of course") == [7]
    assert days_of(ledger, "infusion") == [1, 35, 56]


def test_no_more_than_the_most_cycles_go_with_irradiation() -> None:
    ledger = play(world(fractions=50, most_cycles=2, longest_days=90), Person(consolidation=1))
    assert days_of(ledger, "end of course") == [70]
    assert days_of(ledger, "infusion") == [1, 22, 98]


def test_the_growth_factor_follows_two_days_after_the_infusion() -> None:
    ledger = play(world(fractions=5), Person(factor=1))
    assert story(ledger, "injection") == [(3, 0)]


def test_an_injection_that_falls_on_the_weekend_is_given_elsewhere() -> None:
    ledger = play(world(fractions=5), Person(factor=1, arrive=2 * DAY + EIGHT))
    assert days_of(ledger, "infusion") == [3]
    assert story(ledger, "injection elsewhere") == [(5, 0)]
    assert not story(ledger, "injection")


def test_a_low_count_interrupts_irradiation_from_its_day_on() -> None:
    ledger = play(world(fractions=12, nadir_days=3, missed=APPEND), Person(low=(1 + 2,)))
    assert story(ledger, "low count") == [(4, 2)]
    assert story(ledger, "missed") == [(4, TOXIC)]
    assert days_of(ledger, FRACTION) == [1, 2, 3, 7, 8, 9, 10, 11, 14, 15, 16, 17]


def test_who_is_kept_away_on_a_day_on_which_he_would_not_come_still_misses_later_ones() -> None:
    """The third attempt falls into an interruption; the seventh, on the ninth day, is missed all the same."""
    tables = world(fractions=12, nadir_days=1, missed=OMIT, most_cycles=1)
    ledger = play(tables, Person(low=(3,), no_show=(3, 7)))
    assert story(ledger, "missed") == [(2, TOXIC), (3, TOXIC), (9, AWAY)]


def test_a_low_count_that_does_not_interrupt_is_still_told() -> None:
    ledger = play(world(fractions=12, nadir_days=3), Person(low=(1,)))
    assert story(ledger, "low count") == [(4, 0)]
    assert not story(ledger, "missed")


@pytest.mark.parametrize(
    ("policy", "days"),
    [
        (OMIT, [1, 3, 4, 7]),
        (APPEND, [1, 3, 4, 7, 8]),
        (SATURDAY, [1, 3, 4, 5, 7]),
        (TWICE, [1, 3, 3, 4, 7]),
    ],
)
def test_a_missed_fraction_is_made_up_as_the_policy_says(policy: int, days: list[int]) -> None:
    ledger = play(world(missed=policy), Person(no_show=(2,)))
    assert story(ledger, "missed") == [(2, AWAY)]
    assert days_of(ledger, FRACTION) == days
    assert bool(story(ledger, "omitted")) == (policy == OMIT)


def test_a_saturday_that_is_a_holiday_is_no_make_up_day() -> None:
    tables = world(missed=SATURDAY, holidays=[date(2027, 1, 9)])
    assert days_of(play(tables, Person(no_show=(2,))), FRACTION) == [1, 3, 4, 7, 8]


def test_a_fraction_that_would_come_too_late_is_left_out() -> None:
    ledger = play(world(missed=APPEND, longest_days=6), Person(no_show=(2,)))
    assert days_of(ledger, FRACTION) == [1, 3, 4, 7]
    assert story(ledger, "omitted") == [(2, 2)]


def test_the_first_fraction_that_is_given_takes_longer_even_if_the_first_appointment_was_missed() -> None:
    ledger = play(world(fractions=1, missed=APPEND, most_cycles=0), Person(no_show=(1,)))
    assert days_of(ledger, FRACTION) == [2]
    assert ledger[-1][0] == 2 * DAY + EIGHT + 30


def test_a_breakdown_moves_a_patient_to_the_other_linac_and_back() -> None:
    ledger = play(world(linacs=[2], fractions=3), Person(), lost={(0, 2): 600})
    linacs = [resource for _, _, event, resource, _ in ledger if event == ROWS.index(FRACTION)]
    assert linacs == [0, 1, 0]
    assert days_of(ledger, "moved") == [2]


def test_a_breakdown_of_all_linacs_costs_a_fraction() -> None:
    ledger = play(world(linacs=[2], fractions=3), Person(), lost={(0, 2): 600, (1, 2): 590})
    assert story(ledger, "missed") == [(2, MACHINE)]


def test_overtime_saves_a_fraction() -> None:
    lost = {(0, 2): 600}
    assert story(play(world(overtime=[14]), Person(), lost=lost), "missed") == [(2, MACHINE)]
    assert not story(play(world(overtime=[15]), Person(), lost=lost), "missed")


def test_who_drops_out_gets_nothing_more_and_gives_the_appointments_back() -> None:
    leaving = Person(drop=2 * DAY)
    ledger = play(world(linac_minutes=[44]), leaving, Person(arrive=DAY + EIGHT))
    assert days_of(ledger, FRACTION) == [1, 2]
    assert story(ledger, "dropped out") == [(2, 2)]
    assert days_of(ledger, "booked", patient=1) == [1]
    assert len(days_of(ledger, FRACTION, patient=1)) == 5


def test_a_new_plan_comes_in_time_as_long_as_a_fraction_is_left() -> None:
    assert story(play(world(fractions=5), Person(imaging=4)), "adapted") == [(4, 1)]
    assert story(play(world(fractions=5), Person(imaging=5)), "adapted too late") == [(7, 0)]


def test_visits_follow_and_then_it_is_over() -> None:
    ledger = play(world(fractions=1, visits=2, visit_days=91), Person(drop=300 * DAY))
    assert story(ledger, "visit") == [(92, 1), (183, 2)]
    assert not story(ledger, "dropped out")


def test_a_patient_without_a_course_is_enrolled_and_not_treated() -> None:
    ledger = play(world(), Person(course=-1, drop=DAY))
    assert len(ledger) == 1


def test_a_course_that_would_outlast_the_horizon_is_not_begun() -> None:
    ledger = play(world(), Person(arrive=398 * DAY + EIGHT))
    assert story(ledger, "not bookable") == [(399, 5)]
    assert not story(ledger, FRACTION)


def test_a_trial_without_departments_enrolls_and_treats_nobody() -> None:
    none, desks = np.zeros(0, np.int64), np.zeros((0, 3), np.int64)
    empty = dict.fromkeys(("linacs", "linac_opens", "linac_minutes", "overtime", "saturday_minutes"), none)
    tables = world(**empty, **dict.fromkeys(("desk_opens", "desk_closes", "rooms", "staff"), desks))
    assert story(play(tables, Person(course=-1)), "enrolled") == [(0, 0)]
