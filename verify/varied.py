"""A rule as it would be for the same patient at another value of one subject: a number, or a category.

Every other comparison of the rule stays as it is for the patient. So "at another creatinine" can be asked of one
patient, and needs no second one who is alike in everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor
from typing import TypeAlias, Union

from trialproof.model.condition import (
    EVERYONE,
    NOBODY,
    TERMS,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Count,
    Floor,
    IfThen,
    Is,
    Named,
    Not,
    Number,
    Readings,
    Relation,
    Term,
    descend,
)
from trialproof.model.patient import RELATE
from trialproof.model.protocol import Definition, Protocol, Selection
from trialproof.verify.linear import Threshold, cancelled, threshold

Subject: TypeAlias = Union[Term, Is]
"""What takes another value: a term that comparisons have in common, or a category quantity (`Is` of no category)."""


def spelled_out(protocol: Protocol, rule: Condition, selection: Selection) -> Condition:
    """Return a rule of the same meaning: sentences as read, definitions opened, `floor(x) <= 70` as `x < 71`."""

    def leaf(condition: Condition) -> Condition:
        match condition:
            case Readings(sentence, options):
                return mapped(dict(options)[selection[sentence]], leaf)
            case Named(name):
                return _opened(protocol.definitions[name], leaf)
            case Compare():
                found = _compared(condition, selection)
                return condition if found is None else _not_rounded(condition, found)
            case _:
                return condition

    return mapped(rule, leaf)


def subjects(rule: Condition, selection: Selection) -> dict[Subject, None]:
    """Return what a rule that is spelled out compares with constants, in the order of its mention."""
    found: dict[Subject, None] = {}
    for node in descend(rule):
        match node:
            case Compare():
                compared = _compared(node, selection)
                if compared is not None:
                    found[compared.term] = None
            case Is(name, _):
                found[Is(name, ())] = None
            case _:
                pass
    return found


def at(rule: Condition, subject: Subject, value: Fraction | str, selection: Selection) -> Condition:
    """Return what is left of a rule that is spelled out where the subject is known to have this value."""

    def leaf(condition: Condition) -> Condition:
        match condition, value:
            case Compare(), Fraction():
                found = _compared(condition, selection)
                if found is None or found.term != subject:
                    return condition
                return EVERYONE if RELATE[found.relation](value, found.value) else NOBODY
            case Is(name, categories), str() if subject == Is(name, ()):
                return EVERYONE if value in categories else NOBODY
            case _:
                return condition

    return mapped(rule, leaf)


def mapped(condition: Condition, leaf: Callable[[Condition], Condition]) -> Condition:
    """Return the condition with everything that its connectives join replaced."""
    match condition:
        case Not(operand):
            return Not(mapped(operand, leaf))
        case AllOf(operands):
            return AllOf(tuple(mapped(each, leaf) for each in operands))
        case AnyOf(operands):
            return AnyOf(tuple(mapped(each, leaf) for each in operands))
        case IfThen(premise, conclusion):
            return IfThen(mapped(premise, leaf), mapped(conclusion, leaf))
        case Count(tally, number, operands):
            return Count(tally, number, tuple(mapped(each, leaf) for each in operands))
        case _:
            return leaf(condition)


def _opened(definition: Definition, leaf: Callable[[Condition], Condition]) -> Condition:
    """Return the definition's rule; one that is not for everyone stays undetermined for the others."""
    assert not isinstance(definition.body, TERMS)  # noqa: S101 - typing refused anything else
    body = mapped(definition.body, leaf)
    if definition.applies_if == EVERYONE:
        return body
    named = Named(definition.name)
    determined = AnyOf((named, Not(named)))
    return AnyOf((AllOf((body, determined)), Not(determined)))


def _compared(compare: Compare, selection: Selection) -> Threshold | None:
    """Return the comparison as one of a term with a constant, if nothing else must be known for it."""
    return None if cancelled(compare, selection) else threshold(compare, selection)


def _not_rounded(compare: Compare, found: Threshold) -> Condition:
    """Return the comparison with a rounded number as one with the number itself."""
    match found.term:
        case Floor(term):
            at_least = Compare(term, Relation.GE, Number(Fraction(ceil(found.value))))
            above = Compare(term, Relation.GE, Number(Fraction(floor(found.value) + 1)))
        case _:
            return compare
    match found.relation:
        case Relation.GE:
            return at_least
        case Relation.GT:
            return above
        case Relation.LT:
            return Not(at_least)
        case Relation.LE:
            return Not(above)
        case Relation.EQ:
            return AllOf((at_least, Not(above)))
        case Relation.NE:
            return Not(AllOf((at_least, Not(above))))
