"""Schedules: the calendar equals numpy's, intervals equal brute force and Z3, and cycles equal a walk day by day."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import z3
from hypothesis import given, settings, strategies as st

from tests.golden.transcript import ROOT
from tests.verify.everyone import reviewed
from trialproof.model.load import load
from trialproof.model.schedule import Duration, Irradiation
from trialproof.verify.finding import Finding, Review
from trialproof.verify.treatment.calendar import OpenDays, days_after, open_days, shortest_and_longest, starts, weekday
from trialproof.verify.treatment.intervals import Broken, Constraint, Kept, contradictions, narrowest, of, solve

DAY_ONE = date(2026, 1, 5).toordinal()
CALENDARS = st.builds(
    OpenDays,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.frozensets(st.integers(DAY_ONE, DAY_ONE + 60), max_size=12),
)
DAYS = st.integers(DAY_ONE - 10, DAY_ONE + 70)


def numpys(calendar: OpenDays) -> dict[str, object]:
    return {
        "weekmask": [day in calendar.weekdays for day in range(7)],
        "holidays": [np.datetime64(date.fromordinal(day)) for day in calendar.holidays],
    }


def offset(calendar: OpenDays, day: int, count: int, roll: str) -> int:
    """Return what numpy makes of it."""
    found = np.busday_offset(np.datetime64(date.fromordinal(day)), count, roll=roll, **numpys(calendar))  # type: ignore[call-overload]
    found_date: date = found.item()
    return found_date.toordinal()


@given(DAYS)
def test_weekdays_are_those_of_the_calendar(day: int) -> None:
    assert weekday(day) == date.fromordinal(day).weekday()


@given(CALENDARS, DAYS, st.integers(0, 60))
def test_the_nth_open_day_is_that_of_numpy(calendar: OpenDays, day: int, count: int) -> None:
    assert calendar.nth(day, count) == offset(calendar, day, count, "forward")
    assert calendar.has(day) == bool(np.is_busday(np.datetime64(date.fromordinal(day)), **numpys(calendar)))  # type: ignore[call-overload]


@given(CALENDARS, DAYS, st.integers(1, 60))
def test_so_many_open_days_later_is_that_of_numpy(calendar: OpenDays, day: int, count: int) -> None:
    assert calendar.later(day, count) == offset(calendar, day, count, "backward")
    assert calendar.last_before(day) == offset(calendar, day - 1, 0, "backward")


@given(CALENDARS, DAYS, st.integers(0, 8), st.integers(0, 8))
def test_working_days_take_no_less_and_no_more(calendar: OpenDays, day: int, low: int, more: int) -> None:
    length = Duration(Fraction(low), Fraction(low + more), "", working=True)
    shortest, longest = shortest_and_longest(length, calendar)
    (days,) = days_after(day, length, calendar)
    assert longest is not None
    assert shortest <= days[0] - day <= days[-1] - day <= longest


@given(CALENDARS, st.integers(0, 100), st.integers(0, 100))
def test_hours_end_on_the_days_on_which_some_hour_ends(calendar: OpenDays, low: int, more: int) -> None:
    length = Duration(Fraction(low, 24), Fraction(low + more, 24), "")
    wanted = {((hour + low) // 24, (hour + low + more) // 24) for hour in range(24)}
    assert {(each[0], each[-1]) for each in days_after(0, length, calendar)} == wanted


HALVES = st.fractions(-4, 4, max_denominator=2)


@st.composite
def constraint_lists(draw: st.DrawFn, sentences: str = "pqrstu") -> list[Constraint]:
    events = "abcd"[: draw(st.integers(2, 4))]
    found = []
    for name in sentences[: draw(st.integers(1, len(sentences)))]:
        first, second = draw(st.permutations(events))[:2]
        low, high = sorted([draw(HALVES), draw(HALVES)])
        found.append(
            Constraint(first, second, draw(st.sampled_from([low, None])), draw(st.sampled_from([high, None])), name)
        )
    return found


def can_be_kept(constraints: list[Constraint]) -> bool:
    """Try all days: bounds are multiples of a half, so if any days do, some on the grid and not far apart do."""
    events = sorted({event for each in constraints for event in (each.first, each.second)})
    if not events:
        return True
    grid = range(-8 * (len(events) - 1), 8 * (len(events) - 1) + 1)

    def place(known: dict[str, int], rest: list[str]) -> bool:
        if not rest:
            return True
        for day in grid:
            known[rest[0]] = day
            if all(holds(each, known) for each in constraints) and place(known, rest[1:]):
                return True
        del known[rest[0]]
        return False

    return place({events[0]: 0}, events[1:])


def holds(each: Constraint, days: dict[str, int]) -> bool:
    if each.first not in days or each.second not in days:
        return True
    length = Fraction(days[each.second] - days[each.first], 2)
    return (each.low is None or length >= each.low) and (each.high is None or length <= each.high)


def z3_keeps(constraints: list[Constraint]) -> bool:
    solver = z3.Solver()
    for each in constraints:
        length = z3.Real(each.second) - z3.Real(each.first)
        if each.low is not None:
            solver.add(length >= z3.Q(each.low.numerator, each.low.denominator))
        if each.high is not None:
            solver.add(length <= z3.Q(each.high.numerator, each.high.denominator))
    return bool(solver.check() == z3.sat)


@given(constraint_lists())
@settings(max_examples=80, deadline=None)
def test_whether_all_can_be_kept_equals_brute_force_and_z3(constraints: list[Constraint]) -> None:
    kept = isinstance(solve(constraints), Kept)
    assert kept is z3_keeps(constraints)
    assert kept is can_be_kept(constraints)


@given(constraint_lists(sentences="pqrs"))
@settings(max_examples=50, deadline=None)
def test_every_smallest_contradiction_is_found(constraints: list[Constraint]) -> None:
    names = sorted({each.name for each in constraints})
    subsets = [frozenset(some) for size in range(len(names) + 1) for some in combinations(names, size)]
    broken = [each for each in subsets if not z3_keeps(of(constraints, each))]
    smallest = {each for each in broken if not any(other < each for other in broken)}
    found, complete = contradictions(constraints, lambda _: True)
    assert complete
    assert set(found) == smallest


@given(constraint_lists(), st.sets(st.sampled_from("pqrstu")))
@settings(max_examples=40, deadline=None)
def test_sentences_that_never_meet_hide_no_others(constraints: list[Constraint], never: set[str]) -> None:
    """Whatever contradicts and meets is found, however many contradictions do not meet."""
    everything, _ = contradictions(constraints, lambda _: True)
    meeting, _ = contradictions(constraints, lambda names: not names & never)
    assert set(meeting) == {each for each in everything if not each & never}


@given(constraint_lists())
@settings(max_examples=40, deadline=None)
def test_what_is_left_is_as_narrow_as_z3_says(constraints: list[Constraint]) -> None:
    if isinstance(solve(constraints), Broken):
        return
    ends = constraints[0].first, constraints[0].second
    low, high = narrowest(constraints, *ends)
    little = Fraction(1, 4)
    if low is not None:
        assert z3_keeps([*constraints, Constraint(*ends, low, low, "x")])
        assert not z3_keeps([*constraints, Constraint(*ends, None, low - little, "x")])
    if high is not None:
        assert z3_keeps([*constraints, Constraint(*ends, high, high, "x")])
        assert not z3_keeps([*constraints, Constraint(*ends, high + little, None, "x")])


def check(folder: Path, schedule: str, course: str = "60 Gy / 2 Gy / 30 f", select: str = "TP4") -> Review:
    (folder / "protocol.yaml").write_text(
        "trialproof: 1\ntitle: a course\ndecisions:\n  prescription:\n    for: everyone\n    choices:\n"
        f"      everybody: {{when: everyone, course: {course}}}\n"
        "schedule:\n" + "".join(f"  {line}\n" for line in schedule.strip().splitlines()),
        encoding="utf-8",
    )
    return reviewed(load(folder), select=[select])


def table(found: Review | Finding) -> str:
    findings = found.findings if isinstance(found, Review) else (found,)
    return "\n".join(f"{each.message}\n" + "\n".join(row.says for row in each.details) for each in findings)


CYCLES = "chemotherapy: {every: 21 days, from: first fraction, while: irradiation}"
MANY_LOST = f"irradiation: {{days: Mon-Fri, lost_days: 9}}\n{CYCLES}"


def walked(fractions: int, lost: int, start: date) -> tuple[int, int]:
    """Count day by day: the day of the last fraction, and the cycles until then, in which the first days are lost."""
    day, number, given_so_far, cycles = start, 0, 0, 0
    while given_so_far < fractions:
        number += 1
        if (day - start).days % 21 == 0:
            cycles += 1
        if day.weekday() < 5:
            if given_so_far and lost:
                lost -= 1
            else:
                given_so_far += 1
        day += timedelta(days=1)
    return number, cycles


AUDIT = {25: (33, 35, 2), 28: (38, 40, 2), 30: (40, 42, 2), 33: (45, 47, 3), 34: (46, 48, 3), 35: (47, 49, 3)}
"""Fractions to the first and the last day on which a course can end, and its cycles, from the audit's section 5."""


