"""What another reading changes: who becomes eligible or ceases to be, and whose choice changes into what."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from trialproof.model.condition import AllOf, AnyOf, Assigned, Condition, Eligible, Takes
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Decision, Protocol
from trialproof.verify.axes import Axis, NumberAxis, Otherwise, axes_of, read_otherwise
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.describe import Regions, regions_of, together
from trialproof.verify.outcome import outcome_of, same_outcome
from trialproof.verify.properties import recordable
from trialproof.verify.search import first
from trialproof.verify.statement import (
    About,
    AnyReading,
    Every,
    Fails,
    Holds,
    How,
    Never,
    ReadAs,
    Some,
    Statement,
    undetermined,
)
from trialproof.verify.under import NO_PATIENT, choices_of, rests_on, rules_of, sentences_of

ONE, OTHER = AnyReading("one"), AnyReading("other")
MOST_CHANGES = 40
"""More ways in which a choice changes into another than anybody reads: beyond it the search stops and says so."""
ELIGIBLE = ("eligible", "not eligible")
MEANT = ("in its population", "not in its population")


def changes(case: Case, decision: Decision | None, sentence: str, reading: str) -> Regions:
    """Return the regions of patients whose choice (or, without a decision, whose eligibility) another reading changes.

    So are those of patients who come into or drop out of the decision's population, unless that only follows from
    another change. Each region's outcome says what becomes of what. Raises `Unknown` if the solver gives up.
    """
    other = case.under({sentence: reading})
    if decision is None:
        rules = [each.rule for each in case.protocol.criteria if sentence in rests_on(case.protocol, [each.rule])]
        return _members_change(case, other, Eligible(), _axes(case, other, rules, sentence), ELIGIBLE)
    members = Regions(())
    if not follows(case.protocol, decision.population, (sentence,)):
        axes = _axes(case, other, [decision.population], sentence)
        members = _members_change(case, other, decision.population, axes, MEANT)
    return together([members, _choice_changes(case, other, decision, sentence)])


def follows(protocol: Protocol, population: Condition, sentences: Collection[str]) -> bool:
    """Return whether readings of these sentences change a population only through eligibility or other decisions.

    Somebody's eligibility or choice then changes too, and is reported where it does.
    """
    match population:
        case Eligible() | Assigned():
            return True
        case AllOf(operands) | AnyOf(operands):
            return all(follows(protocol, each, sentences) for each in operands)
        case _:
            return set(sentences).isdisjoint(rests_on(protocol, [population]))


def _choice_changes(case: Case, other: Case, decision: Decision, sentence: str) -> Regions:
    rules = [choice.rule for choice in decision.choices]
    axes = _axes(case, other, rules, sentence)
    population = case.population(decision.population)
    if sentence in sentences_of(case.protocol, [decision.population]):
        population += other.population(decision.population)
    differs = _differs(decision, case, case.readings, other.readings)
    found: list[Regions] = []
    seen: list[Statement] = []
    while True:
        patient = canonical(case, population, differs, *(Never(each) for each in seen))
        if patient is None:
            return together(found)
        if len(found) == MOST_CHANGES:
            return together([*found, Regions((), complete=False)])
        before = outcome_of(decision, about(case.protocol, patient, case.selection))
        after = outcome_of(decision, about(case.protocol, patient, other.selection))
        target = Every((case.said(same_outcome(decision, before)), other.said(same_outcome(decision, after))))
        outcome = f"{before} becomes {after}"
        found.append(regions_of(case, population, target, axes, outcome=outcome, start=patient))
        seen.append(target)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two combinations of readings and a patient to whom they give different fates."""

    one: Mapping[str, str]
    other: Mapping[str, str]
    patient: Patient
    fates: tuple[str, str]


