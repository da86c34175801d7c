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
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.finding import Under
from trialproof.verify.linear import walk
from trialproof.verify.properties import recordable
from trialproof.verify.replay import Disagreement
from trialproof.verify.search import first
from trialproof.verify.solver import Solver
from trialproof.verify.statement import About, AnyReading, Every, Holds, Never, ReadAs, Some, Statement

READINGS = AnyReading()
NO_PATIENT = Patient(())
MOST_CHOICES = 24
"""More partial choices than anybody reads."""


def rules_of(decision: Decision) -> list[Condition]:
    """Return the rules of a decision: whom it is for, then when each choice is taken."""
    return [decision.population, *(choice.rule for choice in decision.choices)]


def sentences_of(protocol: Protocol, rules: Iterable[Condition], *, through: bool = True) -> tuple[str, ...]:
    """Return the sentences with several readings that have a say in these rules, in the order of the protocol.

    Facts, and whether a quantity applies, have a say in everything, because they decide who can be recorded. Without
    `through`, what has a say only through another decision is left out.
    """
    everybody = [*(fact.rule for fact in protocol.facts), *(each.applies_if for each in protocol.quantities.values())]
    return rests_on(protocol, [*rules, *everybody], through=through)


def rests_on(protocol: Protocol, nodes: Iterable[Condition | Term], *, through: bool = True) -> tuple[str, ...]:
    """Return the sentences with several readings that conditions and terms are made of, whoever can be recorded.

    Without `through`, other decisions that they name are not followed.
    """
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
                case Takes(decision, _) if through:
                    pending += [choice.rule for choice in protocol.decisions[decision].choices]
                case Assigned(decision, _) if through:
                    pending.append(protocol.decisions[decision].population)
                    pending += [choice.rule for choice in protocol.decisions[decision].choices]
                case _:
                    pass
    return tuple(name for name in protocol.sentences if name in found)


def as_read(case: Case, rules: Iterable[Condition]) -> Under:
    """Return the readings of the case, of those sentences that have a say in what these rules are found to do."""
    names = sentences_of(case.protocol, rules)
    return Under(({name: case.selection[name] for name in names},), case.protocol.combinations, complete=not names)


def choices_of(protocol: Protocol, sentences: Sequence[str], selection: Mapping[str, str]) -> list[list[ReadAs]]:
    """Return the readings of each sentence as statements, the one of the selection first."""
    chosen = [(protocol.sentences[name], selection[name]) for name in sentences]
    return [
        [ReadAs(each.name, reading) for reading in sorted(each.readings, key=lambda reading: reading != preferred)]
        for each, preferred in chosen
    ]


def readings_under(case: Case, population: Condition, fate: Statement, sentences: Sequence[str]) -> Under:
    """Return the readings under which some patient of a population shares a fate.

    Choices that agree with the case's selection come first. Each is partial: somebody shares the fate whatever the
    sentences that it leaves out, and none that it names can be left out too. Raises `Unknown` if the solver gives up.
    """
    protocol, solver = case.protocol, case.solver
    options = choices_of(protocol, sentences, case.selection)
    found: list[tuple[ReadAs, ...]] = []
    member = Every((recordable(protocol), Holds(population)))
    anyone, sharing = About(member, case.patient, READINGS), About(fate, case.patient, READINGS)

    def hit(statements: Sequence[Statement]) -> bool:
        others = [Never(Every(each)) for each in found]
        return solver.possible(sharing, *map(_read, (*others, *statements)), base=(anyone,))

    while len(found) < MOST_CHOICES:
        combination = first(hit, options)
        if combination is None:
            break
        choices = [each for each in combination if isinstance(each, ReadAs)]
        other = case.under({each.sentence: each.reading for each in choices})
        patient = canonical(other, other.population(population), other.said(fate))
        if patient is None:
            raise Disagreement(f"nobody shares the fate under {choices}, though the solver has just said so")
        found.append(_shortened(solver, About(Every((member, fate)), patient, READINGS), choices))
    complete = len(found) < MOST_CHOICES or not hit(())
    if len(found) == 1:
        return Under(({each.sentence: each.reading for each in found[0]},), protocol.combinations, complete)
    anything = _read(Some(tuple(Every(each) for each in found)))
    partial = [
        {each.sentence: each.reading for each in _shortened(solver, anything, choices)} for choices in found
    ]  # what several patients make sure of together may need fewer sentences than each of them alone
    short = [each for each in partial if not any(other.items() < each.items() for other in partial)]
    unique = [each for at, each in enumerate(short) if each not in short[:at]]
    return Under(tuple(unique), protocol.combinations, complete)


def _shortened(solver: Solver, so: Statement, choices: Sequence[ReadAs]) -> tuple[ReadAs, ...]:
    """Return the choices without those that make no difference to what is so under all of them."""
    needed = tuple(choices)
    for choice in choices:
        fewer = tuple(each for each in needed if each != choice)
        if not solver.possible(*map(_read, fewer), base=(Never(so),)):
            needed = fewer
    return needed


def _read(statement: Statement) -> Statement:
    return About(statement, NO_PATIENT, READINGS)
