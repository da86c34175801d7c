"""Something that falls on a day on which it cannot be given.

What it does
    For every entry that repeats or follows another, takes each day on which the course can begin and each cycle, counts
    to the day on which it is due, and asks whether that day is open: one of the weekdays `on`, or else of irradiation,
    and no holiday. Where a range of days is allowed, one of them must be open. A length in hours is counted from
    whatever hour it begins at.

Why it matters
    "48 hours after chemotherapy" is a Saturday after a Thursday. Each site then does something else: a day early, two
    days late, or a nurse who comes on Sundays.

Example
    A first fraction on a Thursday: chemotherapy is due on Thursdays, and the injection two days after it on Saturdays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from trialproof.model.schedule import FIRST, WEEKDAYS, After, Entry, Every, say_timing, say_weekdays
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, Vacuous, gave_up
from trialproof.verify.finding import Detail, Finding, Label, Proved, Severity
from trialproof.verify.solver import Unknown
from trialproof.verify.treatment.calendar import OpenDays, days_after, open_days, weekday
from trialproof.verify.treatment.timetable import (
    ENDLESS,
    Branch,
    Timetable,
    Way,
    applies,
    branches,
    found_under,
    timetables,
)

CODE, NAME = "TP402", "closed-day"
DATES_SHOWN = 10


def run(case: Case) -> Iterator[Said]:
    """Judge every entry that falls on a day by what the schedule says."""
    for entry in case.protocol.schedule.entries.values():
        if entry.if_closed is None and isinstance(entry.timing, Every | After):
            try:
                yield from _judge(case, entry)
            except Unknown as reason:
                yield gave_up(CODE, NAME, f"`{entry.name}` always falls on an open day", reason)


def _judge(case: Case, entry: Entry) -> Iterator[Said]:
    concerned = [each for each in branches(case) if applies(case, each, entry.name)]
    if not concerned and branches(case):
        return
    calendar = open_days(case.protocol.schedule.irradiation, entry.on)
    closed: dict[tuple[int, tuple[int, ...]], None] = {}
    looked = False
    for timetable, cycle in _occasions(case, entry, concerned):
        for before, due in _due(timetable, entry, cycle, calendar):
            looked = True
            if not any(calendar.has(day) for day in due):
                closed[before, tuple(due)] = None
    if not looked:
        yield Vacuous(f"`{entry.name}`: nothing says on which day it falls")
        return
    if not closed:
        yield Proved(CODE, NAME, f"`{entry.name}` falls on an open day, whenever the course begins")
        return
    yield Finding(
        CODE,
        NAME,
        Severity.WARNING,
        _message(case, entry, closed),
        readings=found_under(case, concerned, entry.name),
        labels=(_label(entry), *_label_of_base(case, entry)),
        help="say what to do then: `if_closed: next`, a range of days, or the weekdays on which the course may begin",
        details=tuple(_rows(case, entry, closed)),
    )


def _occasions(case: Case, entry: Entry, concerned: Sequence[Branch]) -> Iterator[tuple[Timetable, int]]:
    """Yield every timetable in which an entry happens, with each of its cycles.

    What is counted from the first fraction falls on the same days in every course, and in the longest most often.
    """
    schedule = case.protocol.schedule
    repeated = schedule.cycle_of(entry.name)
    lost = schedule.irradiation.lost_days
    ways: list[tuple[Branch | None, Way | None]] = [(each, way) for each in concerned for way in each.ways]
    losses: Sequence[int] = range(lost + 1) if ways else [0]
    if ways and schedule.chain(entry.name)[-1] == FIRST:
        ways, losses = [max(ways, key=lambda each: each[1].fractions[-1] if each[1] else 0)], [lost]
    for branch, way in ways or [(None, None)]:
        for timetable in timetables(schedule, branch, way, losses):
            for cycle in range(1 if repeated is None else _most(timetable, repeated)):
                yield timetable, cycle


def _most(timetable: Timetable, repeated: str) -> int:
    return timetable.cycles(repeated)[1] if timetable.days(repeated) else 0


def _due(timetable: Timetable, entry: Entry, cycle: int, calendar: OpenDays) -> Iterator[tuple[int, range]]:
    """Yield the days on which something must be open, each time with the day from which they are counted."""
    match entry.timing:
        case Every(period, start):
            high = period.low if period.high is None else period.high
            for day in timetable.days(start):
                yield day, range(day + cycle * int(period.low), day + cycle * int(high) + 1)
        case After(event, delay) if delay is not None:
            for day in timetable.days(event, cycle):
                for due in days_after(day, delay, calendar):
                    yield day, due
        case _:
            pass


def _message(case: Case, entry: Entry, closed: dict[tuple[int, tuple[int, ...]], None]) -> str:
    due = {weekday(day) for _, days in closed for day in days}
    never = {day for day in due if day not in open_days(case.protocol.schedule.irradiation, entry.on).weekdays}
    where = say_weekdays(never) if never == due else "a closed day"
    if isinstance(entry.timing, After):
        before = say_weekdays({weekday(day) for day, _ in closed}).replace(" and ", " or ")
        return f"`{entry.name}` falls on {where.replace(' and ', ' or ')} where `{entry.timing.event}` is on {before}"
    return f"`{entry.name}` can fall on {where.replace(' and ', ' or ')}"


def _label_of_base(case: Case, entry: Entry) -> tuple[Label, ...]:
    before = case.protocol.schedule.before(entry.name)
    base = case.protocol.schedule.entries.get(before or "")
    return () if base is None else (_label(base),)


def _label(entry: Entry) -> Label:
    return Label(entry.place, entry.quotes, f"`{entry.name}`: {say_timing(entry.timing)}")


def _rows(case: Case, entry: Entry, closed: dict[tuple[int, tuple[int, ...]], None]) -> Iterator[Detail]:
    """Yield what falls on what: weekdays, or dates where holidays have them."""
    dated = bool(case.protocol.schedule.irradiation.holidays or case.protocol.schedule.irradiation.first_day)
    base = case.protocol.schedule.before(entry.name)
    rows: dict[str, None] = {}
    for before, due in sorted(closed):
        days = due if len(due) < ENDLESS else due[:1]
        said = f"{_day(days[0], dated)}" + (f" to {_day(days[-1], dated)}" if len(days) > 1 else "")
        rows[f"`{base}` on {_day(before, dated)}: `{entry.name}` on {said}"] = None
    for row in list(rows)[:DATES_SHOWN]:
        yield Detail("", row)
    if len(rows) > DATES_SHOWN:
        yield Detail("", f"and {len(rows) - DATES_SHOWN} more like these")


def _day(day: int, dated: bool) -> str:  # noqa: FBT001 - what is handed through
    return f"{WEEKDAYS[weekday(day)]} {date.fromordinal(day)}" if dated else WEEKDAYS[weekday(day)]


_HEAD = """\
trialproof: 1
title: {title}
decisions:
  prescription:
    for: everyone
    choices:
      everybody: {{when: everyone, course: 60 Gy / 2 Gy / 30 f}}
schedule:
  irradiation: {{days: Mon-Fri, start: {start}}}
  growth_factor: {{after: first fraction, delay: {delay}}}
"""
PASSES = (
    _HEAD.format(title="from Monday to Wednesday", start="Mon-Wed", delay="48 hours"),
    _HEAD.format(title="two to four days", start="any", delay="2-4 days"),
)
FAILS = (
    _HEAD.format(title="two days after a Thursday", start="any", delay="48 hours"),
    _HEAD.format(title="as late as a Sunday", start="Thu", delay="48-72 hours"),
)
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=PASSES, fails=FAILS)
