"""Some patient's eligibility is undetermined although the data are complete.

What it does
    Looks for patients who fail no criterion, but for whom some criterion neither holds nor fails although
    everything that applies to them was recorded; lists them by criterion, in the criterion's own terms.

Why it matters
    Such patients are in no proof over the eligible. A whole sex, or everyone without recurrence, can drop out of a
    verification unnoticed.

Example
    "No prior therapy after recurrence" for a patient who never had a recurrence.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, Vacuous, criterion_label, gave_up, where
from trialproof.verify.describe import witness
from trialproof.verify.eligibility import open_criteria
from trialproof.verify.finding import Finding, Proved, Severity
from trialproof.verify.solver import Unknown

CODE, NAME = "TP206", "undetermined-eligibility"


def run(case: Case) -> Iterator[Said]:
    """Judge every criterion."""
    if not case.protocol.criteria:
        return
    try:
        found = open_criteria(case)
        someone = canonical(case, case.patients())
    except Unknown as reason:
        yield gave_up(CODE, NAME, "complete data always determine eligibility", reason)
        return
    for each in found:
        regions = each.regions.regions
        yield Finding(
            CODE,
            NAME,
            Severity.ERROR,
            f"criterion `{each.criterion.id}` leaves it undetermined whether a patient is eligible{where(regions)}",
            regions=regions,
            witness=regions[0].witness,
            labels=(criterion_label(each.criterion),),
            help="say what the criterion means where a value does not exist (`when_not_applicable:`) or may be missing",
        )
        if not each.regions.complete:
            what = f"`{each.criterion.id}` leaves the eligibility of others undetermined"
            yield gave_up(CODE, NAME, what, "there are more regions than are searched")
    if someone is None:
        yield Vacuous("undetermined eligibility: the facts leave no patient at all")
    elif not found:
        message = "complete data determine the eligibility of every patient"
        yield Proved(CODE, NAME, message, member=witness(case, someone))


PASSES = """\
trialproof: 1
title: no recurrence, no earlier treatment of it
quantities:
  recurrence: {yes_no: true}
  treated: {yes_no: true, applies_if: recurrence, when_not_applicable: no}
eligibility:
  inclusion:
    - {id: I1, rule: not treated}
"""
FAILS = """\
trialproof: 1
title: treatment of a recurrence that never was
quantities:
  recurrence: {yes_no: true}
  treated: {yes_no: true, applies_if: recurrence}
eligibility:
  inclusion:
    - {id: I1, rule: not treated}
"""
CHECK = Check(CODE, NAME, Severity.ERROR, run, passes=(PASSES,), fails=(FAILS,))
