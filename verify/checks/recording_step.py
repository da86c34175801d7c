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
from fractions import Fraction

from trialproof.model.patient import Patient
from trialproof.model.protocol import Decision, NumberKind
from trialproof.model.unit import say_amount
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, choice_label, gave_up
from trialproof.verify.checks.refuted_claim import counterexamples
from trialproof.verify.describe import Regions
from trialproof.verify.fates import gaps, overlaps, somebody, undetermined_patients
from trialproof.verify.finding import Finding, Label, Region, Severity
from trialproof.verify.solver import Unknown

CODE, NAME = "TP110", "recording-step"


def run(case: Case) -> Iterator[Said]:
    """Ask again, without steps, whatever holds with them."""
    if not any(isinstance(each.kind, NumberKind) and each.kind.step for each in case.protocol.quantities.values()):
        return
    dense = case.without_steps()
    for decision in case.protocol.decisions.values():
        labels = tuple(choice_label(choice) for choice in decision.choices)
        for what, find in _properties(decision):
            try:
                if somebody(case, decision) is not None and not find(case):
                    yield from _compare(case, f"`{decision.name}` {what}", find(dense), labels, decision.name)
            except Unknown as reason:
                yield gave_up(CODE, NAME, f"`{decision.name}` {what} whatever the recording step", reason, decision)
    for claim in case.protocol.claims:
        try:
            if not counterexamples(case, claim).regions:
                label = Label(claim.place, claim.quotes, f"claim `{claim.id}`")
                found = counterexamples(dense, claim).regions
                yield from _compare(case, f"claim `{claim.id}` holds", found, (label,), None)
        except Unknown as reason:
            yield gave_up(CODE, NAME, f"claim `{claim.id}` holds whatever the recording step", reason)


def _properties(decision: Decision) -> list[tuple[str, Callable[[Case], tuple[Region, ...]]]]:
    def all_overlaps(case: Case) -> tuple[Region, ...]:
        return tuple(region for clash in overlaps(case, decision) for region in clash.regions.regions)

    def regions(find: Callable[[Case, Decision], Regions]) -> Callable[[Case], tuple[Region, ...]]:
        return lambda case: find(case, decision).regions

    return [
        ("has no gap", regions(gaps)),
        ("has no overlap", all_overlaps),
        ("is never undetermined", regions(undetermined_patients)),
    ]


def _compare(
    case: Case, what: str, dense: tuple[Region, ...], labels: tuple[Label, ...], decision: str | None
) -> Iterator[Finding]:
    if dense:
        yield Finding(
            CODE,
            NAME,
            Severity.NOTE,
            f"{what} only because {_steps(case, dense[0].witness.patient)}",
            decision=decision,
            regions=dense,
            witness=dense[0].witness,
            labels=labels,
            help="nothing to do as long as nobody records or computes a value between two steps",
        )


def _steps(case: Case, patient: Patient) -> str:
    """Say which quantities of a dense patient lie off their steps."""
    said = []
    for name, value in patient:
        kind = case.protocol.quantities[name].kind
        if isinstance(kind, NumberKind) and isinstance(value, Fraction) and kind.step and (value / kind.step) % 1:
            said.append(f"`{name}` is charted in steps of {say_amount(kind.step, kind.unit)}")
    return " and ".join(said) or "of the recording steps"


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
