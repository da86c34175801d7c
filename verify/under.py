"""The readings under which something is so, as a short list of partial choices instead of thousands of combinations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from trialproof.model.condition import (
    Assigned,
    Condition,
    Eligible,
    Is,
    Known,
    Readings,
    ReadTerm,
    Takes,
    Term,
    Value,
    Yes,
)
from trialproof.model.patient import Patient
from trialproof.model.protocol import Decision, Protocol
from trialproof.verify.finding import Under
from trialproof.verify.linear import walk
from trialproof.verify.search import first
from trialproof.verify.solver import Solver
from trialproof.verify.statement import About, AnyReading, Every, Never, ReadAs, Statement

READINGS = AnyReading()
NO_PATIENT = Patient(())
MOST_CHOICES = 24
"""More partial choices than anybody reads."""


def rules_of(decision: Decision) -> list[Condition]:
    """Return the rules of a decision: whom it is for, then when each choice is taken."""
    return [decision.population, *(choice.rule for choice in decision.choices)]


def sentences_of(protocol: Protocol, rules: Iterable[Condition]) -> tuple[str, ...]:
    """Return the sentences with several readings that have a say in these rules, in the order of the protocol.

    Facts, and whether a quantity applies, have a say in everything, because they decide who can be recorded.
    """
    everybody = [*(fact.rule for fact in protocol.facts), *(each.applies_if for each in protocol.quantities.values())]
    return rests_on(protocol, [*rules, *everybody])


def rests_on(protocol: Protocol, nodes: Iterable[Condition | Term]) -> tuple[str, ...]:
    """Return the sentences with several readings that conditions and terms are made of, whoever can be recorded."""
    found: set[str] = set()
    seen: set[Condition | Term] = set()
    pending = list(nodes)
    while pending:
        top = pending.pop()
        if top in seen:
            continue
        seen.add(top)
        for node in walk(protocol, top):
            match node:
                case Readings(sentence, _) | ReadTerm(sentence, _):
                    found.add(sentence)
                case Value(name) | Is(name, _) | Yes(name) | Known(name):
                    pending.append(protocol.quantities[name].applies_if)
                case Eligible():
                    pending += [criterion.rule for criterion in protocol.criteria]
                case Takes(decision, _):
                    pending += [choice.rule for choice in protocol.decisions[decision].choices]
                case Assigned(decision, _):
                    pending.append(protocol.decisions[decision].population)
                    pending += [choice.rule for choice in protocol.decisions[decision].choices]
                case _:
                    pass
    return tuple(name for name in protocol.sentences if name in found)


def choices_of(protocol: Protocol, sentences: Sequence[str], selection: Mapping[str, str]) -> list[list[ReadAs]]:
    """Return the readings of each sentence as statements, the one of the selection first."""
    chosen = [(protocol.sentences[name], selection[name]) for name in sentences]
    return [
        [ReadAs(each.name, reading) for reading in sorted(each.readings, key=lambda reading: reading != preferred)]
        for each, preferred in chosen
    ]


def readings_under(
    protocol: Protocol, solver: Solver, statement: Statement, sentences: Sequence[str], selection: Mapping[str, str]
) -> Under:
    """Return the readings under which a statement about concrete patients and `READINGS` is so.

    Choices that agree with the selection come first. Each partial choice is as short as it can be: with any of its
    sentences left out, the statement fails under some completion. Raises `Unknown` if the solver gives up.
    """
    options = choices_of(protocol, sentences, selection)
    found: list[Mapping[str, str]] = []
    blocked: list[Statement] = []

    def said(each: Statement) -> Statement:
        return About(each, NO_PATIENT, READINGS)

    def hit(statements: Sequence[Statement]) -> bool:
        return solver.possible(*map(said, (*blocked, *statements)), base=(statement,))

    def miss(statements: Sequence[Statement]) -> bool:
        return solver.possible(*map(said, statements), base=(Never(statement),))

    while len(found) < MOST_CHOICES:
        combination = first(hit, options)
        if combination is None:
            return Under(tuple(found), protocol.combinations)
        partial = list(combination)
        for choice in combination:
            shorter = [each for each in partial if each != choice]
            if not miss(shorter):
                partial = shorter
        found.append({each.sentence: each.reading for each in partial if isinstance(each, ReadAs)})
        blocked.append(Never(Every(tuple(partial))))
    return Under(tuple(found), protocol.combinations, complete=not hit(()))