@pytest.mark.parametrize("fractions", AUDIT)
def test_courses_end_and_cycles_fall_as_the_audit_says(fractions: int) -> None:
    ends = {walked(fractions, 0, date(2026, 1, 5) + timedelta(days=day)) for day in range(5)}
    first, last, cycles = AUDIT[fractions]
    assert (min(ends)[0], max(ends)[0], {each[1] for each in ends}) == (first, last, {cycles})


@pytest.mark.parametrize("fractions", [26, 28, 30, 40])
def test_the_table_of_cycles_equals_a_walk_day_by_day(tmp_path: Path, fractions: int) -> None:
    said = table(check(tmp_path, MANY_LOST, f"{2 * fractions} Gy / 2 Gy / {fractions} f"))
    for lost in range(10):
        walks = {walked(fractions, lost, date(2026, 1, 5) + timedelta(days=day)) for day in range(5)}
        also = f" and {lost} day{'' if lost == 1 else 's'} lost" if lost else ""
        name = f"`everybody`, {fractions} f{also}"
        (row,) = [line for line in said.splitlines() if line.startswith(f"{name}:")]
        for end, cycles in walks:
            assert f"{end}" in row
            assert f"{cycles} cycle" in row


def test_one_lost_day_brings_the_third_cycle(tmp_path: Path) -> None:
    found = check(tmp_path, CYCLES)
    assert not found.findings
    assert "2 cycles for `everybody`, if no day is lost (1 day lost can bring another)" in found.proved[0].message
    (finding,) = check(tmp_path, f"irradiation: {{days: Mon-Fri, lost_days: 1}}\n{CYCLES}").findings
    assert "2 or 3 cycles for `everybody`, with up to 1 day lost" in finding.message
    assert not check(tmp_path, f"irradiation: {{days: Mon-Fri, lost_days: 1}}\n{CYCLES[:-1]}, times: 2}}").findings


