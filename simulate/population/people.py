"""What is true of the candidates, variable by variable, before anybody charts it.

A variable's uniform belongs to its name, so that another variable beside it changes nothing. Correlated numbers are
joined by a Gaussian copula. A conditional table asks the protocol's own meaning about what is true of the variables
before it, and the same uniform goes through whichever row applies. A quantity that does not apply has no true value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import ceil, floor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialproof.model.condition import EVERYONE, Condition
from trialproof.model.cycles import quantities_under
from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import CategoryKind, Kind, NumberKind, Protocol
from trialproof.simulate.cohort import Cohort, among, spread
from trialproof.simulate.column import Column, value_at
from trialproof.simulate.population.charted_csv import spelt
from trialproof.simulate.population.copula import joined
from trialproof.simulate.population.lattice import unit_of
from trialproof.simulate.population.setting import Setting
from trialproof.simulate.population.streams import Floats, Key, Purpose, block_of, uniforms
from trialproof.simulate.population.tabulated import multiples
from trialproof.simulate.recut import changed
from trialproof.simulate.scenario.scenario import Cases, Chance, Model, Numbers, Shares

Holds = Callable[[Condition], NDArray[np.bool_]]
"""For whom a condition about earlier variables holds."""


def true_values(setting: Setting, key: Key, replication: ArrayLike, number: ArrayLike) -> Cohort:
    """Return what is true of the candidates of these numbers and replications [C], as `setting.finer` records it.

    A number beyond its range lies at its end. Raises `BadInput` for a candidate who breaks a fact of the protocol.
    """
    size = np.broadcast(np.asarray(replication), np.asarray(number)).size
    everybody = np.arange(size)
    chances = _chances(setting, key, replication, number)
    columns: dict[str, Column] = {}
    for variable in setting.scenario.population.variables:
        kind = setting.finer.quantities[variable.quantity].kind
        holds = partial(_holds, setting, columns, size)
        drawn = _drawn(variable.model, kind, chances[variable.quantity], holds, everybody)
        columns[variable.quantity] = _column(kind, drawn)
    people = _where_applicable(setting, Cohort(setting.finer, columns, size))
    broken = broken_facts(setting, people)
    if broken.any():
        raise impossible(setting, people, int(np.flatnonzero(broken)[0]), replication, number)
    return people


def broken_facts(setting: Setting, cohort: Cohort) -> NDArray[np.bool_]:
    """Return who breaks a fact of the protocol."""
    broken = np.zeros(cohort.size, np.bool_)
    if setting.protocol.facts:
        meaning = among(setting.protocol, cohort, setting.selection)
        for fact in setting.protocol.facts:
            broken |= meaning.truth(fact.rule).fails
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


def _chances(setting: Setting, key: Key, replication: ArrayLike, number: ArrayLike) -> Mapping[str, Floats]:
    population = setting.scenario.population
    names = [variable.quantity for variable in population.variables]
    found = {
        name: uniforms(key, Purpose.PERSON, replication, number, 1, block=block_of(name))[:, 0] for name in names
    }
    if population.correlated:
        together = joined(setting.factored, [found[name] for name in population.correlated])
        found |= dict(zip(population.correlated, together, strict=True))
    return found


def _holds(setting: Setting, columns: Mapping[str, Column], size: int, condition: Condition) -> NDArray[np.bool_]:
    needed = quantities_under(setting.protocol, (condition,))
    earlier = Cohort(setting.finer, {name: columns[name] for name in needed if name in columns}, size)
    return spread(among(setting.protocol, earlier, setting.selection).truth(condition).holds, size)


def _drawn(model: Model, kind: Kind, u: Floats, holds: Holds, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return, for some of the candidates, lattice points (a number), positions (a category), or 0 and 1."""
    match model:
        case Cases(cases, otherwise):
            drawn, left = np.empty(len(rows), np.int64), np.ones(len(rows), np.bool_)
            for condition, below in cases:
                here = left & holds(condition)[rows]
                drawn[here] = _drawn(below, kind, u, holds, rows[here])
                left &= ~here
            drawn[left] = _drawn(otherwise, kind, u, holds, rows[left])
            return drawn
        case Numbers(distribution):
            assert isinstance(kind, NumberKind), kind  # noqa: S101 - the scenario was checked against the protocol
            return _nearest(kind, multiples(distribution, u[rows], *_scale(kind)))
        case Shares(shares):
            cumulated = np.cumsum(shares)
            return np.searchsorted(cumulated / cumulated[-1], u[rows]).astype(np.int64)
        case Chance(probability):
            return (u[rows] < probability).astype(np.int64)


def to_lattice(kind: NumberKind, values: Floats) -> NDArray[np.int64]:
    """Return the nearest lattice points within the range, counted in units of a refined quantity."""
    per, lower, upper = _scale(kind)
    return _nearest(kind, np.rint(np.clip(values, lower, upper) * per))


def _scale(kind: NumberKind) -> tuple[float, float, float]:
    """Return lattice points to a unit of the quantity, and its range, as floats."""
    return float(1 / unit_of(kind)), float(kind.lower), float(kind.upper)


def _nearest(kind: NumberKind, points: Floats) -> NDArray[np.int64]:
    unit = unit_of(kind)
    return np.clip(points.astype(np.int64), ceil(kind.lower / unit), floor(kind.upper / unit))


def _column(kind: Kind, drawn: NDArray[np.int64]) -> Column:
    match kind:
        case NumberKind():
            unit = unit_of(kind)
            return Column(drawn * unit.numerator, per=unit.denominator)
        case CategoryKind():
            return Column(drawn.astype(np.uint8 if len(kind.categories) < 256 else np.int64))
        case _:
            return Column(drawn == 1)


def _where_applicable(setting: Setting, cohort: Cohort) -> Cohort:
    """Return the cohort without values of quantities that do not exist for a patient."""
    quantities = _conditional(setting.protocol, cohort)
    if not quantities:
        return cohort
    meaning = among(setting.protocol, cohort, setting.selection)
    columns = {}
    for name in quantities:
        column, exists = cohort.columns[name], spread(meaning.applies(name).holds, cohort.size)
        columns[name] = Column(column.values, exists, column.per)
    return changed(cohort, columns)


def _conditional(protocol: Protocol, cohort: Cohort) -> list[str]:
    return [name for name in cohort.columns if protocol.quantities[name].applies_if != EVERYONE]
