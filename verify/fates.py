"""The fates of a decision's population: where its patients have no choice, too many, or an undetermined one.

Each is searched once for a case, however many checks ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction

from trialproof.model.condition import Compare, Condition, Takes
from trialproof.model.english import say
from trialproof.model.meaning import Meaning
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Choice, Decision
from trialproof.verify.axes import Axis, axes_of
from trialproof.verify.because import deciding
from trialproof.verify.boxes.gridded import FEW
from trialproof.verify.boxes.table import Unsearched, table_of
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.check import choice_label
from trialproof.verify.describe import Regions, regions_of, shown_quantities, witness
from trialproof.verify.finding import Label, Region, Under, Witness
from trialproof.verify.outcome import outcome_of
from trialproof.verify.properties import clash, gap, overlap, undetermined
from trialproof.verify.solver import Unknown
from trialproof.verify.statement import Every, Holds, Never, Some, Statement
from trialproof.verify.under import readings_under, rules_of, sentences_of

NEAREST = 3
"""Choices of a table that are shown beside a patient whom none of them takes."""
MOST_CLASHES = 40
"""More sets of clashing choices than anybody reads: beyond it the search stops, and the last is not complete."""


@dataclass(frozen=True, slots=True)
class Clash:
    """The choices that some patients get together, and the regions of those patients."""

    choices: tuple[str, ...]
    regions: Regions


def decision_axes(case: Case, decision: Decision) -> tuple[Axis, ...]:
    """Return the axes that the decision's choices compare under the case's readings."""
    rules = [choice.rule for choice in decision.choices]
    return case.once(("axes", decision.name), lambda: axes_of(case.protocol, rules, [case.selection]))


def somebody(case: Case, decision: Decision) -> Witness | None:
    """Return the canonical member of the decision's population; None if it has none. Raises `Unknown`."""

    def find() -> Witness | None:
        patient = canonical(case, case.population(decision.population))
        if patient is None:
            return None
        return witness(case, patient, shown_quantities(case.protocol, decision_axes(case, decision)))

    return case.once(("member", decision.name), find)


def gaps(case: Case, decision: Decision) -> Regions:
    """Return the regions of patients with no choice left. Raises `Unknown`."""
    def find() -> Regions:
        table = table_of(case, decision, decision_axes(case, decision))
        with suppress(Unsearched):
            if table is not None:
                return table.gaps()
        return _regions(case, decision, gap(decision))

    return case.once(("gap", decision.name), find)


def undetermined_patients(case: Case, decision: Decision) -> Regions:
    """Return the regions of patients whose complete data leave the choice open. Raises `Unknown`."""
    return case.once(("undetermined", decision.name), lambda: _regions(case, decision, undetermined(decision)))


def overlaps(case: Case, decision: Decision) -> tuple[Clash, ...]:
    """Return the regions of patients with too many choices, by the set of clashing choices. Raises `Unknown`."""

    def find() -> tuple[Clash, ...]:
        table = table_of(case, decision, decision_axes(case, decision))
        with suppress(Unsearched):
            if table is not None:
                return tuple(Clash(*each) for each in table.overlaps())
        found: list[Clash] = []
        population, clashing = case.population(decision.population), case.said(overlap(decision))
        while True:
            others = tuple(case.said(Never(clash(decision, each.choices))) for each in found)
            patient = canonical(case, population, clashing, *others)
            if patient is None:
                return tuple(found)
            if len(found) == MOST_CLASHES:
                return (*found[:-1], replace(found[-1], regions=replace(found[-1].regions, complete=False)))
            choices = outcome_of(decision, about(case.protocol, patient, case.selection)).holding
            found.append(Clash(choices, _regions(case, decision, clash(decision, choices))))

    return case.once(("overlap", decision.name), find)


def takers(case: Case, decision: Decision) -> dict[str, Patient | None]:
    """Return for each choice the canonical member of the population who takes it, if any does. Raises `Unknown`."""

    def find() -> dict[str, Patient | None]:
        population = case.population(decision.population)
        return {
            choice.name: canonical(case, population, case.said(Holds(Takes(decision.name, choice.name))))
            for choice in decision.choices
        }

    return case.once(("takers", decision.name), find)


