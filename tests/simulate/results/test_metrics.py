"""Figures of one replication: small stories told by hand, and laws that hold of any trial."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from tests.simulate.results.naive.history import trial_from
from tests.simulate.results.naive.linacs import days_of_use
from tests.simulate.results.records import ARMS, figures_by_name, names_of, record_from, record_of_case, screened_as
from tests.simulate.trial.cases import Case, busy_case, cases, trial_of
from tests.simulate.trial.scene import EIGHT, Person, drawn, world
from trialproof.simulate.results.arms import spread_of, standardised
from trialproof.simulate.results.desks import paused
from trialproof.simulate.results.metric import Kind
from trialproof.simulate.results.metrics import METRICS, figures
from trialproof.simulate.results.record import record_of
from trialproof.simulate.results.treatment import STATES, planned_end
from trialproof.simulate.results.week import running, span_of, sums_between
from trialproof.simulate.trial.contract import DAY, L_FRACTION
from trialproof.simulate.trial.engine import run

Named = dict[str, "float | None"]


def told(*people: Person, lost: dict[tuple[int, int], int] | None = None, **changes: object) -> Named:
    tables = world(**changes)
    return figures_by_name(record_from(tables, drawn(tables, *people, lost=lost)))


def total(figures: Named, *names: str) -> float:
    found = [figures[name] for name in names]
    return sum(each for each in found if each is not None)


@settings(max_examples=40, deadline=None)
@given(case=cases())
def test_every_candidate_ends_in_exactly_one_state(case: Case) -> None:
    found = figures_by_name(record_of_case(case))
    failed = [name for name in found if name.startswith("failed_first.")]
    assert found["candidates"] == total(found, *failed, "refused", "in_screening", "enrolled")
    assert found["in_screening"] is not None
    assert found["in_screening"] >= 0
    assert found["enrolled"] == total(found, *(f"patients.{state}" for state in STATES))
    assert found["enrolled"] == total(found, *(f"arm_count.{arm}" for arm in ARMS))
    assert found["enrolled"] == total(found, *(name for name in found if name.startswith("enrolled_at.")))


@settings(max_examples=40, deadline=None)
@given(case=cases())
def test_no_fraction_is_lost_or_counted_twice(case: Case) -> None:
    record = record_of_case(case)
    found, trial = figures_by_name(record), trial_from(record)
    missed = total(found, *(name for name in found if name.startswith("fractions_missed.")))
    assert missed == total(found, "fractions_rebooked", "fractions_omitted")
    minutes = 0.0
    for name, value in found.items():
        if name.startswith("linac_trial_load.") and name.endswith(".all") and value is not None:
            department = record.names.departments.index(name.split(".")[1])
            minutes += round(value * len(days_of_use(trial, department)), 6)
    rows = record.said(L_FRACTION)
    courses = dict(zip(record.draws.patient.tolist(), record.draws.course.tolist(), strict=True))
    course, first = np.array([courses[patient] for patient in rows[:, 1].tolist()], np.int64), rows[:, 4] == 1
    assert minutes == np.where(first, record.world.first_minutes[course], record.world.later_minutes[course]).sum()
    for name, value in found.items():
        metric, _, of = name.partition(".")
        if metric == "linac_load" and value is not None:
            assert value <= (found[f"linac_peak.{of}"] or 0)
            assert (found[f"linac_over_capacity.{of}"] == 0) == (found[f"linac_overtime.{of}"] == 0)


@settings(max_examples=40, deadline=None)
@given(case=cases())
def test_shares_lie_between_nothing_and_all(case: Case) -> None:
    overtime = {"linac_utilisation"}  # of the regular minutes, and there can be more
    shares = {metric.name for metric in METRICS.values() if metric.unit == ""} - overtime
    for name, value in figures_by_name(record_of_case(case)).items():
        if name.partition(".")[0] in shares and value is not None:
            assert 0 <= value <= 1, name
        if METRICS[name.partition(".")[0]].kind is Kind.PROPORTION:
            assert value in (0, 1), name


def test_which_columns_there_are_does_not_depend_on_what_happened() -> None:
    tables = world()
    nobody = record_from(tables, drawn(tables))
    somebody = record_from(tables, drawn(tables, Person(), Person(failed=4)))
    assert [column for column, _ in figures(nobody)] == [column for column, _ in figures(somebody)]


def test_every_metric_of_the_table_is_there_and_no_other() -> None:
    columns = [column for column, _ in figures(record_of_case(busy_case(1)))]
    assert list(dict.fromkeys(column.metric for column in columns)) != []
    assert {column.metric for column in columns} == set(METRICS)
    for column in columns:
        assert len(column.of) == len(METRICS[column.metric].of), column


def test_where_nobody_is_treated_there_are_no_means_and_they_are_not_zero() -> None:
    found = told()
    for name in ("arm_share.one", "start_days", "prolongation", "cycles.concurrent", "dropout_share"):
        assert found[name] is None, name
    assert found["enrolled"] == 0
    assert found["wait.department0.scan"] is None
    assert found["linac_load.department0.linac1.monday"] is None


def test_a_course_without_interruption_is_not_prolonged_over_a_weekend_and_a_holiday() -> None:
    found = told(Person(), fractions=5)
    assert found["start_days"] == 1
    assert found["irradiation_days"] == 7  # Tuesday to Monday
    assert found["prolongation"] == 0
    assert found["patients.completed"] == 1
    assert found["delivered_share"] == 1


def test_a_fraction_that_is_appended_prolongs_by_the_days_to_it() -> None:
    found = told(Person(no_show=(2,)), fractions=4, missed=1)  # Tue, -, Thu, Fri and then Monday
    assert found["prolongation"] == 3
    assert found["fractions_missed.away"] == 1
    assert found["fractions_rebooked"] == 1
    assert found["patients.completed"] == 1


def test_a_course_of_which_nothing_was_given_is_finished_and_took_no_days() -> None:
    found = told(Person(no_show=(1,)), fractions=1, missed=0)
    assert found["patients.shortened"] == 1
    assert found["delivered_share"] == 0
    assert found["irradiation_days"] is None
    assert found["prolongation"] is None


@settings(max_examples=60, deadline=None)
@given(case=cases(), fractions=st.integers(1, 40), data=st.data())
def test_the_planned_end_is_found_by_going_from_day_to_day(case: Case, fractions: int, data: st.DataObject) -> None:
    """The first fraction may be on any day, a make-up Saturday too; beyond the calendar every day is open."""
    calendar = trial_of(case)[0].calendar
    day = first = data.draw(st.integers(0, calendar.days - 1) | st.integers(calendar.days - 20, calendar.days - 1))
    for _ in range(fractions - 1):
        day += 1
        while day < calendar.days and not calendar.open_day[day]:
            day += 1
    assert planned_end(calendar, np.array([3, first]), np.array([50, fractions]))[1] == day


def test_a_fraction_that_is_left_out_shortens_the_course_and_not_the_calendar() -> None:
    found = told(Person(no_show=(4,)), fractions=4, missed=0)
    assert found["prolongation"] == -1
    assert found["delivered_share"] == 0.75
    assert found["patients.shortened"] == 1
    assert found["fractions_omitted"] == 1


def test_a_patient_who_leaves_is_told_by_when_he_left() -> None:
    early, late = Person(drop=60), Person(drop=3 * DAY, arrive=EIGHT + 1)
    found = told(early, late)
    assert found["patients.left_before_start"] == 1
    assert found["patients.left_during"] == 1
    assert found["dropouts"] == 2
    assert found["completed_share"] == 0


def test_cycles_up_to_the_last_day_of_irradiation_are_concurrent() -> None:
    found = told(Person(consolidation=2), fractions=20, most_cycles=5)
    assert found["cycles.concurrent"] == 2  # days 1 and 22; irradiation ends on day 28
    assert found["cycles.consolidation"] == 2


def test_the_load_of_a_weekday_is_over_the_days_of_use() -> None:
    found = told(Person(), fractions=6)  # Tuesday to the Tuesday after
    assert found["linac_load.department0.linac1.tuesday"] == (30 + 15) / 2
    assert found["linac_load.department0.linac1.monday"] == 15
    assert found["linac_load.department0.linac1.all"] == (30 + 5 * 15) / 6
    assert found["linac_peak.department0.linac1.all"] == 30
    assert found["linac_utilisation.department0.linac1.monday"] == 15 / 600


def test_a_day_is_over_capacity_when_treatment_and_breakdown_exceed_the_regular_minutes() -> None:
    found = told(Person(), fractions=3, lost={(0, 2): 590}, overtime=[30])
    assert found["linac_over_capacity.department0.linac1.all"] == 1 / 3
    assert found["linac_over_capacity.department0.linac1.wednesday"] == 1
    assert found["linac_overtime.department0.linac1.wednesday"] == 5
    assert found["linac_lost.department0.linac1.all"] == 590 / 3


@pytest.mark.parametrize(("lost", "over"), [(585, 0), (586, 1)])
def test_a_minute_beyond_the_regular_ones_is_enough(lost: int, over: int) -> None:
    found = told(Person(), fractions=3, lost={(0, 2): lost}, overtime=[30])
    assert found["linac_over_capacity.department0.linac1.wednesday"] == over
    assert found["linac_overtime.department0.linac1.wednesday"] == over


def test_the_second_of_two_waits_for_the_only_scanner() -> None:
    found = told(Person(), Person(), rooms=[[1, 9, 9]])
    assert found["served.department0.scan"] == 2
    assert found["wait.department0.scan"] == 0.25  # nobody, and half an hour
    assert found["wait_most.department0.scan"] == 0.5
    assert found["desk_busy.department0.scanner.monday"] == 60 / 600
    assert found["desk_busy.department0.scanner.tuesday"] is None


def test_candidates_are_counted_up_to_the_minute_in_which_the_target_is_reached() -> None:
    people = [Person(arrive=EIGHT + each, failed=4 * (each % 2)) for each in range(6)]
    found = told(*people, target=2)  # the second one who passes comes at 8:02 and is enrolled at 8:03
    assert found["candidates"] == 4
    assert found["failed_first.I1"] == 2
    assert found["target_reached"] == 1
    assert found["duration"] == (EIGHT + 3) / DAY


def test_a_month_ends_before_the_minute_in_which_the_next_one_begins() -> None:
    month = 43_830  # a twelfth of 365.25 days
    found = told(*(Person(arrive=month - 2 + each) for each in range(3)))  # each is enrolled a minute later
    assert found["enrolled"] == 3
    assert found["enrolled_by.1"] == 1
    assert found["enrolled_by.2"] == 3


def test_the_horizon_stands_in_for_a_target_that_is_not_reached() -> None:
    found = told(Person())
    assert found["target_reached"] == 0
    assert found["duration"] == 400
    assert found["duration_if_reached"] is None


def test_the_first_criterion_that_fails_comes_before_consent_and_consent_before_the_decision() -> None:
    """Screening asks for consent before it asks a policy, and says of who declines no more than that."""
    found = told(Person(failed=0b111), Person(failed=0b010), Person(failed=0b001), Person(failed=0b101100))
    assert [name for name in found if name.startswith("failed_first")][-2:] == [
        "failed_first.consent", "failed_first.unsettled",
    ]  # fmt: skip
    assert found["failed_first.I1"] == 2
    assert found["failed_first.unsettled"] == 1
    assert found["failed_first.consent"] == 1
    assert found["failed_any.I2"] == 1
    assert found["failed_first.I2"] == 0
    assert found["eligible"] == 2


def test_stranded_patients_are_among_the_eligible_whether_or_not_a_policy_lets_them_in() -> None:
    tables = world()
    draws = drawn(tables, Person(), Person(failed=2), Person(failed=4 | 2), Person())
    unsettled = {("arm", "gap"): np.array([True, True, True, False])}
    unsettled |= {("arm", kind): np.zeros(4, np.bool_) for kind in ("overlap", "undetermined")}
    found = figures_by_name(record_from(tables, draws, unsettled=unsettled))
    assert found["stranded.arm.gap"] == 2
    assert found["stranded_share.arm.any"] == 2 / 3
    assert found["trial_meets.arm.gap"] == 1
    assert found["trial_meets.arm.overlap"] == 0
    assert found["stranded_enrolled.arm.gap"] == 1


def test_other_readings_speak_of_the_same_patients() -> None:
    tables = world()
    draws = drawn(tables, Person(), Person(arm=1), Person(failed=4), Person(arm=1))
    under = {("arm.one", "flat"): np.array([1, 1, 0, -1])}
    found = figures_by_name(record_from(tables, draws, under=under, as_read=np.array([0, 1, -1, 1])))
    assert found["arm_under.arm.one=flat.two"] == 2 / 3
    assert found["arm_under.arm.one=flat.none"] == 1 / 3
    assert found["arm_under.arm.one=flat.one"] == 0
    assert found["reading_changes.arm.one=flat"] == 2


def test_measurement_errors_count_where_they_change_the_arm_of_somebody_enrolled() -> None:
    tables = world()
    draws = drawn(tables, Person(), Person(arm=1), Person(failed=4), Person(), Person())
    found = figures_by_name(record_from(tables, draws, true_arm=np.array([0, -1, 1, 0, 0])))
    assert found["misassigned"] == 1
    assert found["misassigned_share"] == 0.25


def test_a_record_leaves_out_who_comes_after_the_trial_closed() -> None:
    tables = world(target=1)
    draws = drawn(tables, Person(), Person(arrive=EIGHT + 1), Person(arrive=EIGHT + 2))
    record = record_of(names_of(tables), tables, draws, screened_as(draws), run(tables, draws))
    assert record.draws.number.tolist() == [0, 1]
    assert len(record.screened.failed) == 2


def standardised_difference(one: list[float], other: list[float], *, share: bool) -> float | None:
    """The difference between two arms; beside them stand those of another replication, which must not matter."""
    values, groups = np.array([*one, 5.0, *other, 9.0, 1.0]), [0] * len(one) + [2] + [1] * len(other) + [3, 2]
    found = spread_of(np.array(groups), values, 4, share=share)
    difference = standardised(found.part(0, 2), found.part(1, 2))
    assert not difference.exist[1]
    return float(difference.values[0]) if difference.exist[0] else None


def test_the_standardised_difference_is_that_of_the_formula() -> None:
    one, other = [1.0, 2, 3], [2.0, 4, 6]
    assert standardised_difference(one, other, share=False) == pytest.approx(-2 / np.sqrt((1 + 4) / 2))
    yes, no = [1.0, 1, 1, 0], [0.0, 1]
    assert standardised_difference(yes, no, share=True) == pytest.approx(0.25 / np.sqrt((0.1875 + 0.25) / 2))
    assert standardised_difference(yes[:1], no, share=True) is None
    assert standardised_difference([1.0] * 3, [1.0] * 3, share=True) is None


def test_work_that_pauses_is_spread_over_the_days_on_which_it_is_done() -> None:
    calendar = world().calendar
    started = 4 * DAY + 1000  # a Friday
    hours = np.array([EIGHT, EIGHT]), np.array([1080, 1080])
    pieces = paused(calendar, np.array([started, EIGHT]), np.array([700, 10]), *hours)
    found = sorted(zip(*(each.tolist() for each in pieces), strict=True))
    assert found == [(0, 4, 80), (0, 7, 600), (0, 8, 20), (1, 0, 10)]


def test_a_span_goes_from_the_first_to_the_last() -> None:
    first, last = span_of(np.array([0, 2, 0, 2, 0]), np.array([3, 5, 1, 5, 2]), 3)
    assert (first[[0, 2]].tolist(), last.tolist()) == ([1, 5], [3, -1, 5])
    days = sums_between(running(world().calendar, np.ones(400, np.int64)), first, last)
    assert days.tolist() == [[3, 0, 1, 1, 1, 0, 0, 0], [0] * 8, [1, 0, 0, 0, 0, 0, 1, 0]]  # day 0 is a Monday


@pytest.mark.parametrize(("lead_days", "late"), [(27, 0), (28, 1)])
def test_a_start_is_late_when_it_takes_more_than_28_days(lead_days: int, late: int) -> None:
    found = told(Person(), lead_days=lead_days)
    assert found["start_days"] == lead_days + 1
    assert found["late_start_share"] == late


def test_a_cycle_on_the_very_last_day_of_irradiation_is_concurrent() -> None:
    found = told(Person(consolidation=1), fractions=16)  # from Tuesday, day 1, to Tuesday, day 22
    assert found["irradiation_days"] == 22
    assert found["cycles.concurrent"] == 2
    assert found["cycles.consolidation"] == 1


def test_a_new_plan_is_in_time_if_fractions_are_left() -> None:
    found = told(Person(imaging=2), Person(imaging=5), Person(imaging=1), fractions=5)
    assert found["adaptations.in_time"] == 2
    assert found["adaptations.too_late"] == 1
    assert found["adapted_share"] == 2 / 3


def test_the_load_of_a_linac_has_other_patients_in_it_and_that_of_the_trial_has_not() -> None:
    tables = world(fractions=3)
    draws = drawn(tables, Person())
    found = figures_by_name(record_from(tables, replace(draws, background=np.full_like(draws.background, 100))))
    assert found["linac_load.department0.linac1.all"] == 120
    assert found["linac_trial_load.department0.linac1.all"] == 20
    assert found["linac_utilisation.department0.linac1.all"] == 120 / 600


def test_waits_above_a_day_are_counted_by_the_clock() -> None:
    """Twenty scans fit into a day; the 21st waits exactly a day, everybody after him longer."""
    found = told(*[Person(arrive=EIGHT - 1)] * 41, rooms=[[1, 9, 9]])
    assert found["wait_over_day.department0.scan"] == 20 / 41
    assert found["wait_most.department0.scan"] == 48