def test_a_holiday_with_a_date_lengthens_the_courses_that_meet_it(tmp_path: Path) -> None:
    days = "irradiation: {days: Mon-Fri, holidays: [2026-10-01]%s}"
    assert "2 or 3 cycles" in check(tmp_path, f"{days % ''}\n{CYCLES}", select="TP401").findings[0].message
    before = check(tmp_path, f"{days % ', start: 2026-08-03'}\n{CYCLES}", select="TP401")
    assert not before.findings
    assert "3 cycles" in check(tmp_path, f"{days % ', start: 2026-08-31'}\n{CYCLES}", select="TP401").proved[0].message


def test_twice_a_day_halves_the_course(tmp_path: Path) -> None:
    found = check(tmp_path, CYCLES, "45 Gy / 1.5 Gy bid / 30 f")
    assert "1 cycle for" in found.proved[0].message


def test_what_falls_on_a_holiday_is_named_with_its_date(tmp_path: Path) -> None:
    found = check(
        tmp_path,
        "irradiation: {days: Mon-Fri, start: Mon, holidays: [2026-10-05]}\n"
        "chemotherapy: {every: 21 days, from: first fraction, times: 2}",
        select="TP402",
    )
    assert "`first fraction` on Mon 2026-09-14: `chemotherapy` on Mon 2026-10-05" in table(found)
    assert "2026-09-21" not in table(found)


