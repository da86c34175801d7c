"""A rule of one protocol as a rule of another: the same tree over other names."""

from __future__ import annotations

from typing import Protocol as Interface, assert_never, overload

from trialproof.model.condition import (
    TERMS,
    AllOf,
    AnyOf,
    Assigned,
    Cases,
    Compare,
    Condition,
    Count,
    Derived,
    Determined,
    Eligible,
    Floor,
    Greatest,
    IfThen,
    Is,
    Known,
    Least,
    Named,
    Not,
    Number,
    Product,
    Quotient,
    Readings,
    ReadTerm,
    Sum,
    Takes,
    Term,
    Value,
    Yes,
)


class Names(Interface):
    """What each name of the one protocol is in the other; every answer has the meaning of what was asked for."""

    def value(self, quantity: str, /) -> Term:
        """The value of a number quantity, in its own unit."""

    def belongs(self, node: Is, /) -> Condition:
        """A category quantity has one of these categories."""

    def yes(self, node: Yes, /) -> Condition:
        """A yes/no quantity is yes."""

    def known(self, quantity: str, /) -> Condition:
        """A quantity has a value."""

    def definition(self, name: str, /) -> str:
        """The definition of this name."""

    def decision(self, name: str, /) -> str:
        """The decision of this name."""

    def choices(self, decision: str, names: tuple[str, ...], /) -> tuple[str, ...]:
        """The choices of a decision."""

    def eligible(self) -> Condition:
        """Eligibility."""

    def reading(self, sentence: str, /) -> str:
        """The reading that a sentence has."""


@overload
def rewritten(node: Condition, names: Names) -> Condition: ...
@overload
def rewritten(node: Term, names: Names) -> Term: ...
def rewritten(node: Condition | Term, names: Names) -> Condition | Term:
    """Return the tree over other names, each sentence as it is read."""
    return _term(node, names) if isinstance(node, TERMS) else _condition(node, names)


def _condition(node: Condition, names: Names) -> Condition:
    match node:
        case Compare(left, relation, right):
            return Compare(_term(left, names), relation, _term(right, names))
        case Is():
            return names.belongs(node)
        case Yes():
            return names.yes(node)
        case Known(quantity):
            return names.known(quantity)
        case Determined(operand):
            return Determined(rewritten(operand, names))
        case Not(operand):
            return Not(_condition(operand, names))
        case AllOf(operands):
            return AllOf(tuple(_condition(each, names) for each in operands))
        case AnyOf(operands):
            return AnyOf(tuple(_condition(each, names) for each in operands))
        case IfThen(premise, conclusion):
            return IfThen(_condition(premise, names), _condition(conclusion, names))
        case Count(tally, number, operands):
            return Count(tally, number, tuple(_condition(each, names) for each in operands))
        case Named(definition):
            return Named(names.definition(definition))
        case Readings(sentence, options):
            return _condition(dict(options)[names.reading(sentence)], names)
        case Eligible():
            return names.eligible()
        case Takes(decision, choice):
            return Takes(names.decision(decision), names.choices(decision, (choice,))[0])
        case Assigned(decision, choices):
            return Assigned(names.decision(decision), names.choices(decision, choices))
        case _:
            assert_never(node)


def _term(node: Term, names: Names) -> Term:
    match node:
        case Number():
            return node
        case Value(quantity):
            return names.value(quantity)
        case Derived(definition):
            return Derived(names.definition(definition))
        case Sum(terms):
            return Sum(tuple(_term(each, names) for each in terms))
        case Product(factors):
            return Product(tuple(_term(each, names) for each in factors))
        case Quotient(numerator, denominator):
            return Quotient(_term(numerator, names), _term(denominator, names))
        case Least(terms):
            return Least(tuple(_term(each, names) for each in terms))
        case Greatest(terms):
            return Greatest(tuple(_term(each, names) for each in terms))
        case Floor(inner):
            return Floor(_term(inner, names))
        case Cases(rows):
            return Cases(tuple((_condition(when, names), _term(each, names)) for when, each in rows))
        case ReadTerm(sentence, options):
            return _term(dict(options)[names.reading(sentence)], names)
        case _:
            assert_never(node)
