"""Courses of radiotherapy: phases of total dose, dose per fraction and number of fractions, exact, in Gy.

Frozen values, and the arithmetic that needs nothing else. A range stands for every value from its low to its high end,
both included. Times a whole number of fractions, a range of doses is a range of totals without holes: nothing here is
a sample.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import TypeAlias, Union

from trialproof.model.exact import plain

TIMES_A_DAY: Mapping[str, int] = {"bid": 2, "tid": 3}
"""How a file says that more than one fraction is given a day."""


@dataclass(frozen=True, slots=True)
class Span:
    """Every number from `low` to `high`, both included; `low` is never above `high`."""

    low: Fraction
    high: Fraction

    @property
    def point(self) -> Fraction | None:
        """The one number, if it is one."""
        return self.low if self.low == self.high else None

    def __add__(self, other: Span) -> Span:
        return Span(self.low + other.low, self.high + other.high)

    def times(self, factor: Fraction | int) -> Span:
        """Return every number of the span, multiplied; the factor is not negative."""
        return Span(self.low * factor, self.high * factor)

    def meet(self, other: Span) -> Span | None:
        """Return what both have in common; None for nothing."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Span(low, high) if low <= high else None

    def join(self, other: Span) -> Span:
        """Return the smallest span around both."""
        return Span(min(self.low, other.low), max(self.high, other.high))


@dataclass(frozen=True, slots=True)
class Level:
    """What one target gets in a phase: its total and its dose per fraction, in Gy and above zero."""

    total: Span
    dose: Span


@dataclass(frozen=True, slots=True)
class Phase:
    """So many fractions in a row, from `fewest` to `most`, `per_day` of them a day.

    Several levels are a simultaneous integrated boost: each target gets its own dose in each of the same fractions.
    `boost` marks a phase that only adds to an earlier one.
    """

    levels: tuple[Level, ...]
    fewest: int
    most: int
    per_day: int = 1
    boost: bool = False

    @property
    def counts(self) -> range:
        """The numbers of fractions that are written."""
        return range(self.fewest, self.most + 1)


@dataclass(frozen=True, slots=True)
class Course:
    """Phases, one after the other; at least one, and the first is no boost."""

    phases: tuple[Phase, ...]


@dataclass(frozen=True, slots=True)
class CourseReadings:
    """A course whose sentence has several readings: (reading, course) pairs, of which one is chosen."""

    sentence: str
    options: tuple[tuple[str, Course], ...]


Prescribed: TypeAlias = Union[Course, CourseReadings]


def chosen(prescribed: Prescribed, selection: Mapping[str, str]) -> Course:
    """Return the course as the selection reads it."""
    if isinstance(prescribed, Course):
        return prescribed
    return dict(prescribed.options)[selection[prescribed.sentence]]


@dataclass(frozen=True, slots=True)
class Combination:
    """What a level allows with one number of fractions.

    `given` is what the written doses times this number come to. `dose` are those doses whose product lies within the
    written total (None: none does), and `total` their products.
    """

    fractions: int
    given: Span
    dose: Span | None
    total: Span | None


def combinations(phase: Phase, level: Level) -> tuple[Combination, ...]:
    """Return what works for each number of fractions, exactly: n fractions of d work iff n d lies in the total."""
    found = []
    for count in phase.counts:
        dose = level.dose.meet(level.total.times(Fraction(1, count)))
        found.append(Combination(count, level.dose.times(count), dose, None if dose is None else dose.times(count)))
    return tuple(found)


def working(phase: Phase, level: Level) -> tuple[Combination, ...]:
    """Return the combinations of a level that work, with a number of fractions that works for every level."""
    others = [{each.fractions for each in combinations(phase, one) if each.dose is not None} for one in phase.levels]
    return tuple(
        each
        for each in combinations(phase, level)
        if each.dose is not None and all(each.fractions in counts for counts in others)
    )


def total_of(phase: Phase, level: Level) -> Span | None:
    """Return the smallest span around the totals of all working combinations; None where there is none."""
    spans = [each.total for each in working(phase, level) if each.total is not None]
    return reduce(Span.join, spans) if spans else None


def highest(phase: Phase) -> Level:
    """Return the level of the target that gets the most: by what works, else by what is written."""

    def given(level: Level) -> tuple[Fraction, ...]:
        total = total_of(phase, level) or level.total
        return (total.high, total.low, level.dose.high, level.dose.low)

    return max(phase.levels, key=given)


def course_total(course: Course) -> Span | None:
    """Return what the target gets that is in every phase, and at the highest level of each; None where none works."""
    totals = [total_of(phase, highest(phase)) for phase in course.phases]
    known = [each for each in totals if each is not None]
    return reduce(Span.__add__, known) if len(known) == len(totals) else None


def say_span(span: Span) -> str:
    """Say a span: `60`, `59.92-62.16`."""
    return plain(span.low) if span.point is not None else f"{plain(span.low)}-{plain(span.high)}"


def say_counts(phase: Phase) -> str:
    """Say the numbers of fractions: `28`, `5-7`."""
    return f"{phase.fewest}" if phase.fewest == phase.most else f"{phase.fewest}-{phase.most}"


def say_level(phase: Phase, level: Level) -> str:
    """Say a level as the file writes it: `59.92-62.16 Gy / 2.14-2.22 Gy / 28 f`."""
    often = "".join(f" {word}" for word, times in TIMES_A_DAY.items() if times == phase.per_day)
    return f"{say_span(level.total)} Gy / {say_span(level.dose)} Gy{often} / {say_counts(phase)} f"


def say_phase(phase: Phase) -> str:
    """Say a phase, its levels joined by `with`."""
    return " with ".join(say_level(phase, level) for level in phase.levels)


def say_course(course: Course) -> str:
    """Say a course in one line: `50.4 Gy / 1.8 Gy / 28 f, then a boost of 10-12 Gy / 1.8-2 Gy / 5-6 f`."""
    said = [f"{'a boost of ' if phase.boost else ''}{say_phase(phase)}" for phase in course.phases]
    return ", then ".join(said)


def say_prescribed(prescribed: Prescribed | None) -> str:
    """Say what is prescribed, every reading of it; `not said` for None."""
    match prescribed:
        case None:
            return "not said"
        case Course():
            return say_course(prescribed)
        case CourseReadings(_, options):
            return "; or ".join(f"{say_course(course)} (read as `{name}`)" for name, course in options)
