"""Every random number of a simulation, by what it is for: a pure function of entropy, purpose, replication and item.

A counter is (block, item, replication, purpose) and gives two uniforms. Nothing is drawn "next": whatever else is drawn
along, in whichever order and however much of it, a number stays what it is. So a replication runs again alone, more of
them keep the first ones, and two scenarios meet the same chances (common random numbers). Each named thing, such as a
quantity, owns the blocks that follow from its name, so that another one beside it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib.util import find_spec
from typing import TypeAlias
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
    pairs = np.broadcast_arrays(np.atleast_1d(replication), np.atleast_1d(item))
    replications, items = (np.ascontiguousarray(each, np.int64).reshape(-1) for each in pairs)
    drawn = np.empty((len(items), count))
    for column in range(count):
        drawn[:, column] = _fastest()(key, purpose, replications, items, 2 * block + column)
    return drawn


def uniforms_at(key: Key, purpose: Purpose, replication: Ints, item: int, place: Ints) -> Floats:
    """Return the uniforms that one item has at places [N] of its own in N replications: `uniforms(...)[place]`."""
    return _fastest()(key, purpose, replication, item, place)


def plain_uniforms(key: Key, purpose: Purpose, replications: Ints, items: Ints | int, places: Ints | int) -> Floats:
    """Return the uniforms at these places, two of which make a block, by NumPy alone."""
    counters = np.empty((4, len(replications)), np.uint64)
    for row, given in enumerate((np.right_shift(places, 1), items, replications, int(purpose))):
        if np.min(given, initial=0) < 0 or np.max(given, initial=0) > LOW:
            raise ValueError(TOO_LARGE)
        counters[row] = given
    words = philox(counters, (key.left, key.right))
    high, low = np.where(np.bitwise_and(places, 1), words[2:], words[:2])
    odd = (high << np.uint64(20) | low >> np.uint64(12)) << np.uint64(1) | np.uint64(1)
    drawn: Floats = odd.astype(np.float64) * 2.0**-53
    return drawn


def compiled_uniforms(key: Key, purpose: Purpose, replications: Ints, items: Ints | int, places: Ints | int) -> Floats:
    """Return the same by the compiled generator, which needs numba; either the items or the places are arrays."""
    from trialproof.simulate.fast.philox import of_pairs, of_places

    drawn = np.empty(len(replications))
    fill = of_pairs if isinstance(places, int) else of_places
    seen = fill(replications, items, places, int(purpose), key.left, key.right, drawn)
    if not 0 <= seen <= int(LOW):
        raise ValueError(TOO_LARGE)
    return drawn


@cache
def _fastest() -> Callable[[Key, Purpose, Ints, Ints | int, Ints | int], Floats]:
    return compiled_uniforms if find_spec("numba") else plain_uniforms
