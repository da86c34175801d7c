"""A comparison as one term and one threshold: `2 * x + 3 < y` is `x - 1/2 y < -3/2`.

Terms that are not linear (products of two quantities, quotients, minima, number definitions) count as one unknown
each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from trialproof.model.condition import (
    FLIPPED,
    Compare,
    Condition,
    Derived,
    Named,
    Number,
    Product,
    Quotient,
    Readings,
    ReadTerm,
    Relation,
    Sum,
    Term,
    Value,
    descend,
    parts,
)
from trialproof.model.protocol import Protocol, Selection


@dataclass(frozen=True, slots=True)
class Threshold:
    """A term (of which the first unknown counts once), the number it is compared with, and how."""

    term: Term
    value: Fraction
    relation: Relation


def threshold(compare: Compare, selection: Selection | None = None) -> Threshold | None:
    """Return the comparison with its unknowns on the left; None where there are none, or all of them cancel."""
    weights, constant = _difference(compare, selection or {})
    varying = [(unknown, weight) for unknown, weight in weights.items() if weight]
    if not varying:
        return None
    lead = varying[0][1]
    scaled = [unknown if w == lead else Product((Number(w / lead), unknown)) for unknown, w in varying]
    term = scaled[0] if len(scaled) == 1 else Sum(tuple(scaled))
    relation = compare.relation if lead > 0 else FLIPPED[compare.relation]
    return Threshold(term, -constant / lead, relation)


def cancelled(compare: Compare, selection: Selection | None = None) -> tuple[Term, ...]:
    """Return the unknowns that make no difference to the comparison but must be known for it: x in `x + y > x`."""
    weights, _ = _difference(compare, selection or {})
    return tuple(unknown for unknown, weight in weights.items() if not weight)


def unknowns(term: Term, selection: Selection | None = None) -> tuple[Term, ...]:
    """Return the unknowns of a term, which is known where all of them are."""
    weights, _ = _linear(term, selection or {})
    return tuple(weights)


def _difference(compare: Compare, selection: Selection) -> tuple[dict[Term, Fraction], Fraction]:
    left, right = _linear(compare.left, selection), _linear(compare.right, selection)
    return _combine([left, _scale(right, Fraction(-1))])


def _linear(term: Term, selection: Selection) -> tuple[dict[Term, Fraction], Fraction]:
    """Return the weight of each unknown, and the constant; an unknown that cancels stays, with the weight zero."""
    match term:
        case Number(value):
            return {}, value
        case Sum(terms):
            return _combine([_linear(each, selection) for each in terms])
        case Product(factors):
            return _product(factors, selection)
        case Quotient(numerator, denominator):
            weights, constant = _linear(denominator, selection)
            if not any(weights.values()) and constant:
                return _combine([_scale(_linear(numerator, selection), 1 / constant), (weights, Fraction(0))])
            return {term: Fraction(1)}, Fraction(0)
        case ReadTerm(sentence, options) if sentence in selection:
            return _linear(dict(options)[selection[sentence]], selection)
        case _:
            return {term: Fraction(1)}, Fraction(0)


def _product(factors: tuple[Term, ...], selection: Selection) -> tuple[dict[Term, Fraction], Fraction]:
    factor, varying = Fraction(1), []
    constants: dict[Term, Fraction] = {}
    for each in factors:
        weights, constant = _linear(each, selection)
        if any(weights.values()):
            varying.append(each)
        else:
            factor *= constant
            constants |= weights
    if not varying:
        return constants, factor
    if len(varying) == 1:
        return _combine([(constants, Fraction(0)), _scale(_linear(varying[0], selection), factor)])
    return _combine([(constants, Fraction(0)), ({Product(tuple(varying)): factor}, Fraction(0))])


def _scale(form: tuple[dict[Term, Fraction], Fraction], factor: Fraction) -> tuple[dict[Term, Fraction], Fraction]:
    weights, constant = form
    return {unknown: weight * factor for unknown, weight in weights.items()}, constant * factor


def _combine(forms: list[tuple[dict[Term, Fraction], Fraction]]) -> tuple[dict[Term, Fraction], Fraction]:
    total: dict[Term, Fraction] = {}
    for weights, _ in forms:
        for unknown, weight in weights.items():
            total[unknown] = total.get(unknown, Fraction(0)) + weight
    return total, sum((constant for _, constant in forms), Fraction(0))


def walk(protocol: Protocol, node: Condition | Term, selection: Selection | None = None) -> Iterator[Condition | Term]:
    """Yield the node and all below it, definitions included once each, sentences as selected (else every reading)."""
    chosen = selection or {}
    pending: list[Condition | Term] = [node]
    followed: set[str] = set()
    while pending:
        each = pending.pop()
        yield each
        match each:
            case Readings(sentence, options) if sentence in chosen:
                pending.append(dict(options)[chosen[sentence]])
            case ReadTerm(sentence, options) if sentence in chosen:
                pending.append(dict(options)[chosen[sentence]])
            case Named(name) | Derived(name):
                if name not in followed:
                    followed.add(name)
                    pending += [protocol.definitions[name].applies_if, protocol.definitions[name].body]
            case _:
                pending += reversed(parts(each))


def quantity_thresholds(protocol: Protocol) -> dict[str, tuple[Fraction, ...]]:
    """Return, for each number quantity, every value that some rule compares it with, in ascending order."""
    found: dict[str, set[Fraction]] = {name: set() for name in protocol.quantities}
    for rule in protocol.rules():
        for node in descend(rule):
            if isinstance(node, Compare):
                each = threshold(node)
                if each is not None and isinstance(each.term, Value):
                    found[each.term.quantity].add(each.value)
    return {name: tuple(sorted(values)) for name, values in found.items()}
