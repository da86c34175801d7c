"""How likely it is that a number is truly of one class and charted as of another: sums over the lattice, nothing drawn.

A true number lies on a lattice (`population.lattice`), so its law is a probability for each point: a difference of the
distribution function half a unit to either side. What is charted of a point is worked out as `population.charting` does
it, and a measurement error, rounded to the lattice, is normal: its probabilities are differences too. All that is left
out are tails of less than 1e-15.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy import special

from trialproof.model.protocol import NumberKind
from trialproof.simulate.population.charting import FARTHEST, to_multiples
from trialproof.simulate.population.people import to_lattice
from trialproof.simulate.population.quantiles import cumulated, quantile
from trialproof.simulate.scenario.distribution import Distribution, Empirical, Fixed
from trialproof.simulate.scenario.scenario import Charting
from trialproof.simulate.twins.classes import Classes, Ints, extent

Floats = NDArray[np.float64]

MOST_POINTS = 1 << 25
MOST_MEASURED = 1 << 22
"""A lattice may have so many points, and where there is a measurement error so many."""
BLOCK = 1 << 19
"""So many points are looked at at a time."""
MOST_VALUES = 5000
"""At most so many values can be told apart one by one."""
MOST_TERMS = 1 << 28
TAIL = 1e-18
STRATA = 512
"""With a measurement error, a correlated number is cut into strata of at most this part of its probability."""
GAUSS = np.polynomial.legendre.leggauss(96)


class TooFine(Exception):
    """There would be too much to add up; says what."""


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """One number: its true `kind` with lattice `unit`, the `step` of its record, how it is charted, its classes.

    True classes are numbered as they are met, so that tables have as many rows as there were by then. With `again`,
    what is beside a true class is the class as which it would be charted without error and heaping.
    """

    kind: NumberKind
    unit: Fraction
    step: Fraction
    rounding: str
    charting: Charting
    truly: Classes
    charted: Classes
    record: tuple[Ints, Ints]
    """Of each run of values that are recorded alike, in steps: the first, and the class."""
    again: bool

    def law(self, distribution: Distribution) -> Floats:
        """Return the joint probabilities [true classes, charted classes + 1], the last column being not recorded."""
        runs = self._runs(distribution)
        return self._charted_by(runs, runs.true, len(self.truly.examples))

    def strata(self, distribution: Distribution) -> Strata:
        """Return the number in strata that lie one above the other, within each of which everything is alike."""
        runs = self._runs(distribution)
        below = np.cumsum(runs.chances)
        changes = np.ones(len(below), np.bool_)
        if self.charting.error:
            parts = np.floor(np.minimum(below, 1.0) * STRATA)
            changes[1:] = (np.diff(parts) != 0) | (np.diff(runs.true) != 0)
        starts = np.flatnonzero(changes)
        table = self._charted_by(runs, np.cumsum(changes) - 1, len(starts))
        shares = np.zeros((len(starts), len(self.truly.examples), table.shape[1]))
        mass = table.sum(axis=1)
        some = np.flatnonzero(mass)
        shares[some, runs.true[starts][some]] = table[some] / mass[some, None]
        ends = below[np.append(starts[1:], len(below)) - 1]
        return Strata(np.append(0.0, np.minimum(ends / ends[-1], 1.0)), shares)

    def _runs(self, distribution: Distribution) -> Runs:
        """Return the lattice in runs of points that are alike; with a measurement error, point by point."""
        first, last = self._ends(distribution)
        if last - first >= (MOST_MEASURED if self.charting.error else MOST_POINTS):
            raise TooFine(f"`{self.truly.quantity}` has {last - first + 1:,} values on its lattice")
        parts = [self._block(start, min(start + BLOCK - 1, last)) for start in range(first, last + 1, BLOCK)]
        points, true = (np.concatenate(each) for each in zip(*parts, strict=True))
        if isinstance(distribution.family, (Fixed, Empirical)):
            shares = self._shares(distribution, points)
        else:
            below = cumulated(distribution, (points[1:] - 0.5) * float(self.unit))
            shares = np.diff(np.concatenate([[0.0], below, [1.0]]))
        return Runs(points, shares, true)

    def _block(self, first: int, last: int) -> tuple[Ints, Ints]:
        """Return the first points and the true classes of the runs in a block."""
        points = np.arange(first, last + 1)
        plain = self._codes(points, heaped=False)
        true = self.truly.of(first, last, plain if self.again else None)
        starts = np.ones(len(points), np.bool_)
        if not self.charting.error:
            rows = (true, plain, self._codes(points, heaped=True))
            starts[1:] = np.logical_or.reduce([each[1:] != each[:-1] for each in rows])
        return points[starts], true[starts]

    def _ends(self, distribution: Distribution) -> tuple[int, int]:
        """Return the first and the last lattice point that there can be."""
        if isinstance(distribution.family, (Fixed, Empirical)):
            low, high = to_lattice(self.kind, quantile(distribution, [TAIL, 1 - 2.0**-53])).tolist()
            return low, high
        ends = to_lattice(self.kind, quantile(distribution, [TAIL, 1 - 2.0**-53])).tolist()
        low, high = extent(self.kind, self.unit)
        return max(low, ends[0] - 1), min(high, ends[1] + 1)

    def _shares(self, distribution: Distribution, points: Ints) -> Floats:
        """Return how likely a listed value is in the run that begins at each point."""
        family = distribution.family
        values = np.array(family.values if isinstance(family, Empirical) else [getattr(family, "value", 0.0)])
        chances = np.diff(cumulated(distribution, values), prepend=0.0)
        places = np.searchsorted(points, to_lattice(self.kind, values), side="right") - 1
        return added_up(np.maximum(places, 0), chances, len(points))

    def _charted_by(self, runs: Runs, labels: Ints, count: int) -> Floats:
        """Return the probabilities [labels, charted classes + 1]."""
        share = self.charting.share if self.charting.heap is not None else 0.0
        total = (1 - share) * self._table(runs, labels, count, heaped=False)
        if share:
            total = total + share * self._table(runs, labels, count, heaped=True)
        missing = self.charting.missing
        return np.hstack([total * (1 - missing), missing * total.sum(axis=1, keepdims=True)])

    def _table(self, runs: Runs, labels: Ints, count: int, *, heaped: bool) -> Floats:
        width = len(self.charted.examples)
        if not self.charting.error:
            cells = labels * width + self._codes(runs.points, heaped=heaped)
            return added_up(cells, runs.chances, count * width).reshape(count, width)
        sd = self.charting.error * float(1 / self.unit)
        beyond = ceil(FARTHEST * sd) + 1
        measured = np.arange(int(runs.points[0]) - beyond, int(runs.points[-1]) + beyond + 1)
        codes = self._codes(measured, heaped=heaped)
        starts = np.flatnonzero(np.append(True, codes[1:] != codes[:-1]))
        if len(starts) * len(runs.points) > MOST_TERMS:
            size = f"{len(runs.points):,} values and {len(starts):,} kinds of record"
            raise TooFine(f"`{self.truly.quantity}` has {size}")
        table = np.zeros((count, width))
        reached = np.ones(len(runs.points))
        for start, following in zip(starts.tolist(), [*starts[1:].tolist(), None], strict=True):
            further = np.zeros(len(runs.points))
            if following is not None:
                further = special.ndtr((runs.points - measured[following] + 0.5) / sd)
            table[:, codes[start]] += added_up(labels, runs.chances * (reached - further), count)
            reached = further
        return table

    def _codes(self, points: Ints, *, heaped: bool) -> Ints:
        """Return as of which class these measured lattice points are charted."""
        most = max(abs(int(points[0])), abs(int(points[-1]))) + 1
        heap = self.charting.heap
        if heaped and heap is not None:
            points = to_multiples(points, self.unit / heap, most=most)
            most, unit = ceil(most * self.unit / heap) + 1, heap
        else:
            unit = self.unit
        steps = to_multiples(points, unit / self.step, self.rounding, most=most)
        starts, classes = self.record
        return classes[np.maximum(np.searchsorted(starts, steps, side="right") - 1, 0)]


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Lattice points in runs, ascending: the first of each, how likely one of the run is, and its true class."""

    points: Ints
    chances: Floats
    true: Ints


