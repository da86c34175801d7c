"""A choice that no patient at all can get, or a decision that is for nobody.

What it does
    Asks for each choice whether any patient whose data can be recorded takes it, eligible or not, and for each
    decision whether anybody is in its population. A choice whose patients are all taken by earlier ones is TP109.

Why it matters
    A dead choice is a typing error in a bound, or a rule that another rule swallowed. What is proved of a decision
    that is for nobody is proved of nobody.

Example
    "age over 70 and under 65" describes no patient; nor does "KPS over 70 and under 80" where KPS moves in tens.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialproof.model.condition import Takes
from trialproof.model.protocol import Decision
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, Vacuous, choice_label, gave_up, member_of
from trialproof.verify.checks.shadowed_choice import shadowed
from trialproof.verify.describe import shown_quantities, witness
from trialproof.verify.fates import decision_axes, somebody, takers
from trialproof.verify.finding import Finding, Label, Proved, Severity
from trialproof.verify.solver import Unknown
from trialproof.verify.statement import Holds

CODE, NAME = "TP105", "unreachable-choice"


def run(case: Case) -> Iterator[Said]:
    """Judge every choice of every decision."""
    for decision in case.protocol.decisions.values():
        try:
            yield from _judge(case, decision)
        except Unknown as reason:
            yield gave_up(CODE, NAME, f"each choice of `{decision.name}` can be reached", reason, decision)


def _judge(case: Case, decision: Decision) -> Iterator[Said]:
    for choice in decision.choices:
        takes = Holds(Takes(decision.name, choice.name))
        if not shadowed(case, decision, choice) and not case.possible(case.patients())([takes]):
            yield Finding(
                CODE,
                NAME,
                Severity.WARNING,
                f"no patient at all can take `{choice.name}` of `{decision.name}`",
                decision=decision.name,
                choices=(choice.name,),
                labels=(choice_label(choice),),
                help="look for bounds that contradict each other, the declared ranges, or the recording step",
            )
    someone = somebody(case, decision)
    if someone is None:
        yield Finding(
            CODE,
            NAME,
            Severity.WARNING,
            f"nobody is in the population of `{decision.name}`, so nothing is proved about it",
            decision=decision.name,
            labels=(Label(decision.place, (), f"`{decision.name}`"),),
        )
        yield Vacuous(f"choices of `{decision.name}`: nobody is in its population")
        return
    shown = shown_quantities(case.protocol, decision_axes(case, decision))
    reached = {name: taker for name, taker in takers(case, decision).items() if taker is not None}
    if len(reached) == len(decision.choices):
        for name, taker in reached.items():
            message = f"some {member_of(decision.population)} takes `{name}` of `{decision.name}`"
            yield Proved(CODE, NAME, message, decision.name, witness(case, taker, shown))


PASSES = """\
trialproof: 1
title: both are reached
quantities:
  kps: {range: [0, 100], recorded_to: 10}
decisions:
  arm:
    choices:
      fit: {when: kps >= 80}
      frail: {when: kps < 80}
"""
FAILS = """\
trialproof: 1
title: KPS moves in tens
quantities:
  kps: {range: [0, 100], recorded_to: 10}
decisions:
  arm:
    intent: at most one
    choices:
      middle: {when: kps > 70 and kps < 80}
      fit: {when: kps >= 80}
"""
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=(PASSES,), fails=(FAILS,))
