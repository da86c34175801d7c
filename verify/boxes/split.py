"""Recursive splitting: a domain is cut in two until every piece is settled by the boxes that reach into it.

The cut is made on the axis that most boxes still restrict, where it parts the boxes best, so that a table that was
made from a tree falls apart along the branches of that tree. How far a search may go is counted in cuts (`Effort`),
not in seconds, so that the same question has the same answer on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trialproof.verify.boxes.box import Box, bits, without
from trialproof.verify.boxes.index import Index

SAMPLE = 24
"""So many boxes propose where to cut; more find hardly better places."""


class TooMuch(Exception):
    """A search was given up because it took more cuts than allowed."""


@dataclass(slots=True)
class Effort:
    """How many cuts are left. Raises `TooMuch` when there are none."""

    left: int

    def spend(self) -> None:
        """Take one."""
        self.left -= 1
        if self.left < 0:
            raise TooMuch


def outside(index: Index, domain: Box, alive: int, effort: Effort) -> Iterator[Box]:
    """Yield disjoint boxes that are together the cells of a domain in none of the boxes alive.

    Of an empty domain that is the domain itself.
    """
    pending = [(domain, alive & index.meeting(domain))]
    while pending:
        box, near = pending.pop()
        if not near:
            yield box
        elif index.containing(box, near):
            continue
        elif not near & (near - 1):
            yield from without(box, index.boxes[near.bit_length() - 1])
        else:
            effort.spend()
            at, part = cut(index, box, near)
            pending += (
                ((*box[:at], side, *box[at + 1 :]), near & index.touching(at, side))
                for side in (box[at] & ~part, part)
            )


def cut(index: Index, box: Box, near: int) -> tuple[int, int]:
    """Return an axis, and some but not all of the parts that a box has there, by which to cut it in two.

    `near` are the boxes that decide where: some, and one or more of them does not contain the box.
    """
    open_boxes = [near & ~index.spanning(at, mask) for at, mask in enumerate(box)]
    counts = [each.bit_count() for each in open_boxes]
    at = counts.index(max(counts))
    mine = box[at]
    best, chosen = None, 0
    for part in _proposals(index, at, mine, open_boxes[at]):
        left = (near & index.touching(at, part)).bit_count()
        right = (near & index.touching(at, mine & ~part)).bit_count()
        cost = (left * left + right * right, abs(left - right), part)
        if best is None or cost < best:
            best, chosen = cost, part
    return at, chosen


def _proposals(index: Index, at: int, mine: int, boxes: int) -> set[int]:
    """Return the faces of these boxes on an axis, each as the parts of a box on one side of it."""
    ranks = index.grid.axes[at].ranks & mine
    found = {ranks}
    stride = max(1, boxes.bit_count() // SAMPLE)
    for which in list(bits(boxes))[::stride]:
        side = index.boxes[which][at] & mine
        inner = side & ranks
        low = inner & -inner
        found |= {side, side & ~ranks, ranks & (low - 1) if low else 0, ranks & ((1 << inner.bit_length()) - 1)}
    return found - {0, mine}
