"""An eligibility criterion that the other criteria imply.

What it does
    Asks of each criterion whether somebody does not meet it who meets all others. If nobody, it changes nothing:
    with or without it, the same patients are eligible. Names as few of the others as are enough to imply it, and the
    facts that are needed for it. Criteria that imply one another are one finding. Criteria that every patient meets,
    and an inclusion and an exclusion that meet wrongly, are left to TP204 and TP202.

Why it matters
    To say a thing twice is no mistake, until one of the two sentences is amended. An exclusion that is the exact
    complement of an inclusion is the usual case: it is redundant, not contradictory.

Example
    "No history of drug allergy" among the inclusion, "history of drug allergy" among the exclusion criteria.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trialproof.model.condition import Eligible
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, Vacuous, criterion_label, fact_label, gave_up, listed
from trialproof.verify.criteria import Implied, idle_criteria, implied_criteria
from trialproof.verify.describe import witness
from trialproof.verify.finding import Finding, Proved, Severity
from trialproof.verify.meeting import mismatches, pairs
from trialproof.verify.solver import Unknown
from trialproof.verify.under import as_read

CODE, NAME = "TP203", "implied-criterion"


def run(case: Case) -> Iterator[Said]:
    """Judge every criterion against all others."""
    if len(case.protocol.criteria) < 2:
        return
    try:
        patient = canonical(case, case.population(Eligible()))
        if patient is None:
            yield Vacuous("whether a criterion is implied by the others: nobody is eligible")
            return
        found, idle = implied_criteria(case), idle_criteria(case)
        told = [each for each in found if not _meet_wrongly(case, each)]
    except Unknown as reason:
        yield gave_up(CODE, NAME, "each criterion keeps somebody out whom all others admit", reason)
        return
    for each in told:
        yield _finding(case, each)
    if not found and not idle:
        message = f"each of the {len(case.protocol.criteria)} criteria keeps somebody out whom all others admit"
        yield Proved(CODE, NAME, message, member=witness(case, patient))


def _meet_wrongly(case: Case, found: Implied) -> bool:
    """Return whether one criterion makes another one redundant by a limit that is not where the other's is."""
    ids = {each.id for each in (*found.members, *found.by)}
    alone = len(found.members) == len(found.by) == 1
    return alone and any(
        mismatches(case, each) for each in pairs(case) if {each.inclusion.id, each.exclusion.id} == ids
    )


def _finding(case: Case, found: Implied) -> Finding:
    spared = {1: "it", 2: "either of them"}.get(len(found.members), "any one of them")
    return Finding(
        CODE,
        NAME,
        Severity.NOTE,
        f"{_implied(found)}: without {spared}, the same patients are eligible",
        readings=as_read(case, [each.rule for each in (*found.members, *found.by)]),
        labels=(
            *(criterion_label(each) for each in found.members),
            *(replace(criterion_label(each), aside=True) for each in found.by),
            *(replace(fact_label(each), aside=True) for each in found.facts),
        ),
        help="nothing to do until one of the sentences is amended: then the other still says what it said",
    )


def _implied(found: Implied) -> str:
    members, by = (listed(each.id for each in some) if some else "" for some in (found.members, found.by))
    if len(found.members) == 1:
        return f"{members} is implied by {by}"
    if not by:
        return f"{members} imply one another"
    return f"given {by}, {members} imply one another" if found.together else f"{members} are each implied by {by}"


PASSES = """\
trialproof: 1
title: each criterion says something new
quantities:
  age: {unit: year, range: [0, 120]}
  drug_allergy: {yes_no: true}
eligibility:
  inclusion:
    - {id: I1, rule: age >= 18 years}
  exclusion:
    - {id: E1, rule: drug_allergy}
"""
FAILS = """\
trialproof: 1
title: said twice
quantities:
  age: {unit: year, range: [0, 120]}
  drug_allergy: {yes_no: true}
eligibility:
  inclusion:
    - {id: I1, rule: age >= 18 years}
    - {id: I2, rule: not drug_allergy}
  exclusion:
    - {id: E1, rule: drug_allergy}
"""
CHECK = Check(CODE, NAME, Severity.NOTE, run, passes=(PASSES,), fails=(FAILS,))
