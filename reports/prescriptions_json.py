"""Prescriptions in the JSON of `check`: every number exact, as text; a null where no combination works."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from trialproof.model.course import Course, Level, Phase, Span, combinations, course_total, say_course, total_of
from trialproof.model.exact import plain
from trialproof.model.radiobiology import Formula, bed, course_worth, eqd2, level_worth
from trialproof.reports.json_shape import (
    CountShape,
    LevelShape,
    PhaseShape,
    PrescriptionShape,
    SpanShape,
    WorkingShape,
    WorthShape,
)
from trialproof.verify.finding import Prescription


def prescription_shape(found: Prescription, alpha_beta: Mapping[str, Fraction]) -> PrescriptionShape:
    """Return a prescription as it is published."""
    course: Course = found.course
    return PrescriptionShape(
        decision=found.decision,
        choice=found.choice,
        reading=found.reading,
        lowers=found.lowers,
        course=say_course(course),
        phases=[_phase(phase, alpha_beta) for phase in course.phases],
        given=_perhaps(course_total(course)),
        worth=_worths(alpha_beta, lambda formula, ratio: course_worth(formula, course, ratio)),
    )


def _phase(phase: Phase, alpha_beta: Mapping[str, Fraction]) -> PhaseShape:
    return PhaseShape(
        boost=phase.boost,
        fractions=CountShape(fewest=phase.fewest, most=phase.most, per_day=phase.per_day),
        levels=[_level(phase, level, alpha_beta) for level in phase.levels],
    )


def _level(phase: Phase, level: Level, alpha_beta: Mapping[str, Fraction]) -> LevelShape:
    return LevelShape(
        total=_span(level.total),
        dose=_span(level.dose),
        given=_perhaps(total_of(phase, level)),
        working=[
            WorkingShape(fractions=each.fractions, dose=_perhaps(each.dose), total=_perhaps(each.total))
            for each in combinations(phase, level)
        ],
        worth=_worths(alpha_beta, lambda formula, ratio: level_worth(formula, phase, level, ratio)),
    )


def _worths(
    alpha_beta: Mapping[str, Fraction], worth: Callable[[Formula, Fraction], Span | None]
) -> list[WorthShape]:
    return [
        WorthShape(
            tissue=tissue, alpha_beta=plain(ratio), bed=_perhaps(worth(bed, ratio)), eqd2=_perhaps(worth(eqd2, ratio))
        )
        for tissue, ratio in alpha_beta.items()
    ]


def _perhaps(span: Span | None) -> SpanShape | None:
    return None if span is None else _span(span)


def _span(span: Span) -> SpanShape:
    return SpanShape(low=plain(span.low), high=plain(span.high))
