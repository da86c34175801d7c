"""Which cells a sweep has: every combination of values, a Latin hypercube, or Saltelli's sample for Sobol indices.

A cell is a tuple of texts, one for each axis. What is drawn comes from the entropy of the sweep alone, and does not
meet the random numbers of the simulation.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from trialproof.model.place import BadInput, Place
from trialproof.simulate.sweeps.axis import Axis

if TYPE_CHECKING:
    from trialproof.simulate.results.moments import Floats

Cell: TypeAlias = tuple[str, ...]

MOST_CELLS = 100_000
SHAPE = 1
"""The first number of the spawn key by which cells are drawn."""


class Kind(Enum):
    """How cells are chosen."""

    GRID = "grid"
    LATIN = "latin hypercube"
    SALTELLI = "saltelli"


def cells(kind: Kind, axes: Sequence[Axis], number: int, entropy: int) -> tuple[Cell, ...]:
    """Return the cells of a design; `number` is of points, or of base points for Saltelli's, and unused for a grid.

    Raises `BadInput` for a grid with an axis that has no values, and for too many cells.
    """
    size = {Kind.GRID: _grid_size(axes), Kind.LATIN: number, Kind.SALTELLI: number * (len(axes) + 2)}[kind]
    if size > MOST_CELLS:
        raise BadInput(f"a sweep of {size:,} cells; at most {MOST_CELLS:,} are possible")
    match kind:
        case Kind.GRID:
            return grid(axes)
        case Kind.LATIN:
            return tuple(_cell(axes, point) for point in latin(len(axes), number, entropy))
        case Kind.SALTELLI:
            return tuple(_cell(axes, point) for point in saltelli(len(axes), number, entropy))


def grid(axes: Sequence[Axis]) -> tuple[Cell, ...]:
    """Return every combination of values; those of the last axis change first."""
    for axis in axes:
        if axis.ends is not None:
            place = Place(f"--vary {axis.path}")
            advice = "give its values, or a step, or draw from it with `--latin NUMBER`"
            raise BadInput("a grid needs the values between two ends", place, help=advice)
    return tuple(product(*(axis.values for axis in axes)))


def latin(axes: int, number: int, entropy: int) -> Floats:
    """Return points [number, axes] in the unit cube, one in each of `number` slices along every axis.

    Source: McKay, Beckman and Conover, Technometrics 21 (1979) 239-245.
    """
    from scipy.stats import qmc

    points: Floats = qmc.LatinHypercube(axes, seed=_generator(entropy)).random(number)
    return points


def saltelli(axes: int, number: int, entropy: int) -> Floats:
    """Return points [number (axes + 2), axes]: for each base point A, A with one value after the other of B, and B.

    A and B are the two halves of scrambled Sobol points; `number` is a power of two. Source: Saltelli and others,
    Computer Physics Communications 181 (2010) 259-270.
    """
    from scipy.stats import qmc

    base = qmc.Sobol(2 * axes, scramble=True, seed=_generator(entropy)).random(number)
    first, second = base[:, :axes], base[:, axes:]
    points = np.repeat(first[:, None, :], axes + 2, axis=1)
    for at in range(axes):
        points[:, at + 1, at] = second[:, at]
    points[:, -1, :] = second
    return points.reshape(-1, axes)


def _grid_size(axes: Sequence[Axis]) -> int:
    size = 1
    for axis in axes:
        size *= max(1, len(axis.values))
    return size


def _cell(axes: Sequence[Axis], point: Floats) -> Cell:
    return tuple(axis.at(float(share)) for axis, share in zip(axes, point, strict=True))


def _generator(entropy: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=(SHAPE,)))
