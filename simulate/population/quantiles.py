"""Inverse distribution functions: a uniform becomes a value, monotonely, and accurately in either tail.

Everything random becomes a number here and nowhere else. A distribution with bounds is conditional on lying between
them: u is mapped onto the probabilities that lie there. Where these are mostly in the upper half, survival functions
take the place of distribution functions, so that a tail is as good as the bulk.

Floats come from NumPy and SciPy and may differ in the last digit from one processor to the next; what is compared and
written are whole numbers made of them.
"""

from __future__ import annotations

from math import inf
from typing import Any, TypeAlias, Union, assert_never

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from trialproof.simulate.scenario.distribution import (
    Beta,
    Distribution,
    Empirical,
    Exponential,
    Fixed,
    Gamma,
    Lognormal,
    Normal,
    Triangular,
    Uniform,
)

Floats: TypeAlias = NDArray[np.float64]
Smooth: TypeAlias = Union[Normal, Lognormal, Gamma, Beta, Uniform, Triangular, Exponential]
"""Families with a density; the others are tables of values."""


FEW = 16
"""Up to so many steps are sooner counted than searched."""


class EmptyDistribution(ValueError):
    """Nothing lies between the bounds."""


def quantile(distribution: Distribution, u: ArrayLike) -> Floats:
    """Return for each u in (0, 1) the smallest value that is not exceeded with probability u.

    Never falls as u rises, but for rounding, and always lies within the bounds. Raises `EmptyDistribution` where
    nothing does.
    """
    family, (lower, upper) = distribution.family, _bounds(distribution)
    # NumPy may take another path through memory that is not contiguous, and come to another last digit there.
    p = np.array(u, np.float64, order="C")
    if isinstance(family, (Fixed, Empirical)):
        values, cumulated = _table(distribution)
        found: Floats = values[_counted(cumulated[:-1], p)]
        return found
    if (lower, upper) == (-inf, inf):
        return np.clip(_inverse(family, p, upper=False), *support(distribution))
    if mass(distribution) <= 0:
        raise EmptyDistribution(f"nothing lies between {lower} and {upper}")
    from_above = bool(_survival(family, np.array(lower)) < 0.5)
    ends = [float((_survival if from_above else _cumulated)(family, np.array(end))) for end in (lower, upper)]
    found = _inverse(family, ends[0] + p * (ends[1] - ends[0]), upper=from_above)
    return np.clip(found, *support(distribution))  # rounding can lead beyond them


def _counted(steps: Floats, p: Floats) -> NDArray[np.integer[Any]]:
    """Return how many of these, which are in order, each p exceeds."""
    if len(steps) > FEW:
        return np.searchsorted(steps, p)
    count = np.zeros(p.shape, np.uint8)
    for step in steps:
        count += p > step
    return count


def cumulated(distribution: Distribution, x: ArrayLike) -> Floats:
    """Return the probability of a value that is at most x. Raises `EmptyDistribution` as `quantile` does."""
    at = np.array(x, np.float64, order="C")
    if isinstance(distribution.family, (Fixed, Empirical)):
        values, steps = _table(distribution)
        return np.append(0.0, steps)[np.searchsorted(values, at, side="right")]
    lower, upper = _bounds(distribution)
    whole = mass(distribution)
    if whole <= 0:
        raise EmptyDistribution(f"nothing lies between {lower} and {upper}")
    inside = np.clip(at, lower, upper)
    return np.clip(_between(distribution.family, np.array(lower), inside) / whole, 0.0, 1.0)


def mass(distribution: Distribution) -> float:
    """Return how much of the family lies between the bounds: one without any, 0 where the distribution is empty."""
    lower, upper = _bounds(distribution)
    match distribution.family:
        case Fixed(value):
            return float(lower <= value <= upper)
        case Empirical(values, shares):
            return float(sum(share for value, share in zip(values, shares, strict=True) if lower <= value <= upper))
        case family:
            return max(0.0, float(_between(family, np.array(lower), np.array(upper)))) if lower < upper else 0.0


def support(distribution: Distribution) -> tuple[float, float]:
    """Return the least and the greatest value that there can be, infinite where there is none."""
    lower, upper = _bounds(distribution)
    match distribution.family:
        case Fixed() | Empirical():
            values, _ = _table(distribution)
            return float(values[0]), float(values[-1])
        case Normal():
            return lower, upper
        case Lognormal() | Gamma() | Exponential():
            return max(0.0, lower), upper
        case Beta(_, _, low, high) | Uniform(low, high) | Triangular(low, _, high):
            return max(low, lower), min(high, upper)


def _bounds(distribution: Distribution) -> tuple[float, float]:
    lower = -inf if distribution.lower is None else distribution.lower
    return lower, inf if distribution.upper is None else distribution.upper


