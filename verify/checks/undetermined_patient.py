"""Some patient's complete data leave a decision open.

What it does
    Looks for patients of the population who are neither settled nor in a gap nor in an overlap although everything
    that applies to them was recorded: a rule asks for something that does not exist for them, or that may be
    missing. Besides, it tells for each item of the data sheet whether its lack alone can leave the decision open:
    what must be recorded before a choice can be given.

Why it matters
    A rule about the lesion says nothing of a patient without a lesion. Software that reads "no value" as "no"
    assigns such a patient silently; people argue.

Example
    "diameter over 5 cm: arm A, otherwise arm B" for a patient without any lesion.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialproof.model.protocol import Decision
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, Vacuous, gave_up, where, whom
from trialproof.verify.fates import labels_of, somebody, under, undetermined_patients
from trialproof.verify.finding import Finding, Proved, Severity
from trialproof.verify.left_out import left_out
from trialproof.verify.missing import missing_items
from trialproof.verify.properties import undetermined
from trialproof.verify.solver import Unknown

CODE, NAME = "TP107", "undetermined-patient"


def run(case: Case) -> Iterator[Said]:
    """Judge every decision."""
    for decision in case.protocol.decisions.values():
        try:
            yield from _judge(case, decision)
        except Unknown as reason:
            what = f"complete data can leave `{decision.name}` open for {whom(decision.population)}"
            yield gave_up(CODE, NAME, what, reason, decision)


def _judge(case: Case, decision: Decision) -> Iterator[Said]:
    member = somebody(case, decision)
    if member is None:
        yield Vacuous(f"undetermined patients of `{decision.name}`: nobody is in its population")
        return
    yield from missing_items(case, decision)
    found = undetermined_patients(case, decision)
    for region in found.regions:
        yield Finding(
            CODE,
            NAME,
            Severity.ERROR,
            f"`{decision.name}` stays open for {whom(decision.population)}{where([region])}",
            decision=decision.name,
            choices=tuple(each.name for each in decision.choices),
            regions=(region,),
            witness=region.witness,
            readings=under(case, decision, undetermined(decision), (region,)),
            labels=labels_of(case, decision, region.witness.patient),
            help="say what the rule means where a quantity does not exist (`when_not_applicable:`) or may be missing",
        )
    if not found.complete:
        what = f"complete data can leave `{decision.name}` open"
        yield gave_up(CODE, NAME, what, "there are more regions than are searched", decision)
    if not found.regions:
        message = f"complete data never leave `{decision.name}` open for {whom(decision.population)}"
        yield Proved(CODE, NAME, message, decision.name, member, left_out(case, decision.population))


PASSES = """\
trialproof: 1
title: without a lesion, arm B
quantities:
  lesion: {yes_no: true}
  diameter: {unit: cm, range: [0, 20], recorded_to: 0.1, applies_if: lesion, when_not_applicable: 0}
decisions:
  arm:
    choices:
      a: {when: diameter > 5 cm}
      b: {when: otherwise}
"""
FAILS = """\
trialproof: 1
title: no lesion, no diameter
quantities:
  lesion: {yes_no: true}
  diameter: {unit: cm, range: [0, 20], recorded_to: 0.1, applies_if: lesion}
decisions:
  arm:
    choices:
      a: {when: diameter > 5 cm}
      b: {when: otherwise}
"""
CHECK = Check(CODE, NAME, Severity.ERROR, run, passes=(PASSES,), fails=(FAILS,))
