"""A dose at which something is to happen, and which no whole fraction brings exactly.

What it does
    For each entry of the schedule that waits for a dose, and each course whose patients it is for, adds up fraction by
    fraction: in a simultaneous boost for each level by itself, over phases the sum. It names the courses that never
    reach the dose, and those that step over it; what is listed for all others is the fraction that brings it.

Why it matters
    "CT at 50 Gy" has two dates where the fractions are of 1.8 Gy: at 48.6 Gy or at 50.4 Gy. A course that ends before
    has none.

Example
    50 Gy in fractions of 1.8 Gy: 27 fractions are 48.6 Gy, 28 are 50.4 Gy.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialproof.model.course import Level
from trialproof.model.dose import Checkpoint
from trialproof.model.passing import Passing, passing, targets
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, gave_up, listed
from trialproof.verify.finding import Detail, Finding, Label, Prescription, Severity
from trialproof.verify.solver import Unknown
from trialproof.verify.treatment.doses import (
    as_prescribed,
    is_for,
    prescription_label,
    prescriptions,
    rules_for,
    say_gray,
    say_grays,
)

CODE, NAME = "TP303", "unreached-checkpoint"


def run(case: Case) -> Iterator[Said]:
    """Judge every checkpoint against every course whose patients it is for."""
    for checkpoint in case.protocol.checkpoints.values():
        try:
            yield from _judge(case, checkpoint)
        except Unknown as reason:
            yield gave_up(CODE, NAME, f"each patient of `{checkpoint.name}` reaches its dose exactly", reason)


def _judge(case: Case, checkpoint: Checkpoint) -> Iterator[Finding]:
    missed: list[Prescription] = []
    stepped_over: list[Prescription] = []
    details: list[Detail] = []
    for prescription in prescriptions(case):
        if not is_for(case, prescription, checkpoint.population):
            continue
        ways = targets(prescription.course)
        for way in ways:
            found = passing(prescription.course, way, checkpoint.dose)
            if found is None:
                continue
            if not found.always:
                missed.append(prescription)
            elif not found.exact:
                stepped_over.append(prescription)
            level = "" if len(ways) == 1 else f", level of {' and '.join(_doses(way))}"
            details.append(Detail("", f"`{prescription.choice}`{level}: {_says(found)}"))
    if not missed and not stepped_over:
        return
    rules = [rule for each in (*missed, *stepped_over) for rule in rules_for(case, each, checkpoint.population)]
    concerned = tuple(dict.fromkeys((*missed, *stepped_over)))
    said = [f"is not always reached by {_names(missed)}"] if missed else []
    said += [f"no whole fraction of {_names(stepped_over)} brings"] if stepped_over else []
    yield Finding(
        CODE,
        NAME,
        Severity.WARNING,
        f"`{checkpoint.name}` waits for {say_gray(checkpoint.dose)}, which {', and '.join(said)}",
        decision=concerned[0].decision,
        choices=tuple(dict.fromkeys(each.choice for each in concerned)),
        readings=as_prescribed(case, *concerned, rules=rules),
        labels=(
            Label(checkpoint.place, checkpoint.quotes, f"`{checkpoint.name}` at {say_gray(checkpoint.dose)}"),
            *(prescription_label(case, each) for each in concerned),
        ),
        help="name the fraction for each course instead of the dose",
        details=tuple(details),
    )


def _says(found: Passing) -> str:
    if found.first is None or found.last is None:
        return "never"
    rest = "" if found.always else "; or never"
    if found.before is not None and found.after is not None:
        if found.exact:
            return f"{say_gray(found.after)} after {found.first} f{rest}"
        steps = ((found.before, found.first - 1), (found.after, found.first))
        return ", ".join(f"{say_gray(dose)} after {count} f" for dose, count in steps) + rest
    counts = f"{found.first} f" if found.first == found.last else f"{found.first} to {found.last} f"
    return f"reached with {counts}{'' if found.exact else ', never exactly'}{rest}"


def _names(found: list[Prescription]) -> str:
    return listed(dict.fromkeys(each.choice for each in found))


def _doses(way: tuple[Level, ...]) -> list[str]:
    return [say_grays(level.dose) for level in way]


PASSES = (
    """\
trialproof: 1
title: 25 fractions of 2 Gy
decisions:
  prescription:
    for: everyone
    choices:
      everybody: {when: everyone, course: 60 Gy / 2 Gy / 30 f}
schedule:
  imaging: {when: dose >= 50 Gy}
""",
)
FAILS = (
    """\
trialproof: 1
title: 48.6 Gy or 50.4 Gy
decisions:
  prescription:
    for: everyone
    choices:
      everybody: {when: everyone, course: 59.4 Gy / 1.8 Gy / 33 f}
schedule:
  imaging: {when: dose >= 50 Gy}
""",
)
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=PASSES, fails=FAILS)