def shown_members(case: Case, decision: Decision) -> list[Patient]:
    """Return the members of the population whom findings and proofs show anyway, each once. Raises `Unknown`."""
    member = somebody(case, decision)
    regions = list(gaps(case, decision).regions) if decision.bounds[0] else []
    if decision.bounds[1] < len(decision.choices):
        regions += [region for each in overlaps(case, decision) for region in each.regions.regions]
    regions += undetermined_patients(case, decision).regions
    found = [member.patient] if member else []
    if len(decision.choices) <= MOST_CLASHES:
        found += [patient for patient in takers(case, decision).values() if patient is not None]
    return list(dict.fromkeys([*found, *(region.witness.patient for region in regions)]))


def boundary(regions: Regions) -> Regions:
    """Return the regions in which a number is pinned to one recordable value."""
    return replace(regions, regions=tuple(each for each in regions.regions if each.pinned))


def wide(regions: Regions) -> Regions:
    """Return the regions that are no boundary."""
    return replace(regions, regions=tuple(each for each in regions.regions if not each.pinned))


def under(case: Case, decision: Decision, target: Statement, regions: tuple[Region, ...]) -> Under:
    """Return the readings under which some patient of the regions is recordable, a member, and in the target.

    Where the solver gives up on that, the finding stands, and its readings are not complete.
    """
    there = Some(tuple(each.place for each in regions))
    sentences = sentences_of(case.protocol, rules_of(decision))
    try:
        return readings_under(case, decision.population, Every((target, there)), sentences)
    except Unknown:
        return Under((), case.protocol.combinations, complete=False)


def labels_of(
    case: Case, decision: Decision, patient: Patient, names: Sequence[str] | None = None
) -> tuple[Label, ...]:
    """Return the choices (those of these names), each with the clauses for which it takes the patient or does not."""
    chosen = [each for each in decision.choices if names is None or each.name in names]
    if names is None and len(chosen) > FEW:
        chosen = _nearest(case, chosen, patient)
    return tuple(_label(case, decision, each, patient) for each in chosen)


def _nearest(case: Case, choices: Sequence[Choice], patient: Patient) -> list[Choice]:
    """Return the few choices of a table that ask for least that is not so of the patient."""
    meaning = about(case.protocol, patient, case.selection)
    lacking = {each.name: deciding(each.rule, meaning, holding=False) for each in choices}

    def distance(choice: Choice) -> tuple[int, Fraction]:
        clauses = lacking[choice.name]
        return len(clauses), sum((_short_by(each, meaning) for each in clauses), Fraction(0))

    return sorted(choices, key=distance)[:NEAREST]


def _short_by(clause: Condition, meaning: Meaning[bool, Fraction]) -> Fraction:
    """Return by how much a comparison that is not so is missed, in its own unit; nothing for any other clause."""
    if not isinstance(clause, Compare):
        return Fraction(0)
    left, right = meaning.number(clause.left), meaning.number(clause.right)
    return abs(left.value - right.value) if left.known and right.known else Fraction(0)


def _label(case: Case, decision: Decision, choice: Choice, patient: Patient) -> Label:
    meaning = about(case.protocol, patient, case.selection)
    truth = meaning.truth(Takes(decision.name, choice.name))
    if not (truth.holds or truth.fails):
        return choice_label(choice, f"`{choice.name}` is undetermined")
    clauses = deciding(choice.rule, meaning, holding=truth.holds)
    said = "; ".join(say(each, case.protocol, case.selection) for each in clauses)
    if truth.holds:
        return choice_label(choice, f"`{choice.name}` takes the patient: {said}")
    why = f"since this is not so: {said}" if clauses else "since an earlier choice comes first"
    return choice_label(choice, f"`{choice.name}` does not take the patient, {why}")


def _regions(case: Case, decision: Decision, target: Statement) -> Regions:
    population = case.population(decision.population)
    return regions_of(case, population, target, decision_axes(case, decision))
