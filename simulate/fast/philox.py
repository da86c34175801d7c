"""Random numbers of the compiled engine: the uniforms of `population.streams`, to the last bit, twenty times as fast.

`population.philox` is the readable form, and what is used without numba. Here the ten rounds of one counter after the
other stand in one loop, which the compiler turns into instructions for four counters at a time. Both functions return
a number that is negative or needs more than 32 bits where an item, a replication or a block is or does.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from trialproof.simulate.fast.compiling import T1, I, compiled
from trialproof.simulate.population.philox import FACTORS, ROUNDS, STEPS

U = nb.uint64
F1, F2 = nb.float64[::1], nb.float64[:, ::1]
FIRST, SECOND = int(FACTORS[0]), int(FACTORS[1])
LEFT, RIGHT = STEPS
LOW, HALF = 0xFFFFFFFF, 32
njit: Any = nb.njit


@njit(inline="always")
def both(block, item, replication, purpose, left, right):
    """The two uniforms of a block, each (2 k + 1) / 2**53 with k the 52 bits that lead two of the four words."""
    a, b, c, d = U(block), U(item), U(replication), U(purpose)
    k, m = U(left), U(right)
    for _ in range(ROUNDS):
        one, two = a * U(FIRST), c * U(SECOND)
        a, b = two >> U(HALF) ^ b ^ k, two & U(LOW)
        c, d = one >> U(HALF) ^ d ^ m, one & U(LOW)
        k, m = k + U(LEFT) & U(LOW), m + U(RIGHT) & U(LOW)
    return made_of(a, b), made_of(c, d)


@njit(inline="always")
def made_of(high, low):
    """The uniform of two words."""
    bits = high << U(20) | low >> U(12)
    return np.float64(I(bits << U(1) | U(1))) * 2.0**-53


@njit(inline="always")
def uniform(place, item, replication, purpose, left, right):
    """The uniform at a place."""
    first, second = both(place >> 1, item, replication, purpose, left, right)
    return second if place & 1 else first


@compiled(I(T1, T1, T1, I, I, I, F2))
def of_pairs(replications, items, places, purpose, left, right, out):
    """Fill `out` [P, N] with the uniforms at P places of N pairs of a replication and an item."""
    seen = 0
    for p in range(places.size):
        seen |= places[p] >> 1
    for n in range(items.size):
        seen |= replications[n] | items[n]
    p = 0
    while p < places.size:
        place, one = places[p], out[p]
        if place & 1 == 0 and p + 1 < places.size and places[p + 1] == place + 1:
            other = out[p + 1]
            for n in range(items.size):
                one[n], other[n] = both(place >> 1, items[n], replications[n], purpose, left, right)
            p += 2
        else:
            for n in range(items.size):
                one[n] = uniform(place, items[n], replications[n], purpose, left, right)
            p += 1
    return seen


@compiled(I(T1, I, T1, I, I, I, F1))
def of_places(replications, item, places, purpose, left, right, out):
    """Fill `out` [N] with the uniforms of one item at places of their own in N replications."""
    seen = item
    for n in range(out.size):
        seen |= replications[n] | places[n] >> 1
        out[n] = uniform(places[n], item, replications[n], purpose, left, right)
    return seen
