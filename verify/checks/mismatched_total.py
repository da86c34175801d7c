"""A total dose that is not dose per fraction times number of fractions.

What it does
    Multiplies, exactly, for every phase and every level of a simultaneous boost. A total must be one that the written
    doses and numbers of fractions can give. If it is a range, both of its ends must be (a warning: within the range
    something does work). Where ranges of doses and fractions meet no total at all, TP302 says so.

Why it matters
    Three numbers that contradict one another are three different courses, and each site gives another one.

Example
    60 Gy in 29 fractions of 2 Gy: 29 fractions of 2 Gy are 58 Gy.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from trialproof.model.course import Level, Phase, Span, combinations, say_level, total_of
from trialproof.model.course_text import MOST_FRACTIONS
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said
from trialproof.verify.finding import Detail, Finding, Prescription, Severity
from trialproof.verify.treatment.doses import (
    as_prescribed,
    named,
    prescription_label,
    prescriptions,
    say_gray,
    say_grays,
)

CODE, NAME = "TP301", "mismatched-total"


def run(case: Case) -> Iterator[Said]:
    """Judge every level of every phase; and list every prescription for the report."""
    for prescription in prescriptions(case):
        yield prescription
        for phase in prescription.course.phases:
            for level in phase.levels:
                yield from _judge(case, prescription, phase, level)


def _judge(case: Case, prescription: Prescription, phase: Phase, level: Level) -> Iterator[Finding]:
    found = combinations(phase, level)
    if all(each.dose is None for each in found):
        if phase.fewest == phase.most and level.dose.point is not None:
            given = found[0].given
            says = f"but {phase.fewest} f of {say_grays(level.dose)} are {say_grays(given)}"
            yield _finding(case, prescription, phase, level, says, Severity.ERROR)
        return
    reached = total_of(phase, level)
    if reached is None:
        return
    ends = [level.total.low, level.total.high]
    missed = [say_gray(end) for end in ends if end not in (reached.low, reached.high)]
    if missed:
        says = f"but {' and '.join(missed)} cannot be reached: what works gives {say_grays(reached)}"
        yield _finding(case, prescription, phase, level, says, Severity.WARNING)


def _finding(
    case: Case, prescription: Prescription, phase: Phase, level: Level, says: str, severity: Severity
) -> Finding:
    would_do = tuple(that_work(phase, level)) if severity is Severity.ERROR else ()
    return Finding(
        CODE,
        NAME,
        severity,
        f"{named(prescription)} prescribes {say_level(phase, level)}, {says}",
        decision=prescription.decision,
        choices=(prescription.choice,),
        readings=as_prescribed(case, prescription),
        labels=(prescription_label(case, prescription),),
        help="correct whichever of the three numbers is wrong",
        details=tuple(Detail("would do", each) for each in would_do),
    )


def that_work(phase: Phase, level: Level) -> Iterator[str]:
    """Yield the courses that differ from this one in a single number and do work."""
    count, total, dose = phase.fewest, level.total, level.dose.low
    yield say_level(phase, Level(level.dose.times(count), level.dose))
    if total.point is not None:
        yield say_level(phase, Level(total, Span(total.low / count, total.low / count)))
    counts = Fraction(total.low) / dose
    if counts.denominator == 1 and 1 <= counts <= MOST_FRACTIONS:
        yield say_level(Phase((level,), int(counts), int(counts), phase.per_day), level)


PASSES = (
    """\
trialproof: 1
title: 30 times 2
decisions:
  prescription:
    for: everyone
    choices:
      everybody: {when: everyone, course: 60 Gy / 2 Gy / 30 f}
""",
    """\
trialproof: 1
title: every level, and a whole range
decisions:
  prescription:
    for: everyone
    choices:
      everybody:
        when: everyone
        course: {levels: [50.4 Gy / 1.8 Gy / 28 f, 59.92 Gy / 2.14 Gy / 28 f]}
""",
)
FAILS = (
    """\
trialproof: 1
title: one fraction short
decisions:
  prescription:
    for: everyone
    choices:
      everybody: {when: everyone, course: 60 Gy / 2 Gy / 29 f}
""",
    """\
trialproof: 1
title: one level of a simultaneous boost
decisions:
  prescription:
    for: everyone
    choices:
      everybody:
        when: everyone
        course: {levels: [50.4 Gy / 1.8 Gy / 28 f, 60 Gy / 2.14 Gy / 28 f]}
""",
)
CHECK = Check(CODE, NAME, Severity.ERROR, run, passes=PASSES, fails=FAILS)
