"""A claim that does not follow from the protocol.

What it does
    Looks for a patient for whom a claim of the designer does not hold. A claim "if A then B" speaks of the patients
    for whom A holds; for them B must hold: where it is undetermined, the claim is not proved either.

Why it matters
    A claim is what somebody believes that the protocol guarantees. If a criterion that should guarantee it is read
    otherwise, or is missing, this is the place where it shows.

Example
    "Nobody is irradiated twice in the same field" where in-field recurrence is excluded for one kind of patient
    only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trialproof.model.condition import EVERYONE, Assigned, Condition, Eligible, IfThen, descend
from trialproof.model.english import say
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Claim, Criterion
from trialproof.verify.axes import axes_of
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, Vacuous, criterion_label, gave_up, where
from trialproof.verify.describe import Regions, regions_of, shown_quantities, witness
from trialproof.verify.fates import decision_axes
from trialproof.verify.finding import Finding, Label, Proved, Region, Severity
from trialproof.verify.left_out import left_out
from trialproof.verify.solver import Unknown
from trialproof.verify.statement import Every, Fails, Holds, Never, Some
from trialproof.verify.under import readings_under, sentences_of

CODE, NAME = "TP207", "refuted-claim"


def run(case: Case) -> Iterator[Said]:
    """Judge every claim."""
    for claim in case.protocol.claims:
        try:
            yield from _judge(case, claim)
        except Unknown as reason:
            yield gave_up(CODE, NAME, f"claim `{claim.id}` holds", reason)


def counterexamples(case: Case, claim: Claim) -> Regions:
    """Return the regions of patients for whom the claim does not hold. Raises `Unknown`."""
    premise, conclusion = split(claim)
    axes = axes_of(case.protocol, [conclusion], [case.selection])
    target, shown = Never(Holds(conclusion)), _compared(case, premise)

    def find() -> Regions:
        found = regions_of(case, case.population(premise), target, axes, matters=shown)
        if not any(isinstance(each, Eligible) for each in descend(conclusion)):
            return found
        return replace(found, regions=tuple(_with_criteria(case, each) for each in found.regions))

    return case.once(("claim", claim.id), find)


def _with_criteria(case: Case, region: Region) -> Region:
    """Return the region whose witness shows what the criteria compare that keep this patient out."""
    unmet = [each.rule for each in _unmet(case, region.witness.patient)]
    shown = shown_quantities(case.protocol, axes_of(case.protocol, unmet, [case.selection]), region.witness.matters)
    return replace(region, witness=witness(case, region.witness.patient, shown))


def _unmet(case: Case, patient: Patient) -> list[Criterion]:
    """Return the criteria that keep a patient from being eligible."""
    meaning = about(case.protocol, patient, case.selection)
    truths = [(each, meaning.truth(each.rule)) for each in case.protocol.criteria]
    return [each for each, truth in truths if not (truth.fails if each.excludes else truth.holds)]


def _compared(case: Case, premise: Condition) -> tuple[str, ...]:
    """Return the quantities that a premise compares, itself or through a decision: they say why a patient is meant."""
    decisions = [case.protocol.decisions[each.decision] for each in descend(premise) if isinstance(each, Assigned)]
    axes = [*axes_of(case.protocol, [premise], [case.selection])]
    axes += [axis for decision in decisions for axis in decision_axes(case, decision)]
    return shown_quantities(case.protocol, axes)


def split(claim: Claim) -> tuple[Condition, Condition]:
    """Return whom the claim speaks of, and what it says of them."""
    if isinstance(claim.rule, IfThen):
        return claim.rule.premise, claim.rule.conclusion
    return EVERYONE, claim.rule


def _keeping_out(case: Case, conclusion: Condition, patient: Patient) -> list[Label]:
    """Return, for a claim about who is eligible, the criteria that keep the witness out."""
    if not any(isinstance(each, Eligible) for each in descend(conclusion)):
        return []
    return [criterion_label(each, f"`{each.id}` keeps the patient out") for each in _unmet(case, patient)]


def _judge(case: Case, claim: Claim) -> Iterator[Said]:
    premise, conclusion = split(claim)
    someone = canonical(case, case.population(premise))
    if someone is None:
        yield Vacuous(f"claim `{claim.id}`: nobody satisfies its premise")
        return
    found = counterexamples(case, claim)
    because = f" ({claim.because})" if claim.because else ""
    says = say(claim.rule, case.protocol, case.selection)
    label = Label(claim.place, claim.quotes, f"claim `{claim.id}`: {says}{because}")
    if not found.regions:
        axes = axes_of(case.protocol, [conclusion], [case.selection])
        shown = shown_quantities(case.protocol, axes, _compared(case, premise))
        yield Proved(
            CODE, NAME, f"claim `{claim.id}` holds", None, witness(case, someone, shown), left_out(case, premise)
        )
        return
    fails = case.possible(case.population(premise))([Fails(conclusion)])
    there = Some(tuple(region.place for region in found.regions))
    broken = Every((Never(Holds(conclusion)), there))
    yield Finding(
        CODE,
        NAME,
        Severity.ERROR,
        f"claim `{claim.id}` {'fails' if fails else 'is undetermined'} for some patient{where(found.regions)}",
        regions=found.regions,
        witness=found.regions[0].witness,
        readings=readings_under(case, premise, broken, sentences_of(case.protocol, [premise, conclusion])),
        labels=(label, *_keeping_out(case, conclusion, found.regions[0].witness.patient)),
        help="add the criterion or the rule that would guarantee it, or give up the claim",
    )
    if not found.complete:
        yield gave_up(CODE, NAME, f"claim `{claim.id}` fails for others", "there are more regions than are searched")


PASSES = """\
trialproof: 1
title: in-field recurrence is excluded
quantities:
  in_field: {yes_no: true}
eligibility:
  exclusion:
    - {id: E1, rule: in_field}
claims:
  - {id: no second irradiation of a field, rule: if eligible then not in_field}
"""
FAILS = """\
trialproof: 1
title: in-field recurrence is excluded for the old only
quantities:
  in_field: {yes_no: true}
  age: {unit: year, range: [18, 90]}
eligibility:
  exclusion:
    - {id: E1, rule: in_field and age > 65 years}
claims:
  - {id: no second irradiation of a field, rule: if eligible then not in_field}
"""
CHECK = Check(CODE, NAME, Severity.ERROR, run, passes=(PASSES,), fails=(FAILS,))
