"""Times between events that cannot all be kept.

What it does
    Where the schedule says how long it must be from one event to another, takes all its sentences together, cycle by
    cycle and for every prescription, and looks for times that keep them all. What has no fixed length may take any time
    that its sentence allows. A time to what repeats is one to its first cycle, and one from it is from its last, unless
    `next` or the same cycle is meant. If there are no such times, it names a smallest set of sentences that contradict
    one another and concern one patient. Working days count as the fewest and the most calendar days that they can take,
    so that a contradiction that only some calendars have is not seen; then nothing is shown as proved.

Why it matters
    Two sentences pages apart, each sensible, leave no day for the next dose, and the patient is in the middle of
    treatment when somebody finds out.

Example
    A dose every 7 days, a growth factor 48 hours after it, and 14 days from the growth factor to the next dose.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from trialproof.model.exact import plain
from trialproof.model.schedule import FIRST, LAST, After, Apart, AtDose, Entry, Every, Schedule, say_timing
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, Vacuous, gave_up, joined
from trialproof.verify.finding import Detail, Finding, Label, Proved, Severity
from trialproof.verify.solver import Unknown
from trialproof.verify.statement import Holds
from trialproof.verify.treatment.calendar import open_days, shortest_and_longest
from trialproof.verify.treatment.doses import prescription_label
from trialproof.verify.treatment.intervals import Constraint, contradictions, narrowest, of
from trialproof.verify.treatment.timetable import (
    ENDLESS,
    Branch,
    Timetable,
    applies,
    branches,
    found_under,
    populations,
    timetables,
)

CODE, NAME = "TP404", "contradicting-intervals"
COURSE = "the course"
"""What the length of a course, and the day of a dose within it, are said to come from."""
FOLLOWED = 2
"""So many cycles are followed where nothing says how many there are."""


def run(case: Case) -> Iterator[Said]:
    """Judge all intervals together, for each prescription."""
    apart = [each for each in case.protocol.schedule.entries.values() if isinstance(each.timing, Apart)]
    if apart:
        try:
            yield from _judge(case)
        except Unknown as reason:
            yield gave_up(CODE, NAME, "the intervals of the schedule can all be kept", reason)


def _judge(case: Case) -> Iterator[Said]:
    reported: set[frozenset[str]] = set()
    complete = True
    for branch in branches(case) or (None,):
        constraints = list(_constraints(case, branch))
        cores, whole = contradictions(constraints, lambda names, branch=branch: _meet(case, branch, names))  # type: ignore[misc]
        complete = complete and whole
        for core in sorted(cores, key=sorted):
            if core not in reported:
                reported.add(core)
                yield _finding(case, branch, core, constraints)
    if not complete:
        yield gave_up(CODE, NAME, "further intervals contradict one another", "there are more sets than are searched")
    elif not reported and _is_exact(case.protocol.schedule):
        yield Proved(CODE, NAME, "the intervals of the schedule can all be kept")
    elif not reported:
        yield Vacuous("the intervals of the schedule: only what contradicts on every calendar was looked for")


def _is_exact(schedule: Schedule) -> bool:
    """Return whether no sentence was widened to what it can mean on some calendar."""
    return not any(
        each.if_closed is not None
        or (isinstance(each.timing, Every) and each.timing.times is None)
        or isinstance(each.timing, AtDose)
        or (isinstance(each.timing, After) and (each.timing.event == LAST or _working(each.timing)))
        or (isinstance(each.timing, Apart) and LAST in (each.timing.first, each.timing.second))
        for each in schedule.entries.values()
    )


def _working(timing: After) -> bool:
    return timing.delay is not None and timing.delay.working


def _constraints(case: Case, branch: Branch | None) -> Iterator[Constraint]:
    """Yield what every sentence says of the times between the events of each cycle."""
    schedule = case.protocol.schedule
    tables = _timetables(schedule, branch)
    counts = {name: _cycles(schedule, name, tables) for name in schedule.entries if schedule.is_repeated(name)}
    if tables:
        lasts = [each.last - each.start for each in tables]
        yield Constraint(FIRST, LAST, Fraction(min(lasts)), Fraction(max(lasts)), COURSE)
    for entry in schedule.entries.values():
        match entry.timing:
            case Every(period, start):
                yield Constraint(start, f"{entry.name} due 0", Fraction(0), Fraction(0), entry.name)
                for cycle in range(counts[entry.name]):
                    due = f"{entry.name} due {cycle}"
                    yield _moved(schedule, entry, due, _event(entry.name, cycle), Fraction(0), Fraction(0))
                    if cycle:
                        before = f"{entry.name} due {cycle - 1}"
                        yield Constraint(before, due, period.low, period.high, entry.name)
            case After(event, delay):
                repeated = schedule.cycle_of(entry.name)
                low, high = Fraction(0), None
                if delay is not None:
                    low, high = shortest_and_longest(delay, open_days(schedule.irradiation, entry.on))
                for cycle in range(1 if repeated is None else counts[repeated]):
                    first = _event(event, cycle if schedule.cycle_of(event) else None)
                    second = _event(entry.name, None if repeated is None else cycle)
                    yield _moved(schedule, entry, first, second, low, high)
            case AtDose():
                days = [day - each.start for each in tables for day in each.days(entry.name)]
                if days:
                    yield Constraint(FIRST, entry.name, Fraction(min(days)), Fraction(max(days)), COURSE)
            case Apart():
                yield from _apart(schedule, entry.name, entry.timing, counts)
            case _:
                pass


def _apart(schedule: Schedule, name: str, timing: Apart, counts: dict[str, int]) -> Iterator[Constraint]:
    """Yield a time between two events: in each cycle, or from the last cycle of the one to the first of the other."""
    cycles = schedule.cycle_of(timing.first), schedule.cycle_of(timing.second)
    low, high = timing.length.low, timing.length.high
    if cycles[0] is not None and cycles[0] == cycles[1]:
        for cycle in range(counts[cycles[0]] - timing.to_next):
            ends = _event(timing.first, cycle), _event(timing.second, cycle + timing.to_next)
            yield Constraint(*ends, low, high, name)
        return
    first = _event(timing.first, None if cycles[0] is None else counts[cycles[0]] - 1)
    second = _event(timing.second, None if cycles[1] is None else 0)
    yield Constraint(first, second, low, high, name)


def _timetables(schedule: Schedule, branch: Branch | None) -> list[Timetable]:
    if branch is None:
        return []
    return [
        each
        for way in branch.ways
        for each in timetables(schedule, branch, way, (0, schedule.irradiation.lost_days))
    ]


def _cycles(schedule: Schedule, name: str, tables: list[Timetable]) -> int:
    """Return how many cycles are followed: the most that there can be, or two where nothing says how many."""
    timing = schedule.entries[name].timing
    counts = [each.cycles(name)[1] for each in tables if each.days(name)]
    most = max(counts, default=ENDLESS)
    if most < ENDLESS:
        return most
    return (timing.times if isinstance(timing, Every) else None) or FOLLOWED


def _event(name: str, cycle: int | None) -> str:
    return name if cycle is None else f"{name} {cycle}"


def _moved(
    schedule: Schedule, entry: Entry, first: str, second: str, low: Fraction, high: Fraction | None
) -> Constraint:
    """Return a constraint, widened by as many days as the event can be moved by."""
    if entry.if_closed is not None:
        calendar = open_days(schedule.irradiation, entry.on)
        longest = 7 + len(calendar.holidays)
        if entry.if_closed == "next":
            high = None if high is None else high + longest
        else:
            low -= longest
    return Constraint(first, second, low, high, entry.name)


def _meet(case: Case, branch: Branch | None, names: frozenset[str]) -> bool:
    """Return whether there is a patient whom all sentences of a set are for. Raises `Unknown`."""
    events = _events(case.protocol.schedule, names)
    if branch is not None:
        return applies(case, branch, *events)
    return case.possible(case.patients())([Holds(populations(case.protocol, *events))])


def _events(schedule: Schedule, names: frozenset[str]) -> list[str]:
    """Return the entries of a set, and the events that its intervals lie between."""
    found = sorted(name for name in names if name in schedule.entries)
    for name in list(found):
        timing = schedule.entries[name].timing
        if isinstance(timing, Apart):
            found += [timing.first, timing.second]
    return found


def _finding(case: Case, branch: Branch | None, core: frozenset[str], constraints: list[Constraint]) -> Finding:
    schedule = case.protocol.schedule
    concerned = [entry for name, entry in schedule.entries.items() if name in core]
    of_course = branch is not None and COURSE in core
    names = [f"`{each.name}`" for each in concerned]
    if branch is not None and of_course:
        names.append(f"the course of {branch.name}")
    labels = [Label(each.place, each.quotes, f"`{each.name}`: {say_timing(each.timing)}") for each in concerned]
    prescriptions = [branch.prescription] if branch is not None and of_course else []
    return Finding(
        CODE,
        NAME,
        Severity.ERROR,
        f"{names[0]} contradicts itself" if len(names) == 1 else f"{joined(names)} cannot all be kept",
        readings=found_under(case, [] if branch is None else [branch], *_events(schedule, core)),
        labels=(*labels, *(prescription_label(case, each) for each in prescriptions)),
        help="lengthen or shorten one of them",
        details=tuple(_rows(schedule, core, constraints)),
    )


def _rows(schedule: Schedule, core: frozenset[str], constraints: list[Constraint]) -> Iterator[Detail]:
    """Yield for each interval what the other sentences leave for it."""
    for name, entry in schedule.entries.items():
        if name not in core or not isinstance(entry.timing, Apart):
            continue
        others = of(constraints, core - {name})
        for each in of(constraints, frozenset([name])):
            low, high = narrowest(others, each.first, each.second)
            short = high is not None and each.low is not None and high < each.low
            long = low is not None and each.high is not None and low > each.high
            if (short and (high or 0) >= 0) or (long and low is not None):
                to = f"the next `{entry.timing.second}`" if entry.timing.to_next else f"`{entry.timing.second}`"
                left = f"at most {_days(high)}" if short else f"at least {_days(low)}"
                says = f"`{name}` says {entry.timing.length.text}, the rest {left}"
                yield Detail("", f"from `{entry.timing.first}` to {to}: {says}")
                break


def _days(number: Fraction | None) -> str:
    assert number is not None  # noqa: S101 - who says it has compared it
    return f"{plain(number)} day{'' if number == 1 else 's'}"


_HEAD = """\
trialproof: 1
title: {title}
schedule:
  chemotherapy: {{every: {every}, from: first fraction, times: 6}}
  growth_factor: {{after: chemotherapy, delay: 48 hours}}
  washout: {{from: growth_factor, to: next chemotherapy, at_least: 14 days}}
"""
PASSES = (
    _HEAD.format(title="19 days are left", every="21 days"),
    _HEAD.format(title="as late as needed", every="7-21 days"),
)
FAILS = (
    _HEAD.format(title="5 days are left", every="7 days"),
    """\
trialproof: 1
title: operated too late
decisions:
  prescription:
    for: everyone
    choices:
      everybody: {when: everyone, course: 50.4 Gy / 1.8 Gy / 28 f}
schedule:
  staging: {any_time: true}
  surgery: {after: irradiation, delay: 6-8 weeks}
  before_treatment: {from: staging, to: first fraction, at_least: 1 day}
  valid: {from: staging, to: surgery, at_most: 10 weeks}
""",
)
CHECK = Check(CODE, NAME, Severity.ERROR, run, passes=PASSES, fails=FAILS)
