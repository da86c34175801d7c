"""Who asked for what at a desk, when, when it began, and how many minutes it took: worked out from the ledger.

The ledger says when work began. When it was asked for follows from the rows before it and from the rules of the trial:
a scan at enrolment, planning when outlining is done, a cycle on the day on which it is due, and so on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from trialproof.simulate.results.record import Record
from trialproof.simulate.trial.calendar import Ints
from trialproof.simulate.trial.contract import (
    DAY,
    DAY_UNIT,
    L_CHECK,
    L_DELAYED,
    L_END,
    L_ENROLLED,
    L_FRACTION,
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
    Ledger,
)


class Turns(NamedTuple):
    """Work of one task that began, row by row: `patient` (a position among the enrolled), `asked`, `began`, `minutes`.

    `asked` and `began` are minutes of the trial; work that pauses overnight takes `minutes` of working time.
    """

    patient: Ints
    asked: Ints
    began: Ints
    minutes: Ints


def turns(record: Record) -> dict[int, Turns]:
    """Return what was begun, by task (`contract.TASKS`)."""
    draws, rules = record.draws, record.world.rules
    scanned, planned = _at(record, L_SCANNED), _at(record, L_PLANNED)
    outlined = scanned + draws.outlining[record.drawn]
    reoutlined = _at(record, L_RESCANNED) + draws.reoutlining[record.drawn]
    return {
        T_SCAN: _simple(record, L_SCAN, _at(record, L_ENROLLED), np.full_like(scanned, rules.scan)),
        T_PLAN: _simple(record, L_PLAN, outlined, draws.planning[record.drawn]),
        T_CHECK: _simple(record, L_CHECK, planned, draws.checking[record.drawn]),
        T_RESCAN: _simple(record, L_RESCAN, _imaged(record), np.full_like(scanned, rules.scan)),
        T_REPLAN: _simple(record, L_REPLAN, reoutlined, draws.replanning[record.drawn]),
        T_INFUSION: _infusions(record),
        T_INJECTION: _injections(record),
    }


def _at(record: Record, event: int) -> Ints:
    """Return when an event that a patient has once was, by patient; 0 where it never was."""
    rows = record.rows(event)
    when = np.zeros(len(record.enrolled), np.int64)
    when[record.patient(rows)] = rows[:, 0]
    return when


def _simple(record: Record, event: int, asked: Ints, minutes: Ints) -> Turns:
    rows = record.rows(event)
    whose = record.patient(rows)
    return Turns(whose, asked[whose], rows[:, 0], minutes[whose])


def _imaged(record: Record) -> Ints:
    """Return when the fraction with which a new scan is due is over, by patient; 0 where there was none."""
    world, fractions = record.world, record.rows(L_FRACTION)
    whose = record.patient(fractions)
    due = fractions[:, 4] == record.draws.imaging[record.drawn[whose]]
    rows, whose = fractions[due], whose[due]
    course = record.draws.course[record.drawn[whose]]
    minutes = np.where(rows[:, 4] == 1, world.first_minutes[course], world.later_minutes[course])
    when = np.zeros(len(record.enrolled), np.int64)
    when[whose] = rows[:, 0] + minutes
    return when


def _infusions(record: Record) -> Turns:
    rows = record.rows(L_INFUSION)
    rows = rows[np.lexsort((rows[:, 4], rows[:, 1]))]
    whose = record.patient(rows)
    began: dict[int, list[int]] = {}
    for patient, minute in zip(whose.tolist(), rows[:, 0].tolist(), strict=True):
        began.setdefault(patient, []).append(minute)
    asked = np.array([due for due_of in _due(record, began) for due in due_of], np.int64)
    return Turns(whose, asked, rows[:, 0], record.draws.infusion[record.drawn[whose], rows[:, 4]])


def _due(record: Record, began: Mapping[int, list[int]]) -> Iterator[Iterator[int]]:
    """Yield for each patient when his cycles were due; `began` says by patient when they began."""
    fractions, ends, delays = (record.rows(event) for event in (L_FRACTION, L_END, L_DELAYED))
    started = _minutes(record, fractions[fractions[:, 4] == 1])
    ended = _minutes(record, ends)
    delayed: dict[int, dict[int, int]] = {}
    for patient, cycle, minute in zip(
        record.patient(delays).tolist(), delays[:, 4].tolist(), delays[:, 0].tolist(), strict=True
    ):
        delayed.setdefault(patient, {})[cycle] = minute // DAY
    opens = record.world.desk_opens[record.department(), DAY_UNIT].tolist()
    for patient, minutes in began.items():
        yield _due_of(
            record, opens[patient], started[patient], ended.get(patient, NEVER), delayed.get(patient, {}), minutes
        )


def _minutes(record: Record, rows: Ledger) -> dict[int, int]:
    """Return when, by patient."""
    return dict(zip(record.patient(rows).tolist(), rows[:, 0].tolist(), strict=True))


def _due_of(
    record: Record, opens: int, started: int, ended: int, delayed: Mapping[int, int], began: list[int]
) -> Iterator[int]:
    """Yield when each cycle of one patient was due; `delayed` says by cycle on which day it was put off.

    As long as irradiation lasts, each counts from the one before; so does consolidation, but for its first cycle.
    """
    rules, calendar = record.world.rules, record.world.calendar
    end, with_irradiation = ended // DAY, True
    due = max(started, started // DAY * DAY + opens)
    for cycle, minute in enumerate(began):
        while with_irradiation and cycle >= rules.most_cycles and due // DAY <= end:
            due = calendar.open_from(due // DAY + rules.cycle_days) * DAY + opens
        if cycle in delayed:
            due = calendar.open_from(delayed[cycle] + rules.delay_days) * DAY + opens
        if with_irradiation and due // DAY > end:
            with_irradiation = False
            due = max(due, calendar.open_from(end + rules.consolidation_days) * DAY + opens)
        yield due
        due = calendar.open_from(minute // DAY + rules.cycle_days) * DAY + opens


def _injections(record: Record) -> Turns:
    rows, infused = record.rows(L_INJECTION), record.rows(L_INFUSED)
    cycles = record.draws.infusion.shape[1]
    key = record.patient(infused) * cycles + infused[:, 4]
    order = np.argsort(key)
    whose = record.patient(rows)
    over = infused[order[np.searchsorted(key, whose * cycles + rows[:, 4], sorter=order)], 0]
    minutes = np.full(len(rows), record.world.rules.injection)
    return Turns(whose, over + record.world.rules.injection_delay, rows[:, 0], minutes)
