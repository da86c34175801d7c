"""A tree of cuts that tells rules apart: each leaf lists the rules that can still hold there.

Rules that were read off a decision tree are told apart by about as many cuts as there are rules. Other rules may hold
on both sides of a cut, and are then listed in several leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, Union

from trialproof.verify.boxes.box import Box, Grid, bits
from trialproof.verify.boxes.index import Index
from trialproof.verify.boxes.split import Effort, TooMuch, cut

DEEPEST = 150


@dataclass(frozen=True, slots=True)
class Leaf:
    """The numbers of the rules that reach here, ascending."""

    rules: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """What lies in these parts of an axis goes one way, everything else the other."""

    axis: int
    parts: int
    inside: Tree
    outside: Tree


Tree: TypeAlias = Union[Leaf, Cut]


def tree_of(grid: Grid, rules: Sequence[Sequence[Box]], *, cuts: int) -> Tree:
    """Return a tree whose leaves list one rule or none, as far as so many cuts and a bounded depth allow."""
    boxes = [box for rule in rules for box in rule]
    owners = [at for at, rule in enumerate(rules) for _ in rule]
    index, effort = Index(grid, boxes), Effort(cuts)

    def grow(box: Box, near: int, depth: int) -> Tree:
        here = tuple(sorted({owners[which] for which in bits(near)}))
        if len(here) <= 1 or depth == DEEPEST or index.containing(box, near) == near:
            return Leaf(here)
        try:
            effort.spend()
        except TooMuch:
            return Leaf(here)
        at, part = cut(index, box, near & ~index.containing(box, near))
        ways = [
            grow((*box[:at], side, *box[at + 1 :]), near & index.touching(at, side), depth + 1)
            for side in (part, box[at] & ~part)
        ]
        return Cut(at, part, *ways)

    return grow(grid.full, index.meeting(grid.full), 0)
