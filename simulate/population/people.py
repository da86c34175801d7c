"""What is true of the candidates, variable by variable, before anybody charts it.

A variable's uniform belongs to its name, so that another variable beside it changes nothing. Correlated numbers are
joined by a Gaussian copula. A conditional table asks the protocol's own meaning about what is true of the variables
before it, and the same uniform goes through whichever row applies. A quantity that does not apply has no true value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialproof.model.condition import EVERYONE, Condition
from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import CategoryKind, Kind, NumberKind
from trialproof.simulate.cohort import Cohort, among, spread
from trialproof.simulate.column import Column, value_at
from trialproof.simulate.population.charted_csv import spelt
from trialproof.simulate.population.copula import joined
from trialproof.simulate.population.lattice import unit_of
from trialproof.simulate.population.policy import Flags, Ints
from trialproof.simulate.population.rules import rules_of
from trialproof.simulate.population.setting import Setting
from trialproof.simulate.population.streams import Floats, Key, Purpose, block_of, uniforms
from trialproof.simulate.population.tabulated import multiples
from trialproof.simulate.recut import changed, made
from trialproof.simulate.scenario.scenario import Cases, Chance, Model, Numbers, Shares
from trialproof.simulate.worksheet import Worksheet

Holds = Callable[[Condition], Flags]
"""For whom a condition about earlier variables holds."""


def true_values(setting: Setting, key: Key, replication: ArrayLike, number: ArrayLike) -> Cohort:
    """Return what is true of the candidates of these numbers and replications [C], as `setting.finer` records it.

    A number beyond its range lies at its end. Raises `BadInput` for a candidate who breaks a fact of the protocol.
    """
    size = np.broadcast(np.asarray(replication), np.asarray(number)).size

    def chance(name: str) -> Floats:
        return uniforms(key, Purpose.PERSON, replication, number, 1, block=block_of(name))[:, 0]

    together = _joined(setting, chance) if setting.factored else {}
    columns: dict[str, Column] = {}
    rules, sheet = rules_of(setting), Worksheet(made(setting.finer, columns, size))

    def holds(condition: Condition) -> Flags:
        return sheet.flags(rules.conditions[condition])

    for variable in setting.scenario.population.variables:
        kind = setting.finer.quantities[variable.quantity].kind
        u = together[variable.quantity] if variable.quantity in together else chance(variable.quantity)
        columns[variable.quantity] = _drawn(variable.model, kind, u, holds)
    people = made(setting.finer, columns, size)
    exists = {name: sheet.flags(truth.holds) for name, truth in rules.applies.items() if name in columns}
    if exists:
        people = changed(people, {name: replace(columns[name], recorded=there) for name, there in exists.items()})
    broken = broken_facts(setting, Worksheet(people))
    if broken.any():
        raise impossible(setting, people, int(np.flatnonzero(broken)[0]), replication, number)
    return people


def broken_facts(setting: Setting, sheet: Worksheet) -> Flags:
    """Return who breaks a fact of the protocol."""
    broken = np.zeros(sheet.size, np.bool_)
    for formula in rules_of(setting).impossible:
        broken |= sheet.flags(formula)
    return broken


def impossible(
    setting: Setting, cohort: Cohort, row: int, replication: ArrayLike, number: ArrayLike, *, charted: bool = False
) -> BadInput:
    """Return the error about a candidate who breaks a fact, with all that there is of him."""
    which, who = (np.broadcast_to(np.asarray(each).reshape(-1), cohort.size)[row] for each in (replication, number))
    meaning = among(setting.protocol, cohort, setting.selection)
    fact = next(each for each in setting.protocol.facts if spread(meaning.truth(each.rule).fails, cohort.size)[row])
    values = [
        f"{name}={spelt(value_at(cohort.protocol.quantities[name], column, row))}"
        for name, column in cohort.columns.items()
        if np.broadcast_to(column.recorded, cohort.size)[row]
    ]
    site = setting.scenario.accrual.sites[who >> 16].name
    what = "charts a patient who cannot be" if charted else "draws a patient who cannot be"
    return BadInput(
        f"the scenario {what}: it is taken for a fact that {fact.because} ({fact.place})",
        Place(setting.scenario.file),
        help=f"candidate {who & 0xFFFF} of `{site}` in replication {which}: {', '.join(values)}",
    )


def _joined(setting: Setting, chance: Callable[[str], Floats]) -> Mapping[str, Floats]:
    """Return the uniforms [C] of correlated variables."""
    correlated = setting.scenario.population.correlated
    return dict(zip(correlated, joined(setting.factored, list(map(chance, correlated))), strict=True))


def _drawn(model: Model, kind: Kind, u: Floats, holds: Holds) -> Column:
    """Return what is drawn for everybody, within what the kind allows."""
    match kind:
        case NumberKind():
            unit = unit_of(kind)
            return Column(_points(model, kind, u, holds) * unit.numerator, per=unit.denominator)
        case CategoryKind(categories):
            position: NDArray[Any] = np.zeros(len(u), np.uint8 if len(categories) < 256 else np.int64)
            for place in range(len(categories) - 1):
                position += _by_case(model, holds, partial(_is_behind, place, u))
            return Column(position)
        case _:
            return Column(_by_case(model, holds, partial(_is_so, u)))


def _by_case(model: Model, holds: Holds, leaf: Callable[[Model], Flags]) -> Flags:
    """Return what each row of a table says of whom it is for: the first one whose condition holds."""
    if not isinstance(model, Cases):
        return leaf(model)
    found = _by_case(model.otherwise, holds, leaf)
    for condition, below in reversed(model.cases):
        here = holds(condition)
        found = _by_case(below, holds, leaf) & here | found & ~here
    return found


def _is_behind(place: int, u: Floats, model: Model) -> Flags:
    """Tell whose category stands behind this place."""
    assert isinstance(model, Shares), model  # noqa: S101 - the scenario was checked against the protocol
    cumulated = np.cumsum(model.shares)
    return np.greater(u, float(cumulated[place] / cumulated[-1]))


def _is_so(u: Floats, model: Model) -> Flags:
    assert isinstance(model, Chance), model  # noqa: S101 - the scenario was checked against the protocol
    return np.less(u, model.probability)


def _points(model: Model, kind: NumberKind, u: Floats, holds: Holds) -> Ints:
    """Return lattice points of a number."""
    if isinstance(model, Numbers):
        return _nearest(kind, multiples(model.distribution, u, *_scale(kind)))
    assert isinstance(model, Cases), model  # noqa: S101 - the scenario was checked against the protocol
    points, left = np.empty(len(u), np.int64), np.ones(len(u), np.bool_)
    for condition, below in (*model.cases, (EVERYONE, model.otherwise)):
        here = left & holds(condition)
        rows = np.flatnonzero(here)
        points[rows] = _points(below, kind, u[rows], partial(_of_some, holds, rows))
        left &= ~here
    return points


def _of_some(holds: Holds, rows: Ints, condition: Condition) -> Flags:
    return holds(condition)[rows]


def to_lattice(kind: NumberKind, values: Floats) -> Ints:
    """Return the nearest lattice points within the range, counted in units of a refined quantity."""
    per, lower, upper = _scale(kind)
    return _nearest(kind, np.rint(np.clip(values, lower, upper) * per))


def _scale(kind: NumberKind) -> tuple[float, float, float]:
    """Return lattice points to a unit of the quantity, and its range, as floats."""
    return float(1 / unit_of(kind)), float(kind.lower), float(kind.upper)


def _nearest(kind: NumberKind, points: Floats) -> Ints:
    unit = unit_of(kind)
    return np.clip(points.astype(np.int64), ceil(kind.lower / unit), floor(kind.upper / unit))
