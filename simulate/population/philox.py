"""Philox4x32-10, the counter-based generator: a counter and a key become four random words, with nothing in between.

Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011),
doi 10.1145/2063384.2063405. Words have 32 bits and are held in uint64, so that the product of two never wraps.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Words: TypeAlias = NDArray[np.uint64]

ROUNDS = 10
FACTORS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
STEPS = (0x9E3779B9, 0xBB67AE85)
"""What is added to the two words of the key after each round."""
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
AT_ONCE = 8192
"""So many counters are worked on at a time: they stay in the processor's cache."""


def philox(counters: Words, key: tuple[int, int]) -> Words:
    """Return the four words of each counter [4, N] as [4, N]; all words, and both of the key, are below 2**32."""
    words = np.empty_like(counters)
    for start in range(0, counters.shape[1], AT_ONCE):
        part = slice(start, start + AT_ONCE)
        words[:, part] = _scrambled(counters[:, part], key)
    return words


def _scrambled(counters: Words, key: tuple[int, int]) -> tuple[Words, Words, Words, Words]:
    first, second, third, fourth = counters
    left, right = key
    for _ in range(ROUNDS):
        one, two = first * FACTORS[0], third * FACTORS[1]
        first, second = (two >> HALF) ^ second ^ np.uint64(left), two & LOW
        third, fourth = (one >> HALF) ^ fourth ^ np.uint64(right), one & LOW
        left, right = (left + STEPS[0]) & int(LOW), (right + STEPS[1]) & int(LOW)
    return first, second, third, fourth
