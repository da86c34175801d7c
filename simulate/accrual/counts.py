"""How many come, as probabilities: counts below a limit, of one site and of several together.

A table [T, n] holds P(count = k) for k < n at each of T times; what is n or more is left out, so that rows sum to the
probability of fewer than n. Adding counts keeps this exact, because the sum of counts below n needs no others.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]


def poisson(mean: ArrayLike, below: int) -> Floats:
    """Return the Poisson probabilities of 0 to `below` - 1 for each mean [T]."""
    means, k = np.asarray(mean, np.float64)[:, None], np.arange(below)
    logs: Floats = special.xlogy(k, means) - means - special.gammaln(k + 1)
    return np.exp(logs)


def negative_binomial(shape: ArrayLike, mean: ArrayLike, below: int) -> Floats:
    """Return the probabilities of 0 to `below` - 1 of a Poisson count whose mean is gamma distributed.

    The gamma distribution has this `shape` ([T] or one for all) and this `mean` [T]; the count is then negative
    binomial with size `shape` and success probability shape / (shape + mean).
    """
    means, k = np.asarray(mean, np.float64)[:, None], np.arange(below)
    shapes = np.asarray(shape, np.float64).reshape(-1, 1)
    logs: Floats = special.gammaln(shapes + k) - special.gammaln(shapes) - special.gammaln(k + 1)
    logs = logs + special.xlogy(k, means / (shapes + means)) - shapes * np.log1p(means / shapes)
    return np.exp(logs)


def together(tables: list[Floats]) -> Floats:
    """Return the probabilities of the sum of independent counts, from their tables [T, n]."""
    return reduce(_added, tables)


def bernoulli_sum(chances: Floats, below: int) -> Floats:
    """Return the probabilities of how many of the events come true that have these probabilities [T, events]."""
    table = np.zeros((len(chances), below))
    table[:, 0] = 1.0
    for chance in chances.T:
        stays = table * (1 - chance)[:, None]
        stays[:, 1:] += table[:, :-1] * chance[:, None]
        table = stays
    return table


def fewer(table: Floats) -> Floats:
    """Return the probability [T] of a count below the limit of its table."""
    below: Floats = table.sum(axis=1)
    return np.minimum(below, 1.0)


def capped_moments(table: Floats) -> tuple[Floats, Floats]:
    """Return the mean and the variance [T] of the smaller of the count and the limit of its table."""
    limit = table.shape[1]
    k = np.arange(limit)
    rest = 1 - fewer(table)
    mean = table @ k + limit * rest
    square = table @ (k * k) + limit * limit * rest
    return mean, np.maximum(square - mean * mean, 0.0)


def _added(left: Floats, right: Floats) -> Floats:
    """Convolve row by row by the fast Fourier transform; what rounding takes below zero is put back."""
    below = left.shape[1]
    size = 1 << (2 * below - 1).bit_length()
    product = np.fft.rfft(left, size, axis=1) * np.fft.rfft(right, size, axis=1)
    return np.maximum(np.fft.irfft(product, size, axis=1)[:, :below], 0.0)
