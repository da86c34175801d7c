"""True values as exact numbers: every number on a lattice far finer than its record, so that rules about it are exact.

A quantity recorded in steps is truly a multiple of a thousandth of its step. One that is not is taken, truly and in the
record, as a multiple of a power of ten that is at most a millionth of its range. Where rules leave no room for that in
63 bits the lattices are coarser by ten, a hundred or a thousand, all alike; it depends on the protocol and the
scenario's conditions, and never on who comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from trialproof.model.condition import Condition
from trialproof.model.protocol import CategoryKind, Kind, NumberKind, Protocol, Selection, YesNoKind
from trialproof.simulate.assignment import assign
from trialproof.simulate.cohort import Cohort, among
from trialproof.simulate.column import Column
from trialproof.simulate.rational import TooManyBits

FINENESS = (1000, 100, 10, 1)
"""Into how many parts a step is divided, the finest first."""
PARTS_OF_A_RANGE = 1000
"""A range without a step has at least as many lattice points, times the fineness."""


def refined(protocol: Protocol, selection: Selection, conditions: Sequence[Condition]) -> Protocol:
    """Return the protocol as it records true values, on the finest lattice on which all its rules can be evaluated.

    `conditions` are evaluated too. Raises `TooManyBits` where not even the coarsest lattice leaves room.
    """
    for fineness in FINENESS:
        finer = _with_parts(protocol, fineness)
        try:
            _try_all_rules(protocol, finer, selection, conditions)
        except TooManyBits as error:
            refused = error
        else:
            return finer
    raise refused


def unit_of(kind: NumberKind) -> Fraction:
    """Return of what the numbers of a refined quantity are multiples."""
    assert kind.step is not None, kind  # noqa: S101 - `refined` gives every number a step
    return kind.step


def _with_parts(protocol: Protocol, fineness: int) -> Protocol:
    quantities = {name: replace(each, kind=_refined(each.kind, fineness)) for name, each in protocol.quantities.items()}
    return replace(protocol, quantities=quantities)


def _refined(kind: Kind, fineness: int) -> Kind:
    match kind:
        case NumberKind(step=None):
            width = kind.upper - kind.lower
            return replace(kind, step=_power_of_ten(width / (PARTS_OF_A_RANGE * fineness)) if width else _own(kind))
        case NumberKind(step=Fraction() as step):
            return replace(kind, step=step / fineness)
        case _:
            return kind


def _power_of_ten(most: Fraction) -> Fraction:
    """Return the largest power of ten that is not above this."""
    power = Fraction(1)
    while power > most:
        power /= 10
    while power * 10 <= most:
        power *= 10
    return power


def _own(kind: NumberKind) -> Fraction:
    """Return a unit of which the only value in the range is a multiple."""
    return Fraction(1, kind.lower.denominator)


def _try_all_rules(protocol: Protocol, finer: Protocol, selection: Selection, conditions: Sequence[Condition]) -> None:
    """Evaluate everything about nobody: whether there is room depends on ranges alone. Raises `TooManyBits`."""
    nobody = Cohort(finer, {name: _empty(each.kind) for name, each in finer.quantities.items()}, 0)
    assign(protocol, nobody, selection)
    meaning = among(protocol, nobody, selection)
    facts = [fact.rule for fact in protocol.facts]
    populations = [entry.population for entry in protocol.schedule.entries.values()]
    for rule in [*facts, *populations, *conditions]:
        meaning.truth(rule)


def _empty(kind: Kind) -> Column:
    match kind:
        case NumberKind():
            return Column(np.empty(0, np.int64), per=unit_of(kind).denominator)
        case CategoryKind():
            return Column(np.empty(0, np.uint8))
        case YesNoKind():
            return Column(np.empty(0, np.bool_))
