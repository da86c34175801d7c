"""Eligibility: which criteria complete data leave undetermined, and which sentences contradict one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trialproof.model.condition import (
    EVERYONE,
    TERMS,
    AllOf,
    AnyOf,
    Condition,
    Eligible,
    Named,
    Not,
    Readings,
)
from trialproof.model.protocol import Criterion, Protocol
from trialproof.verify.axes import axes_of
from trialproof.verify.case import Case
from trialproof.verify.describe import Regions, regions_of
from trialproof.verify.finding import Label
from trialproof.verify.search import contradicting
from trialproof.verify.statement import Fails, Holds, Never, Statement, undetermined


@dataclass(frozen=True, slots=True)
class Open:
    """A criterion that complete data can leave undetermined, and the regions of those patients."""

    criterion: Criterion
    regions: Regions


def open_criteria(case: Case) -> tuple[Open, ...]:
    """Return the criteria that leave the eligibility of some patient with complete data undetermined.

    The regions of a criterion are said in its own terms; their patients fail no other criterion. Raises `Unknown`.
    """

    def find() -> tuple[Open, ...]:
        population = case.patients(Never(Fails(Eligible())))
        found = []
        for criterion in case.protocol.criteria:
            if case.possible(population)([undetermined(criterion.rule)]):
                axes = axes_of(case.protocol, [criterion.rule], [case.selection])
                found.append(Open(criterion, regions_of(case, population, undetermined(criterion.rule), axes)))
        return tuple(found)

    return case.once("open criteria", find)


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that eligibility asks of a patient, and the sentence that asks it."""

    statement: Statement
    label: Label


def contradiction(case: Case) -> tuple[Demand, ...]:
    """Return a smallest set of demands that no patient meets, given that nobody is eligible. Raises `Unknown`.

    Smallest means that any one of them can be dropped only at the price of the contradiction; a demand that no patient
    meets is returned alone.
    """
    every = demands(case.protocol, case.selection)
    core = contradicting(case.possible(case.patients()), [each.statement for each in every])
    return tuple(each for each in every if any(each.statement is one for one in core))


def demands(protocol: Protocol, selection: Mapping[str, str]) -> list[Demand]:
    """Return every demand of the criteria, split as far as each part still has words of its own."""
    found = []
    for criterion in protocol.criteria:
        whole = Label(criterion.place, criterion.quotes, f"`{criterion.id}`")
        for part, holding, label in _split(protocol, selection, criterion.rule, whole, holding=not criterion.excludes):
            found.append(Demand(Holds(part) if holding else Fails(part), label))
    return found


def _split(
    protocol: Protocol, selection: Mapping[str, str], rule: Condition, label: Label, *, holding: bool
) -> list[tuple[Condition, bool, Label]]:
    match rule:
        case Readings(sentence, options):
            return _split(protocol, selection, dict(options)[selection[sentence]], label, holding=holding)
        case Not(operand):
            return _split(protocol, selection, operand, label, holding=not holding)
        case AllOf(operands) if holding:
            return [part for each in operands for part in _split(protocol, selection, each, label, holding=True)]
        case AnyOf(operands) if not holding:
            return [part for each in operands for part in _split(protocol, selection, each, label, holding=False)]
        case Named(name):
            definition = protocol.definitions[name]
            if definition.quotes:
                return [(rule, holding, Label(definition.place, definition.quotes, f"`{name}`"))]
            if definition.applies_if == EVERYONE and not isinstance(definition.body, TERMS):
                return _split(protocol, selection, definition.body, label, holding=holding)
            return [(rule, holding, label)]
        case _:
            return [(rule, holding, label)]
