"""A choice that some patient takes, but nobody for whom the decision is.

What it does
    Asks for each choice whether a patient of the decision's population (usually: an eligible one) takes it. If only
    others do, the choice is dead in this trial.

Why it matters
    The eligibility criteria and the arm rules were written by different hands: one of them is not what was meant.

Example
    Inclusion demands a positive resection margin, arm 1 is for complete resections: arm 1 stays empty.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialproof.model.condition import Takes
from trialproof.model.protocol import Decision
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, choice_label, gave_up, whom
from trialproof.verify.checks.shadowed_choice import shadowed
from trialproof.verify.describe import shown_quantities, witness
from trialproof.verify.fates import decision_axes, somebody
from trialproof.verify.finding import Finding, Severity
from trialproof.verify.properties import member, reached
from trialproof.verify.solver import Unknown
from trialproof.verify.statement import Holds

CODE, NAME = "TP205", "ineligible-choice"


def run(case: Case) -> Iterator[Said]:
    """Judge every choice of every decision that is for somebody; that all are reached is said by TP105."""
    for decision in case.protocol.decisions.values():
        try:
            if somebody(case, decision) is not None:
                yield from _judge(case, decision)
        except Unknown as reason:
            what = f"each choice of `{decision.name}` is reached by {whom(decision.population)}"
            yield gave_up(CODE, NAME, what, reason, decision)


def _judge(case: Case, decision: Decision) -> Iterator[Said]:
    members = case.patients(member(decision))
    shown = shown_quantities(case.protocol, decision_axes(case, decision))
    for choice in decision.choices:
        if shadowed(case, decision, choice) or case.possible(members)([reached(decision, choice.name)]):
            continue
        outsider = canonical(case, case.patients(), case.said(Holds(Takes(decision.name, choice.name))))
        if outsider is None:
            continue
        yield Finding(
            CODE,
            NAME,
            Severity.WARNING,
            f"`{choice.name}` of `{decision.name}` is taken by some patient, but never by {whom(decision.population)}",
            decision=decision.name,
            choices=(choice.name,),
            witness=witness(case, outsider, shown),
            labels=(choice_label(choice),),
            help="the witness takes the choice but is not in the population: compare the choice with the criteria",
        )


PASSES = """\
trialproof: 1
title: every margin is welcome
quantities:
  margin: {one_of: [R0, R1]}
decisions:
  arm:
    choices:
      complete: {when: margin is R0}
      positive: {when: margin is R1}
"""
FAILS = """\
trialproof: 1
title: only positive margins are included
quantities:
  margin: {one_of: [R0, R1]}
eligibility:
  inclusion:
    - {id: I1, rule: margin is R1}
decisions:
  arm:
    choices:
      complete: {when: margin is R0}
      positive: {when: margin is R1}
"""
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=(PASSES,), fails=(FAILS,))
