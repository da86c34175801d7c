"""How sure a figure is after so many replications: Monte Carlo standard errors and 95 % intervals.

The Monte Carlo standard error (MCSE) of a mean is sd / sqrt(n), and of a proportion sqrt(p (1 - p) / n): Morris, White
and Crowther, Statistics in Medicine 38 (2019) 2074-2102, table 6. The interval of a mean is Student's; that of a
proportion is Wilson's (Journal of the American Statistical Association 22 (1927) 209-212), which has a width even where
nothing was seen or everything.
"""

from __future__ import annotations

from math import ceil, sqrt
from typing import NamedTuple

LEVEL = 0.95


class Interval(NamedTuple):
    """From `low` to `high`, both included."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half of its length."""
        return (self.high - self.low) / 2


def student(mean: float, sd: float, n: int, level: float = LEVEL) -> Interval:
    """Return Student's interval for the mean of n > 1 numbers: mean -+ t(n - 1) sd / sqrt(n)."""
    from scipy.special import stdtrit

    half = float(stdtrit(n - 1, (1 + level) / 2)) * sd / sqrt(n)
    return Interval(mean - half, mean + half)


def wilson(p: float, n: int, level: float = LEVEL) -> Interval:
    """Return Wilson's score interval for a proportion p of n > 0: those p' with |p - p'| <= z sqrt(p' (1 - p') / n)."""
    z = _z(level)
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Interval(max(0.0, middle - half) if p else 0.0, min(1.0, middle + half) if p < 1 else 1.0)


def mcse_of_mean(sd: float, n: int) -> float:
    """Return the Monte Carlo standard error of the mean of n > 1 numbers."""
    return sd / sqrt(n)


def mcse_of_proportion(p: float, n: int) -> float:
    """Return the Monte Carlo standard error of a proportion of n > 0."""
    return sqrt(p * (1 - p) / n)


def numbers_for_mean(sd: float, half_width: float, level: float = LEVEL) -> int:
    """Return how many numbers of this spread give about this half width: (z sd / half_width)^2, and at least two."""
    return max(2, ceil((_z(level) * sd / half_width) ** 2))


def numbers_for_proportion(p: float, half_width: float, level: float = LEVEL) -> int:
    """Return the least n for which Wilson's interval around p is not wider than this half width."""
    low, high = 0, 1
    while wilson(p, high, level).half_width > half_width:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if wilson(p, middle, level).half_width > half_width:
            low = middle
        else:
            high = middle
    return high


def _z(level: float) -> float:
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2))
