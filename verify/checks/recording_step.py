"""A property that holds only because a quantity is charted in steps.

What it does
    Takes each decision that is proved without gaps, without overlaps or never undetermined, and each claim that
    holds, and asks again with every recording step dropped. Where the proof then fails, the dense region is shown.

Why it matters
    "Score up to 10" beside "score from 11" is complete for whole numbers. The day somebody records 10.5, or the
    quantity is computed instead of charted, the patient is stranded.

Example
    "rs <= 10: low; rs >= 11: high", with rs charted in whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from trialproof.model.condition import Compare, Condition, Floor, Number, Product, Relation, Value
from trialproof.model.protocol import Claim, Decision, NumberKind, Quantity
from trialproof.model.unit import say_amount
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, choice_label, gave_up
from trialproof.verify.checks.refuted_claim import counterexamples, split
from trialproof.verify.describe import Regions, together
from trialproof.verify.fates import gaps, overlaps, undetermined_patients
from trialproof.verify.finding import Finding, Label, Severity
from trialproof.verify.properties import gap, overlap, undetermined
from trialproof.verify.solver import Unknown
from trialproof.verify.statement import Every, Holds, Never, Statement

CODE, NAME = "TP110", "recording-step"


@dataclass(frozen=True, slots=True)
class _Promise:
    """What holds of a population as long as steps are kept: `broken` is so of no member. `find` lists of whom it is."""

    what: str
    population: Condition
    broken: Statement
    find: Callable[[Case], Regions]


def run(case: Case) -> Iterator[Said]:
    """Ask again, without steps, whatever holds with them."""
    if not _stepped(case):
        return
    dense = case.without_steps()
    for decision in case.protocol.decisions.values():
        labels = tuple(choice_label(choice) for choice in decision.choices)
        for promise in _promises(decision):
            yield from _judge(case, dense, promise, labels, decision)
    for claim in case.protocol.claims:
        label = Label(claim.place, claim.quotes, f"claim `{claim.id}`")
        yield from _judge(case, dense, _claimed(claim), (label,), None)


def _judge(
    case: Case, dense: Case, promise: _Promise, labels: tuple[Label, ...], decision: Decision | None
) -> Iterator[Said]:
    try:
        kept = case.possible(case.population(promise.population))(()) and not promise.find(case).regions
        found = promise.find(dense) if kept else Regions(())
        if found.regions:
            yield Finding(
                CODE,
                NAME,
                Severity.NOTE,
                f"{promise.what} only because {_steps(case, dense, promise)}",
                decision=decision.name if decision else None,
                regions=found.regions,
                witness=found.regions[0].witness,
                labels=labels,
                help="nothing to do as long as nobody records or computes a value between two steps",
            )
        if not found.complete:
            what, why = f"{promise.what} for others", "there are more regions than are searched"
            yield gave_up(CODE, NAME, f"{what} whatever the recording step", why, decision)
    except Unknown as reason:
        yield gave_up(CODE, NAME, f"{promise.what} whatever the recording step", reason, decision)


def _promises(decision: Decision) -> list[_Promise]:
    def all_overlaps(case: Case) -> Regions:
        return together(each.regions for each in overlaps(case, decision))

    def regions(find: Callable[[Case, Decision], Regions]) -> Callable[[Case], Regions]:
        return lambda case: find(case, decision)

    name, members = f"`{decision.name}`", decision.population
    return [
        _Promise(f"{name} has no gap", members, gap(decision), regions(gaps)),
        _Promise(f"{name} has no overlap", members, overlap(decision), all_overlaps),
        _Promise(
            f"{name} is never undetermined", members, undetermined(decision), regions(undetermined_patients)
        ),
    ]


def _claimed(claim: Claim) -> _Promise:
    def find(case: Case) -> Regions:
        return counterexamples(case, claim)

    premise, conclusion = split(claim)
    return _Promise(f"claim `{claim.id}` holds", premise, Never(Holds(conclusion)), find)


def _stepped(case: Case) -> list[tuple[Quantity, NumberKind, Fraction]]:
    numbers = [(each, each.kind) for each in case.protocol.quantities.values() if isinstance(each.kind, NumberKind)]
    return [(each, kind, kind.step) for each, kind in numbers if kind.step is not None]


def _steps(case: Case, dense: Case, promise: _Promise) -> str:
    """Say which steps keep the promise: with all the others kept, each of these is needed."""
    broken = dense.possible(dense.population(promise.population), dense.said(promise.broken))
    kept: list[Statement] = []
    needed: list[str] = []
    for quantity, kind, step in _stepped(case):
        if broken([*kept, _on_step(quantity, step)]):
            kept.append(_on_step(quantity, step))
        else:
            needed.append(f"`{quantity.name}` is charted in steps of {say_amount(step, kind.unit)}")
    return " and ".join(needed)


def _on_step(quantity: Quantity, step: Fraction) -> Statement:
    """Return that the quantity has no value off its steps."""
    steps = Product((Value(quantity.name), Number(1 / step)))
    off = Compare(Floor(steps), Relation.NE, steps)
    return Never(Every((Holds(quantity.applies_if), Holds(off))))


PASSES = """\
trialproof: 1
title: no number is left out
quantities:
  rs: {range: [0, 100], recorded_to: 1}
decisions:
  risk:
    choices:
      low: {when: rs <= 10}
      high: {when: rs > 10}
"""
FAILS = """\
trialproof: 1
title: whole numbers only
quantities:
  rs: {range: [0, 100], recorded_to: 1}
decisions:
  risk:
    choices:
      low: {when: rs <= 10}
      high: {when: rs >= 11}
"""
CHECK = Check(CODE, NAME, Severity.NOTE, run, passes=(PASSES,), fails=(FAILS,))
