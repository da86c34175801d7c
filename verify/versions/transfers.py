"""Who goes from where to where between two versions: the patients whose eligibility or choice changes, as regions.

Everybody in one transfer was in one place and is in another. The regions of a transfer cover its patients exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trialproof.model.condition import NOBODY, Condition, Derived, Takes, descend
from trialproof.model.patient import Patient
from trialproof.model.protocol import Decision, Intent
from trialproof.verify.axes import Axis, NumberAxis, axes_of
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.describe import Regions, regions_of
from trialproof.verify.finding import Region
from trialproof.verify.outcome import Outcome, outcome_of, same_outcome
from trialproof.verify.properties import settled
from trialproof.verify.replay import Disagreement
from trialproof.verify.statement import (
    AtLeast,
    Every,
    Fails,
    Holds,
    Never,
    Some,
    Statement,
    undetermined,
)
from trialproof.verify.versions.compared import confirm, shown_of
from trialproof.verify.versions.merged import Merged, Version, plainly

MOST_TRANSFERS = 40
"""More ways to go from one place to another than anybody reads: beyond it the search stops and says so."""
ALIKE = {Intent.EXACTLY_ONE, Intent.FIRST_MATCH}
"""Intents of which the same choices settle the same patients."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Where patients were, where they are now, and their regions. `was` and `now` are choices, where they had them."""

    before: str
    after: str
    regions: Regions
    was: tuple[str, ...] = ()
    now: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What a decision makes of a member of its population, in common names; the choices in a fixed order."""

    outcome: Outcome
    settled: bool

    @property
    def choices(self) -> tuple[str, ...]:
        """The choices that the patient gets."""
        return self.outcome.holding if self.settled else ()


def membership_transfers(
    case: Case,
    merged: Merged,
    sides: tuple[Condition, Condition],
    own: tuple[Condition, Condition],
    rules: tuple[Sequence[Condition], Sequence[Condition]],
    words: tuple[str, str],
) -> tuple[Transfer, ...]:
    """Return who comes into a population, leaves it, or changes otherwise, in `words` for in and out.

    `sides` are the population's conditions, old and new; `own` those in each version's own names. `rules` decide each
    side for whomever the other side does not exclude. Raises `Unknown`.
    """
    before, after = sides
    inner, outer = words
    open_to = "undetermined"
    plan = (
        (inner, outer, Holds(before), Fails(after), rules[1]),
        (inner, open_to, Holds(before), undetermined(after), rules[1]),
        (outer, inner, Holds(after), Fails(before), rules[0]),
        (open_to, inner, Holds(after), undetermined(before), rules[0]),
        (outer, open_to, undetermined(after), Fails(before), rules[0]),
        (open_to, outer, undetermined(before), Fails(after), rules[1]),
    )
    names = {inner: (True, False), outer: (False, True), open_to: (False, False)}
    found = []
    for was, now, who, target, deciding in plan:
        base = case.patients(who)
        if case.possible(base)([target]):
            regions = _regions(case, base, target, deciding, f"{was} becomes {now}")
            regions = replace(regions, regions=tuple(_narrowed(case, each) for each in regions.regions))
            for region in regions.regions:
                _confirm_membership(merged, region.witness.patient, own, (names[was], names[now]))
            found.append(Transfer(was, now, regions))
    return tuple(found)


def choice_transfers(case: Case, merged: Merged, old: Decision, new: Decision) -> tuple[tuple[Transfer, ...], bool]:
    """Return what becomes of whom, of the members of both populations, and whether that is all. Raises `Unknown`."""
    base = case.patients(Holds(old.population), Holds(new.population))
    rules = [choice.rule for decision in (old, new) for choice in decision.choices]
    axes = _axes(case, rules)
    differs = case.said(_differs(old, new))
    found: list[Transfer] = []
    seen: list[Statement] = []
    while True:
        patient = canonical(case, base, differs, *(case.said(Never(each)) for each in seen))
        if patient is None:
            return tuple(found), True
        if len(found) == MOST_TRANSFERS:
            return tuple(found), False
        was, now = standings(merged, patient, old, new)
        target = Every((_stands(old, was), _stands(new, now)))
        regions = _regions_of(case, base, target, axes, patient)
        before, after = _words(old, new, was), _words(old, new, now)
        regions = _with_outcome(regions, f"{before} becomes {after}")
        for region in regions.regions:
            confirm(merged, region.witness.patient)
            if standings(merged, region.witness.patient, old, new) != (was, now):
                raise Disagreement(f"each version by itself does not confirm `{before}` to `{after}`: {region.witness}")
        found.append(Transfer(before, after, regions, was.choices, now.choices))
        seen.append(target)


def standings(merged: Merged, patient: Patient, old: Decision, new: Decision) -> tuple[Standing, Standing]:
    """Return what each version's own decision makes of a patient, in common names."""
    order = [*(each.name for each in new.choices), *(each.name for each in old.choices)]
    return _standing(merged.old, patient, old, order), _standing(merged.new, patient, new, order)


