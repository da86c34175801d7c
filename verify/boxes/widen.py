"""Maximal boxes: each piece of a region is widened until not one more part fits, and what repeats others is dropped.

A box is widened first to whole axes, then part by part. Whatever fits on an axis at its turn is taken, and later
turns only add cells, so that nothing fits there any more at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from trialproof.verify.boxes.box import Box, Grid, bits, cells, runs, unbroken, without
from trialproof.verify.boxes.index import Index
from trialproof.verify.boxes.split import Effort, TooMuch, outside


@dataclass(frozen=True, slots=True)
class Region:
    """Maximal boxes that cover a set of cells, broad ones first; all of them unless not `complete`."""

    boxes: tuple[Box, ...]
    complete: bool = True


def cover(index: Index, domain: Box, pieces: Iterable[Box], around: int, most: int, effort: Effort) -> Region:
    """Return maximal boxes that are together the pieces, no box of which is within the others.

    The pieces are all cells of the domain that are in none of the boxes `around`. Beyond `most` boxes, or when the
    effort is spent, the search stops.
    """
    grid, found, complete = index.grid, _Found(index.grid), True
    try:
        for piece in found.apart(pieces):
            if len(found.boxes) == most:
                complete = False
                break
            found.add(widest(index, domain, piece, around))
    except TooMuch:
        complete = False
    return Region(_needed(grid, sorted(found.boxes, key=lambda box: breadth(grid, box)), effort), complete)


def breadth(grid: Grid, box: Box) -> tuple[int, int, Box]:
    """Return a key by which broad boxes come first: those that leave most axes free, then those with most cells."""
    free = sum(mask == axis.full for axis, mask in zip(grid.axes, box, strict=True))
    return (-free, -cells(box), box)


def widest(index: Index, domain: Box, box: Box, around: int) -> Box:
    """Return a box around this one, in the domain and in none of the boxes `around`, that nothing can be added to."""
    now = list(box)
    near = [index.touching(at, mask) for at, mask in enumerate(box)]
    for only_whole in (True, False):
        for at, limit in enumerate(domain):
            if now[at] == limit:
                continue
            blocking = around & index.touching(at, limit)
            for other, boxes in enumerate(near):
                if other != at:
                    blocking &= boxes
            if blocking and only_whole:
                continue
            free = limit
            for which in bits(blocking):
                free &= ~index.boxes[which][at]
            now[at] = _fitting(index.grid.axes[at].ranks, now[at], free)
            near[at] = index.touching(at, now[at])
    return tuple(now)


def _fitting(ranks: int, now: int, free: int) -> int:
    """Return all free named parts, and the free interval around the ranks of now (or else the longest, first one)."""
    intervals = [(2 << high) - (1 << low) for low, high in runs(free & ranks)]
    mine = [each for each in intervals if each & now]
    longest = max(mine or intervals, key=int.bit_count, default=0)
    return free & ~ranks | longest


class _Found:
    """The boxes found so far, with the sets of those that are alike on an axis: most of them are, on most axes."""

    def __init__(self, grid: Grid) -> None:
        self.boxes: list[Box] = []
        self._grid = grid
        self._alike: list[dict[int, int]] = [{} for _ in grid.axes]

    def add(self, box: Box) -> None:
        """Remember one more."""
        for alike, mask in zip(self._alike, box, strict=True):
            alike[mask] = alike.get(mask, 0) | 1 << len(self.boxes)
        self.boxes.append(box)

    def apart(self, pieces: Iterable[Box]) -> Iterator[Box]:
        """Yield what of the pieces is in no box found so far; boxes are added while they are yielded."""
        for piece in pieces:
            pending = unbroken(self._grid, piece)
            while pending:
                box = pending.pop()
                over = self._first_over(box)
                if over is None:
                    yield box
                else:
                    pending += (part for each in without(box, over) for part in unbroken(self._grid, each))

    def _first_over(self, box: Box) -> Box | None:
        over = (1 << len(self.boxes)) - 1
        for alike, mask in zip(self._alike, box, strict=True):
            if not over:
                return None
            near = 0
            for other, boxes in alike.items():
                if other & mask:
                    near |= boxes
            over &= near
        return self.boxes[(over & -over).bit_length() - 1] if over else None


def _needed(grid: Grid, boxes: Sequence[Box], effort: Effort) -> tuple[Box, ...]:
    """Return the boxes without those that the others cover, narrow ones first to go."""
    if len(boxes) < 2:
        return tuple(boxes)
    index = Index(grid, boxes)
    kept = index.all
    for at in range(len(boxes) - 1, -1, -1):
        others = kept & ~(1 << at)
        try:
            if next(outside(index, boxes[at], others, effort), None) is None:
                kept = others
        except TooMuch:
            break
    return tuple(boxes[at] for at in bits(kept))