def number(
    true: NumberKind, record: NumberKind, charting: Charting, truly: Classes, charted: Classes, *, again: bool
) -> Number:
    """Return a number whose true and recorded kinds are these. Raises `TooFine` where it has too many values."""
    assert true.step is not None, true  # noqa: S101 - a lattice has a step
    unit, step = true.step, record.step or true.step
    for kind, grid, classes in ((true, unit, truly), (record, step, charted)):
        first, last = extent(kind, grid)
        if classes.apart.all and last - first >= MOST_VALUES:
            raise TooFine(f"`{truly.quantity}` is compared with other quantities and has {last - first + 1:,} values")
    first, last = extent(record, step)
    if last - first >= MOST_POINTS:
        raise TooFine(f"`{truly.quantity}` has {last - first + 1:,} values")
    runs = [_recorded_alike(charted, start, min(start + BLOCK - 1, last)) for start in range(first, last + 1, BLOCK)]
    alike = np.concatenate([starts for starts, _ in runs]), np.concatenate([codes for _, codes in runs])
    return Number(true, unit, step, record.rounding, charting, truly, charted, alike, again)


def _recorded_alike(charted: Classes, first: int, last: int) -> tuple[Ints, Ints]:
    codes = charted.of(first, last)
    starts = np.flatnonzero(np.append(True, codes[1:] != codes[:-1]))
    return first + starts, codes[starts]


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """A number cut into S strata: `bounds` [S + 1] of their probabilities, added up from below, and what is in each.

    `shares` [S, true classes, charted classes + 1] sum to one in each stratum.
    """

    bounds: Floats
    shares: Floats

    def flat(self, true: int) -> Floats:
        """Return the shares [S, true * (charted classes + 1)], with zeros for true classes that were met since."""
        grown = true - self.shares.shape[1]
        return np.pad(self.shares, ((0, 0), (0, grown), (0, 0))).reshape(len(self.shares), -1)


