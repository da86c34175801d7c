"""Numbers of several replications, some of which a replication cannot give, and how they are worked out from others.

What is missing is never taken for zero: a share of nobody is no number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trialproof.simulate.results.moments import Flags, Floats
from trialproof.simulate.trial.calendar import Ints


class Known(NamedTuple):
    """Numbers by replication [R, ...] which count only where they `exist` [R, ...], and are 0 elsewhere."""

    values: Floats
    exist: Flags

    def at(self, *place: int | Sequence[int]) -> Known:
        """Return the numbers at some places behind the replication."""
        where: tuple[slice | int | Sequence[int], ...] = (slice(None), *place)
        return Known(self.values[where], self.exist[where])

    def each(self) -> Iterator[Known]:
        """Yield the numbers [R] at each place behind the replication, the last axis first."""
        size = len(self.values)
        return map(Known, self.values.reshape(size, -1).T, self.exist.reshape(size, -1).T)

    def shaped(self, *shape: int) -> Known:
        """Return the same numbers as a table of another shape."""
        return Known(self.values.reshape(shape), self.exist.reshape(shape))


def known(values: NDArray[np.generic], exist: Flags | None = None) -> Known:
    """Return numbers that all exist, or those that do."""
    if exist is None:
        return Known(values.astype(np.float64), np.ones(values.shape, np.bool_))
    return Known(np.where(exist, values, 0).astype(np.float64), exist)


def side_by_side(tables: Collection[Known]) -> Known:
    """Return tables of one shape as one, with an axis more behind the others that tells them apart."""
    values, exist = zip(*tables, strict=True)
    return Known(np.stack(values, axis=-1), np.stack(exist, axis=-1))


def share_of(some: Ints | Floats, among: Ints | Floats) -> Known:
    """Return quotients, which are none where there is nothing below."""
    there = np.broadcast_to(among > 0, np.broadcast_shapes(np.shape(some), np.shape(among)))
    return Known(np.divide(some, among, out=np.zeros(there.shape), where=there), there)


def counts_of(replication: Ints, size: int) -> Ints:
    """Return how often each of so many replications occurs."""
    return np.bincount(replication, minlength=size)


def sums_of(replication: Ints, values: Ints | Floats, size: int) -> Floats:
    """Return sums by replication, added up in the order of the values."""
    found: Floats = np.bincount(replication, values, size).astype(np.float64, copy=False)
    return found


def mean_of(replication: Ints, values: Ints | Floats, size: int) -> Known:
    """Return means by replication; none of nothing."""
    return share_of(sums_of(replication, values, size), counts_of(replication, size))


def most_of(replication: Ints, values: Ints | Floats, size: int) -> Known:
    """Return the greatest of values that are not negative, by replication; none of nothing."""
    most = np.zeros(size)
    np.maximum.at(most, replication, values)
    return Known(most, counts_of(replication, size) > 0)
