"""A course that gives more than a declared limit allows.

What it does
    Compares each course with each limit that is declared for its patients: the total, the dose per fraction, or the BED
    or EQD2 at the limit's alpha/beta. Phases are added up, each with its own dose per fraction, and of a simultaneous
    boost the highest level counts. A range is compared at its upper end, within what works.

Why it matters
    Whoever wrote the upper end of a range may not have had the tolerance of the organ, or the trial that ended there,
    in mind.

Example
    A boost of up to 62.16 Gy in 28 fractions, where a published trial found 59.92 Gy to be the highest tolerable.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from trialproof.model.course import Course, Span, course_total, working
from trialproof.model.dose import DoseKind, DoseLimit
from trialproof.model.radiobiology import bed, course_worth, eqd2
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, gave_up
from trialproof.verify.finding import Finding, Label, Prescription, Severity
from trialproof.verify.solver import Unknown
from trialproof.verify.treatment.doses import (
    as_prescribed,
    is_for,
    named,
    prescription_label,
    prescriptions,
    rules_for,
    say_gray,
    say_grays,
)

CODE, NAME = "TP304", "exceeded-limit"


def run(case: Case) -> Iterator[Said]:
    """Judge every course by every limit that is for some of its patients."""
    for limit in case.protocol.limits.values():
        for prescription in prescriptions(case):
            given = _given(prescription.course, limit)
            if given is None or given.high <= limit.at_most:
                continue
            try:
                if is_for(case, prescription, limit.population):
                    yield _finding(case, prescription, limit, given)
            except Unknown as reason:
                decision = case.protocol.decisions[prescription.decision]
                yield gave_up(CODE, NAME, f"{named(prescription)} is for patients of `{limit.name}`", reason, decision)


def _given(course: Course, limit: DoseLimit) -> Span | None:
    """Return what of a course is limited, in Gy; None where the course cannot be given."""
    match limit.kind:
        case DoseKind.TOTAL:
            return course_total(course)
        case DoseKind.PER_FRACTION:
            doses = [
                each.dose
                for phase in course.phases
                for level in phase.levels
                for each in working(phase, level)
                if each.dose is not None
            ]
            return max(doses, key=lambda dose: dose.high, default=None)
        case DoseKind.BED | DoseKind.EQD2:
            assert limit.alpha_beta is not None  # noqa: S101 - the file is refused without it
            return course_worth(bed if limit.kind is DoseKind.BED else eqd2, course, limit.alpha_beta)
        case _:
            assert_never(limit.kind)


def _finding(case: Case, prescription: Prescription, limit: DoseLimit, given: Span) -> Finding:
    unit = f" at alpha/beta {say_gray(limit.alpha_beta)}" if limit.alpha_beta is not None else ""
    what = "" if limit.kind is DoseKind.TOTAL else f" {limit.kind.value}"
    amount = f"up to {say_gray(given.high)}" if given.low <= limit.at_most else say_grays(given)
    label = f", {limit.label}" if limit.label else ""
    allowed = f"`{limit.name}`{label}: at most {say_gray(limit.at_most)}{what}{unit} ({limit.source})"
    return Finding(
        CODE,
        NAME,
        Severity.WARNING,
        f"{named(prescription)} gives {amount}{what}{unit}, "
        f"and `{limit.name}` allows at most {say_gray(limit.at_most)}",
        decision=prescription.decision,
        choices=(prescription.choice,),
        readings=as_prescribed(case, prescription, rules=rules_for(case, prescription, limit.population)),
        labels=(prescription_label(case, prescription), Label(limit.place, limit.quotes, allowed)),
        help="lower the dose, or say why the limit does not bind here",
    )


PASSES = (
    """\
trialproof: 1
title: up to the limit
decisions:
  prescription:
    for: everyone
    choices:
      everybody: {when: everyone, course: 60 Gy / 2 Gy / 30 f}
limits:
  cord: {of: EQD2, alpha_beta: late, at_most: 60 Gy, source: an example}
""",
)
FAILS = (
    """\
trialproof: 1
title: larger fractions weigh more
decisions:
  prescription:
    for: everyone
    choices:
      everybody: {when: everyone, course: 60 Gy / 2.5 Gy / 24 f}
limits:
  cord: {of: EQD2, alpha_beta: late, at_most: 60 Gy, source: an example}
""",
)
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=PASSES, fails=FAILS)
