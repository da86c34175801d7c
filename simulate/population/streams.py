"""Every random number of a simulation, by what it is for: a pure function of entropy, purpose, replication and item.

A counter is (block, item, replication, purpose) and gives two uniforms. Nothing is drawn "next": whatever else is drawn
along, in whichever order and however much of it, a number stays what it is. So a replication runs again alone, more of
them keep the first ones, and two scenarios meet the same chances (common random numbers). Each named thing, such as a
quantity, owns the blocks that follow from its name, so that another one beside it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib.util import find_spec
from typing import Any, TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialproof.simulate.population.philox import LOW, philox

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

BLOCKS = 256
"""So many blocks belong to one name: 512 uniforms."""
TOO_LARGE = "a replication, an item or a block is not a whole number below 2**32"


class Purpose(IntEnum):
    """What a number is for. These are part of every counter: a number that was once given out never changes."""

    SITE = 1
    """Item: the site. When it opens, and how it differs from others."""
    GAP = 2
    """Item: the patient. The time since the candidate before."""
    PERSON = 3
    """Item: the patient; a name for each quantity. What is true of them."""
    SCREENING = 4
    """Item: the patient. Consent, and how long screening takes."""
    TREATMENT = 5
    """Item: the patient; a name for each draw."""
    BACKGROUND = 6
    """Item: the linac; two days to a block."""
    DOWNTIME = 7
    """Item: the linac; a day to a block."""
    CHARTING = 8
    """Item: the patient; a name for each quantity. How the record departs from what is true."""
    POLICY = 9
    """Item: the patient; a name for each decision. What the investigator chooses."""


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a whole simulation: two words of 32 bits."""

    left: int
    right: int


def key_of(entropy: int) -> Key:
    """Return the key that belongs to an entropy (a whole number that is not negative), spread by NumPy's SeedSequence.

    Neighbouring entropies have unrelated keys.
    """
    left, right = np.random.SeedSequence(entropy).generate_state(2, np.uint32).tolist()
    return Key(left, right)


def block_of(name: str) -> int:
    """Return the first of the blocks that belong to a name."""
    return (crc32(name.encode()) & 0xFFFFFF) * BLOCKS


def clash(names: Iterable[str]) -> tuple[str, str] | None:
    """Return two different names that would share their random numbers; None where there are none."""
    owners: dict[int, str] = {}
    for name in names:
        other = owners.setdefault(block_of(name), name)
        if other != name:
            return other, name
    return None


def uniforms(
    key: Key, purpose: Purpose, replication: ArrayLike, item: ArrayLike, count: int, *, block: int = 0
) -> Floats:
    """Return `count` uniforms of each of N (replication, item) pairs as [N, count], from this block on.

    Each is (2 k + 1) / 2**53 with k from 52 random bits: exact, never 0 or 1, and one minus it is exact too.
    Replications and items are whole numbers, either may be a single one for all. Raises `ValueError` for one that is
    negative or not below 2**32.
    """
    return np.ascontiguousarray(columns(key, purpose, replication, item, range(2 * block, 2 * block + count)).T)


def columns(key: Key, purpose: Purpose, replication: ArrayLike, item: ArrayLike, places: Sequence[int]) -> Floats:
    """Return the uniforms of N (replication, item) pairs at P places as [P, N]; two places make a block.

    Otherwise as `uniforms`.
    """
    replications, items = (np.array(each, np.int64, copy=None, order="C", ndmin=1) for each in (replication, item))
    if replications.shape != items.shape:
        replications, items = map(np.ascontiguousarray, np.broadcast_arrays(replications, items))
    return _fastest().of_pairs(key, purpose, replications, items, places)


def uniforms_at(key: Key, purpose: Purpose, replication: Ints, item: int, place: Ints) -> Floats:
    """Return the uniforms that one item has at places [N] of its own in N replications: `uniforms(...)[place]`."""
    return _fastest().of_places(key, purpose, replication, item, place)


class Plain:
    """Uniforms by NumPy alone."""

    def of_pairs(self, key: Key, purpose: Purpose, replications: Ints, items: Ints, places: Sequence[int]) -> Floats:
        """Return the uniforms of N pairs at P places as [P, N]."""
        drawn = np.empty((len(places), len(items)))
        for row, place in enumerate(places):
            drawn[row] = _drawn(key, purpose, replications, items, place)
        return drawn

    def of_places(self, key: Key, purpose: Purpose, replications: Ints, item: int, places: Ints) -> Floats:
        """Return the uniforms of one item at places [N] of its own in N replications."""
        return _drawn(key, purpose, replications, item, places)


class Compiled:
    """The same uniforms by the compiled generator, which needs numba."""

    def of_pairs(self, key: Key, purpose: Purpose, replications: Ints, items: Ints, places: Sequence[int]) -> Floats:
        """Return the uniforms of N pairs at P places as [P, N]."""
        from trialproof.simulate.fast.philox import of_pairs

        drawn, at = np.empty((len(places), len(items))), np.array(places, np.int64)
        _check(of_pairs(replications, items, at, int(purpose), key.left, key.right, drawn))
        return drawn

    def of_places(self, key: Key, purpose: Purpose, replications: Ints, item: int, places: Ints) -> Floats:
        """Return the uniforms of one item at places [N] of its own in N replications."""
        from trialproof.simulate.fast.philox import of_places

        drawn = np.empty(len(replications))
        _check(of_places(replications, item, places, int(purpose), key.left, key.right, drawn))
        return drawn


def _drawn(key: Key, purpose: Purpose, replications: Ints, items: Ints | int, places: Ints | int) -> Floats:
    counters = np.empty((4, len(replications)), np.uint64)
    for row, given in enumerate((np.right_shift(places, 1), items, replications, int(purpose))):
        _check(np.min(given, initial=0))
        _check(np.max(given, initial=0))
        counters[row] = given
    words = philox(counters, (key.left, key.right))
    high, low = np.where(np.bitwise_and(places, 1), words[2:], words[:2])
    odd = (high << np.uint64(20) | low >> np.uint64(12)) << np.uint64(1) | np.uint64(1)
    drawn: Floats = odd.astype(np.float64) * 2.0**-53
    return drawn


def _check(given: int | np.integer[Any]) -> None:
    if not 0 <= given <= int(LOW):
        raise ValueError(TOO_LARGE)


@cache
def _fastest() -> Plain | Compiled:
    return Compiled() if find_spec("numba") else Plain()
