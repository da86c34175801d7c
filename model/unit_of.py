"""In which unit a term can be written down again.

A term is arithmetic on bare numbers: its units were resolved, and its conversions became factors. `shared_unit` finds
a unit in which every number of a comparison can be shown as an amount; where there is none, each quantity is shown as
a plain number (`weight in kg / (height in m * height in m)`), which is right for any term.
"""

from __future__ import annotations

from collections.abc import Sequence

from trialproof.model.condition import Derived, Greatest, Least, Number, Product, Quotient, ReadTerm, Sum, Term, Value
from trialproof.model.protocol import NumberKind, Protocol
from trialproof.model.unit import PLAIN, Unit, ratio


def unit_of(term: Term, protocol: Protocol) -> Unit | None:
    """Return the unit in which a term is shown; None if as a plain number."""
    return shared_unit([term], protocol)


def shared_unit(terms: Sequence[Term], protocol: Protocol) -> Unit | None:
    """Return a unit in which all of the terms can be shown; None if they have to be shown as plain numbers."""
    for term in terms:
        unit = _own_unit(term, protocol)
        if unit is not None and unit != PLAIN and all(_fits(each, unit, protocol) for each in terms):
            return unit
    return None


def unconverted(term: Term, unit: Unit, protocol: Protocol) -> tuple[Term, Unit] | None:
    """Return what a term was before it was converted into this unit, and its own unit; None if it was not."""
    match term:
        case Product((Number(factor), inner)):
            own = _own_unit(inner, protocol)
            converted = None if own is None or own == unit else ratio(own, unit)
            if own is not None and converted is not None and _fits(inner, own, protocol):
                return inner if factor == converted else Product((Number(factor / converted), inner)), own
    return None


def _own_unit(term: Term, protocol: Protocol) -> Unit | None:
    """Return the unit that a term's quantities give it, if it is not a compound one."""
    match term:
        case Value(name):
            kind = protocol.quantities[name].kind
            return kind.unit if isinstance(kind, NumberKind) else None
        case Derived(name):
            return protocol.definitions[name].unit or PLAIN
        case Sum(terms) | Least(terms) | Greatest(terms):
            return _first_unit(terms, protocol)
        case ReadTerm(_, options):
            return _first_unit([option for _, option in options], protocol)
        case Product((Number(), inner)) | Quotient(inner, Number()):
            return _own_unit(inner, protocol)
        case _:
            return None


def _first_unit(terms: Sequence[Term], protocol: Protocol) -> Unit | None:
    return next((unit for term in terms if (unit := _own_unit(term, protocol)) is not None), None)


def _fits(term: Term, unit: Unit, protocol: Protocol) -> bool:
    match term:
        case Number():
            return True
        case Value() | Derived():
            return ratio(_own_unit(term, protocol) or PLAIN, unit) == 1
        case Sum(terms) | Least(terms) | Greatest(terms):
            return all(_fits(each, unit, protocol) for each in terms)
        case ReadTerm(_, options):
            return all(_fits(option, unit, protocol) for _, option in options)
        case Product((Number(), inner)):
            if _own_unit(inner, protocol) == unit:
                return _fits(inner, unit, protocol)
            return unconverted(term, unit, protocol) is not None
        case Quotient(inner, Number()):
            return _fits(inner, unit, protocol)
        case _:
            return False
