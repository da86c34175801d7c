"""What becomes of a course that another one lowers, in every way in which that can be meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from trialproof.model.course import Course, Level, Phase, Span, say_phase, total_of


@dataclass(frozen=True, slots=True)
class Way:
    """One way to lower a course: in words, and the course that results (None: it would not be lower)."""

    words: str
    course: Course


def ways_to_lower(course: Course, lower: Course) -> tuple[Way, ...]:
    """Return the ways in which `lower` can take the place of a course, or of a part of it.

    The whole course comes first, if its total is above the lower one's. Then, where `lower` is one phase of one level:
    any phase of several whose total is above it, the other phases kept; and of a simultaneous boost any level, the other
    levels kept, either by their dose per fraction or by their total. Empty where nothing gets lower.
    """
    return tuple(_ways(course, lower))


def _ways(course: Course, lower: Course) -> Iterator[Way]:
    if _is_higher(course, lower):
        yield Way("instead of the whole course", lower)
    if len(lower.phases) > 1 or len(lower.phases[0].levels) > 1:
        return
    (new,) = lower.phases
    (level,) = new.levels
    for at, phase in enumerate(course.phases):
        before, after = course.phases[:at], course.phases[at + 1 :]
        if len(phase.levels) == 1:
            if len(course.phases) > 1 and _is_above(phase, phase.levels[0], new):
                kept = " and ".join(say_phase(each) for each in (*before, *after))
                place = replace(new, boost=phase.boost)
                yield Way(f"instead of {say_phase(phase)}, with {kept} kept", Course((*before, place, *after)))
            continue
        for index, each in enumerate(phase.levels):
            if not _is_above(phase, each, new):
                continue
            others = [other for number, other in enumerate(phase.levels) if number != index]
            for words, kept_levels in _kept(others, new):
                lowered = replace(new, levels=(level, *kept_levels), boost=phase.boost)
                instead = f"instead of the level of {_level(each)}, the other {words}"
                yield Way(instead, Course((*before, lowered, *after)))


def _kept(others: list[Level], new: Phase) -> Iterator[tuple[str, tuple[Level, ...]]]:
    """Yield the other levels of a boost, given in the fractions of the new phase: what is kept of them, and they."""
    yield "kept by dose per fraction", tuple(Level(_over(level.dose, new), level.dose) for level in others)
    yield "kept by total", tuple(Level(level.total, _each(level.total, new)) for level in others)


def _over(dose: Span, new: Phase) -> Span:
    return Span(dose.low * new.fewest, dose.high * new.most)


def _each(total: Span, new: Phase) -> Span:
    return Span(total.low * Fraction(1, new.most), total.high * Fraction(1, new.fewest))


def _level(level: Level) -> str:
    from trialproof.model.course import say_span

    return f"{say_span(level.total)} Gy"


def _is_higher(course: Course, lower: Course) -> bool:
    from trialproof.model.course import course_total

    old, new = course_total(course), course_total(lower)
    return old is not None and new is not None and new.high < old.low


def _is_above(phase: Phase, level: Level, new: Phase) -> bool:
    old, lowered = total_of(phase, level), total_of(new, new.levels[0])
    return old is not None and lowered is not None and lowered.high < old.low
