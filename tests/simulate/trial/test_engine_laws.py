"""What is true of every ledger, whatever the trial: nobody is lost, nothing is overfull, nothing goes back in time."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
from hypothesis import given, settings

from tests.simulate.trial.cases import Case, busy_case, cases, trial_of
from trialproof.simulate.trial import contract as c
from trialproof.simulate.trial.contract import DAY, Ledger, World
from trialproof.simulate.trial.department import linac_number
from trialproof.simulate.trial.engine import run

few = settings(max_examples=60, deadline=None)


def rows_of(ledger: Ledger, event: int) -> Ledger:
    rows: Ledger = ledger[ledger[:, 2] == event]
    return rows


def linacs_of(world: World) -> dict[int, tuple[int, int]]:
    """Number of each linac: its department and its row in the draws."""
    found, row = {}, 0
    for department, count in enumerate(world.linacs.tolist()):
        for place in range(count):
            found[linac_number(department, place)] = (department, row)
            row += 1
    return found


@few
@given(cases())
def test_the_same_tables_and_draws_give_the_same_ledger(case: Case) -> None:
    assert np.array_equal(run(*trial_of(case)), run(*trial_of(case)))


@few
@given(cases())
def test_every_candidate_who_came_ends_in_exactly_one_state(case: Case) -> None:
    world, draws = trial_of(case)
    ledger = run(world, draws)
    ends = Counter(ledger[np.isin(ledger[:, 2], (c.L_FAILED, c.L_REFUSED, c.L_ENROLLED)), 1].tolist())
    enrolled = rows_of(ledger, c.L_ENROLLED)
    closed = enrolled[-1, 0] if len(enrolled) == world.target else world.calendar.days * DAY
    for number, arrive, screening, failed in zip(
        draws.number.tolist(), draws.arrive.tolist(), draws.screening.tolist(), draws.failed.tolist(), strict=True
    ):
        known_at = arrive if failed else arrive + screening
        came = arrive <= closed and known_at < world.calendar.days * DAY
        assert ends[number] == (1 if came else 0), (number, arrive, closed)


@few
@given(cases())
def test_no_cap_and_no_target_is_exceeded(case: Case) -> None:
    world, draws = trial_of(case)
    enrolled = rows_of(run(world, draws), c.L_ENROLLED)
    assert len(enrolled) <= world.target
    for site, count in Counter((enrolled[:, 1] >> 16).tolist()).items():
        assert count <= world.site_cap[site]
    for arm, count in Counter(enrolled[:, 4].tolist()).items():
        assert count <= world.arm_cap[arm]


@few
@given(cases())
def test_nobody_is_refused_while_there_is_room(case: Case) -> None:
    world, draws = trial_of(case)
    room, sites, arms = world.target, world.site_cap.tolist(), world.arm_cap.tolist()
    ledger = run(world, draws)
    for _, patient, event, site, arm in ledger[np.argsort(ledger[:, 0] << 33 | ledger[:, 1])].tolist():
        if event == c.L_ENROLLED:
            room, sites[site], arms[arm] = room - 1, sites[site] - 1, arms[arm] - 1
            assert min(room, sites[site], arms[arm]) >= 0
        if event == c.L_REFUSED:
            assert 0 in (room, sites[patient >> 16], arms[arm])


@few
@given(cases())
def test_fractions_are_given_at_an_appointment_on_an_open_day(case: Case) -> None:
    world, draws = trial_of(case)
    linacs = linacs_of(world)
    for minute, patient, _, linac, _ in rows_of(run(world, draws), c.L_FRACTION).tolist():
        day, of_the_day = divmod(minute, DAY)
        department, _ = linacs[linac]
        assert department == world.department[patient >> 16]
        opens = world.linac_opens[department]
        assert of_the_day in (opens, opens + c.SECOND_OF_THE_DAY)
        assert world.calendar.open_day[day] or (world.rules.missed == c.SATURDAY and world.calendar.make_up[day])


@few
@given(cases())
def test_no_linac_works_longer_than_its_minutes_and_overtime(case: Case) -> None:
    world, draws = trial_of(case)
    linacs = linacs_of(world)
    course = dict(zip(draws.patient.tolist(), draws.course.tolist(), strict=True))
    used: dict[tuple[int, int], int] = defaultdict(int)
    for minute, patient, _, linac, number in rows_of(run(world, draws), c.L_FRACTION).tolist():
        table = world.first_minutes if number == 1 else world.later_minutes
        used[linac, minute // DAY] += int(table[course[patient]])
    for (linac, day), minutes in used.items():
        department, row = linacs[linac]
        is_open = world.calendar.open_day[day]
        regular = world.linac_minutes[department] if is_open else world.saturday_minutes[department]
        others = draws.background[row, day] if is_open else 0
        assert minutes + others + draws.lost[row, day] <= regular + world.overtime[department]


@few
@given(cases())
def test_desks_never_hold_more_than_they_have_and_work_only_while_open(case: Case) -> None:
    world, draws = trial_of(case)
    takes = {c.L_SCAN: 1, c.L_PLAN: 1, c.L_CHECK: 1, c.L_RESCAN: 1, c.L_REPLAN: 1, c.L_INFUSION: 1}
    gives = {c.L_SCANNED: 1, c.L_PLANNED: 1, c.L_APPROVED: 1, c.L_RESCANNED: 1, c.L_REPLANNED: 1}
    gives |= {c.L_INFUSED: 1}
    nurse = {c.L_INFUSION: -1, c.L_INJECTION: -1, c.L_NURSE_FREE: 1, c.L_INJECTED: 1}
    rooms, staff = world.rooms.copy(), world.staff.copy()
    ledger = run(world, draws)
    released = np.isin(ledger[:, 2], (*gives, c.L_NURSE_FREE, c.L_INJECTED))
    for minute, _, event, desk, _ in ledger[np.lexsort((~released, ledger[:, 0]))].tolist():
        if event not in takes and event not in gives and event not in nurse:
            continue
        department, kind = divmod(desk, 4)
        rooms[department, kind] += gives.get(event, 0) - takes.get(event, 0)
        staff[department, kind] += nurse.get(event, 0)
        if event in takes or event == c.L_INJECTION:
            day, of_the_day = divmod(minute, DAY)
            assert world.calendar.open_day[day]
            assert world.desk_opens[department, kind] <= of_the_day < world.desk_closes[department, kind]
        assert rooms[department, kind] >= 0
        assert staff[department, kind] >= 0


@few
@given(cases())
def test_fractions_delivered_are_those_prescribed_unless_the_ledger_says_why(case: Case) -> None:
    world, draws = trial_of(case)
    ledger = run(world, draws)
    course = dict(zip(draws.patient.tolist(), draws.course.tolist(), strict=True))
    omitted = Counter(rows_of(ledger, c.L_OMITTED)[:, 1].tolist())
    given_to = Counter(rows_of(ledger, c.L_FRACTION)[:, 1].tolist())
    for _, patient, _, _, delivered in rows_of(ledger, c.L_END).tolist():
        assert delivered == given_to[patient] == world.fractions[course[patient]] - omitted[patient]
    ended = set(rows_of(ledger, c.L_END)[:, 1].tolist())
    gone = set(ledger[np.isin(ledger[:, 2], (c.L_DROPPED, c.L_UNBOOKABLE)), 1].tolist())
    horizon = world.calendar.days * DAY
    for minute, patient, _, _, wait in rows_of(ledger, c.L_BOOKED).tolist():
        last = minute // DAY + wait + world.rules.longest_days + 60
        assert patient in ended or patient in gone or last * DAY >= horizon


@few
@given(cases())
def test_a_missed_fraction_is_rebooked_or_omitted(case: Case) -> None:
    ledger = run(*trial_of(case))
    missed = Counter(map(tuple, rows_of(ledger, c.L_MISSED)[:, :2].tolist()))
    answered = ledger[np.isin(ledger[:, 2], (c.L_REBOOKED, c.L_OMITTED))]
    assert missed == Counter(map(tuple, answered[:, :2].tolist()))


@few
@given(cases())
def test_what_happens_to_a_patient_is_numbered_in_order(case: Case) -> None:
    ledger = run(*trial_of(case))
    for event, first in ((c.L_FRACTION, 1), (c.L_INFUSION, 0), (c.L_VISIT, 1)):
        told = dict.fromkeys(ledger[:, 1].tolist(), first)
        for _, patient, _, _, number in rows_of(ledger, event).tolist():
            assert number == told[patient]
            told[patient] += 1


@few
@given(cases())
def test_nothing_happens_to_who_is_not_enrolled_or_has_left_but_what_had_begun(case: Case) -> None:
    world, draws = trial_of(case)
    ledger = run(world, draws)
    enrolled = {patient: minute for minute, patient, *_ in rows_of(ledger, c.L_ENROLLED).tolist()}
    left = {patient: minute for minute, patient, *_ in rows_of(ledger, c.L_DROPPED).tolist()}
    finishing = {c.L_SCANNED, c.L_PLANNED, c.L_APPROVED, c.L_RESCANNED, c.L_REPLANNED}
    finishing |= {c.L_NURSE_FREE, c.L_INFUSED, c.L_INJECTED}
    for minute, patient, event, *_ in ledger.tolist():
        if event in (c.L_FAILED, c.L_REFUSED):
            continue
        assert minute >= enrolled[patient]
        if event not in finishing:
            assert minute <= left.get(patient, minute)


@few
@given(cases())
def test_cycles_of_one_patient_keep_their_distance(case: Case) -> None:
    world, draws = trial_of(case)
    rows = rows_of(run(world, draws), c.L_INFUSION)
    last: dict[int, int] = {}
    for minute, patient, *_ in rows[np.lexsort((rows[:, 0], rows[:, 1]))].tolist():
        day = minute // DAY
        assert patient not in last or day - last[patient] >= world.rules.cycle_days
        last[patient] = day


def test_random_trials_show_everything_that_a_ledger_can_say() -> None:
    seen: set[int] = set()
    for seed in range(40):
        case = busy_case(seed)
        short = replace(case, days=160 if seed % 4 == 0 else case.days)
        seen |= set(run(*trial_of(short))[:, 2].tolist())
    assert {c.ROWS[event] for event in range(len(c.ROWS)) if event not in seen} == set()
