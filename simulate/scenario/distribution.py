"""Distributions that a scenario can name. Frozen values; `population.quantiles` turns probabilities into numbers.

Parameters are floats in the unit of what is described: a quantity's own unit, or minutes for a length of time. Floats
begin here, because what is described is chance; whatever a rule looks at becomes exact again when it is charted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, Union


@dataclass(frozen=True, slots=True)
class Fixed:
    """Always the same value."""

    value: float


@dataclass(frozen=True, slots=True)
class Normal:
    """The normal distribution by mean and standard deviation."""

    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class Lognormal:
    """exp of a normal: `median` in the unit, `sigma` the standard deviation of the logarithm."""

    median: float
    sigma: float


@dataclass(frozen=True, slots=True)
class Gamma:
    """The gamma distribution by shape and mean (its scale is mean / shape)."""

    shape: float
    mean: float


@dataclass(frozen=True, slots=True)
class Beta:
    """The beta distribution with shapes `a` and `b`, stretched over [low, high]."""

    a: float
    b: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Uniform:
    """Every value between low and high alike."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Triangular:
    """Rising from low to the mode, falling from there to high."""

    low: float
    mode: float
    high: float


@dataclass(frozen=True, slots=True)
class Exponential:
    """The exponential distribution by its mean."""

    mean: float


@dataclass(frozen=True, slots=True)
class Empirical:
    """One of the observed values, ascending, each with its share; the shares sum to one."""

    values: tuple[float, ...]
    shares: tuple[float, ...]


Family: TypeAlias = Union[Fixed, Normal, Lognormal, Gamma, Beta, Uniform, Triangular, Exponential, Empirical]


@dataclass(frozen=True, slots=True)
class Distribution:
    """A family, conditional on lying between two bounds, both included (None: no bound)."""

    family: Family
    lower: float | None = None
    upper: float | None = None
