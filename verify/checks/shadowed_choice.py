"""A choice that nobody gets because earlier choices take everybody whom its rule describes.

What it does
    Where the first choice that fits is taken (`first match`), asks for each choice whether anybody of the population
    for whom its rule holds is left over by the choices before it. If not, names the earlier choices that matter.

Why it matters
    The rule looks alive, and no patient ever gets the choice. A rule that is merely narrowed by earlier ones is what
    the order is for, and is not reported.

Example
    "KPS at least 60: arm A; otherwise age over 70: arm B; otherwise KPS at least 80: arm C" - arm C stays empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trialproof.model.condition import Takes
from trialproof.model.protocol import Choice, Decision, Intent
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, choice_label, gave_up, listed, member_of
from trialproof.verify.describe import shown_quantities, witness
from trialproof.verify.fates import decision_axes, labels_of
from trialproof.verify.finding import Finding, Severity
from trialproof.verify.solver import Unknown
from trialproof.verify.statement import Fails, Holds, Never, Statement

CODE, NAME = "TP109", "shadowed-choice"


def run(case: Case) -> Iterator[Said]:
    """Judge every choice of every decision in which the first match counts; that all are reached is said by TP105."""
    for decision in case.protocol.decisions.values():
        for choice in decision.choices:
            try:
                if shadowed(case, decision, choice):
                    yield _finding(case, decision, choice)
            except Unknown as reason:
                what = f"earlier choices of `{decision.name}` take everybody whom `{choice.name}` describes"
                yield gave_up(CODE, NAME, what, reason, decision)


def shadowed(case: Case, decision: Decision, choice: Choice) -> bool:
    """Return whether the choice's rule holds for members of the population, of whom none gets it. Raises `Unknown`."""
    if decision.intent is not Intent.FIRST_MATCH or choice == decision.choices[0]:
        return False

    def find() -> bool:
        possible = case.possible(case.population(decision.population))
        return not possible([Holds(Takes(decision.name, choice.name))]) and possible([Holds(choice.rule)])

    return case.once(("shadowed", decision.name, choice.name), find)


def _finding(case: Case, decision: Decision, choice: Choice) -> Finding:
    described = (*case.population(decision.population), case.said(Holds(choice.rule)))
    possible = case.possible(described)
    takers = list(decision.choices[: decision.choices.index(choice)])
    for each in tuple(takers):
        rest = [other for other in takers if other is not each]
        if not possible([Fails(other.rule) for other in rest]):
            takers = rest
    names = [each.name for each in takers]
    untaken: list[Statement] = [Never(Holds(each.rule)) for each in takers]
    gets = "taken, or left open," if possible(untaken) else "taken"
    patient = canonical(case, case.population(decision.population), case.said(Holds(choice.rule)))
    assert patient is not None  # noqa: S101 - `shadowed` has just found one
    by = listed(names) if len(names) == 1 else f"one of {listed(names)}"
    return Finding(
        CODE,
        NAME,
        Severity.WARNING,
        f"nobody gets `{choice.name}` of `{decision.name}`: every {member_of(decision.population)} for whom its rule "
        f"holds is {gets} by {by} before it",
        decision=decision.name,
        choices=(choice.name,),
        witness=witness(case, patient, shown_quantities(case.protocol, decision_axes(case, decision))),
        labels=(
            choice_label(choice),
            *(replace(each, aside=True) for each in labels_of(case, decision, patient, names)),
        ),
        help="move the choice before those that take its patients, or drop it",
    )


PASSES = """\
trialproof: 1
title: the order narrows, and leaves somebody over
quantities:
  kps: {range: [0, 100], recorded_to: 10}
decisions:
  arm:
    intent: first match
    choices:
      fit: {when: kps >= 80}
      fair: {when: kps >= 60}
      frail: {when: otherwise}
"""
FAILS = """\
trialproof: 1
title: the stricter rule comes too late
quantities:
  kps: {range: [0, 100], recorded_to: 10}
decisions:
  arm:
    intent: first match
    choices:
      fair: {when: kps >= 60}
      fit: {when: kps >= 80}
      frail: {when: otherwise}
"""
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=(PASSES,), fails=(FAILS,))
