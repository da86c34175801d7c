"""Some patient gets no choice because a value lies exactly on a threshold.

What it does
    Lists the gaps in which some number is pinned to one recordable value: "larger than 5 cm" beside "less than 5
    cm" leaves out exactly 5 cm. The step in which the quantity is charted is printed with it, and what becomes of
    the patient one step below and one step above. The JSON report has such patients for every value that a decision
    compares something with: what to test the case report form with.

Why it matters
    Charted values are rounded, so a boundary is not a point that nobody hits: 5.0 cm and 16 months are among the
    most often recorded values of all.

Example
    Arm A takes tumours larger than 5 cm, arm B tumours less than 5 cm: a patient with exactly 5.0 cm gets no arm.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trialproof.model.protocol import Decision
from trialproof.verify.boundary_patients import about_region, all_values, most_values, values_of
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, Vacuous, gave_up, whom
from trialproof.verify.checks.gap import PASSES, gap_finding, told_together
from trialproof.verify.fates import boundary, gaps, somebody
from trialproof.verify.finding import Severity
from trialproof.verify.solver import Unknown

CODE, NAME = "TP103", "boundary-gap"


def run(case: Case) -> Iterator[Said]:
    """List the boundary gaps of every decision; that there is no gap at all is said by TP101."""
    for decision in case.protocol.decisions.values():
        yield from _values(case, decision)
        if decision.bounds[0] == 0:
            continue
        try:
            if somebody(case, decision) is not None:
                for regions in told_together(decision, boundary(gaps(case, decision)).regions):
                    finding = gap_finding(case, decision, regions, CODE, NAME)
                    yield replace(finding, boundary=about_region(case, decision, regions[0]))
        except Unknown as reason:
            what = f"{whom(decision.population)} on a threshold can be without a choice of `{decision.name}`"
            yield gave_up(CODE, NAME, what, reason, decision)


def _values(case: Case, decision: Decision) -> Iterator[Said]:
    """List the patients about every value that the decision compares something with, whatever it intends."""
    try:
        yield from all_values(case, decision)
        left = len(values_of(case, decision)) - most_values(decision)
        if left > 0:
            yield Vacuous(f"patients about {left} further values of `{decision.name}`")
    except Unknown as reason:
        yield gave_up(CODE, NAME, f"there are patients about each value of `{decision.name}`", reason, decision)


FAILS = """\
trialproof: 1
title: exactly 5 cm
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
decisions:
  arm:
    choices:
      large: {when: size > 5 cm}
      small: {when: size < 5 cm}
"""
CHECK = Check(CODE, NAME, Severity.ERROR, run, passes=(PASSES,), fails=(FAILS,))
