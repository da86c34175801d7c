"""Who asked for what at a desk, when, when it began, and how many minutes it took: worked out from the ledger.

The ledger says when work began. When it was asked for follows from the rows before it and from the rules of the trial:
a scan at enrolment, planning when outlining is done, a cycle on the day on which it is due, and so on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trialproof.simulate.results.records import Records
from trialproof.simulate.trial.calendar import Ints
from trialproof.simulate.trial.contract import (
    DAY,
    DAY_UNIT,
    L_CHECK,
    L_DELAYED,
    L_END,
    L_INFUSED,
    L_INFUSION,
    L_INJECTION,
    L_PLAN,
    L_PLANNED,
    L_REPLAN,
    L_RESCAN,
    L_RESCANNED,
    L_SCAN,
    L_SCANNED,
    NEVER,
    T_CHECK,
    T_INFUSION,
    T_INJECTION,
    T_PLAN,
    T_REPLAN,
    T_RESCAN,
    T_SCAN,
)


class Turns(NamedTuple):
    """Work of one task that began, row by row: `patient` (a position among the enrolled), `asked`, `began`, `minutes`.

    `asked` and `began` are minutes of the trial; work that pauses overnight takes `minutes` of working time.
    """

    patient: Ints
    asked: Ints
    began: Ints
    minutes: Ints


def turns(records: Records) -> dict[int, Turns]:
    """Return what was begun, by task (`contract.TASKS`)."""
    enrolled = records.enrolled
    scan = np.full(len(enrolled.number), records.world.rules.scan)
    outlined = _at(records, L_SCANNED) + enrolled.outlining
    reoutlined = _at(records, L_RESCANNED) + enrolled.reoutlining
    return {
        T_SCAN: _simple(records, L_SCAN, enrolled.minute, scan),
        T_PLAN: _simple(records, L_PLAN, outlined, enrolled.planning),
        T_CHECK: _simple(records, L_CHECK, _at(records, L_PLANNED), enrolled.checking),
        T_RESCAN: _simple(records, L_RESCAN, _imaged(records), scan),
        T_REPLAN: _simple(records, L_REPLAN, reoutlined, enrolled.replanning),
        T_INFUSION: _infusions(records),
        T_INJECTION: _injections(records),
    }


def _at(records: Records, event: int) -> Ints:
    """Return when an event that a patient has once was, by patient; 0 where it never was."""
    rows = records.rows(event)
    return _by_patient(records, rows.patient, rows.minute, 0)


def _by_patient(records: Records, patient: Ints, values: Ints, otherwise: int) -> Ints:
    found = np.full(len(records.enrolled.number), otherwise)
    found[patient] = values
    return found


def _simple(records: Records, event: int, asked: Ints, minutes: Ints) -> Turns:
    rows = records.rows(event)
    return Turns(rows.patient, asked[rows.patient], rows.minute, minutes[rows.patient])


def _imaged(records: Records) -> Ints:
    """Return when the fraction with which a new scan is due is over, by patient; 0 where there was none."""
    world, fractions = records.world, records.fractions
    due = fractions.detail == records.enrolled.imaging[fractions.patient]
    whose, number = fractions.patient[due], fractions.detail[due]
    course = records.enrolled.course[whose]
    minutes = np.where(number == 1, world.first_minutes[course], world.later_minutes[course])
    return _by_patient(records, whose, fractions.minute[due] + minutes, 0)


def _infusions(records: Records) -> Turns:
    rows = records.rows(L_INFUSION)
    began = np.full(records.enrolled.infusion.shape, NEVER)
    began[rows.patient, rows.detail] = rows.minute
    asked = _due(records, began)[rows.patient, rows.detail]
    return Turns(rows.patient, asked, rows.minute, records.enrolled.infusion[rows.patient, rows.detail])


def _due(records: Records, began: Ints) -> Ints:
    """Return when cycles were due [E, CYCLES]; `began` says when they did begin, and those that did not do not count.

    As long as irradiation lasts, each counts from the one before; so does consolidation, but for its first cycle.
    """
    rules, calendar = records.world.rules, records.world.calendar
    opens = records.world.desk_opens[records.department, DAY_UNIT]
    ends, delays = records.rows(L_END), records.rows(L_DELAYED)
    first = records.fractions.detail == 1
    started = _by_patient(records, records.fractions.patient[first], records.fractions.minute[first], 0)
    end = _by_patient(records, ends.patient, ends.minute, NEVER) // DAY
    delayed = np.full(began.shape, NEVER)
    delayed[delays.patient, delays.detail] = delays.minute // DAY

    def opening(day: Ints) -> Ints:
        minutes: Ints = calendar.all_open_from(day) * DAY + opens
        return minutes

    with_irradiation = np.ones(len(began), np.bool_)
    due = np.maximum(started, started // DAY * DAY + opens)
    found = np.zeros_like(began)
    for cycle, minute in enumerate(began.T):
        counts = with_irradiation & (minute < NEVER) & (cycle >= rules.most_cycles)
        while (too_soon := counts & (due // DAY <= end)).any():
            due = np.where(too_soon, opening(due // DAY + rules.cycle_days), due)
        put_off = delayed[:, cycle] < NEVER
        due = np.where(put_off, opening(delayed[:, cycle] + rules.delay_days), due)
        over = with_irradiation & (due // DAY > end)
        with_irradiation &= ~over
        due = np.where(over, np.maximum(due, opening(end + rules.consolidation_days)), due)
        found[:, cycle] = due
        due = opening(minute // DAY + rules.cycle_days)
    return found


def _injections(records: Records) -> Turns:
    rows, infused, rules = records.rows(L_INJECTION), records.rows(L_INFUSED), records.world.rules
    over = np.zeros(records.enrolled.infusion.shape, np.int64)
    over[infused.patient, infused.detail] = infused.minute
    asked = over[rows.patient, rows.detail] + rules.injection_delay
    return Turns(rows.patient, asked, rows.minute, np.full(len(asked), rules.injection))
