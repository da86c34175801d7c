"""Boxes over a grid of parts: what they are, and the little arithmetic that everything about them rests on.

A grid has axes. An axis has parts, numbered from 0: first the `ordered` ones, which are ranks of a number in
increasing order (a threshold is a rank of its own, so open and closed ends differ by one rank), then the named ones
(categories, "does not apply", "not recorded"). A box is one integer for each axis, whose bit p says that part p is
in; a cell is a box with one part on each axis. A box with an axis on which no part is in is empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import TypeAlias

Box: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """One axis: how many parts it has, and how many of them (the first ones) are in order."""

    parts: int
    ordered: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.ordered <= self.parts or not self.parts:
            raise ValueError(f"an axis of {self.parts} parts cannot have {self.ordered} in order")

    @property
    def full(self) -> int:
        """All parts."""
        return (1 << self.parts) - 1

    @property
    def ranks(self) -> int:
        """The parts that are in order."""
        return (1 << self.ordered) - 1


@dataclass(frozen=True, slots=True)
class Grid:
    """The axes. A grid without axes has one cell."""

    axes: tuple[Scale, ...]

    @property
    def full(self) -> Box:
        """The box of all cells."""
        return tuple(axis.full for axis in self.axes)


def cells(box: Box) -> int:
    """Return how many cells a box has."""
    return prod(mask.bit_count() for mask in box)


def common(one: Box, other: Box) -> Box:
    """Return the cells of both, which may be an empty box."""
    return tuple(a & b for a, b in zip(one, other, strict=True))


def joined(one: Box, other: Box) -> Box:
    """Return the smallest box around two."""
    return tuple(a | b for a, b in zip(one, other, strict=True))


def meet(one: Box, other: Box) -> bool:
    """Return whether two boxes have a cell in common."""
    return all(a & b for a, b in zip(one, other, strict=True))


def within(inner: Box, outer: Box) -> bool:
    """Return whether every cell of one box, which is not empty, is in the other."""
    return not any(a & ~b for a, b in zip(inner, outer, strict=True))


def without(box: Box, hole: Box) -> Iterator[Box]:
    """Yield disjoint boxes that are together the cells of a box outside another."""
    rest = list(box)
    for at, (mine, theirs) in enumerate(zip(box, hole, strict=True)):
        if mine & ~theirs:
            yield (*rest[:at], mine & ~theirs, *rest[at + 1 :])
        rest[at] = mine & theirs
        if not rest[at]:
            return


def bits(number: int) -> Iterator[int]:
    """Yield the positions of the bits that are set, ascending."""
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low


def runs(mask: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last part of each run of neighbouring parts, ascending."""
    while mask:
        low = mask & -mask
        end = (mask + low) & ~mask
        yield low.bit_length() - 1, end.bit_length() - 2
        mask &= -end


def unbroken(grid: Grid, box: Box) -> list[Box]:
    """Return disjoint boxes that are together the box, each with at most one interval of ranks on every axis."""
    found: list[list[int]] = [[]]
    for axis, mask in zip(grid.axes, box, strict=True):
        ranks = mask & axis.ranks
        if ranks & (ranks + (ranks & -ranks)):
            sides = [(2 << high) - (1 << low) for low, high in runs(ranks)]
            sides[0] |= mask & ~axis.ranks
            found = [[*each, side] for each in found for side in sides]
        else:
            for each in found:
                each.append(mask)
    return [tuple(each) for each in found]
