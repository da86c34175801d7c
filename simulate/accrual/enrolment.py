"""Who is enrolled, worked out without running a trial: a pure function of the candidates and the limits.

The engine enrols in the order of (minute of enrolment, patient number), and within a minute candidates arrive before
anybody is enrolled. So a candidate who arrives in the minute in which the target is reached has come, and is refused
unless his number put him before the last who was wanted; one who would arrive later does not come at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialproof.simulate.scenario.scenario import MINUTES_A_DAY

Ints = NDArray[np.int64]

SITE_BITS = 16
"""A patient number is the site's, shifted by so many bits, and his place among its candidates."""


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """What bounds enrolment: a `target` of one or more, `site_cap` [S] and `arm_cap` [A]."""

    target: int
    site_cap: Ints
    arm_cap: Ints
    horizon_days: int


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The first C candidates of one replication in order of (arrival, number), of whom the first K are known.

    `number` and `arrive` [C], of all who would come before the horizon or of more than K; `screening` minutes, `failed`
    (0 for who can be enrolled) and `arm` [K].
    """

    number: Ints
    arrive: Ints
    screening: Ints
    failed: Ints
    arm: Ints

    @property
    def known(self) -> int:
        """How many are known."""
        return len(self.screening)


@dataclass(frozen=True, slots=True, eq=False)
class Enrolment:
    """Positions of candidates: the `enrolled` in order of enrolment, and the `refused` in order of arrival.

    `minute` is when each of the enrolled was. `closed` is the minute in which the target was reached, None if it was
    not. `came` candidates arrived before the trial closed: whoever these are must be known, and all this is certain
    just when they are.
    """

    enrolled: Ints
    minute: Ints
    refused: Ints
    closed: int | None
    came: int
    certain: bool


def enrol(candidates: Candidates, limits: Limits) -> Enrolment:
    """Return who is enrolled among the candidates that are known.

    Whoever would be enrolled at the horizon or later is neither enrolled nor refused.
    """
    known = candidates.known
    passed = np.flatnonzero(candidates.failed == 0)
    ready = candidates.arrive[passed] + candidates.screening[passed]
    in_time = ready < limits.horizon_days * MINUTES_A_DAY
    passed, ready = passed[in_time], ready[in_time]
    order = np.lexsort((candidates.number[passed], ready))
    queue, ready = passed[order], ready[order]
    taken = _taken(candidates, queue, limits)
    enrolled, minute = queue[taken], ready[taken]
    closed = int(minute[-1]) if len(enrolled) >= limits.target else None
    total = len(candidates.arrive)
    came = total if closed is None else int(np.searchsorted(candidates.arrive, closed, side="right"))
    refused = np.setdiff1d(passed[passed < came], enrolled, assume_unique=True)
    return Enrolment(enrolled, minute, refused, closed, came, came <= known)


def _taken(candidates: Candidates, queue: Ints, limits: Limits) -> Ints:
    """Return which places of the queue are enrolled."""
    target = limits.target
    if min(limits.site_cap.min(initial=target), limits.arm_cap.min(initial=target)) >= target:
        return np.arange(min(target, len(queue)), dtype=np.int64)
    sites, arms = candidates.number[queue] >> SITE_BITS, candidates.arm[queue]
    return np.fromiter(_one_by_one(sites, arms, limits), np.int64)


def _one_by_one(sites: Ints, arms: Ints, limits: Limits) -> Iterator[int]:
    room, of_site, of_arm = limits.target, limits.site_cap.tolist(), limits.arm_cap.tolist()
    for place, (site, arm) in enumerate(zip(sites.tolist(), arms.tolist(), strict=True)):
        if not room:
            return
        if of_site[site] and of_arm[arm]:
            room, of_site[site], of_arm[arm] = room - 1, of_site[site] - 1, of_arm[arm] - 1
            yield place
