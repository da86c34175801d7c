"""The intensity of a site: how many candidates are expected by a minute, and when so many are, both exactly.

From its opening a site's rate rises evenly from `ramp_start` to all of it over `ramp_days`, and every day of the trial
has a factor (`pieces`). So the intensity is made of straight pieces, the number expected by a minute of straight and
quadratic ones, and each is solved in closed form. Numbers are of full days: a site at full rate with a factor of one
gains one in a day; multiply by candidates a day to have candidates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialproof.simulate.scenario.scenario import MINUTES_A_DAY, Accrual

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Intensity:
    """The intensities of R openings, in K pieces each: [R, K] arrays, or [R, K + 1] for their ends.

    `starts` are minutes, ascending, the last one the end of all; `levels` the intensity at the beginning of each piece
    and `slopes` its growth by the minute, both in full days a minute; `reached` is what was expected by each start.
    """

    starts: Floats
    levels: Floats
    slopes: Floats
    reached: Floats

    @property
    def total(self) -> Floats:
        """What is expected in all [R]."""
        return self.reached[:, -1]

    def by(self, minutes: ArrayLike) -> Floats:
        """Return what is expected before these minutes [R, T] (or [T], the same for all), 0 before the opening."""
        wanted = np.broadcast_to(np.asarray(minutes, np.float64), (len(self.starts), np.shape(minutes)[-1]))
        piece = _places(self.starts, wanted)
        since = np.minimum(wanted, self.starts[:, -1:]) - _at(self.starts, piece)
        since = np.maximum(since, 0.0)
        return _at(self.reached, piece) + since * (_at(self.levels, piece) + since * _at(self.slopes, piece) / 2)

    def when(self, row: NDArray[np.intp], expected: Floats) -> Floats:
        """Return the minutes by which so much [N] is expected in these rows [N]; infinity where that is never.

        Within a piece, level * x + slope * x^2 / 2 = rest is solved in the form that does not cancel,
        x = 2 rest / (level + sqrt(level^2 + 2 slope rest)).
        """
        at = row * self.levels.shape[1]
        for reached in self.reached.T[1:-1]:
            at += reached.take(row) <= expected
        rest, level = expected - self.reached[:, :-1].take(at), self.levels.take(at)
        root = np.sqrt(np.maximum(level * level + 2 * self.slopes.take(at) * rest, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            since = np.where(rest > 0, 2 * rest / (level + root), 0.0)
        found = np.minimum(self.starts[:, :-1].take(at) + since, self.starts[:, 1:].take(at))
        return np.where(expected < self.total.take(row), found, np.inf)


def intensity(accrual: Accrual, opens: ArrayLike, horizon_days: int) -> Intensity:
    """Return the intensities from these minutes of opening [R] up to the horizon."""
    opened = np.asarray(opens, np.float64).reshape(-1, 1)
    end = float(horizon_days * MINUTES_A_DAY)
    days, factors = np.array(accrual.pieces, np.float64).T
    changes = np.broadcast_to(days * MINUTES_A_DAY, (len(opened), len(days)))
    grown = opened + accrual.ramp_days * MINUTES_A_DAY
    ends = np.full_like(opened, end)
    starts = np.sort(np.clip(np.hstack([changes, opened, grown, ends]), 0.0, end), axis=1)
    left, right = starts[:, :-1], starts[:, 1:]
    width, middle = right - left, (left + right) / 2
    factor = factors[np.maximum(np.searchsorted(days * MINUTES_A_DAY, middle, side="right") - 1, 0)] / MINUTES_A_DAY
    scale = np.where(middle > opened, factor, 0.0)
    levels = scale * _share(accrual, left - opened)
    slopes = np.where(middle < grown, scale * (1 - accrual.ramp_start) / max(accrual.ramp_days * MINUTES_A_DAY, 1), 0.0)
    gained = width * (levels + width * slopes / 2)
    reached = np.hstack([np.zeros_like(opened), np.cumsum(gained, axis=1)])
    return Intensity(starts, levels, slopes, reached)


def _share(accrual: Accrual, since: Floats) -> Floats:
    """Return which share of its rate a site has, so many minutes after its opening."""
    if not accrual.ramp_days:
        return np.ones_like(since)
    share: Floats = accrual.ramp_start + (1 - accrual.ramp_start) * since / (accrual.ramp_days * MINUTES_A_DAY)
    return np.clip(share, 0.0, 1.0)


def _places(rows: Floats, wanted: Floats) -> NDArray[np.intp]:
    """Return in which piece each wanted value lies: the last whose beginning does not exceed it."""
    piece = np.zeros(wanted.shape, np.intp)
    for column in range(1, rows.shape[1] - 1):
        piece += rows[:, column, None] <= wanted
    return piece


def _at(rows: Floats, piece: NDArray[np.intp]) -> Floats:
    return np.take_along_axis(rows, piece, axis=1)
