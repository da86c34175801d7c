"""The law of a trial's progress: how many are enrolled by a day, and how long until all who are wanted are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialproof.simulate.accrual.counts import capped_moments, fewer

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Progress:
    """P(so many, fewer than `target`, are enrolled before each of the `days`) as `table` [T, target].

    Days are ascending, of the trial or after an interim; the last is the horizon. What happens between two of them is
    interpolated, and integrals over time are by the trapezoidal rule.
    """

    target: int
    days: Floats
    table: Floats

    @property
    def waiting(self) -> Floats:
        """The probability [T] that the target has not been reached before a day."""
        return fewer(self.table)

    @property
    def reached(self) -> float:
        """The probability that the target is reached before the horizon."""
        return float(1 - self.waiting[-1])

    @property
    def duration(self) -> float:
        """The mean of min(T, horizon), T the time until the target is reached: the integral of P(T > t)."""
        return float(self.days[0] + np.trapezoid(self.waiting, self.days))

    @property
    def duration_sd(self) -> float:
        """Its standard deviation; the mean of the square is the integral of 2 t P(T > t)."""
        square = self.days[0] ** 2 + 2 * np.trapezoid(self.waiting * self.days, self.days)
        return float(np.sqrt(max(square - self.duration**2, 0.0)))

    def enrolled(self, day: float) -> tuple[float, float]:
        """Return the mean and the variance of the number enrolled before a day, never more than the target."""
        means, variances = capped_moments(self.table)
        return float(np.interp(day, self.days, means)), float(np.interp(day, self.days, variances))

    def quantile(self, probability: float) -> float | None:
        """Return the day before which the target is reached with this probability; None if after the horizon."""
        done = np.maximum.accumulate(1 - self.waiting)
        after = int(np.searchsorted(done, probability))
        if after == len(done):
            return None
        before = max(after - 1, 0)
        gained = done[after] - done[before]
        share = (probability - done[before]) / gained if gained > 0 else 0.0
        return float(self.days[before] + share * (self.days[after] - self.days[before]))