def _table(distribution: Distribution) -> tuple[Floats, Floats]:
    """Return the values between the bounds and the probability of one that is at most this; its last is 1."""
    lower, upper = _bounds(distribution)
    family = distribution.family
    pairs = [(family.value, 1.0)] if isinstance(family, Fixed) else []
    if isinstance(family, Empirical):
        pairs = [pair for pair in zip(family.values, family.shares, strict=True) if pair[1] > 0]
    kept = [pair for pair in pairs if lower <= pair[0] <= upper]
    if not kept:
        raise EmptyDistribution(f"nothing lies between {lower} and {upper}")
    values, shares = (np.array(column, np.float64) for column in zip(*kept, strict=True))
    steps = np.cumsum(shares)
    return values, steps / steps[-1]


def _between(family: Smooth, low: Floats, high: Floats) -> Floats:
    """Return the probability from low to high, as the difference of whichever tails are smaller."""
    by_survival = _survival(family, low) - _survival(family, high)
    by_cumulated = _cumulated(family, high) - _cumulated(family, low)
    return np.where(_survival(family, low) < 0.5, by_survival, by_cumulated)


def _cumulated(family: Smooth, x: Floats) -> Floats:
    match family:
        case Normal(mean, sd):
            return special.ndtr((x - mean) / sd)
        case Lognormal(median, sigma):
            return special.ndtr(_log(x / median) / sigma)
        case Gamma(shape, mean):
            return np.asarray(special.gammainc(shape, np.maximum(x, 0.0) * (shape / mean)), np.float64)
        case Beta(a, b, low, high):
            return special.betainc(a, b, np.clip((x - low) / (high - low), 0.0, 1.0))
        case Uniform(low, high):
            return np.clip((x - low) / (high - low), 0.0, 1.0)
        case Triangular(low, mode, high):
            return _triangular(x, low, mode, high)
        case Exponential(mean):
            return -special.expm1(-np.maximum(x, 0.0) / mean)
        case _:
            assert_never(family)


def _survival(family: Smooth, x: Floats) -> Floats:
    match family:
        case Normal(mean, sd):
            return special.ndtr((mean - x) / sd)
        case Lognormal(median, sigma):
            return special.ndtr(-_log(x / median) / sigma)
        case Gamma(shape, mean):
            return np.asarray(special.gammaincc(shape, np.maximum(x, 0.0) * (shape / mean)), np.float64)
        case Beta(a, b, low, high):
            return special.betaincc(a, b, np.clip((x - low) / (high - low), 0.0, 1.0))
        case Uniform(low, high):
            return np.clip((high - x) / (high - low), 0.0, 1.0)
        case Triangular(low, mode, high):
            return _triangular(-x, -high, -mode, -low)
        case Exponential(mean):
            return np.exp(-np.maximum(x, 0.0) / mean)
        case _:
            assert_never(family)


def _inverse(family: Smooth, p: Floats, *, upper: bool) -> Floats:
    """Return the value below which, or with `upper` above which, this probability lies."""
    match family:
        case Normal(mean, sd):
            return mean + sd * _standard(p, upper=upper)
        case Lognormal(median, sigma):
            return median * np.exp(sigma * _standard(p, upper=upper))
        case Gamma(shape, mean):
            unscaled = (special.gammainccinv if upper else special.gammaincinv)(shape, p)
            return np.asarray(unscaled, np.float64) * (mean / shape)
        case Beta(a, b, low, high):
            return low + (high - low) * (special.betainccinv if upper else special.betaincinv)(a, b, p)
        case Uniform(low, high):
            return high - p * (high - low) if upper else low + p * (high - low)
        case Triangular(low, mode, high):
            return -_inverse_triangular(p, -high, -mode, -low) if upper else _inverse_triangular(p, low, mode, high)
        case Exponential(mean):
            return -mean * (np.log(p) if upper else special.log1p(-p))
        case _:
            assert_never(family)


def _standard(p: Floats, *, upper: bool) -> Floats:
    z: Floats = special.ndtri(p)
    return -z if upper else z


def _log(x: Floats) -> Floats:
    """The logarithm, minus infinity for whatever is not above zero."""
    return np.log(x, out=np.full(x.shape, -inf), where=x > 0)


def _triangular(x: Floats, low: float, mode: float, high: float) -> Floats:
    below = np.clip(x, low, mode) - low
    above = high - np.clip(x, mode, high)
    rising = below**2 / ((high - low) * (mode - low)) if mode > low else np.zeros(x.shape)
    falling = 1.0 - above**2 / ((high - low) * (high - mode)) if high > mode else np.ones(x.shape)
    return np.where(x < mode, rising, np.where(x >= high, 1.0, falling))


def _inverse_triangular(p: Floats, low: float, mode: float, high: float) -> Floats:
    rising = low + np.sqrt(p * ((high - low) * (mode - low)))
    falling = high - np.sqrt((1.0 - p) * ((high - low) * (high - mode)))
    return np.where(p * (high - low) < mode - low, rising, falling)
