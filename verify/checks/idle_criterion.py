"""An eligibility criterion that every patient meets.

What it does
    Asks of each criterion whether some patient who can be recorded does not meet it. If none, the ranges and the
    facts alone see to it, and the criterion never keeps anybody out. Names the facts that are needed for it. (That no
    patient meets a criterion is said by TP201.)

Why it matters
    Somebody meant to keep patients out. The usual reasons are a limit in another unit than the quantity's, or a range
    or a fact that already says what the criterion should say, so that no proof speaks of those it is about.

Example
    "Haemoglobin at least 10", meant in g/dL, of a quantity that is charted in g/L from 30 to 250.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, Vacuous, criterion_label, fact_label, gave_up
from trialproof.verify.criteria import Idle, idle_criteria
from trialproof.verify.describe import witness
from trialproof.verify.finding import Finding, Proved, Severity
from trialproof.verify.solver import Unknown
from trialproof.verify.under import as_read

CODE, NAME = "TP204", "idle-criterion"


def run(case: Case) -> Iterator[Said]:
    """Judge every criterion by itself."""
    if not case.protocol.criteria:
        return
    try:
        patient = canonical(case, case.patients())
        if patient is None:
            yield Vacuous("whether a criterion keeps anybody out: the facts leave no patient at all")
            return
        found = idle_criteria(case)
    except Unknown as reason:
        yield gave_up(CODE, NAME, "each criterion keeps somebody out", reason)
        return
    for each in found:
        yield _finding(case, each)
    if not found:
        count = len(case.protocol.criteria)
        criteria = "the one criterion" if count == 1 else f"each of the {count} criteria"
        yield Proved(CODE, NAME, f"{criteria} keeps somebody out", member=witness(case, patient))


def _finding(case: Case, found: Idle) -> Finding:
    criterion = found.criterion
    why = "given the facts" if found.facts else "whatever is recorded"
    never = f"`{criterion.id}` excludes nobody" if criterion.excludes else f"every patient meets `{criterion.id}`"
    return Finding(
        CODE,
        NAME,
        Severity.WARNING,
        f"{never}, {why}",
        readings=as_read(case, [criterion.rule]),
        labels=(criterion_label(criterion), *(fact_label(each) for each in found.facts)),
        help="compare its limits and their units with the range of what it compares",
    )


PASSES = """\
trialproof: 1
title: somebody has less
quantities:
  haemoglobin: {unit: g/L, range: [30, 250]}
eligibility:
  inclusion:
    - {id: I1, rule: haemoglobin >= 100 g/L}
"""
FAILS = """\
trialproof: 1
title: nobody has less
quantities:
  haemoglobin: {unit: g/L, range: [30, 250]}
eligibility:
  inclusion:
    - {id: I1, rule: haemoglobin >= 10 g/L}
"""
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=(PASSES,), fails=(FAILS,))