@pytest.mark.parametrize(
    ("delay", "says"),
    [
        ("48 hours", "Sat or Sun where `first fraction` is on Thu or Fri"),
        ("30 hours", "Sat or Sun where `first fraction` is on Thu or Fri"),
        ("24 hours", "Sat where `first fraction` is on Fri"),
        ("1-2 days", "Sat or Sun where `first fraction` is on Fri"),
        ("1-3 days", None),
        ("at least 1 day", None),
        ("2 working days", None),
        ("7 days", None),
    ],
)
def test_a_delay_meets_the_weekend_or_not(tmp_path: Path, delay: str, says: str | None) -> None:
    found = check(tmp_path, f"injection: {{after: first fraction, delay: {delay}}}")
    if says is None:
        assert not found.findings
        assert len(found.proved) == 1
    else:
        assert says in found.findings[0].message


def test_a_nurse_who_comes_on_sundays_closes_the_question(tmp_path: Path) -> None:
    entry = "injection: {after: first fraction, delay: 48 hours, %s}"
    assert not check(tmp_path, entry % "on: Mon-Sun").findings
    assert not check(tmp_path, entry % "if_closed: next").findings
    assert check(tmp_path, entry % "on: Mon-Sat").findings


@pytest.mark.parametrize(("delay", "late"), [(4, False), (5, False), (6, True), (7, True)])
def test_five_working_days_are_the_most_that_50_of_60_gray_leave(tmp_path: Path, delay: int, late: bool) -> None:
    found = check(
        tmp_path,
        "imaging: {when: dose >= 50 Gy}\n"
        f"adaptation: {{after: imaging, delay: {delay} working days, while: irradiation}}",
        select="TP403",
    )
    assert bool(found.findings) is late
    if late:
        assert "5 left after it, 0 once `adaptation` is ready; none from 6 working days on" in table(found)


def test_calendar_days_leave_what_the_weekday_lets_them(tmp_path: Path) -> None:
    """Six fractions are left: 8 days never take longer, 9 do unless they begin on a Friday, 11 always do."""
    entries = "imaging: {{when: dose >= 50 Gy}}\nadaptation: {{after: imaging, delay: {} days, while: irradiation}}"
    course = "61.2 Gy / 1.8 Gy / 34 f"
    assert not check(tmp_path, entries.format(8), course, select="TP403").findings
    (finding,) = check(tmp_path, entries.format(9), course, select="TP403").findings
    assert "can come too late" in finding.message
    assert "0 to 1 once" in table(finding)
    (finding,) = check(tmp_path, entries.format(11), course, select="TP403").findings
    assert "comes too late" in finding.message


def test_a_chain_of_two_steps_adds_up(tmp_path: Path) -> None:
    found = check(
        tmp_path,
        "imaging: {when: dose >= 50 Gy}\n"
        "contours: {after: imaging, delay: 2 working days}\n"
        "adaptation: {after: contours, delay: 3 working days, while: irradiation}",
        select="TP403",
    )
    assert "at least 1 fraction left" in found.proved[0].message


def test_a_wash_out_of_14_days_fits_into_a_cycle_of_21_and_not_of_7(tmp_path: Path) -> None:
    entries = (
        "chemotherapy: {{every: {} days, from: first fraction, times: 4}}\n"
        "growth_factor: {{after: chemotherapy, delay: 48 hours}}\n"
        "washout: {{from: growth_factor, to: next chemotherapy, at_least: 14 days}}"
    )
    for days in (16, 21):
        assert "can all be kept" in check(tmp_path, entries.format(days), select="TP404").proved[0].message
    for days in (7, 15):
        (finding,) = check(tmp_path, entries.format(days), select="TP404").findings
        assert finding.message == "`chemotherapy`, `growth_factor` and `washout` cannot all be kept"
        assert f"the rest at most {days - 2} days" in table(finding)


