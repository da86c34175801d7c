"""Some patient gets two choices because a value lies exactly on a threshold.

What it does
    Lists the overlaps in which some number is pinned to one recordable value: "18 to 65" beside "65 and over" takes
    65 twice.

Why it matters
    Nobody notices until a patient of exactly that value is enrolled, and then every site answers differently.

Example
    Dose band A is for 40 to 65 kg, band B for 65 to 90 kg: a patient of exactly 65 kg is in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trialproof.verify.boundary_patients import about_region
from trialproof.verify.boxes.gridded import FEW
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, gave_up, whom
from trialproof.verify.checks.overlap import overlap_finding
from trialproof.verify.fates import boundary, overlaps, somebody
from trialproof.verify.finding import Severity
from trialproof.verify.solver import Unknown

CODE, NAME = "TP104", "boundary-overlap"


def run(case: Case) -> Iterator[Said]:
    """List the boundary overlaps of every decision; that there is no overlap at all is said by TP102."""
    for decision in case.protocol.decisions.values():
        if decision.bounds[1] >= len(decision.choices):
            continue
        try:
            if somebody(case, decision) is None:
                continue
            for each in overlaps(case, decision):
                regions = boundary(each.regions).regions
                if regions:
                    finding = overlap_finding(case, decision, each, regions, CODE, NAME)
                    spelled_out = regions if len(decision.choices) <= FEW else ()
                    around = tuple(found for region in spelled_out for found in about_region(case, decision, region))
                    yield replace(finding, boundary=around)
        except Unknown as reason:
            what = f"{whom(decision.population)} on a threshold can get too many choices of `{decision.name}`"
            yield gave_up(CODE, NAME, what, reason, decision)


PASSES = """\
trialproof: 1
title: bands that meet
quantities:
  weight: {unit: kg, range: [30, 150], recorded_to: 0.1}
decisions:
  dose:
    choices:
      light: {when: weight <= 65 kg}
      heavy: {when: weight > 65 kg}
"""
FAILS = """\
trialproof: 1
title: exactly 65 kg
quantities:
  weight: {unit: kg, range: [30, 150], recorded_to: 0.1}
decisions:
  dose:
    choices:
      light: {when: weight <= 65 kg}
      heavy: {when: weight >= 65 kg}
"""
CHECK = Check(CODE, NAME, Severity.ERROR, run, passes=(PASSES,), fails=(FAILS,))
