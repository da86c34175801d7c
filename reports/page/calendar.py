"""The calendar of each branch of treatment, as a drawing: weeks from left to right, fractions and what else happens.

Measures are those of the drawing, in its own units; a day is `DAY` wide. What is drawn is also said in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trialproof.model.condition import EVERYONE
from trialproof.model.course import Phase, say_course, say_level
from trialproof.model.english import say
from trialproof.model.protocol import Protocol
from trialproof.model.schedule import WEEKDAYS, AsNeeded, Irradiation, say_timing
from trialproof.reports.page.material import Material
from trialproof.verify.check import joined
from trialproof.verify.treatment.timeline import Happening, Timeline

WEEK = 7
DAY = 13
ROW = 30
LEFT = 190
TOP = 44
LONGEST_LABEL = 26
LONGEST_PHASE_LABEL = 22


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on one day or several: where it begins and how wide it is. `spare`: it is not always given."""

    x: int
    width: int
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Track:
    """One row of a drawing: phase or entry; `marks` is empty where nothing says when, and `says` tells all in words."""

    kind: str
    y: int
    label: str
    title: str
    marks: tuple[Mark, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """One branch. `weeks` has where each week begins, closed days where they begin; both in units of the drawing."""

    anchor: str
    name: str
    label: str
    course: str
    width: int
    height: int
    weeks: tuple[tuple[int, int], ...]
    closed: tuple[Mark, ...]
    tracks: tuple[Track, ...]
    begins: str
    lasts: str


@dataclass(frozen=True, slots=True)
class Calendars:
    """The branches, or why there are none; `same` says what all drawings have in common."""

    branches: tuple[Calendar, ...]
    unclear: str
    day: int = DAY
    row: int = ROW
    left: int = LEFT
    top: int = TOP


def calendar(material: Material) -> Calendars | None:
    """Return the calendars; None where there is no course."""
    if material.timelines is None:
        return Calendars((), material.unclear)
    drawn = tuple(
        _drawn(material.protocol, each, number) for number, each in enumerate(material.timelines, start=1)
    )
    return Calendars(drawn, "") if drawn else None


def _drawn(protocol: Protocol, timeline: Timeline, number: int) -> Calendar:
    prescription = timeline.branch.prescription
    choice = protocol.decisions[prescription.decision].choice(prescription.choice)
    tracks = tuple(_tracks(protocol, timeline))
    last = max([timeline.longest, *(end for each in timeline.happenings for _, end in each.times)])
    count = -(-(last + timeline.starts_on) // WEEK)
    days = count * WEEK - timeline.starts_on
    weekdays = protocol.schedule.irradiation.days
    closed = [day for day in range(1, days + 1) if (day - 1 + timeline.starts_on) % WEEK not in weekdays]
    begins = [1, *range(WEEK - timeline.starts_on + 1, days + 1, WEEK)]
    return Calendar(
        f"calendar-{number}",
        timeline.branch.name,
        choice.label,
        say_course(timeline.branch.ways[-1].course) if prescription.lowers else say_course(prescription.course),
        LEFT + days * DAY + DAY,
        TOP + len(tracks) * ROW + 8,
        tuple((week, _x(day)) for week, day in enumerate(begins, start=1)),
        tuple(_runs(closed)),
        tracks,
        WEEKDAYS[timeline.starts_on],
        _lasts(timeline, protocol.schedule.irradiation),
    )


def _lasts(timeline: Timeline, irradiation: Irradiation) -> str:
    days = f"day {timeline.shortest}"
    if timeline.longest != timeline.shortest:
        days += f" to {timeline.longest}"
    counts = timeline.branch.counts
    fractions = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    said = f"{fractions} fractions; the last on {days}"
    why = [] if len(counts) == 1 else ["the number of fractions"]
    why += ["the day on which the course begins"] if len(irradiation.starts) > 1 else []
    why += ["the days that are lost"] if irradiation.lost_days else []
    return f"{said}, by {joined(why)}" if timeline.longest > timeline.shortest and why else said


def _tracks(protocol: Protocol, timeline: Timeline) -> Iterator[Track]:
    way = max(timeline.branch.ways, key=lambda each: (len(each.fractions), each.fractions[-1]))
    total, done = sum(map(len, timeline.phases)), 0
    for at, (phase, days) in enumerate(zip(way.course.phases, timeline.phases, strict=True)):
        title = "boost" if phase.boost else "irradiation" if len(way.course.phases) == 1 else f"phase {at + 1}"
        spare = [done + number > total - timeline.spare for number in range(1, len(days) + 1)]
        done += len(days)
        yield Track("phase", _y(at), title, title, tuple(_fractions(days, spare)), _said(phase, days, spare))
    for at, each in enumerate(timeline.happenings, start=len(timeline.phases)):
        marks = tuple(Mark(_x(first), (last - first + 1) * DAY) for first, last in each.times)
        title = each.entry.title
        yield Track("entry", _y(at), _short(title), title, marks, _says(protocol, each))


def _fractions(days: Sequence[int], spare: Sequence[bool]) -> Iterator[Mark]:
    seen: set[int] = set()
    for day, extra in zip(days, spare, strict=True):
        if day not in seen:
            seen.add(day)
            yield Mark(_x(day), DAY, extra)


def _said(phase: Phase, days: Sequence[int], spare: Sequence[bool]) -> str:
    often = f"{phase.per_day} fractions a day, " if phase.per_day > 1 else ""
    doses = " with ".join(say_level(phase, level) for level in phase.levels)
    perhaps = f"; the last {'one' if sum(spare) == 1 else sum(spare)} not in every course" if any(spare) else ""
    return f"{doses}: {often}from day {days[0]} to day {days[-1]}{perhaps}"


def _says(protocol: Protocol, happening: Happening) -> str:
    entry = happening.entry
    said = say_timing(entry.timing)
    if happening.times:
        days = ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in happening.times)
        said += f": day {days}{' and so on' if happening.goes_on else ''}"
    elif not isinstance(entry.timing, AsNeeded):
        said += ": nothing says on which day"
    if entry.population != EVERYONE:
        said += f" (for those of whom this is so: {say(entry.population, protocol)})"
    return said


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_LABEL else f"{title[: LONGEST_LABEL - 1].rstrip()}…"


def _runs(days: Sequence[int]) -> Iterator[Mark]:
    """Yield days that follow one another as one mark."""
    begin = previous = None
    for day in (*days, None):
        if previous is not None and day != previous + 1:
            yield Mark(_x(begin or previous), (previous - (begin or previous) + 1) * DAY)
            begin = day
        begin = begin if begin is not None else day
        previous = day


def _x(day: int) -> int:
    return LEFT + (day - 1) * DAY


def _y(row: int) -> int:
    return TOP + row * ROW
