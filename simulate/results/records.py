"""Several replications side by side, so that each figure is worked out for all of them at once.

Everything of a kind stands in one table: the candidates of all R replications, the enrolled, the rows of all ledgers;
beside each stands the replication, a position from 0 to R - 1. The replications follow one another, and inside of one
the order is its own: so no figure of a replication depends on which others stand beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from trialproof.simulate.accrual.enrolment import SITE_BITS
from trialproof.simulate.results.by_event import ByEvent
from trialproof.simulate.results.hands import READABLE, Hands
from trialproof.simulate.results.record import Covariate, Names, Record, Screened, part
from trialproof.simulate.trial.calendar import Ints
from trialproof.simulate.trial.contract import L_ENROLLED, L_FRACTION, DayMinutes, World

SEQUENCE = (1 << SITE_BITS) - 1
OF_DRAWS = ("course", "imaging", "outlining", "planning", "checking", "reoutlining", "replanning", "infusion")
"""What figures ask about the treatment that was drawn for somebody."""


class Rows(NamedTuple):
    """Rows [N] of ledgers, of the enrolled: whose is a position among these, the rest is as in the ledger."""

    replication: Ints
    patient: Ints
    minute: Ints
    resource: Ints
    detail: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Enrolled:
    """The E enrolled of all replications, those of each in the order of their numbers.

    `minute` is when they were enrolled, `candidate` a position among the candidates; the rest is as in `Draws`.
    """

    replication: Ints
    number: Ints
    minute: Ints
    arm: Ints
    candidate: Ints
    course: Ints
    imaging: Ints
    outlining: Ints
    planning: Ints
    checking: Ints
    reoutlining: Ints
    replanning: Ints
    infusion: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """A place of his own for everybody: those of one site in one replication stand in a row, by their numbers.

    `base` [R, S] is where a row begins.
    """

    base: Ints
    size: int

    def of(self, replication: Ints, number: Ints) -> Ints:
        """Return the places of patients."""
        found: Ints = self.base[replication, number >> SITE_BITS] + (number & SEQUENCE)
        return found

    def positions(self, replication: Ints, number: Ints) -> Ints:
        """Return by place the position of whoever is among these patients."""
        found = np.zeros(self.size, np.int64)
        found[self.of(replication, number)] = np.arange(len(number))
        return found


@dataclass(frozen=True, eq=False)
class Records:
    """R replications, `size`, of one simulation.

    `came` [C] is the replication of each candidate, and `screened` what is known about them. `lost` and `background`
    have by replication the minutes of the linacs [L, H].
    """

    names: Names
    world: World
    size: int
    came: Ints
    screened: Screened
    enrolled: Enrolled
    lost: tuple[DayMinutes, ...]
    background: tuple[DayMinutes, ...]
    hands: Hands
    _rows: ByEvent
    _places: Places

    def rows(self, event: int) -> Rows:
        """Return the rows that say this of somebody enrolled, in their order."""
        replication, number, *rest = (column[self._rows.part(event)] for column in self._rows[:-1])
        return Rows(replication, self._position[self._places.of(replication, number)], *rest)

    def count(self, event: int) -> Ints:
        """Return how many rows of each replication [R] say this, of anybody."""
        return np.bincount(self._rows.replication[self._rows.part(event)], minlength=self.size)

    @cached_property
    def fractions(self) -> Rows:
        """The fractions that were given."""
        return self.rows(L_FRACTION)

    @cached_property
    def department(self) -> Ints:
        """The department of each of the enrolled."""
        found: Ints = self.world.department[self.enrolled.number >> SITE_BITS]
        return found

    @cached_property
    def _position(self) -> Ints:
        """By place, the position of who is enrolled."""
        return self._places.positions(self.enrolled.replication, self.enrolled.number)


def together(records: Sequence[Record], hands: Hands = READABLE) -> Records:
    """Return records of one simulation side by side."""
    world, size = records[0].world, len(records)
    came = _replication(len(each.draws.number) for each in records)
    number = np.concatenate([each.draws.number for each in records])
    drawn = _replication(len(each.draws.patient) for each in records)
    patient = np.concatenate([each.draws.patient for each in records])
    places = _places(np.append(came, drawn), np.append(number, patient), size, len(world.department))
    rows = hands.by_event([each.ledger for each in records])
    part = rows.part(L_ENROLLED)
    place = places.of(rows.replication[part], rows.number[part])
    order = np.argsort(place)
    place = place[order]
    where = places.positions(drawn, patient)[place]
    enrolled = Enrolled(
        replication=rows.replication[part][order],
        number=rows.number[part][order],
        minute=rows.minute[part][order],
        arm=rows.detail[part][order],
        candidate=places.positions(came, number)[place],
        **{name: np.concatenate([getattr(each.draws, name) for each in records])[where] for name in OF_DRAWS},
    )
    return Records(
        records[0].names,
        world,
        size,
        came,
        _screened(records),
        enrolled,
        tuple(each.draws.lost for each in records),
        tuple(each.draws.background for each in records),
        hands,
        rows,
        places,
    )


def _replication(lengths: Iterable[int]) -> Ints:
    """Return for each of so many of each replication which one it is of."""
    each = np.array(list(lengths), np.int64)
    return np.repeat(np.arange(len(each)), each)


def _places(replication: Ints, number: Ints, size: int, sites: int) -> Places:
    """Return places for all these patients."""
    longest = np.zeros(size * sites, np.int64)
    np.maximum.at(longest, replication * sites + (number >> SITE_BITS), (number & SEQUENCE) + 1)
    ends = np.cumsum(longest)
    return Places((ends - longest).reshape(size, sites), int(ends[-1]) if len(ends) else 0)


def _screened(records: Sequence[Record]) -> Screened:
    """Return what is known about the candidates of several replications, one behind the other."""
    everybody = records[0].everybody
    if all(each.everybody is everybody for each in records):
        return part(everybody, np.concatenate([np.arange(each.rows.start, each.rows.stop) for each in records]))
    parts = [each.screened for each in records]
    first = parts[0]
    return Screened(
        failed=np.concatenate([each.failed for each in parts]),
        unsettled={key: np.concatenate([each.unsettled[key] for each in parts]) for key in first.unsettled},
        true_arm=np.concatenate([each.true_arm for each in parts]),
        as_read=np.concatenate([each.as_read for each in parts]),
        under={key: np.concatenate([each.under[key] for each in parts]) for key in first.under},
        covariates={
            name: Covariate(
                np.concatenate([each.covariates[name].values for each in parts]),
                np.concatenate([each.covariates[name].recorded for each in parts]),
                covariate.share,
            )
            for name, covariate in first.covariates.items()
        },
    )
