"""Some patient of a decision's population gets more choices than intended.

What it does
    Looks for patients of the population for whom more choices hold than the decision intends, groups them by the
    set of clashing choices, and lists all of them as regions. Overlaps at a single recordable value are TP104.

Why it matters
    Assignment must be a function of the patient. Where two arms overlap, the site decides, and the analysis no
    longer knows why a patient got a treatment.

Example
    Arm A takes patients with metastases, arm B patients over 65: a patient of 70 with metastases belongs to both.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialproof.model.protocol import Decision
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, Vacuous, gave_up, listed, member_of, where, whom
from trialproof.verify.fates import Clash, labels_of, overlaps, somebody, under, wide
from trialproof.verify.finding import Finding, Proved, Region, Severity
from trialproof.verify.left_out import left_out
from trialproof.verify.properties import clash
from trialproof.verify.solver import Unknown

CODE, NAME = "TP102", "overlap"


def run(case: Case) -> Iterator[Said]:
    """Judge every decision that intends fewer choices than it has."""
    for decision in case.protocol.decisions.values():
        if decision.bounds[1] >= len(decision.choices):
            continue
        what = f"{whom(decision.population)} can get too many choices of `{decision.name}`"
        try:
            member = somebody(case, decision)
            if member is None:
                yield Vacuous(f"overlaps of `{decision.name}`: nobody is in its population")
                continue
            found = overlaps(case, decision)
            for each in found:
                if wide(each.regions).regions:
                    yield overlap_finding(case, decision, each, wide(each.regions).regions, CODE, NAME)
                if not each.regions.complete:
                    yield gave_up(CODE, NAME, what, "there are more regions than are searched", decision)
            if not found:
                message = f"no {member_of(decision.population)} gets two choices of `{decision.name}`"
                yield Proved(CODE, NAME, message, decision.name, member, left_out(case, decision.population))
        except Unknown as reason:
            yield gave_up(CODE, NAME, what, reason, decision)


def overlap_finding(
    case: Case, decision: Decision, each: Clash, regions: tuple[Region, ...], code: str, name: str
) -> Finding:
    """Return the finding for one set of clashing choices."""
    together = "both take" if len(each.choices) == 2 else "together take"
    return Finding(
        code,
        name,
        Severity.ERROR,
        f"{listed(each.choices)} of `{decision.name}` {together} {whom(decision.population)}{where(regions)}",
        decision=decision.name,
        choices=each.choices,
        regions=regions,
        witness=regions[0].witness,
        readings=under(case, decision, clash(decision, each.choices), regions),
        labels=labels_of(case, decision, regions[0].witness.patient, each.choices),
        help="make the choices exclude one another, or say which one takes precedence",
    )


PASSES = """\
trialproof: 1
title: metastases decide first
quantities:
  age: {unit: year, range: [18, 90], recorded_to: {step: 1, rounded: down}}
  metastases: {yes_no: true}
decisions:
  arm:
    choices:
      systemic: {when: metastases}
      elderly: {when: not metastases and age > 65 years}
      standard: {when: not metastases and age <= 65 years}
"""
FAILS = """\
trialproof: 1
title: old patients with metastases
quantities:
  age: {unit: year, range: [18, 90], recorded_to: {step: 1, rounded: down}}
  metastases: {yes_no: true}
decisions:
  arm:
    choices:
      systemic: {when: metastases}
      elderly: {when: age > 65 years}
      standard: {when: not metastases and age <= 65 years}
"""
CHECK = Check(CODE, NAME, Severity.ERROR, run, passes=(PASSES,), fails=(FAILS,))
