"""Figures of the desks: how busy scanners, physicists, chairs and nurses are, and how long patients wait for them.

Busy shares are over the open days from the first turn at the desk in the replication to the last one; waits are over
the turns that began, in hours by the clock, nights and closed days included.
"""

from __future__ import annotations

import numpy as np

from trialproof.simulate.results.metric import Column, Figures, Metric
from trialproof.simulate.results.record import Record, mean_of, most_of, share_of
from trialproof.simulate.results.turns import Turns, turns
from trialproof.simulate.results.week import span, week_of
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
)

RESOURCES = {
    "scanner": (SCANNER, (T_SCAN, T_RESCAN)),
    "physicists": (PHYSICS, (T_PLAN, T_CHECK, T_REPLAN)),
    "chairs": (DAY_UNIT, (T_INFUSION,)),
    "nurses": (DAY_UNIT, (T_INFUSION, T_INJECTION)),
}
"""What can be busy: its desk, and the tasks that take it."""
NAMES = tuple(task.replace(" ", "_") for task in TASKS)
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


def figures(record: Record) -> Figures:
    """Yield the figures of the desks."""
    if not record.names.departments:
        return
    found = turns(record)
    where = record.department()
    for number, department in enumerate(record.names.departments):
        here = {task: Turns(*(each[where[turn.patient] == number] for each in turn)) for task, turn in found.items()}
        for resource, (desk, tasks) in RESOURCES.items():
            yield from _busy(record, here, number, resource, desk, tasks)
        for task, turn in here.items():
            of = (department, NAMES[task])
            hours = (turn.began - turn.asked) / 60
            yield Column("served", of), len(hours)
            yield Column("wait", of), mean_of(hours)
            yield Column("wait_most", of), most_of(hours)
            yield Column("wait_over_day", of), share_of(int(np.count_nonzero(hours > DAY / 60)), len(hours))


def _busy(
    record: Record, here: dict[int, Turns], department: int, resource: str, desk: int, tasks: tuple[int, ...]
) -> Figures:
    world, calendar = record.world, record.world.calendar
    hours = int(world.desk_closes[department, desk] - world.desk_opens[department, desk])
    capacity = int((world.staff if resource == "nurses" else world.rooms)[department, desk]) * hours
    busy, used = np.zeros(calendar.days, np.int64), np.zeros(calendar.days, np.bool_)
    for task in tasks:
        began, minutes = here[task].began, here[task].minutes
        if resource == "nurses" and task == T_INFUSION:
            minutes = np.minimum(minutes, world.rules.nurse)
        if desk == PHYSICS:
            opens, closes = int(world.desk_opens[department, desk]), int(world.desk_closes[department, desk])
            busy += paused(calendar, began, minutes, opens, closes)
        else:
            np.add.at(busy, began // DAY, minutes)
        used[began // DAY] = True
    working = calendar.open_day == 1
    week = week_of(calendar, span(used) & working, working)
    found = {
        "desk_load": week.means(busy),
        "desk_busy": [share_of(sum_, capacity * n) for sum_, n in zip(week.sums(busy), week.counts(), strict=True)],
        "desk_peak": week.peaks(busy),
    }
    for at, weekday in enumerate(week.names):
        for metric, values in found.items():
            yield Column(metric, (record.names.departments[department], resource, weekday)), values[at]


def paused(calendar: Calendar, began: Ints, minutes: Ints, opens: int, closes: int) -> Ints:
    """Return the minutes of work on each day, where work stops at closing and goes on at the next opening."""
    busy = np.zeros(calendar.days, np.int64)
    for start, needed in zip(began.tolist(), minutes.tolist(), strict=True):
        (day, minute), left = divmod(start, DAY), needed
        while left and day < calendar.days:
            done = min(left, closes - minute)
            busy[day] += done
            left, day, minute = left - done, calendar.open_from(day + 1), opens
    return busy
