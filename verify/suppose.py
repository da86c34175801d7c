"""A decision's rules, supposing that a number that they compare has a certain value.

Only what compares just that number is decided; what compares it with another one stays as it is. So this is a good
guess at whom a value matters to, and the plain evaluator has the last word on whoever is found.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from trialproof.model.condition import (
    EVERYONE,
    NOBODY,
    TERMS,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Count,
    IfThen,
    Named,
    Not,
    Readings,
    Term,
)
from trialproof.model.patient import RELATE
from trialproof.model.protocol import Decision
from trialproof.verify.case import Case
from trialproof.verify.clauses import differ
from trialproof.verify.linear import threshold
from trialproof.verify.statement import Statement


def tells(case: Case, decision: Decision, term: Term, one: Fraction, other: Fraction) -> Statement:
    """Return that it makes a difference to a patient's choice which of two values a number has."""
    return differ(*(_supposing(case, decision, term, value) for value in (one, other)))


def _supposing(case: Case, decision: Decision, term: Term, value: Fraction) -> Decision:
    choices = [replace(each, rule=_decided(case, each.rule, term, value)) for each in decision.choices]
    return replace(decision, choices=tuple(choices))


def _decided(case: Case, rule: Condition, term: Term, value: Fraction) -> Condition:
    def inner(each: Condition) -> Condition:
        return _decided(case, each, term, value)

    match rule:
        case Compare():
            found = threshold(rule, case.selection)
            if found is None or found.term != term:
                return rule
            return EVERYONE if RELATE[found.relation](value, found.value) else NOBODY
        case Not(operand):
            return Not(inner(operand))
        case AllOf(operands):
            return AllOf(tuple(map(inner, operands)))
        case AnyOf(operands):
            return AnyOf(tuple(map(inner, operands)))
        case Count(tally, number, operands):
            return Count(tally, number, tuple(map(inner, operands)))
        case IfThen(premise, conclusion):
            return IfThen(inner(premise), inner(conclusion))
        case Readings(sentence, options):
            return inner(dict(options)[case.selection[sentence]])
        case Named(name):
            definition = case.protocol.definitions[name]
            if isinstance(definition.body, TERMS):
                return rule
            body = inner(definition.body)
            return rule if body == definition.body else AllOf((definition.applies_if, body))
        case _:
            return rule
