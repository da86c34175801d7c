"""What another reading changes: who becomes eligible or ceases to be, and whose choice changes into what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trialproof.model.condition import Condition, Eligible, Takes
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Decision
from trialproof.verify.axes import Axis, NumberAxis, Otherwise, axes_of, read_otherwise
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.describe import regions_of
from trialproof.verify.finding import Region
from trialproof.verify.outcome import outcome_of, same_outcome
from trialproof.verify.properties import recordable
from trialproof.verify.search import first
from trialproof.verify.statement import About, AnyReading, Every, Fails, Holds, How, Never, ReadAs, Some, Statement
from trialproof.verify.under import NO_PATIENT, choices_of, rests_on, sentences_of

ONE, OTHER = AnyReading("one"), AnyReading("other")
MOST_CHANGES = 40


def changes(case: Case, decision: Decision | None, sentence: str, reading: str) -> tuple[Region, ...]:
    """Return the regions of patients whose choice (or, without a decision, whose eligibility) another reading changes.

    Each region's outcome says what becomes of what. Raises `Unknown` if the solver gives up.
    """
    other = case.under({sentence: reading})
    if decision is None:
        return _eligibility_changes(case, other, sentence)
    rules = [choice.rule for choice in decision.choices]
    axes = _axes(case, other, rules, sentence)
    population = case.population(decision.population)
    if sentence in sentences_of(case.protocol, [decision.population]):
        population += other.population(decision.population)
    differs = _differs(decision, case, case.readings, other.readings)
    found: list[Region] = []
    seen: list[Statement] = []
    while len(found) < MOST_CHANGES:
        patient = canonical(case, population, differs, *(Never(each) for each in seen))
        if patient is None:
            return tuple(found)
        before = outcome_of(decision, about(case.protocol, patient, case.selection))
        after = outcome_of(decision, about(case.protocol, patient, other.selection))
        target = Every((case.said(same_outcome(decision, before)), other.said(same_outcome(decision, after))))
        outcome = f"{before} becomes {after}"
        found += regions_of(case, population, target, axes, outcome=outcome, start=patient).regions
        seen.append(target)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two combinations of readings and a patient to whom they give different fates."""

    one: Mapping[str, str]
    other: Mapping[str, str]
    patient: Patient
    fates: tuple[str, str]


def some_difference(case: Case, decision: Decision | None) -> Pair | None:
    """Return the first two combinations of readings that differ on a patient; None if all agree. Raises `Unknown`."""
    rules: list[Condition] = [Eligible()]
    if decision is not None:
        rules = [decision.population, *(choice.rule for choice in decision.choices)]
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
    population: list[Statement] = [recordable(case.protocol)]
    if decision is not None:
        population.append(Holds(decision.population))
        differs = _differs(decision, case, one, other)
    else:
        differs = _eligible_once(case, one, other)
    said = [About(each, case.patient, how) for how in (one, other) for each in population]
    return (*said, differs)


def _fate(case: Case, decision: Decision | None, patient: Patient) -> str:
    meaning = about(case.protocol, patient, case.selection)
    if decision is not None:
        return str(outcome_of(decision, meaning))
    return "eligible" if meaning.truth(Eligible()).holds else "not eligible"


def _differs(decision: Decision, case: Case, one: How, other: How) -> Statement:
    """Some choice holds under one reading only, or fails under one only."""
    differing: list[Statement] = []
    for choice in decision.choices:
        takes = Takes(decision.name, choice.name)
        for side in (Holds(takes), Fails(takes)):
            differing += _exactly_one(side, case, one, other)
    return Some(tuple(differing))


def _eligible_once(case: Case, one: How, other: How) -> Statement:
    """The patient is eligible under just one of the readings."""
    return Some(tuple(_exactly_one(Holds(Eligible()), case, one, other)))


def _exactly_one(side: Statement, case: Case, one: How, other: How) -> list[Statement]:
    here, there = About(side, case.patient, one), About(side, case.patient, other)
    return [Every((here, Never(there))), Every((there, Never(here)))]


def _eligibility_changes(case: Case, other: Case, sentence: str) -> tuple[Region, ...]:
    protocol = case.protocol
    rules = [each.rule for each in protocol.criteria if sentence in sentences_of(protocol, [each.rule])]
    axes = _axes(case, other, rules, sentence)
    before, after = case.said(Holds(Eligible())), other.said(Holds(Eligible()))
    population = (*case.patients(), *other.patients(), Some((before, after)))
    gained = regions_of(case, population, Never(before), axes, outcome="not eligible becomes eligible")
    lost = regions_of(case, population, Never(after), axes, outcome="eligible becomes not eligible")
    return lost.regions + gained.regions


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