def some_difference(case: Case, decision: Decision | None) -> Pair | None:
    """Return the first two combinations of readings that differ on a patient; None if all agree. Raises `Unknown`."""
    rules: list[Condition] = [Eligible()] if decision is None else rules_of(decision)
    options = choices_of(case.protocol, sentences_of(case.protocol, rules), case.selection)
    both = [*((each, ONE) for each in options), *((each, OTHER) for each in options)]
    base = _pair_base(case, decision, ONE, OTHER)
    found = first(
        lambda statements: case.solver.possible(*statements, base=base),
        [[About(reading, NO_PATIENT, copy) for reading in readings] for readings, copy in both],
    )
    if found is None:
        return None
    picked = [each.statement for each in found if isinstance(each, About)]
    chosen = [{each.sentence: each.reading} for each in picked if isinstance(each, ReadAs)]
    one, other = (
        {name: reading for each in half for name, reading in each.items()}
        for half in (chosen[: len(options)], chosen[len(options) :])
    )
    first_case, second_case = case.under(one), case.under(other)
    patient = canonical(case, _pair_base(case, decision, first_case.readings, second_case.readings))
    assert patient is not None  # noqa: S101 - the solver has just found one
    return Pair(one, other, patient, (_fate(first_case, decision, patient), _fate(second_case, decision, patient)))


def _pair_base(case: Case, decision: Decision | None, one: How, other: How) -> tuple[Statement, ...]:
    def under_both(statement: Statement) -> tuple[Statement, Statement]:
        return (About(statement, case.patient, one), About(statement, case.patient, other))

    everybody = under_both(recordable(case.protocol))
    if decision is None:
        return (*everybody, _exactly_one(Holds(Eligible()), case, one, other))
    meant = Holds(decision.population)
    differs: Statement = Every((*under_both(meant), _differs(decision, case, one, other)))
    if not follows(case.protocol, decision.population, case.protocol.sentences):
        differs = Some((differs, _exactly_one(meant, case, one, other)))
    return (*everybody, differs)


def _fate(case: Case, decision: Decision | None, patient: Patient) -> str:
    meaning = about(case.protocol, patient, case.selection)
    if decision is None:
        return ELIGIBLE[not meaning.truth(Eligible()).holds]
    return str(outcome_of(decision, meaning)) if meaning.truth(decision.population).holds else MEANT[1]


def _differs(decision: Decision, case: Case, one: How, other: How) -> Statement:
    """Some choice holds under one reading only, or fails under one only."""
    takes = [Takes(decision.name, choice.name) for choice in decision.choices]
    sides = [side(each) for each in takes for side in (Holds, Fails)]
    return Some(tuple(_exactly_one(side, case, one, other) for side in sides))


def _exactly_one(side: Statement, case: Case, one: How, other: How) -> Statement:
    here, there = About(side, case.patient, one), About(side, case.patient, other)
    return Some((Every((here, Never(there))), Every((there, Never(here)))))


def _members_change(
    case: Case, other: Case, population: Condition, axes: Sequence[Axis], words: tuple[str, str]
) -> Regions:
    """Return the regions of those who are in a population under one reading only; `words` say that they are or not.

    Under the other reading they are not, or it is undetermined: two fates, told apart.
    """
    before, after = case.said(Holds(population)), other.said(Holds(population))
    either = (*case.patients(), *other.patients(), Some((before, after)))
    inner, outer = words
    sides = [
        (other.said(Fails(population)), f"{inner} becomes {outer}"),
        (other.said(undetermined(population)), f"{inner} becomes undetermined"),
        (case.said(Fails(population)), f"{outer} becomes {inner}"),
        (case.said(undetermined(population)), f"undetermined becomes {inner}"),
    ]
    return together([regions_of(case, either, side, axes, outcome=outcome) for side, outcome in sides])


def _axes(case: Case, other: Case, rules: Sequence[Condition], sentence: str) -> tuple[Axis, ...]:
    """Return what decides the rules under either reading; what itself rests on the sentence stands there twice."""
    otherwise = Otherwise(case.patient, other.readings, other.selection[sentence])
    axes: list[Axis] = []
    for axis in axes_of(case.protocol, rules, [case.selection, other.selection]):
        axes.append(axis)
        subject = axis.term if isinstance(axis, NumberAxis) else axis.subject
        if sentence in rests_on(case.protocol, [subject]):
            axes.append(read_otherwise(axis, otherwise))
    return tuple(axes)
