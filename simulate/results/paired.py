"""Two scenarios, or two readings, on the same chances: differences replication by replication.

With common random numbers the two results of a replication go together, and the variance of their difference is
var(A) + var(B) - 2 cov(A, B): less than that of independent runs where they are alike (Law, Simulation Modeling and
Analysis, 5th ed. 2015, 11.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from trialproof.simulate.results.intervals import Interval, mcse_of_mean, student
from trialproof.simulate.results.metric import Column
from trialproof.simulate.results.moments import Flags, Floats, Moments


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one column: the means of both and of the first less the second, over the `n` replications that gave both.

    `mcse` and `interval` (95 %, Student's, for proportions too) are those of the paired difference. `saved` says how
    many times the variance of independent runs would be as large: (var A + var B) / var(A - B). None where n does not
    suffice, or where the variance is nothing.
    """

    column: Column
    n: int
    absent: int
    first: float | None
    second: float | None
    difference: float | None
    mcse: float | None
    interval: Interval | None
    saved: float | None


def differences(
    columns: Sequence[Column],
    others: Sequence[Column],
    rows: Iterable[tuple[Floats, Flags]],
    other_rows: Iterable[tuple[Floats, Flags]],
) -> tuple[Difference, ...]:
    """Return the difference of each column that both simulations have; rows are replications, in the same order."""
    place = {column: at for at, column in enumerate(others)}
    common = [column for column in columns if column in place]
    mine = np.array([at for at, column in enumerate(columns) if column in place], np.int64)
    theirs = np.array([place[column] for column in common], np.int64)
    first, second, difference = (Moments(len(common)) for _ in range(3))
    for (values, exists), (other_values, other_exists) in zip(rows, other_rows, strict=True):
        one, other = values[mine], other_values[theirs]
        both = exists[mine] & other_exists[theirs]
        for moments, row in ((first, one), (second, other), (difference, one - other)):
            moments.add(row[None], both[None])
    return tuple(
        _difference(
            column,
            n=int(difference.count[at]),
            rows=difference.rows,
            means=(float(first.mean[at]), float(second.mean[at]), float(difference.mean[at])),
            sds=(float(first.sd[at]), float(second.sd[at]), float(difference.sd[at])),
        )
        for at, column in enumerate(common)
    )


def only_one_has(columns: Sequence[Column], others: Sequence[Column]) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """Return the columns that only the first simulation has, and those that only the second one has."""
    both = {*columns} & {*others}
    first, second = (tuple(each for each in some if each not in both) for some in (columns, others))
    return first, second


def _difference(
    column: Column, *, n: int, rows: int, means: tuple[float, float, float], sds: tuple[float, float, float]
) -> Difference:
    if n == 0:
        return Difference(column, 0, rows, None, None, None, None, None, None)
    if n == 1:
        return Difference(column, 1, rows - 1, *means, None, None, None)
    saved = (sds[0] ** 2 + sds[1] ** 2) / sds[2] ** 2 if sds[2] else None
    return Difference(column, n, rows - n, *means, mcse_of_mean(sds[2], n), student(means[2], sds[2], n), saved)
