"""What one replication leaves behind, and from which all of its figures are worked out (`records`).

The ledger says what happened. `Screened` adds what it does not say: why candidates failed, how the decisions left them,
and what arm they would have got otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from trialproof.simulate.results.moments import Flags, Floats
from trialproof.simulate.trial.calendar import Ints
from trialproof.simulate.trial.contract import DAY, L_ENROLLED, Draws, Ledger, World

DECLINED, STRANDED, CRITERIA = 0, 1, 2
"""Bits of `Draws.failed`: declined, excluded because a decision does not settle him, and from there the criteria."""
KINDS = ("gap", "overlap", "undetermined")
"""How a decision can leave a patient unsettled."""
NONE = -1
"""The arm of nobody."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the numbers of a replication stand for, position by position."""

    arms: tuple[str, ...]
    criteria: tuple[str, ...]
    sites: tuple[str, ...]
    departments: tuple[str, ...]


class Covariate(NamedTuple):
    """A quantity of C candidates as charted; `values` [C] counts only where `recorded` [C].

    `share` tells a yes/no, or one category among others, whose values are 0 and 1.
    """

    values: Floats
    recorded: Flags
    share: bool


@dataclass(frozen=True, slots=True, eq=False)
class Screened:
    """What screening found out about the C candidates, in their order; arms are positions, or NONE.

    `failed` [C] are the bits of `Draws`. `unsettled` tells by decision and kind (of `KINDS`) whom a decision left so,
    before any policy. `true_arm` [C] is what a patient would have got had he been charted as he truly is. `under` gives
    by sentence and reading the arm [C] if that sentence alone were read so, before any policy, and NONE for who is then
    not eligible or not settled; `as_read` is the same under the readings of the simulation. `covariates` are by name.
    """

    failed: Ints
    unsettled: Mapping[tuple[str, str], Flags]
    true_arm: Ints
    as_read: Ints
    under: Mapping[tuple[str, str], Ints]
    covariates: Mapping[str, Covariate]

    @property
    def eligible(self) -> Flags:
        """Who meets every criterion, whether or not a decision settles him and he takes part."""
        met: Flags = (self.failed >> CRITERIA) == 0
        return met


@dataclass(frozen=True, eq=False)
class Record:
    """One replication, cut to the C candidates of `draws` who came before it closed (`record_of`).

    In what is known about `everybody`, these candidates stand at `rows`.
    """

    names: Names
    world: World
    draws: Draws
    everybody: Screened
    rows: slice
    ledger: Ledger

    @cached_property
    def screened(self) -> Screened:
        """What is known about the candidates who came."""
        return part(self.everybody, self.rows)

    def said(self, event: int) -> Ledger:
        """Return the rows of the ledger that say this, in their order."""
        found: Ledger = self.ledger[self.ledger[:, 2] == event]
        return found


def record_of(
    names: Names, world: World, draws: Draws, everybody: Screened, ledger: Ledger, first: int = 0
) -> Record:
    """Return the record of a replication; `draws` may have candidates who would have come too late.

    Whoever arrives in the minute in which the target is reached has come. The candidates stand behind one another in
    what is known about `everybody`, from the `first` on.
    """
    enrolled = ledger[ledger[:, 2] == L_ENROLLED, 0]
    last = int(enrolled[world.target - 1]) if len(enrolled) >= world.target else world.calendar.days * DAY - 1
    came = int(np.searchsorted(draws.arrive, last, side="right"))
    if came < len(draws.arrive):
        known = {name: getattr(draws, name)[:came] for name in ("number", "arrive", "screening", "failed", "arm")}
        draws = replace(draws, **known)
    return Record(names, world, draws, everybody, slice(first, first + came), ledger)


def part(everybody: Screened, rows: slice | Ints) -> Screened:
    """Return what is known about some candidates."""
    return Screened(
        failed=everybody.failed[rows],
        unsettled={key: flags[rows] for key, flags in everybody.unsettled.items()},
        true_arm=everybody.true_arm[rows],
        as_read=everybody.as_read[rows],
        under={key: arms[rows] for key, arms in everybody.under.items()},
        covariates={
            name: Covariate(each.values[rows], each.recorded[rows], each.share)
            for name, each in everybody.covariates.items()
        },
    )
