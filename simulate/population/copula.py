"""Dependent uniforms: a Gaussian copula, worked out number by number so that it does not matter who is drawn along."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from trialproof.simulate.population.streams import Floats

TOLERANCE = 1e-9
"""A matrix is positive semi-definite if nothing in it is off by more than this."""
SMALLEST, LARGEST = 2.0**-53, 1 - 2.0**-53


class NotPositive(ValueError):
    """A matrix of correlations that no random numbers can have."""


def factor(matrix: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    """Return the lower triangle L with L L' = matrix, zero columns where it is singular (Cholesky, row by row).

    Raises `NotPositive` for a matrix that is not positive semi-definite.
    """
    size = len(matrix)
    lower = [[0.0] * size for _ in range(size)]
    for row in range(size):
        for column in range(row + 1):
            rest = matrix[row][column] - sum(lower[row][at] * lower[column][at] for at in range(column))
            if row == column:
                if rest < -TOLERANCE:
                    raise NotPositive("the matrix of correlations is not positive semi-definite")
                lower[row][row] = rest**0.5 if rest > TOLERANCE else 0.0
            elif lower[column][column]:
                lower[row][column] = rest / lower[column][column]
            elif abs(rest) > TOLERANCE**0.5:
                raise NotPositive("the matrix of correlations is not positive semi-definite")
    return tuple(map(tuple, lower))


def joined(lower: Sequence[Sequence[float]], own: Sequence[Floats]) -> list[Floats]:
    """Return uniforms with the dependence of a factored matrix, from one column of independent ones for each variable.

    The first variable keeps its own, but for rounding.
    """
    normal = [np.array(special.ndtri(each)) for each in own]
    found = []
    for row in lower:
        # Sums in a fixed order: a matrix product may add up otherwise for other numbers of rows.
        mixed = np.zeros_like(normal[0])
        for weight, each in zip(row, normal, strict=True):
            if weight:
                mixed += weight * each
        found.append(np.clip(special.ndtr(mixed), SMALLEST, LARGEST))
    return found
