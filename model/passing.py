"""When a course brings its cumulative dose to a given one: after which fraction, and whether exactly.

The dose is that of one target: in a simultaneous boost each level is another target, and every phase adds to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from trialproof.model.course import Course, Level, Phase, Span, working


@dataclass(frozen=True, slots=True)
class Passing:
    """How the cumulative dose passes a given one, whatever of its ranges a course makes use of.

    `exact`: some choice within the ranges brings exactly that dose after a whole number of fractions. `first` and
    `last` are the earliest and the latest fraction with which it is reached (None: it never is). `always`: it is
    reached whatever is chosen. `before` and `after` are the doses before and with that fraction, without a choice.
    """

    exact: bool
    first: int | None
    last: int | None
    always: bool
    before: Fraction | None = None
    after: Fraction | None = None


def targets(course: Course) -> tuple[tuple[Level, ...], ...]:
    """Return the level of each phase for each target, the target that gets the most first."""
    ranked = [sorted(phase.levels, key=lambda level: (-level.dose.high, -level.dose.low)) for phase in course.phases]
    count = max(len(levels) for levels in ranked)
    return tuple(tuple(levels[min(at, len(levels) - 1)] for levels in ranked) for at in range(count))


def passing(course: Course, target: tuple[Level, ...], dose: Fraction) -> Passing | None:
    """Return how a target's cumulative dose passes `dose` (in Gy, above zero); None where a phase cannot be given."""
    starts: dict[int, list[Span]] = {0: [Span(Fraction(0), Fraction(0))]}
    steps: list[_Step] = []
    for phase, level in zip(course.phases, target, strict=True):
        if not working(phase, level):
            return None
        ends: dict[int, list[Span]] = {}
        for step in _steps(phase, level, starts):
            if step.start.low < dose:
                steps.append(step)
                ends.setdefault(step.done + step.fractions, []).append(step.start + step.dose.times(step.fractions))
        starts = {count: _merged(spans) for count, spans in ends.items()}
    always = all(span.low >= dose for spans in starts.values() for span in spans)
    hits = [hit for step in steps if (hit := step.reaching(dose)) is not None]
    if not hits:
        return Passing(exact=False, first=None, last=None, always=False)
    exact = any(step.hits(dose) for step in steps)
    first, last = min(low for low, _ in hits), max(high for _, high in hits)
    ways = {(step.done, step.start, step.dose) for step in steps if step.reaching(dose) is not None}
    done, start, each = next(iter(ways))
    if len(ways) > 1 or start.point is None or each.point is None:
        return Passing(exact, first, last, always)
    before, after = (start.low + each.low * (count - done) for count in (first - 1, first))
    return Passing(exact, first, last, always, before, after)


@dataclass(frozen=True, slots=True)
class _Step:
    """A phase as it is given: so many fractions of these doses, `done` fractions and `start` Gy after the beginning."""

    done: int
    start: Span
    fractions: int
    dose: Span

    def reaching(self, dose: Fraction) -> tuple[int, int] | None:
        """Return the earliest and the latest number of fractions that reaches a dose within the step."""
        earliest = max(1, ceil((dose - self.start.high) / self.dose.high))
        if self.start.low >= dose or earliest > self.fractions:
            return None
        latest = min(self.fractions, ceil((dose - self.start.low) / self.dose.low))
        return self.done + earliest, self.done + latest

    def hits(self, dose: Fraction) -> bool:
        """Return whether some whole number of fractions within the step can bring exactly that dose."""
        reached = (self.start + self.dose.times(count) for count in range(1, self.fractions + 1))
        return any(span.low <= dose <= span.high for span in reached)


def _steps(phase: Phase, level: Level, starts: dict[int, list[Span]]) -> Iterator[_Step]:
    for combination in working(phase, level):
        for done, spans in starts.items():
            for start in spans:
                if combination.dose is not None:
                    yield _Step(done, start, combination.fractions, combination.dose)


def _merged(spans: list[Span]) -> list[Span]:
    """Return the same numbers in as few spans as can be."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda each: each.low):
        if merged and span.low <= merged[-1].high:
            merged[-1] = merged[-1].join(span)
        else:
            merged.append(span)
    return merged
