"""What of the truth gets into the chart: measured with an error, heaped, rounded, kept in its range, or not recorded.

All of it on whole numbers: a true value is a lattice point, an error is rounded to the lattice once, and everything
after that is exact. Records are checked as they are entered: one that breaks a fact of the protocol is queried and
charted again without error and heaping. Whatever the chart says does not apply is not recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor, inf
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import NumberKind
from trialproof.simulate.cohort import Cohort
from trialproof.simulate.column import Column, filled, pick
from trialproof.simulate.population.lattice import unit_of
from trialproof.simulate.population.people import broken_facts, impossible
from trialproof.simulate.population.rules import rules_of
from trialproof.simulate.population.setting import Setting
from trialproof.simulate.population.streams import Floats, Key, Purpose, block_of, columns as columns_of
from trialproof.simulate.population.tabulated import multiples
from trialproof.simulate.rational import LARGEST, TooManyBits
from trialproof.simulate.recut import changed, made, part_of
from trialproof.simulate.scenario.distribution import Distribution, Normal
from trialproof.simulate.scenario.scenario import Charting, Variable
from trialproof.simulate.worksheet import Worksheet

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

FARTHEST = 9
"""No error is more than so many standard deviations: uniforms have 53 bits."""
AS_IT_IS = Charting()

ERROR, HEAPED, RECORDED = range(3)
"""What chance decides."""
Chances: TypeAlias = Mapping[int, Floats]
"""Uniforms [C] by what they decide; none where it is certain."""


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """The record of a cohort, and whose was `queried` [C] because it could not be true of anybody."""

    cohort: Cohort
    queried: Flags


def charted(setting: Setting, key: Key, people: Cohort, replication: ArrayLike, number: ArrayLike) -> Chart:
    """Return what is recorded of people of these numbers and replications [C].

    Raises `BadInput` for a record that breaks a fact even when it is charted again, and for a range that leaves no room
    for exact rounding.
    """
    columns = {}
    for variable in setting.scenario.population.variables:
        chances = _chances(variable, key, replication, number)
        columns[variable.quantity] = _column(setting, variable, people.columns[variable.quantity], chances)
    first = made(setting.protocol, columns, people.size)
    sheet = Worksheet(first)
    queried = broken_facts(setting, sheet)
    if not queried.any():
        return Chart(_as_it_applies(setting, first, sheet), queried)
    whose = np.flatnonzero(queried)
    them = part_of(people, whose)
    for variable in setting.scenario.population.variables:
        if variable.charting != AS_IT_IS:
            plain = replace(variable, charting=AS_IT_IS)
            again = _column(setting, plain, them.columns[variable.quantity], {})
            before = columns[variable.quantity]
            values = before.values.copy()
            values[whose] = again.values
            columns[variable.quantity] = replace(before, values=values)
    second = made(setting.protocol, columns, people.size)
    sheet = Worksheet(second)
    broken = np.flatnonzero(broken_facts(setting, sheet))
    if len(broken):
        raise impossible(setting, second, int(broken[0]), replication, number, charted=True)
    return Chart(_as_it_applies(setting, second, sheet), queried)


def to_multiples(points: Ints, ratio: Fraction, rounding: str = "nearest", *, most: int) -> Ints:
    """Return points times a ratio as whole numbers: `nearest` (a half goes up), `down` or `up`.

    No point is farther from zero than `most`. Raises `TooManyBits` where that leaves no room.
    """
    a, b = ratio.numerator, ratio.denominator
    if (needed := 2 * most * a + b) > LARGEST or 2 * b > LARGEST:
        raise TooManyBits(needed.bit_length(), ())
    match rounding:
        case "down":
            return points * a // b
        case "up":
            return -(-points * a // b)
        case _:
            return (points * (2 * a) + b) // (2 * b)


def _chances(variable: Variable, key: Key, replication: ArrayLike, number: ArrayLike) -> Chances:
    """Return the uniforms that matter."""
    charting = variable.charting
    matter = (charting.error > 0, bool(charting.heap and charting.share), charting.missing > 0)
    places = [place for place, matters in enumerate(matter) if matters]
    if not places:
        return {}
    first = 2 * block_of(variable.quantity)
    drawn = columns_of(key, Purpose.CHARTING, replication, number, [first + place for place in places])
    return dict(zip(places, drawn, strict=True))


def _column(setting: Setting, variable: Variable, true: Column, chances: Chances) -> Column:
    name, charting = variable.quantity, variable.charting
    quantity, finer = setting.protocol.quantities[name], setting.finer.quantities[name].kind
    recorded = true.recorded if RECORDED not in chances else true.recorded & (chances[RECORDED] >= charting.missing)
    kind = quantity.kind
    if not isinstance(kind, NumberKind) or not isinstance(finer, NumberKind):
        return filled(quantity, Column(true.values, recorded))
    unit = unit_of(finer)
    step = unit if kind.step is None else kind.step
    try:
        points = true.values if unit.numerator == 1 else true.values // unit.numerator
        steps = _steps(points, unit, step, kind, charting, chances)
    except TooManyBits as error:
        message = f"there is no room to chart `{name}` exactly: {error}"
        raise BadInput(message, Place(setting.scenario.file), help=f"narrow the range of `{name}`") from None
    inside = np.clip(steps, ceil(kind.lower / step), floor(kind.upper / step))
    return filled(quantity, Column(inside * step.numerator, recorded, step.denominator))


def _steps(
    points: Ints, unit: Fraction, step: Fraction, kind: NumberKind, charting: Charting, chances: Chances
) -> Ints:
    """Return in steps what is charted of lattice points, before it is kept within its range."""
    most = ceil((max(-kind.lower, kind.upper) + FARTHEST * Fraction(charting.error)) / unit) + 1
    measured = points
    if ERROR in chances:
        errors = Distribution(Normal(0.0, charting.error * float(1 / unit)))
        measured = points + multiples(errors, chances[ERROR], 1.0, -inf, inf).astype(np.int64)
    steps = to_multiples(measured, unit / step, kind.rounding, most=most)
    if charting.heap is None or HEAPED not in chances:
        return steps
    heaps = to_multiples(measured, unit / charting.heap, most=most)
    fullest = ceil(most * unit / charting.heap) + 1
    heaped = to_multiples(heaps, charting.heap / step, kind.rounding, most=fullest)
    return pick(chances[HEAPED] < charting.share, heaped, steps)


def _as_it_applies(setting: Setting, cohort: Cohort, sheet: Worksheet) -> Cohort:
    """Return the cohort without records of what, by the record, does not apply."""
    columns = {}
    for name, truth in rules_of(setting).applies.items():
        if name in cohort.columns:
            column = cohort.columns[name]
            columns[name] = replace(column, recorded=~sheet.flags(truth.fails) & column.recorded)
    return changed(cohort, columns) if columns else cohort
