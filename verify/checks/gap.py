"""Some patient of a decision's population gets no choice.

What it does
    Looks for patients of the population for whom so many choices fail that they cannot get as many as intended, and
    lists all of them as regions, each with one patient. Gaps at a single recordable value are TP103.

Why it matters
    A patient without an arm is enrolled and then stranded: the site improvises, or the patient is withdrawn.

Example
    Arm A takes tumours over 10 cm, arm B tumours under 5 cm: an eligible patient with 7 cm gets no arm.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialproof.model.protocol import Decision
from trialproof.verify.boxes.gridded import FEW
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, Vacuous, gave_up, member_of, where, whom
from trialproof.verify.describe import shown_quantities, witness
from trialproof.verify.fates import decision_axes, gaps, labels_of, somebody, under, wide
from trialproof.verify.finding import Finding, Proved, Region, Severity
from trialproof.verify.left_out import left_open, left_out
from trialproof.verify.properties import gap, undetermined
from trialproof.verify.solver import Unknown
from trialproof.verify.statement import Never

CODE, NAME = "TP101", "gap"


def run(case: Case) -> Iterator[Said]:
    """Judge every decision that intends at least one choice."""
    for decision in case.protocol.decisions.values():
        if decision.bounds[0] == 0:
            continue
        what = f"{whom(decision.population)} can be without a choice of `{decision.name}`"
        try:
            if somebody(case, decision) is None:
                yield Vacuous(f"gaps of `{decision.name}`: nobody is in its population")
                continue
            found = gaps(case, decision)
            for regions in told_together(decision, wide(found).regions):
                yield gap_finding(case, decision, regions, CODE, NAME)
            if not found.complete:
                yield gave_up(CODE, NAME, what, "there are more regions than are searched", decision)
            elif not found.regions:
                yield _no_gap(case, decision)
        except Unknown as reason:
            yield gave_up(CODE, NAME, what, reason, decision)


def _no_gap(case: Case, decision: Decision) -> Said:
    """Return that everybody gets a choice, but for those whom the rules leave undetermined: of them TP107 speaks."""
    population, undecided = case.population(decision.population), case.said(undetermined(decision))
    patient = canonical(case, population, Never(undecided))
    if patient is None:
        return Vacuous(f"gaps of `{decision.name}`: its rules are undetermined for everybody in its population")
    omitted = left_out(case, decision.population) + left_open(case, decision)
    message = f"every {member_of(decision.population)} gets a choice of `{decision.name}`"
    shown = shown_quantities(case.protocol, decision_axes(case, decision))
    return Proved(CODE, NAME, message, decision.name, witness(case, patient, shown), omitted)


def told_together(decision: Decision, regions: tuple[Region, ...]) -> list[tuple[Region, ...]]:
    """Return the regions one by one; those of a table all at once, since nobody reads a hundred findings."""
    if len(decision.choices) <= FEW:
        return [(each,) for each in regions]
    return [regions] if regions else []


def gap_finding(case: Case, decision: Decision, regions: tuple[Region, ...], code: str, name: str) -> Finding:
    """Return the finding for regions without a choice."""
    return Finding(
        code,
        name,
        Severity.ERROR,
        f"no choice of `{decision.name}` takes {whom(decision.population)}{where(regions)}",
        decision=decision.name,
        choices=tuple(each.name for each in decision.choices),
        regions=regions,
        witness=regions[0].witness,
        readings=under(case, decision, gap(decision), regions),
        labels=labels_of(case, decision, regions[0].witness.patient),
        help="say which choice these patients get, or exclude them from the trial",
    )


PASSES = """\
trialproof: 1
title: size decides
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
decisions:
  arm:
    choices:
      large: {when: size >= 5 cm}
      small: {when: size < 5 cm}
"""
FAILS = """\
trialproof: 1
title: nothing between 5 and 10 cm
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
decisions:
  arm:
    choices:
      large: {when: size > 10 cm}
      small: {when: size < 5 cm}
"""
CHECK = Check(CODE, NAME, Severity.ERROR, run, passes=(PASSES,), fails=(FAILS,))
