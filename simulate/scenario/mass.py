"""How much of a distribution lies between its bounds: the probability that it is taken to be conditional on."""

from __future__ import annotations

from math import erf, exp, inf, log, sqrt

from trialproof.simulate.scenario.distribution import (
    Beta,
    Distribution,
    Empirical,
    Exponential,
    Family,
    Fixed,
    Gamma,
    Lognormal,
    Normal,
    Triangular,
    Uniform,
)


def mass(distribution: Distribution) -> float:
    """Return the probability that the family lies between the bounds, both included."""
    family = distribution.family
    lower = -inf if distribution.lower is None else distribution.lower
    upper = inf if distribution.upper is None else distribution.upper
    if isinstance(family, Fixed):
        return float(lower <= family.value <= upper)
    if isinstance(family, Empirical):
        return sum(share for value, share in zip(family.values, family.shares, strict=True) if lower <= value <= upper)
    return below(family, upper) - below(family, lower)


def below(family: Family, value: float) -> float:
    """Return the distribution function of a continuous family."""
    match family:
        case Normal(mean, sd):
            return _standard((value - mean) / sd)
        case Lognormal(median, sigma):
            return _standard((log(value) - log(median)) / sigma) if value > 0 else 0.0
        case Exponential(mean):
            return 1 - exp(-value / mean) if value > 0 else 0.0
        case Uniform(low, high):
            return _clipped((value - low) / (high - low))
        case Triangular(low, mode, high):
            if value <= low or value >= high:
                return float(value >= high)
            if value < mode:
                return (value - low) ** 2 / ((high - low) * (mode - low))
            return 1 - (high - value) ** 2 / ((high - low) * (high - mode))
        case Gamma(shape, mean):
            from scipy.special import gammainc  # a third of a second to import

            return float(gammainc(shape, max(value, 0.0) * shape / mean)) if value < inf else 1.0
        case Beta(a, b, low, high):
            from scipy.special import betainc

            return float(betainc(a, b, _clipped((value - low) / (high - low))))
        case Fixed() | Empirical():
            raise TypeError("single values have no continuous distribution function")


def _clipped(share: float) -> float:
    return min(max(share, 0.0), 1.0)


def _standard(z: float) -> float:
    """Return the standard normal distribution function."""
    return (1 + erf(z / sqrt(2))) / 2


def natural(family: Family) -> tuple[float, float]:
    """Return the smallest and the largest value of a family without bounds."""
    match family:
        case Fixed(value):
            return value, value
        case Uniform(low, high) | Triangular(low, _, high) | Beta(_, _, low, high):
            return low, high
        case Empirical(values):
            return values[0], values[-1]
        case Normal():
            return -inf, inf
        case Lognormal() | Gamma() | Exponential():
            return 0.0, inf
