"""The first of many: a canonical choice by questions that are answered yes or no.

Whatever a reader sees (a cell, a patient, a reading) is the first that fits in a fixed order, so that it depends
neither on the solver's version nor on its seed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile

from trialproof.verify.statement import Statement

Possible = Callable[[Sequence[Statement]], bool]
"""Can all these statements be so at once?"""


def first(
    possible: Possible,
    options: Sequence[Sequence[Statement]],
    rescue: Callable[[int, Sequence[Statement]], Statement | None] | None = None,
) -> tuple[Statement, ...] | None:
    """Return the first combination, one option for each position, of which all are possible at once.

    First means: the earliest option for position 0, then for position 1, and so on. None if nothing is possible at
    all. Where no option of a position fits what stands before it, `rescue` is asked for one; without one, it is a
    `ValueError`: the options do not cover the possibilities.
    """
    if not possible(()):
        return None
    fixed: list[Statement] = []
    while len(fixed) < len(options):
        favourites = [each[0] for each in takewhile(bool, options[len(fixed) :])]
        fixed += _run(possible, fixed, favourites)
        if len(fixed) == len(options):
            break
        at = len(fixed)
        fitting = next((each for each in options[at][1:] if possible((*fixed, each))), None)
        if fitting is None and rescue is not None:
            fitting = rescue(at, fixed)
        if fitting is None:
            raise ValueError(f"no option fits at position {at}")
        fixed.append(fitting)
    return tuple(fixed)


def _run(possible: Possible, fixed: Sequence[Statement], favourites: Sequence[Statement]) -> Sequence[Statement]:
    """Return the longest beginning of the favourites that is possible together with what is fixed.

    Downwards, since the solver remembers why a longer beginning was impossible: only what it does not know is asked.
    """
    for length in range(len(favourites), 0, -1):
        if possible((*fixed, *favourites[:length])):
            return favourites[:length]
    return ()


def contradicting(possible: Possible, statements: Sequence[Statement]) -> list[Statement]:
    """Return statements that cannot be so at once, one alone if there is one, and else none that could be spared.

    To be asked only of statements that cannot all be so.
    """
    for each in statements:
        if not possible([each]):
            return [each]
    core = list(statements)
    for each in statements:
        rest = [other for other in core if other is not each]
        if not possible(rest):
            core = rest
    return core