def added_up(labels: Ints, chances: Floats, count: int) -> Floats:
    """Return the sum of the chances with each label from 0 on."""
    return np.asarray(np.bincount(labels, weights=chances, minlength=count), np.float64)


def joint(one: Strata, other: Strata, correlation: float) -> Floats:
    """Return the probabilities [S, S'] of two numbers to lie in strata, joined by a Gaussian copula."""
    corners = normal_below(special.ndtri(one.bounds), special.ndtri(other.bounds), correlation)
    return np.maximum(np.diff(np.diff(corners, axis=0), axis=1), 0.0)


def normal_below(x: Floats, y: Floats, correlation: float) -> Floats:
    """Return P(X <= x, Y <= y) [x, y] of two standard normals with this correlation.

    It is the product of the two margins plus the integral over angles from 0 to asin(correlation) of exp(-(x^2 + y^2 -
    2 x y sin t) / (2 cos^2 t)) / (2 pi), by Gauss and Legendre. Source: Z. Drezner, G. O. Wesolowsky, Journal of
    Statistical Computation and Simulation 35 (1990) 101-107, doi 10.1080/00949659008811236.
    """
    whole = np.outer(special.ndtr(x), special.ndtr(y))
    inside = np.isfinite(x)[:, None] & np.isfinite(y)
    a, b = np.where(np.isfinite(x), x, 0.0)[:, None], np.where(np.isfinite(y), y, 0.0)
    top = float(np.arcsin(correlation))
    added = np.zeros_like(whole)
    for node, weight in zip(*(each.tolist() for each in GAUSS), strict=True):
        angle = top * (node + 1) / 2
        added += weight * np.exp(-(a * a + b * b - 2 * a * b * np.sin(angle)) / (2 * np.cos(angle) ** 2))
    return whole + np.where(inside, added * top / 2 / (2 * np.pi), 0.0)
