"""A range of doses or fractions of which some combinations do not work.

What it does
    Goes through the numbers of fractions, and works out for each, exactly, with which doses per fraction the total
    stays in its range. A number that never works, or only with some of the doses, is named; the table has all of them.
    If nothing works at all, that is an error. If everything works, but different fractions or doses give different
    totals, the ranges are no free choice, and a note says which values belong together.

Why it matters
    "10-12 Gy in 5-7 fractions of 1.8-2 Gy" looks like room to choose. Whoever takes 7 fractions leaves the protocol,
    with any of the doses.

Example
    10-12 Gy / 1.8-2 Gy / 5-7 f: 7 fractions never work, 5 only with exactly 2 Gy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialproof.model.course import Combination, Level, Phase, combinations, say_level, working
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

CODE, NAME = "TP302", "infeasible-corner"

MOST_TOLD = 3
"""Numbers of fractions that are told one by one in the message; the table has all of them."""


def run(case: Case) -> Iterator[Said]:
    """Judge every level with a range, then whether the levels of a phase have a number of fractions in common."""
    for prescription in prescriptions(case):
        for phase in prescription.course.phases:
            judged = [list(_judge(case, prescription, phase, level)) for level in phase.levels]
            for found in judged:
                yield from found
            if all(any(each.dose is not None for each in combinations(phase, level)) for level in phase.levels):
                yield from _judge_together(case, prescription, phase)


def _judge(case: Case, prescription: Prescription, phase: Phase, level: Level) -> Iterator[Finding]:
    if phase.fewest == phase.most and level.dose.point is not None:
        return
    found = combinations(phase, level)
    details = tuple(Detail(f"{each.fractions} f", _says(level, each)) for each in found)
    never = [each for each in found if each.dose is None]
    only = [each for each in found if each.dose not in (None, level.dose)]
    if len(never) == len(found):
        says, severity = "and no combination of them works", Severity.ERROR
    elif never or only:
        said = [f"{_counts(never)} never {_work(never)}"] if never else []
        told = only if len(only) <= MOST_TOLD else only[:1]
        said += [f"{each.fractions} f {_work([each])} only with {say_grays(each.dose)}" for each in told if each.dose]
        said += [f"and {len(only) - 1} others only with some of the doses"] if len(only) > MOST_TOLD else []
        says, severity = f"but {', '.join(said)}", Severity.WARNING
    elif level.total.point is None:
        says, severity = f"which is exact, but no free choice: {_together(level, found)}", Severity.NOTE
        details = details if len(details) > 2 else ()  # the message has both ends
    else:
        return
    yield Finding(
        CODE,
        NAME,
        severity,
        f"{named(prescription)} prescribes {say_level(phase, level)}, {says}",
        decision=prescription.decision,
        choices=(prescription.choice,),
        readings=as_prescribed(case, prescription),
        labels=(prescription_label(case, prescription),),
        help="write the combinations that are meant one by one, and say who chooses",
        details=details,
    )


def _judge_together(case: Case, prescription: Prescription, phase: Phase) -> Iterator[Finding]:
    if working(phase, phase.levels[0]):
        return
    details = []
    for level in phase.levels:
        counts = [each for each in combinations(phase, level) if each.dose is not None]
        details.append(Detail(_counts(counts), f"for {say_level(phase, level)}"))
    yield Finding(
        CODE,
        NAME,
        Severity.ERROR,
        f"{named(prescription)} prescribes levels for the same fractions, and no number of fractions suits all of them",
        decision=prescription.decision,
        choices=(prescription.choice,),
        readings=as_prescribed(case, prescription),
        labels=(prescription_label(case, prescription),),
        help="correct the doses of one level",
        details=tuple(details),
    )


def _together(level: Level, found: Sequence[Combination]) -> str:
    """Say which total belongs to which number of fractions, or to which dose."""
    if len(found) == 1:
        ends = [(level.dose.low, found[0].given.low), (level.dose.high, found[0].given.high)]
        return ", ".join(f"{found[0].fractions} f of {say_gray(dose)} are {say_gray(total)}" for dose, total in ends)
    return ", ".join(f"{each.fractions} f are {say_grays(each.given)}" for each in (found[0], found[-1]))


def _says(level: Level, each: Combination) -> str:
    given = f"{each.fractions} f of {say_grays(level.dose)} are {say_grays(each.given)}"
    if each.dose is None or each.total is None:
        return f"never: {given}"
    if each.dose == level.dose:
        return f"any dose: {given}"
    return f"only {say_grays(each.dose)}: {say_grays(each.total)}"


def _counts(found: Sequence[Combination]) -> str:
    """Say numbers of fractions: `7 f`, `5, 6 and 9 f`."""
    *others, last = (str(each.fractions) for each in found)
    return f"{', '.join(others)} and {last} f" if others else f"{last} f"


def _work(found: Sequence[Combination]) -> str:
    return "works" if len(found) == 1 and found[0].fractions == 1 else "work"


PASSES = (
    """\
trialproof: 1
title: every combination gives a total of its range, and there is one
decisions:
  prescription:
    for: everyone
    choices:
      everybody: {when: everyone, course: 60 Gy / 2 Gy / 30 f}
""",
)
FAILS = (
    """\
trialproof: 1
title: seven fractions never work
decisions:
  prescription:
    for: everyone
    choices:
      everybody: {when: everyone, course: 10-12 Gy / 1.8-2 Gy / 5-7 f}
""",
)
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=PASSES, fails=FAILS)
