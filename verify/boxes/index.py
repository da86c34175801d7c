"""Which boxes of a list meet a box, and which contain it: asked on one axis at a time, answered for all at once.

A set of boxes is one integer, whose bit i stands for the i-th box of the list, so that one machine instruction
treats dozens of them. Whole runs of parts are looked up in tables of runs whose lengths are powers of two: two such
runs fill any run, and to count a part twice does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence

from trialproof.verify.boxes.box import Box, Grid, runs


class Index:
    """The boxes of a list on the axes of a grid."""

    def __init__(self, grid: Grid, boxes: Sequence[Box]) -> None:
        self.grid = grid
        self.boxes = boxes
        self.all = (1 << len(boxes)) - 1
        self._sides = [_Side(axis.parts, [box[at] for box in boxes]) for at, axis in enumerate(grid.axes)]

    def touching(self, at: int, mask: int) -> int:
        """Return the boxes that contain one or more of these parts of an axis."""
        side = self._sides[at]
        found = side.touching.get(mask)
        return side.touch(mask) if found is None else found

    def spanning(self, at: int, mask: int) -> int:
        """Return the boxes that contain all of these parts (one or more) of an axis."""
        side = self._sides[at]
        found = side.spanning.get(mask)
        return side.span(mask) if found is None else found

    def meeting(self, box: Box) -> int:
        """Return the boxes that have a cell in common with this one."""
        found = self.all
        for at, mask in enumerate(box):
            found &= self.touching(at, mask)
        return found

    def containing(self, box: Box, among: int) -> int:
        """Return those of some boxes that contain every cell of this one, which is not empty."""
        for at, mask in enumerate(box):
            among &= self.spanning(at, mask)
            if not among:
                break
        return among


class _Side:
    """One axis: `some[k][p]` are the boxes with some, `every[k][p]` those with every of the 2^k parts from p on."""

    def __init__(self, parts: int, masks: Sequence[int]) -> None:
        changes = [0] * (parts + 1)
        alike: dict[int, int] = {}
        for at, mask in enumerate(masks):
            alike[mask] = alike.get(mask, 0) | 1 << at
        for mask, boxes in alike.items():
            for low, high in runs(mask):
                changes[low] ^= boxes
                changes[high + 1] ^= boxes
        members, now = [], 0
        for change in changes[:-1]:
            now ^= change
            members.append(now)
        self.some = [members]
        self.every = [members]
        self.touching = {0: 0}
        self.spanning: dict[int, int] = {}

    def touch(self, mask: int) -> int:
        found = 0
        for low, high in runs(mask):
            level = (high - low + 1).bit_length() - 1
            while len(self.some) <= level:
                last, reach = self.some[-1], 1 << (len(self.some) - 1)
                self.some.append([a | b for a, b in zip(last, last[reach:], strict=False)])
            table = self.some[level]
            found |= table[low] | table[high + 1 - (1 << level)]
        self.touching[mask] = found
        return found

    def span(self, mask: int) -> int:
        found = -1
        for low, high in runs(mask):
            level = (high - low + 1).bit_length() - 1
            while len(self.every) <= level:
                last, reach = self.every[-1], 1 << (len(self.every) - 1)
                self.every.append([a & b for a, b in zip(last, last[reach:], strict=False)])
            table = self.every[level]
            found &= table[low] & table[high + 1 - (1 << level)]
        self.spanning[mask] = found
        return found
