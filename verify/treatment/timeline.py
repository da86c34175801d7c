"""The calendar of each branch of treatment, as it is drawn: one course, day by day, and what else happens on which day.

A timeline shows one of the calendars that the checks count through: the course with the most fractions, begun on the
first weekday on which it can begin, with no day lost. What every calendar has in common, or not, the checks say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trialproof.model.schedule import Apart, Entry
from trialproof.verify.case import Case
from trialproof.verify.treatment.calendar import WEEK, weekday
from trialproof.verify.treatment.timetable import Branch, Timetable, applies, branches, timetables

AFTERWARDS = 2 * WEEK
"""So many days after the last fraction are followed: what happens later is said to go on."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An entry of the schedule in one branch.

    `times` has the first and the last day, counted from the first fraction, day 1, on which it can happen, once for
    each time that it does; it is empty where nothing says on which day. `goes_on`: there are later ones.
    """

    entry: Entry
    times: tuple[tuple[int, int], ...]
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """One branch. Days are counted from the first fraction, day 1, which falls on `starts_on` (Monday is 0).

    `phases` has the days of the fractions of each phase; those of the last `spare` fractions are given only where the
    course has as many. `shortest` and `longest` are the days of the last fraction over every number of fractions, every
    day on which the course can begin, and every number of lost days.
    """

    branch: Branch
    starts_on: int
    phases: tuple[tuple[int, ...], ...]
    spare: int
    shortest: int
    longest: int
    happenings: tuple[Happening, ...]


def timelines(case: Case) -> tuple[Timeline, ...]:
    """Return the timeline of every branch. Raises `Unknown` if the solver gives up."""
    return tuple(_timeline(case, branch) for branch in branches(case))


def _timeline(case: Case, branch: Branch) -> Timeline:
    schedule = case.protocol.schedule
    lost = range(schedule.irradiation.lost_days + 1)
    ends = [each.day_of_last for way in branch.ways for each in timetables(schedule, branch, way, lost)]
    way = max(branch.ways, key=lambda each: (len(each.fractions), each.fractions[-1]))
    drawn = next(timetables(schedule, branch, way))
    return Timeline(
        branch,
        weekday(drawn.start),
        tuple(_phases(drawn)),
        branch.counts[-1] - branch.counts[0],
        min(ends),
        max(ends),
        tuple(
            _happening(drawn, name)
            for name, entry in schedule.entries.items()
            if not isinstance(entry.timing, Apart) and applies(case, branch, name)
        ),
    )


def _phases(drawn: Timetable) -> Iterator[tuple[int, ...]]:
    assert drawn.way is not None  # noqa: S101 - every branch has a course
    done = 0
    for phase in drawn.way.course.phases:
        yield tuple(drawn.fraction(done + at) - drawn.start + 1 for at in range(1, phase.fewest + 1))
        done += phase.fewest


def _happening(drawn: Timetable, name: str) -> Happening:
    entry = drawn.schedule.entries[name]
    cycle = drawn.schedule.cycle_of(name)
    count = 1 if cycle is None else drawn.cycles(cycle)[1]
    times = [_time(drawn, name, each) for each in range(count)]
    known = [each for each in times if each is not None]
    near = [each for each in known if each[0] <= drawn.day_of_last + AFTERWARDS]
    return Happening(entry, tuple(near), goes_on=len(near) < len(known))


def _time(drawn: Timetable, name: str, cycle: int) -> tuple[int, int] | None:
    days = drawn.days(name, cycle)
    return (days[0] - drawn.start + 1, days[-1] - drawn.start + 1) if days else None