def test_sentences_for_different_patients_do_not_contradict(tmp_path: Path) -> None:
    text = (
        "trialproof: 1\ntitle: t\nquantities:\n  old: {yes_no: true}\nschedule:\n  surgery: {any_time: true}\n"
        "  early: {from: first fraction, to: surgery, at_most: 7 days, for: old}\n"
        "  late: {from: first fraction, to: surgery, at_least: 8 days, for: %s}\n"
    )
    for who, found in (("not old", 0), ("old", 1), ("everyone", 1)):
        (tmp_path / "protocol.yaml").write_text(text % who, encoding="utf-8")
        assert len(reviewed(load(tmp_path), select=["TP404"]).findings) == found


def test_a_proof_is_not_claimed_where_working_days_were_widened(tmp_path: Path) -> None:
    found = check(
        tmp_path,
        "surgery: {after: first fraction, delay: 3 working days}\n"
        "window: {from: first fraction, to: surgery, at_most: 4 days}",
        select="TP404",
    )
    assert not found.proved
    assert not found.findings
    assert any("only what contradicts on every calendar" in each for each in found.not_checked)


def test_nobody_counts_cycles_without_a_course(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text(
        "trialproof: 1\ntitle: t\nschedule:\n  a: {every: 21 days, from: first fraction, while: irradiation}\n"
        "  b: {every: 21 days, from: first fraction}\n",
        encoding="utf-8",
    )
    found = reviewed(load(tmp_path), select=["TP401"])
    assert [each.message for each in found.findings] == ["nothing says how many cycles of `b` there are"]
    assert any("`a`" in each for each in found.not_checked)


def test_what_the_audit_found_by_hand_is_found_in_the_founding_protocol() -> None:
    """Rows C1, C3 to C5, D13 and D14 of the audit; C7 stays silent."""
    found = reviewed(load(ROOT / "protocols" / "esophageal-salvage"), select=["TP4"])
    said = {each.code: table(each) for each in found.findings}
    assert set(said) == {"TP401", "TP402", "TP403", "TP405"}
    assert "2 cycles for `involved_far` and `elective_far`, 3 cycles for `involved_close`" in said["TP401"]
    thirty = "30 f: last fraction on day 40 (Mon) or 42 (Tue-Fri), 2 cycles; 1 day lost can bring another"
    assert thirty in said["TP401"]
    assert "falls on Sat or Sun where `chemotherapy` is on Thu or Fri" in said["TP402"]
    for row in (
        "`involved_far`, 30 f: `imaging` with fraction 25, 5 left after it; none from 6 working days on",
        "`involved_close`, 33 f: `imaging` with fraction 28, 5 left after it; none from 6 working days on",
        "`involved_close`, 34 f: `imaging` with fraction 28, 6 left after it; none from 7 working days on",
    ):
        assert row in said["TP403"]
    assert "`elective_field`: as needed" in said["TP405"]
    assert not found.undecided


@given(st.frozensets(st.integers(1, 50), max_size=4), st.frozensets(st.integers(0, 6), min_size=1), st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_the_starts_looked_at_stand_for_all(days: frozenset[int], weekdays: frozenset[int], horizon: int) -> None:
    """Whatever the start, the days that follow are open as they are after one of those that are looked at."""
    holidays = tuple(date.fromordinal(DAY_ONE + day) for day in sorted(days))
    irradiation = Irradiation(weekdays, weekdays, None, holidays)
    calendar = open_days(irradiation)

    def following(start: int) -> tuple[object, ...]:
        return (weekday(start), *(calendar.has(start + step) for step in range(horizon)))

    every = {following(day) for day in range(DAY_ONE - 40, DAY_ONE + 100) if calendar.has(day)}
    assert {following(day) for day in starts(irradiation, horizon)} == every


def test_a_course_of_too_many_ways_is_undecided_and_not_cut_short(tmp_path: Path) -> None:
    wide = "[20-60 Gy / 1-2 Gy / 10-60 f, {boost: 10-60 Gy / 1-2 Gy / 10-60 f}]"
    found = check(tmp_path, CYCLES, wide)
    assert not {"TP401", "TP402"} & ({each.code for each in found.findings} | {each.code for each in found.proved})
    assert {each.code for each in found.undecided} >= {"TP401", "TP402"}
