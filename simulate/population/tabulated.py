"""Inverse distribution functions from a table, for families whose own are slow, without another digit anywhere.

The table has a cubic polynomial for each of many cells, and how far it was found to be from `quantiles.quantile` there.
What is wanted are whole multiples of a unit. Where the polynomial lies so near the border between two of them that it
could be on the wrong side, and where it is not good enough, `quantile` itself is asked; so nobody can tell the
difference but by the time it takes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from trialproof.simulate.population.quantiles import Floats, quantile
from trialproof.simulate.scenario.distribution import (
    Beta,
    Distribution,
    Exponential,
    Family,
    Gamma,
    Lognormal,
    Normal,
    Triangular,
)

Table: TypeAlias = NDArray[np.float64]
"""[5, CELLS]: the coefficients in each cell, for its share of the way, and their error in the unit of the values."""

SLOW: tuple[type[Family], ...] = (Beta, Gamma)
"""Families for which a table is faster by NumPy alone."""
SLOWER_THAN_COMPILED: tuple[type[Family], ...] = (*SLOW, Normal, Lognormal, Triangular, Exponential)
CELLS = 2048
"""Cells are equally wide in probability; at both ends there is a cell in which the table knows nothing."""
ENOUGH = 2000
"""A table is worth its time if at least so many values are wanted at once."""
FITTED = (1 - np.cos(np.pi * np.array([1, 3, 5, 7]) / 8)) / 2
"""Where in a cell the polynomial is exact: Chebyshev's points, between which it errs least."""
TESTED = np.array([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
"""Where its error is looked for: near the places where that of a cubic through Chebyshev's points is greatest."""
SAFETY = 16
"""The error is taken to be so many times the greatest one found."""


def multiples(distribution: Distribution, u: Floats, per: float, least: float, most: float) -> Floats:
    """Return the nearest whole number to quantile(distribution, u) * per, the quantile being kept within bounds.

    It is `np.rint(np.clip(quantile(distribution, u), least, most) * per)`, to the last digit.
    """
    families, from_table = _fastest()
    if not isinstance(distribution.family, families) or len(u) < ENOUGH:
        return _exactly(distribution, u, per, least, most)
    found, unsure = from_table(table_of(distribution), u, per, least, most)
    again = np.flatnonzero(unsure)
    found[again] = _exactly(distribution, u[again], per, least, most)
    return found


def _exactly(distribution: Distribution, u: Floats, per: float, least: float, most: float) -> Floats:
    return np.rint(np.clip(quantile(distribution, u), least, most) * per)


FromTable: TypeAlias = Callable[[Table, Floats, float, float, float], tuple[Floats, NDArray[np.bool_]]]
"""Returns the whole numbers [N], and which of them may be wrong [N]."""


def plainly(table: Table, u: Floats, per: float, least: float, most: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Return whole numbers from a table by NumPy alone."""
    values, errors = nearly(table, u)
    scaled = np.clip(values, least, most) * per
    return np.rint(scaled), ~(np.abs(scaled - np.floor(scaled) - 0.5) > errors * per)


def compiled(table: Table, u: Floats, per: float, least: float, most: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the same by a compiled loop, which needs numba."""
    from trialproof.simulate.fast.tabulated import multiples as fill

    found, unsure = np.empty(len(u)), np.empty(len(u), np.bool_)
    fill(np.ascontiguousarray(u), table, per, least, most, found, unsure)
    return found, unsure


def nearly(table: Table, u: Floats) -> tuple[Floats, Floats]:
    """Return about the quantile for each u [N], and how much it may differ."""
    cell = np.minimum((u * CELLS).astype(np.int64), CELLS - 1)
    t = u * CELLS - cell
    a, b, c, d, errors = table[:, cell]
    return a + t * (b + t * (c + t * d)), errors


@lru_cache(maxsize=64)
def table_of(distribution: Distribution) -> Table:
    """Return the table of a distribution."""
    starts = np.arange(1, CELLS - 1) / CELLS
    exact = quantile(distribution, starts + FITTED[:, None] / CELLS)
    coefficients = np.asarray(np.linalg.solve(np.vander(FITTED, increasing=True), exact), np.float64)
    tested = np.vander(TESTED, 4, increasing=True) @ coefficients
    found = np.abs(tested - quantile(distribution, starts + TESTED[:, None] / CELLS))
    table = np.zeros((5, CELLS))
    table[:4, 1:-1] = coefficients
    table[4] = np.inf
    table[4, 1:-1] = SAFETY * found.max(axis=0) + 1e-12 * float(np.ptp(exact))
    return table


@cache
def _fastest() -> tuple[tuple[type[Family], ...], FromTable]:
    return (SLOWER_THAN_COMPILED, compiled) if find_spec("numba") else (SLOW, plainly)
