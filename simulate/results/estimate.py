"""What many replications say about a column: how many there were, the mean with its error, and the spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trialproof.simulate.results.intervals import Interval, mcse_of_mean, mcse_of_proportion, student, wilson
from trialproof.simulate.results.metric import Column, Kind, Metric
from trialproof.simulate.results.moments import Flags, Floats, Moments

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its Monte Carlo error.

    `n` replications gave a number and `absent` gave none. `mean`, `sd`, `mcse` and `interval` (95 %) are None where n
    does not suffice: one number has a mean, two have an error, and a proportion has its error from the first.
    """

    column: Column
    kind: Kind
    unit: str
    n: int
    absent: int
    mean: float | None
    sd: float | None
    mcse: float | None
    interval: Interval | None


def estimates(columns: Sequence[Column], metrics: Mapping[str, Metric], moments: Moments) -> tuple[Estimate, ...]:
    """Return the estimate of every column, in their order; `moments` runs over the same columns."""
    counts, means, sds = moments.count.tolist(), moments.mean.tolist(), moments.sd.tolist()
    return tuple(
        estimate(column, metrics[column.metric], n=n, absent=moments.rows - n, mean=mean, sd=sd)
        for column, n, mean, sd in zip(columns, counts, means, sds, strict=True)
    )


def estimate(column: Column, metric: Metric, *, n: int, absent: int, mean: float, sd: float) -> Estimate:
    """Return the estimate of one column from its count, mean and standard deviation."""
    kind, unit = metric.kind, metric.unit
    if n == 0:
        return Estimate(column, kind, unit, 0, absent, None, None, None, None)
    if kind is Kind.PROPORTION:
        share = min(1.0, max(0.0, mean))
        error, interval = mcse_of_proportion(share, n), wilson(share, n)
        return Estimate(column, kind, unit, n, absent, share, sd if n > 1 else None, error, interval)
    if n == 1:
        return Estimate(column, kind, unit, 1, absent, mean, None, None, None)
    return Estimate(column, kind, unit, n, absent, mean, sd, mcse_of_mean(sd, n), student(mean, sd, n))


@dataclass(frozen=True, slots=True)
class Spread:
    """The least, the most, and `QUANTILES` between them, of the numbers that there are.

    So many of them are `unlike` the one in the middle.
    """

    least: float
    quantiles: tuple[float, ...]
    most: float
    unlike: int


def spread(values: Floats, exists: Flags) -> Spread | None:
    """Return the spread of one column, `values` [R] where `exists` [R]; None if there is none.

    Quantiles are interpolated between neighbours: definition 7 of Hyndman and Fan, American Statistician 50 (1996).
    """
    there = np.sort(values[exists])
    if not len(there):
        return None
    found = [float(each) for each in np.quantile(there, QUANTILES)]
    unlike = int(np.count_nonzero(there != there[len(there) // 2]))
    return Spread(float(there[0]), tuple(found), float(there[-1]), unlike)
