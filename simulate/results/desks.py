"""Figures of the desks: how busy scanners, physicists, chairs and nurses are, and how long patients wait for them.

Busy shares are over the open days from the first turn at the desk in the replication to the last one; waits are over
the turns that began, in hours by the clock, nights and closed days included.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import prod

import numpy as np

from trialproof.simulate.results.desk_minutes import DeskWork
from trialproof.simulate.results.known import Known, counts_of, known, most_of, share_of, side_by_side, sums_of
from trialproof.simulate.results.metric import Column, Figures, Metric
from trialproof.simulate.results.records import Records
from trialproof.simulate.results.turns import Turns, turns
from trialproof.simulate.results.week import NAMES, running, span_of, sums_between, weekdays_with_a_figure
from trialproof.simulate.trial.calendar import Calendar, Ints
from trialproof.simulate.trial.contract import (
    DAY,
    DAY_UNIT,
    PHYSICS,
    SCANNER,
    T_CHECK,
    T_INFUSION,
    T_INJECTION,
    T_PLAN,
    T_REPLAN,
    T_RESCAN,
    T_SCAN,
    TASKS,
    World,
)

RESOURCES = {
    "scanner": (SCANNER, (T_SCAN, T_RESCAN)),
    "physicists": (PHYSICS, (T_PLAN, T_CHECK, T_REPLAN)),
    "chairs": (DAY_UNIT, (T_INFUSION,)),
    "nurses": (DAY_UNIT, (T_INFUSION, T_INJECTION)),
}
"""What can be busy: its desk, and the tasks that take it."""
TASK_NAMES = tuple(task.replace(" ", "_") for task in TASKS)
BUSY_OF = ("department", "resource", "weekday")
WAIT_OF = ("department", "task")

METRICS = (
    Metric(
        "desk_load", "minutes", "mean minutes of work of a resource (the scanners, physicists, chairs or nurses of a "
        "department) on an open day from its first turn to its last", of=BUSY_OF,
    ),
    Metric("desk_busy", "", "sum of minutes of work / (number of the resource x opening minutes), over the same days",
           of=BUSY_OF),
    Metric("desk_peak", "minutes", "most minutes of work of the resource on one of these days", of=BUSY_OF),
    Metric("served", "turns", "turns that began", of=WAIT_OF),
    Metric("wait", "hours", "mean time from asking for a turn to its beginning; none where there was none", of=WAIT_OF),
    Metric("wait_most", "hours", "the longest of these waits", of=WAIT_OF),
    Metric("wait_over_day", "", "share of them above 24 hours", of=WAIT_OF),
)  # fmt: skip


def figures(records: Records) -> Figures:
    """Yield the figures of the desks."""
    if not records.names.departments:
        return
    found = turns(records)
    calendar = records.world.calendar
    busy = {resource: _busy(records, found, resource) for resource in RESOURCES}
    waits = {TASK_NAMES[task]: _waits(records, turn) for task, turn in found.items()}
    weekdays = weekdays_with_a_figure(calendar, calendar.open_day)
    by_resource = {resource: side_by_side(load.values()) for resource, load in busy.items()}
    for number, department in enumerate(records.names.departments):
        for resource, table in by_resource.items():
            of = [(department, resource, NAMES[weekday]) for weekday in weekdays]
            columns = [Column(metric, each) for each in of for metric in busy[resource]]
            yield from zip(columns, table.at(number, weekdays).each(), strict=True)
        for task, wait in waits.items():
            for metric, values in wait.items():
                yield Column(metric, (department, task)), values.at(number)


def _busy(records: Records, found: Mapping[int, Turns], resource: str) -> dict[str, Known]:
    """Return by metric the figures [R, D, 8] of one resource of all departments."""
    world, calendar = records.world, records.world.calendar
    desk, tasks = RESOURCES[resource]
    opens, closes = world.desk_opens[:, desk], world.desk_closes[:, desk]
    shape, work = (records.size, len(world.linacs)), [_work(world, found[task], resource, task) for task in tasks]
    patient, began, minutes = (np.concatenate(parts) for parts in zip(*work, strict=True))
    place = _places(records, patient)
    first, last = span_of(place, began // DAY, prod(shape))
    if desk == PHYSICS:
        department = records.department[patient]
        turn, day, minutes = paused(calendar, began, minutes, opens[department], closes[department])
        there = day <= last[place[turn]]
        place, day, minutes = place[turn[there]], day[there], minutes[there]
    else:
        day = began // DAY
    by_weekday = records.hands.desk_minutes(DeskWork(calendar, prod(shape), place, day, minutes))
    load, peak = (each.reshape(*shape, -1) for each in by_weekday)
    days = sums_between(_open_days(world), first.reshape(shape), last.reshape(shape))
    capacity = (world.staff if resource == "nurses" else world.rooms)[:, desk] * (closes - opens)
    return {
        "desk_load": share_of(load, days),
        "desk_busy": share_of(load, days * capacity[:, None]),
        "desk_peak": known(peak, days > 0),
    }


@lru_cache(maxsize=2)
def _open_days(world: World) -> Ints:
    """Return by weekday how many open days lie before each day [H + 1, 8]."""
    return running(world.calendar, world.calendar.open_day)


def _work(world: World, turn: Turns, resource: str, task: int) -> tuple[Ints, Ints, Ints]:
    """Return whose turns these are, when they began, and for how many minutes they take the resource."""
    if resource == "nurses" and task == T_INFUSION:
        return turn.patient, turn.began, np.minimum(turn.minutes, world.rules.nurse)
    return turn.patient, turn.began, turn.minutes


def _waits(records: Records, turn: Turns) -> dict[str, Known]:
    """Return by metric the figures [R, D] of one task in all departments."""
    shape = records.size, len(records.world.linacs)
    size, place, minutes = prod(shape), _places(records, turn.patient), turn.began - turn.asked
    counts, most = counts_of(place, size), most_of(place, minutes, size)
    found = {
        "served": known(counts),
        "wait": share_of(sums_of(place, minutes, size), counts * 60),
        "wait_most": Known(most.values / 60, most.exist),
        "wait_over_day": share_of(counts_of(place[minutes > DAY], size), counts),
    }
    return {metric: values.shaped(*shape) for metric, values in found.items()}


def _places(records: Records, patient: Ints) -> Ints:
    """Return where the departments of patients stand in a table [R, D]."""
    return records.enrolled.replication[patient] * len(records.world.linacs) + records.department[patient]


def paused(calendar: Calendar, began: Ints, minutes: Ints, opens: Ints, closes: Ints) -> tuple[Ints, Ints, Ints]:
    """Return which turn is worked at on which day for how many minutes [P], if work goes on where it stops at closing.

    All are [N]; `opens` and `closes` are those of the desk of each turn.
    """
    turn, left = np.arange(len(began)), minutes
    day, minute = np.divmod(began, DAY)
    parts = []
    while len(turn):
        done = np.minimum(left, closes[turn] - minute)
        parts.append((turn, day, done))
        left, day = left - done, calendar.all_open_from(day + 1)
        on = (left > 0) & (day < calendar.days)
        turn, left, day = turn[on], left[on], day[on]
        minute = opens[turn]
    if not parts:
        return turn, turn, turn
    whose, days, worked = (np.concatenate(each) for each in zip(*parts, strict=True))
    return whose, days, worked
