"""What becomes of a course that another one lowers, in every way in which that can be meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from trialproof.model.course import (
    Course,
    Level,
    Phase,
    Span,
    course_total,
    say_level,
    say_phase,
    total_of,
)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to lower a course: in words, and the course that results."""

    words: str
    course: Course


def ways_to_lower(course: Course, lower: Course) -> tuple[Way, ...]:
    """Return the ways in which `lower` can take the place of a course, or of a part of it.

    The whole course comes first, if its total is above the lower one's. Then, where `lower` is one phase of one level:
    any of several phases that is above it, with the others kept; and the lowest level of a simultaneous boost, with the
    others kept by their dose per fraction or by their total. Empty where nothing gets lower.
    """
    return tuple(_ways(course, lower))


def _ways(course: Course, lower: Course) -> Iterator[Way]:
    if _is_below(course_total(lower), course_total(course)):
        yield Way("instead of the whole course", lower)
    if len(lower.phases) > 1 or len(lower.phases[0].levels) > 1:
        return
    new = lower.phases[0]
    for at, phase in enumerate(course.phases):
        lowest = min(phase.levels, key=lambda level: (level.dose.low, level.dose.high))
        if not _is_below(total_of(new, new.levels[0]), total_of(phase, lowest)):
            continue
        before, after = course.phases[:at], course.phases[at + 1 :]
        others = list(phase.levels)
        others.remove(lowest)
        if others:
            for words, levels in _kept(others, new):
                lowered = replace(new, levels=(*new.levels, *levels), boost=phase.boost)
                yield Way(f"instead of {say_level(phase, lowest)}, {words}", Course((*before, lowered, *after)))
        elif len(course.phases) > 1:
            rest = " and ".join(say_phase(each) for each in (*before, *after))
            lowered = replace(new, boost=phase.boost)
            yield Way(f"instead of {say_phase(phase)}, {rest} kept", Course((*before, lowered, *after)))


def _kept(others: Sequence[Level], new: Phase) -> Iterator[tuple[str, tuple[Level, ...]]]:
    """Yield what is kept of the other levels of a boost, and those levels in the fractions of the new phase."""
    by_dose = tuple(Level(_products(level.dose, new), level.dose) for level in others)
    by_total = tuple(Level(level.total, _quotients(level.total, new)) for level in others)
    if by_dose == by_total:
        yield "the boost kept", by_dose
        return
    yield "the boost kept by its dose per fraction", by_dose
    yield "the boost kept by its total", by_total


def _products(dose: Span, new: Phase) -> Span:
    return Span(dose.low * new.fewest, dose.high * new.most)


def _quotients(total: Span, new: Phase) -> Span:
    return Span(total.low * Fraction(1, new.most), total.high * Fraction(1, new.fewest))


def _is_below(new: Span | None, old: Span | None) -> bool:
    return new is not None and old is not None and new.high < old.low
