"""Chemotherapy beside irradiation and after it: infusions, injections of a growth factor, and low blood counts.

Whether a cycle is given is decided when the day unit opens on the day on which it is due; "as long as irradiation
lasts" compares dates.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from simpy.events import Event

from trialproof.simulate.trial.contract import (
    CYCLE,
    DAY,
    END_INFUSION,
    END_INJECTION,
    INJECTION_DUE,
    L_DELAYED,
    L_ELSEWHERE,
    L_INFUSED,
    L_INFUSION,
    L_INJECTED,
    L_INJECTION,
    L_LOW,
    L_NURSE_FREE,
    LOW,
    NURSE_FREE,
    T_INFUSION,
    T_INJECTION,
)
from trialproof.simulate.trial.patient import Left, Patient, Process, Task
from trialproof.simulate.trial.preparation import ROUTINE, URGENT

Counting = Generator[Event, Any, int]
"""A process that comes to a number."""


def chemotherapy(patient: Patient) -> Process:
    """Give cycle after cycle as long as irradiation lasts, then those of consolidation."""
    try:
        cycle = yield from _concurrent(patient)
        yield from _consolidation(patient, cycle)
    except Left:
        return


def _concurrent(patient: Patient) -> Counting:
    """Return how many cycles were given. Days on which one would be due are gone through until irradiation is over."""
    rules = patient.rules
    cycle, was_delayed = 0, False
    due = max(patient.clock.now, patient.today * DAY + patient.department.day_unit.opens)
    while True:
        yield from patient.until(due, CYCLE)
        if patient.ended is not None and patient.ended // DAY < patient.today:
            return cycle
        if cycle >= rules.most_cycles:
            due = _opening(patient, patient.today + rules.cycle_days)
        elif cycle and patient.chances.delay[cycle - 1] and not was_delayed:
            was_delayed = True
            patient.note(L_DELAYED, patient.department.day_unit.number, cycle)
            due = _opening(patient, patient.today + rules.delay_days)
        else:
            given_on = yield from _infuse(patient, cycle)
            due = _opening(patient, given_on + rules.cycle_days)
            cycle, was_delayed = cycle + 1, False


def _consolidation(patient: Patient, cycle: int) -> Process:
    rules, ended = patient.rules, patient.ended
    assert ended is not None  # noqa: S101 - concurrent cycles go on until then
    due = max(patient.clock.now, _opening(patient, ended // DAY + rules.consolidation_days))
    for each in range(cycle, cycle + patient.chances.consolidation):
        if due > patient.clock.now:
            yield from patient.until(due, CYCLE)
        given_on = yield from _infuse(patient, each)
        due = _opening(patient, given_on + rules.cycle_days)


def _opening(patient: Patient, day: int) -> int:
    """When the day unit opens on the first open day that is not before this one."""
    return patient.department.days.open_from(day) * DAY + patient.department.day_unit.opens


def _infuse(patient: Patient, cycle: int) -> Counting:
    """Take a chair for the whole infusion and a nurse for its beginning; return the day on which it was given."""
    clock, desk, chances = patient.clock, patient.department.day_unit, patient.chances
    minutes = chances.infusion[cycle]
    yield from patient.turn(desk, T_INFUSION, minutes, ROUTINE, rooms=1, staff=1)
    start, given_on = clock.now, patient.today
    patient.note(L_INFUSION, desk.number, cycle)
    yield clock.at(start + min(patient.rules.nurse, minutes), NURSE_FREE, patient.number)
    desk.give_back(staff=1)
    patient.note(L_NURSE_FREE, desk.number, cycle)
    yield clock.at(start + minutes, END_INFUSION, patient.number)
    desk.give_back(rooms=1)
    patient.note(L_INFUSED, desk.number, cycle)
    patient.check()
    if chances.factor:
        clock.process(_inject(patient, cycle, clock.now + patient.rules.injection_delay))
    if chances.low[cycle]:
        clock.process(_low_count(patient, given_on + patient.rules.nadir_days, chances.low[cycle] - 1))
    return given_on


def _inject(patient: Patient, cycle: int, minute: int) -> Process:
    """Give the growth factor; on a closed day it is given elsewhere."""
    try:
        yield from patient.until(minute, INJECTION_DUE)
        if not patient.department.days.open_day[patient.today]:
            patient.note(L_ELSEWHERE, -1, cycle)
            return
        minutes = patient.rules.injection
        task = Task(T_INJECTION, minutes, END_INJECTION, L_INJECTION, L_INJECTED, detail=cycle, staff=True)
        yield from patient.at_desk(patient.department.day_unit, task, priority=URGENT)
    except Left:
        return


def _low_count(patient: Patient, day: int, interruption: int) -> Process:
    """Notice a severe low count, which keeps the patient from irradiation for so many days from then on."""
    try:
        yield from patient.until(day * DAY, LOW)
    except Left:
        return
    patient.away_until = max(patient.away_until, day + interruption)
    patient.note(L_LOW, -1, interruption)
