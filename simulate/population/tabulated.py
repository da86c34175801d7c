"""Inverse distribution functions from a table, for families whose own are slow, without another digit anywhere.

The table has a cubic polynomial for each of many cells, and how far it was found to be from `quantiles.quantile` there.
What is wanted are whole multiples of a unit. Where the polynomial lies so near the border between two of them that it
could be on the wrong side, and where it is not good enough, `quantile` itself is asked; so nobody can tell the
difference but by the time it takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from trialproof.simulate.population.quantiles import Floats, cumulated, quantile
from trialproof.simulate.scenario.distribution import Beta, Distribution, Gamma

SLOW = (Beta, Gamma)
CELLS = 512
ENOUGH = 2000
"""A table is worth its time if at least so many values are wanted at once."""
TAIL = 1e-4
"""Cells are equally wide in values, from this quantile to that of one minus it."""
FITTED = (1 - np.cos(np.pi * np.array([1, 3, 5, 7]) / 8)) / 2
"""Where in a cell the polynomial is exact: Chebyshev's points, between which it errs least."""
TESTED = np.array([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
"""Where its error is looked for: near the places where that of a cubic through Chebyshev's points is greatest."""
SAFETY = 16
"""The error is taken to be so many times the greatest one found."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Cells of u between `edges` [K + 1], in each a polynomial of its share of the way, with `coefficients` [4, K].

    `errors` [K] are in the unit of the values.
    """

    edges: Floats
    coefficients: Floats
    errors: Floats


def nearly(distribution: Distribution, u: Floats) -> tuple[Floats, Floats]:
    """Return about the quantile for each u [N], and how much it may differ: infinitely in the tails."""
    table = _table(distribution)
    cell = np.searchsorted(table.edges, u) - 1
    inside = (cell >= 0) & (cell < len(table.errors))
    cell = np.where(inside, cell, 0)
    t = (u - table.edges[cell]) / (table.edges[cell + 1] - table.edges[cell])
    a, b, c, d = table.coefficients[:, cell]
    return a + t * (b + t * (c + t * d)), np.where(inside, table.errors[cell], np.inf)


def multiples(distribution: Distribution, u: Floats, per: float, least: float, most: float) -> Floats:
    """Return the nearest whole number to quantile(distribution, u) * per, the quantile being kept within bounds.

    It is `np.rint(np.clip(quantile(distribution, u), least, most) * per)`, to the last digit.
    """
    if not isinstance(distribution.family, SLOW) or len(u) < ENOUGH:
        return np.rint(np.clip(quantile(distribution, u), least, most) * per)
    values, errors = nearly(distribution, u)
    scaled = np.clip(values, least, most) * per
    unsure = np.flatnonzero(~(np.abs(scaled - np.floor(scaled) - 0.5) > errors * per))
    scaled[unsure] = np.clip(quantile(distribution, u[unsure]), least, most) * per
    return np.rint(scaled)


@lru_cache(maxsize=64)
def _table(distribution: Distribution) -> Table:
    low, high = quantile(distribution, [TAIL, 1 - TAIL])
    edges = np.unique(cumulated(distribution, np.linspace(low, high, CELLS + 1)))
    start, width = edges[:-1], np.diff(edges)
    exact = quantile(distribution, start + FITTED[:, None] * width)
    coefficients = np.asarray(np.linalg.solve(np.vander(FITTED, increasing=True), exact), np.float64)
    tested = np.vander(TESTED, 4, increasing=True) @ coefficients
    found = np.abs(tested - quantile(distribution, np.clip(start + TESTED[:, None] * width, edges[0], edges[-1])))
    errors: Floats = SAFETY * found.max(axis=0) + 1e-9 * float(high - low) / CELLS
    return Table(edges, coefficients, errors)
