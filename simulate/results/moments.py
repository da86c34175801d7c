"""Means and variances of many columns at once, replication by replication, in constant memory.

Numbers are added in the order of the replications, one at a time. How they were spread over chunks and workers leaves
no trace in the last digit.

Source of the recurrence: Welford, Technometrics 4 (1962) 419-420.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]


class Moments:
    """Running moments of M columns. `count` [M] is how many replications had the number, `rows` how many there were."""

    def __init__(self, columns: int) -> None:
        self.rows = 0
        self.count = np.zeros(columns, np.int64)
        self.mean = np.zeros(columns)
        self._squares = np.zeros(columns)

    def add(self, values: Floats, exists: Flags) -> None:
        """Take in replications: `values` [R, M], and `exists` [R, M], which tells the numbers that there are."""
        for row, there in zip(values, exists, strict=True):
            self.rows += 1
            self.count += there
            before = np.where(there, row - self.mean, 0.0)
            self.mean += before / np.maximum(self.count, 1)
            self._squares += before * np.where(there, row - self.mean, 0.0)

    @property
    def sd(self) -> Floats:
        """Standard deviations [M] with n - 1 below; 0 where fewer than two numbers are known."""
        return np.sqrt(self._squares / np.maximum(self.count - 1, 1))
