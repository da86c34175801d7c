"""What a schedule comes to on a calendar: courses as days of treatment, cycles, and the days on which entries fall.

Everything here is counted, for each day on which the course can begin, for each number of fractions that works and for
each number of lost days; nothing is sampled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

from trialproof.model.condition import EVERYONE, AllOf, Condition, Takes
from trialproof.model.course import Course, Phase, working
from trialproof.model.passing import passing, targets
from trialproof.model.protocol import Protocol
from trialproof.model.schedule import FIRST, LAST, After, AtDose, Duration, Entry, Every, Schedule, Timing
from trialproof.verify.case import Case
from trialproof.verify.finding import Prescription, Under
from trialproof.verify.solver import Unknown
from trialproof.verify.statement import Holds
from trialproof.verify.treatment.calendar import WEEK, OpenDays, days_after, longest, open_days, starts
from trialproof.verify.treatment.doses import as_prescribed, is_for, prescriptions
from trialproof.verify.treatment.lowering import ways_to_lower
from trialproof.verify.under import as_read, rules_of

ENDLESS = 60
"""So many cycles are followed where nothing says how many there are."""
MOST_WAYS = 500
"""So many combinations of numbers of fractions of one course are followed; for more, nothing is decided."""


@dataclass(frozen=True, slots=True)
class Way:
    """A course with one number of fractions in each phase.

    `fractions` has the day of treatment of each fraction, from 0; phases begin on a day of their own.
    """

    course: Course
    fractions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """The patients of one prescription, and the ways in which their course can be given."""

    prescription: Prescription
    ways: tuple[Way, ...]
    name: str

    @property
    def counts(self) -> tuple[int, ...]:
        """The numbers of fractions that can be given, ascending."""
        return tuple(sorted({len(way.fractions) for way in self.ways}))


def branches(case: Case) -> tuple[Branch, ...]:
    """Return every prescription that can be given, and every way in which another lowers it. Raises `Unknown`."""
    return case.once("branches", lambda: tuple(_branches(case)))


def _branches(case: Case) -> Iterator[Branch]:
    found = prescriptions(case)
    for each in found:
        if each.lowers is None:
            yield from _branch(each, f"`{each.choice}`", each.course)
    for lower in found:
        meant = [each for each in found if each.decision == lower.lowers]
        courses: dict[Course, list[str]] = {}
        for higher in meant:
            members = case.population(case.protocol.decisions[lower.decision].population)
            both = [Holds(Takes(each.decision, each.choice)) for each in (lower, higher)]
            if case.possible(members)(both):
                for way in ways_to_lower(higher.course, lower.course) or ():
                    courses.setdefault(way.course, []).append(f"`{higher.choice}`")
        for course, names in courses.items():
            kept = "" if course == lower.course else " with the boost kept"
            yield from _branch(lower, f"`{lower.choice}` for {' and '.join(dict.fromkeys(names))}{kept}", course)


def _branch(prescription: Prescription, name: str, course: Course) -> Iterator[Branch]:
    ways = tuple(_ways(course))
    if ways:
        yield Branch(prescription, ways, name)


def _ways(course: Course) -> Iterator[Way]:
    counts = [sorted({each.fractions for each in working(phase, phase.levels[0])}) for phase in course.phases]
    for index, chosen in enumerate(product(*counts)):
        if index == MOST_WAYS:
            raise Unknown("the ranges of a course combine in more ways than are followed")
        phases = [replace(phase, fewest=count, most=count) for phase, count in zip(course.phases, chosen, strict=True)]
        yield Way(Course(tuple(phases)), tuple(_treatment_days(phases)))


def _treatment_days(phases: list[Phase]) -> Iterator[int]:
    day = 0
    for phase in phases:
        yield from (day + at // phase.per_day for at in range(phase.fewest))
        day += -(-phase.fewest // phase.per_day)


def applies(case: Case, branch: Branch, *events: str) -> bool:
    """Return whether some patient of a branch has all of these entries. Raises `Unknown`."""
    return is_for(case, branch.prescription, populations(case.protocol, *events))


def populations(protocol: Protocol, *events: str) -> Condition:
    """Return for whom all of these entries are, with all that they hang on."""
    schedule = protocol.schedule
    known = dict.fromkeys(each for event in events for each in schedule.chain(event) if each in schedule.entries)
    found = dict.fromkeys(schedule.entries[name].population for name in known)
    conditions = tuple(each for each in found if each != EVERYONE)
    return conditions[0] if len(conditions) == 1 else AllOf(conditions)


def found_under(case: Case, concerned: Sequence[Branch], *events: str) -> Under:
    """Return the readings under which branches are given as they are, and these entries to whom they are."""
    given = as_prescribed(case, *(each.prescription for each in concerned))
    population = populations(case.protocol, *events)
    decisions = dict.fromkeys(each.prescription.decision for each in concerned)
    if population == EVERYONE and all(each.prescription.lowers is None for each in concerned):
        return given
    rules = [rule for name in decisions for rule in rules_of(case.protocol.decisions[name])]
    known = as_read(case, [population, *rules])
    if known.complete:
        return given
    return Under(({**known.choices[0], **given.choices[0]},), known.of, complete=False)


@dataclass(frozen=True, slots=True)
class Timetable:
    """A course that begins on the day `start`, with `lost` days lost; `way` is None where there is no course."""

    schedule: Schedule
    calendar: OpenDays
    start: int
    way: Way | None = None
    lost: int = 0

    def open_for(self, entry: Entry) -> OpenDays:
        """Return the days on which an entry can be given."""
        return self.calendar if entry.on is None else replace(self.calendar, weekdays=entry.on)

    def fraction(self, number: int, lost: int | None = None) -> int:
        """Return the day of a fraction, from 1, if so many days before it are lost (all, unless told otherwise)."""
        assert self.way is not None  # noqa: S101 - who asks has a course
        return self.calendar.nth(self.start, self.way.fractions[number - 1] + (self.lost if lost is None else lost))

    @property
    def last(self) -> int:
        """The day of the last fraction."""
        assert self.way is not None  # noqa: S101 - who asks has a course
        return self.fraction(len(self.way.fractions))

    @property
    def day_of_last(self) -> int:
        """The same, counted from the first fraction, day 1."""
        return self.last - self.start + 1

    def cycles(self, name: str) -> tuple[int, int]:
        """Return the smallest and the largest number of times that a repeated entry happens."""
        timing = self.schedule.entries[name].timing
        assert isinstance(timing, Every)  # noqa: S101 - who asks knows
        most = timing.times or ENDLESS
        if not timing.while_irradiating or self.way is None:
            return most, most
        begins, last = self.days(timing.start), self.last
        assert timing.period.high is not None  # noqa: S101 - the file is refused without it
        counts = []
        for day, period in ((max(begins), timing.period.high), (min(begins), timing.period.low)):
            counts.append(0 if day > last else (last - day) // int(period) + 1)
        return min(counts[0], most), min(counts[1], most)

    def days(self, event: str, cycle: int = 0) -> tuple[int, ...]:
        """Return the days on which an event can happen; empty where that cannot be told."""
        if event == FIRST:
            return (self.start,)
        if event == LAST:
            return () if self.way is None else (self.last,)
        entry = self.schedule.entries[event]
        calendar = self.open_for(entry)
        found: set[int] = set()
        match entry.timing:
            case Every(period, start):
                high = period.low if period.high is None else period.high
                for day in self.days(start):
                    due = range(day + cycle * int(period.low), day + cycle * int(high) + 1)
                    found.update([each for each in due if calendar.has(each)] or due)
            case After(before, delay) if delay is not None:
                for day in self.days(before, cycle):
                    for ends in days_after(day, delay, calendar):
                        kept = [each for each in ends if calendar.has(each)]
                        found.update(kept or ends)
            case AtDose():
                for number in self.fractions_at(event):
                    found.update(self.fraction(number, lost) for lost in range(self.lost + 1))
            case _:
                pass
        return tuple(sorted({self._moved(event, day) for day in found}))

    def latest(self, event: str, day: int, delay: Duration) -> int:
        """Return the latest day on which an event can come that ends a delay; moved, if its entry says so."""
        entry = self.schedule.entries[event]
        calendar = self.open_for(entry)
        found = [each[-1] for each in days_after(day, delay, calendar)]
        return max(self._moved(event, each) for each in found)

    def _moved(self, event: str, day: int) -> int:
        """Return the day that the schedule moves an event to, if it falls on a closed one."""
        entry = self.schedule.entries[event]
        calendar = self.open_for(entry)
        if entry.if_closed is None or calendar.has(day):
            return day
        return calendar.last_before(day) if entry.if_closed == "previous" else calendar.nth(day, 0)

    def fractions_at(self, event: str) -> tuple[int, ...]:
        """Return the numbers of fractions with which a course can first reach the dose of an entry; empty for none."""
        timing = self.schedule.entries[event].timing
        return () if self.way is None else reaching(self.way.course, timing)


@lru_cache(maxsize=1024)
def reaching(course: Course, timing: Timing) -> tuple[int, ...]:
    """Return the numbers of fractions with which a target's cumulative dose can first be as high as `timing` says."""
    found: set[int] = set()
    if not isinstance(timing, AtDose):
        return ()
    for target in targets(course):
        passed = passing(course, target, timing.dose)
        if passed is not None and passed.first is not None and passed.last is not None:
            found.update(range(passed.first, passed.last + 1))
    return tuple(sorted(found))


def timetables(
    schedule: Schedule, branch: Branch | None, way: Way | None, losses: Iterable[int] = (0,)
) -> Iterator[Timetable]:
    """Yield the timetables of one way to give a course, for every day on which it can begin and each loss of days."""
    calendar, lost = open_days(schedule.irradiation), tuple(losses)
    for start in starts(schedule.irradiation, _horizon(branch, schedule, calendar, max(lost))):
        for each in lost:
            yield Timetable(schedule, calendar, start, way, each)


def _horizon(branch: Branch | None, schedule: Schedule, calendar: OpenDays, lost: int) -> int:
    """Return within how many days of its start a timetable has everything that is followed."""
    fractions = max((way.fractions[-1] + 1 for way in branch.ways), default=0) if branch is not None else 0
    days = longest(calendar, fractions + lost)
    for entry in schedule.entries.values():
        match entry.timing:
            case Every(period, _, while_irradiating, times) if not while_irradiating or branch is None:
                days += int(period.high or period.low) * (times or ENDLESS)
            case After(_, delay) if delay is not None and delay.working:
                days += longest(calendar, int(delay.high or delay.low)) + WEEK
            case After(_, delay) if delay is not None:
                days += int(delay.high or delay.low) + WEEK
            case _:
                pass
    return days
