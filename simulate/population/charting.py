"""What of the truth gets into the chart: measured with an error, heaped, rounded, kept in its range, or not recorded.

All of it on whole numbers: a true value is a lattice point, an error is rounded to the lattice once, and everything
after that is exact. Records are checked as they are entered: one that breaks a fact of the protocol is queried and
charted again without error and heaping. Whatever the chart says does not apply is not recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from trialproof.model.condition import EVERYONE
from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import NumberKind
from trialproof.simulate.cohort import Cohort, among, spread
from trialproof.simulate.column import Column
from trialproof.simulate.population.lattice import unit_of
from trialproof.simulate.population.people import broken_facts, impossible
from trialproof.simulate.population.setting import Setting
from trialproof.simulate.population.streams import Floats, Key, Purpose, block_of, uniforms
from trialproof.simulate.rational import LARGEST, TooManyBits
from trialproof.simulate.recut import changed, part_of
from trialproof.simulate.scenario.scenario import Charting, Variable

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

FARTHEST = 9
"""No error is more than so many standard deviations: uniforms have 53 bits."""
AS_IT_IS = Charting()


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
        u = _chances(variable.charting, key, variable.quantity, replication, number, people.size)
        columns[variable.quantity] = _column(setting, variable, people.columns[variable.quantity], u)
    first = Cohort(setting.protocol, columns, people.size)
    queried = broken_facts(setting, first)
    if not queried.any():
        return Chart(_as_it_applies(setting, first), queried)
    whose = np.flatnonzero(queried)
    them = part_of(people, whose)
    for variable in setting.scenario.population.variables:
        if variable.charting != AS_IT_IS:
            plain = replace(variable, charting=AS_IT_IS)
            again = _column(setting, plain, them.columns[variable.quantity], np.full((them.size, 3), 0.5))
            before = columns[variable.quantity]
            values = before.values.copy()
            values[whose] = again.values
            columns[variable.quantity] = replace(before, values=values)
    second = Cohort(setting.protocol, columns, people.size)
    broken = whose[broken_facts(setting, part_of(second, whose))]
    if len(broken):
        raise impossible(setting, second, int(broken[0]), replication, number, charted=True)
    return Chart(_as_it_applies(setting, second), queried)


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
            return (2 * points * a + b) // (2 * b)


def _chances(
    charting: Charting, key: Key, name: str, replication: ArrayLike, number: ArrayLike, size: int
) -> Floats:
    """Return [C, 3] uniforms: of the error, of heaping, of being recorded; none are drawn where none matter."""
    if charting == AS_IT_IS:
        return np.full((size, 3), 0.5)
    return uniforms(key, Purpose.CHARTING, replication, number, 3, block=block_of(name))


def _column(setting: Setting, variable: Variable, true: Column, u: Floats) -> Column:
    name, charting = variable.quantity, variable.charting
    recorded = true.recorded if not charting.missing else true.recorded & (u[:, 2] >= charting.missing)
    kind, finer = setting.protocol.quantities[name].kind, setting.finer.quantities[name].kind
    if not isinstance(kind, NumberKind) or not isinstance(finer, NumberKind):
        return Column(true.values, recorded)
    unit = unit_of(finer)
    step = unit if kind.step is None else kind.step
    try:
        steps = _steps(true.values // unit.numerator, unit, step, kind, charting, u)
    except TooManyBits as error:
        message = f"there is no room to chart `{name}` exactly: {error}"
        raise BadInput(message, Place(setting.scenario.file), help=f"narrow the range of `{name}`") from None
    inside = np.clip(steps, ceil(kind.lower / step), floor(kind.upper / step))
    return Column(inside * step.numerator, recorded, step.denominator)


def _steps(points: Ints, unit: Fraction, step: Fraction, kind: NumberKind, charting: Charting, u: Floats) -> Ints:
    """Return in steps what is charted of lattice points, before it is kept within its range."""
    most = ceil((max(-kind.lower, kind.upper) + FARTHEST * Fraction(charting.error)) / unit) + 1
    measured = points
    if charting.error:
        errors = np.array(special.ndtri(u[:, 0].copy())) * (charting.error * float(1 / unit))
        measured = points + np.rint(errors).astype(np.int64)
    steps = to_multiples(measured, unit / step, kind.rounding, most=most)
    if charting.heap is None or not charting.share:
        return steps
    heaps = to_multiples(measured, unit / charting.heap, most=most)
    fullest = ceil(most * unit / charting.heap) + 1
    heaped = to_multiples(heaps, charting.heap / step, kind.rounding, most=fullest)
    return np.where(u[:, 1] < charting.share, heaped, steps)


def _as_it_applies(setting: Setting, cohort: Cohort) -> Cohort:
    """Return the cohort without records of what, by the record, does not apply."""
    quantities = [name for name in cohort.columns if setting.protocol.quantities[name].applies_if != EVERYONE]
    if not quantities:
        return cohort
    meaning = among(setting.protocol, cohort, setting.selection)
    columns = {}
    for name in quantities:
        column = cohort.columns[name]
        columns[name] = replace(column, recorded=~spread(meaning.applies(name).fails, cohort.size) & column.recorded)
    return changed(cohort, columns)