def _standing(version: Version, patient: Patient, decision: Decision, order: Sequence[str]) -> Standing:
    own = next(name for name, merged in version.decisions.items() if merged == decision.name)
    common = {each: name for name, each in version.choices[own].items()}
    meaning = version.judge(patient)
    found = outcome_of(version.protocol.decisions[own], meaning)
    holding, perhaps = (
        tuple(sorted((common[each] for each in names), key=order.index))
        for names in (found.holding, found.undetermined)
    )
    return Standing(Outcome("", holding, perhaps), meaning.settled(version.protocol.decisions[own]))


def _stands(decision: Decision, standing: Standing) -> Statement:
    counted = settled(decision) if standing.settled else Never(settled(decision))
    return Every((same_outcome(decision, standing.outcome), counted))


def _words(old: Decision, new: Decision, standing: Standing) -> str:
    """Say where a patient is; where the intent has changed, also whether that is as intended."""
    if {old.intent, new.intent} <= ALIKE or old.intent is new.intent:
        return str(standing.outcome)
    return f"{standing.outcome} ({'as intended' if standing.settled else 'not as intended'})"


def conditions(statement: Statement) -> Iterator[Condition]:
    """Yield the conditions that a statement about one patient is made of."""
    match statement:
        case Holds(condition) | Fails(condition):
            yield condition
        case Every(inners) | Some(inners) | AtLeast(_, inners):
            for each in inners:
                yield from conditions(each)
        case Never(inner):
            yield from conditions(inner)
        case _:
            return


def _differs(old: Decision, new: Decision) -> Statement:
    """Some choice holds in one version only, or fails in one only, or only one calls the patient settled."""
    found: list[Statement] = []
    for name in dict.fromkeys(each.name for decision in (old, new) for each in decision.choices):
        before, after = _takes(old, name), _takes(new, name)
        found += [_one_only(Holds(before), Holds(after)), _one_only(Fails(before), Fails(after))]
    if old.intent is not new.intent:
        found.append(_one_only(settled(old), settled(new)))
    return Some(tuple(found))


def _takes(decision: Decision, name: str) -> Condition:
    return Takes(decision.name, name) if any(each.name == name for each in decision.choices) else NOBODY


def _one_only(one: Statement, other: Statement) -> Statement:
    return Some((Every((one, Never(other))), Every((other, Never(one)))))


def _confirm_membership(
    merged: Merged,
    patient: Patient,
    own: tuple[Condition, Condition],
    expected: tuple[tuple[bool, bool], tuple[bool, bool]],
) -> None:
    confirm(merged, patient)
    for version, condition, truth in zip((merged.old, merged.new), own, expected, strict=True):
        found = version.judge(patient).truth(condition)
        if (found.holds, found.fails) != truth:
            raise Disagreement(f"the {version.which} version by itself does not confirm {condition} of {patient}")


def _axes(case: Case, rules: Sequence[Condition]) -> tuple[Axis, ...]:
    return axes_of(case.protocol, rules, [{}])


def _regions(
    case: Case, base: tuple[Statement, ...], target: Statement, rules: Sequence[Condition], outcome: str
) -> Regions:
    return _with_outcome(_regions_of(case, base, target, _axes(case, rules)), outcome)


def _regions_of(
    case: Case,
    base: tuple[Statement, ...],
    target: Statement,
    axes: Sequence[Axis],
    start: Patient | None = None,
) -> Regions:
    derived = [
        node
        for axis in axes
        if isinstance(axis, NumberAxis)
        for node in descend(axis.term)
        if isinstance(node, Derived)
    ]
    matters = shown_of(case.protocol, derived)
    return regions_of(case, base, target, axes, matters=matters, start=start)


def _narrowed(case: Case, region: Region) -> Region:
    """Return the region with a witness who shows what it restricts: criteria compare more than anybody reads."""
    found = shown_of(case.protocol, conditions(region.place))
    return replace(region, witness=replace(region.witness, matters=found)) if found else region


def _with_outcome(regions: Regions, outcome: str) -> Regions:
    return replace(regions, regions=tuple(_plain(each, outcome) for each in regions.regions))


def _plain(region: Region, outcome: str) -> Region:
    terms = tuple(replace(each, term=plainly(each.term), says=plainly(each.says)) for each in region.terms)
    pinned = tuple(plainly(each) for each in region.pinned)
    return replace(region, words=plainly(region.words), terms=terms, pinned=pinned, outcome=outcome)
