"""The second engine, over a grid: which cells no rule covers, which cells several cover, and the proof by counting.

Nothing here knows what a part means. A rule is a list of boxes (their union). Whatever is returned is exact: the boxes
of a region are together its cells, none of them can be enlarged by any part without leaving it, and none is covered by
the others. Boxes of a region may have cells in common. The order is fixed: broad boxes first.

    grid = Grid((Scale(parts=4, ordered=3), Scale(parts=2)))     # three ranks and one named part; two named parts
    uncovered(grid, boxes)                                       # the gaps
    shared(grid, rules)                                          # the overlaps, by the set of rules
    count(grid, rules).clean                                     # exhaustive and exclusive, by counting
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeAlias

from trialproof.verify.boxes.box import Box, Grid, Scale, bits, cells, common, joined, unbroken
from trialproof.verify.boxes.index import Index
from trialproof.verify.boxes.share import shared_pieces
from trialproof.verify.boxes.split import Effort, TooMuch, outside
from trialproof.verify.boxes.widen import Region, cover

__all__ = [
    "Grid", "Scale", "Box", "Rule", "Region", "Shared", "Sharing", "Count", "TooMuch",
    "uncovered", "shared", "count", "volume",
]  # fmt: skip

MOST_BOXES = 10_000
"""Boxes of a gap, or sets of rules that overlap, at which a search stops unless told otherwise."""
MOST_CUTS = 1_000_000
"""Cuts after which a search is given up unless told otherwise; some hundred thousand take about ten seconds."""

Rule: TypeAlias = Sequence[Box]
"""The boxes of one rule, which may meet one another; a rule without boxes never holds."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Rules (by their numbers, ascending) that hold together, and the cells where they and no others do."""

    rules: tuple[int, ...]
    region: Region


@dataclass(frozen=True, slots=True)
class Sharing:
    """All sets of rules that hold together somewhere; there are more unless `complete`."""

    sets: tuple[Shared, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted: the cells of the grid and of each rule, the pairs of rules, and those pairs that meet."""

    domain: int
    rules: tuple[int, ...]
    pairs: int
    meeting: int

    @property
    def exclusive(self) -> bool:
        """No two rules hold together anywhere."""
        return not self.meeting

    @property
    def clean(self) -> bool:
        """Exactly one rule holds everywhere: no two meet, and together they have as many cells as the grid."""
        return self.exclusive and sum(self.rules) == self.domain


def uncovered(grid: Grid, boxes: Sequence[Box], *, most: int = MOST_BOXES, cuts: int = MOST_CUTS) -> Region:
    """Return the cells in none of the boxes as maximal boxes: all of them, unless there are more than `most`."""
    index, effort = Index(grid, boxes), Effort(cuts)
    pieces = outside(index, grid.full, index.all, effort)
    return cover(index, grid.full, pieces, index.all, most, effort)


def shared(
    grid: Grid, rules: Sequence[Rule], *, more_than: int = 1, most: int = MOST_BOXES, cuts: int = MOST_CUTS
) -> Sharing:
    """Return every set of more than so many rules that hold together somewhere, with the cells where only they do.

    The sets are in the order of their rules. At most `most` sets are returned, each with at most `most` boxes. Where
    the search was cut short, the sets listed are right, and the region of each says whether it is complete.
    """
    boxes = [box for rule in rules for box in rule]
    owners = [at for at, rule in enumerate(rules) for _ in rule]
    index, effort, complete = Index(grid, boxes), Effort(cuts), True
    found: dict[tuple[int, ...], list[Box]] = {}
    try:
        for together, piece in shared_pieces(index, owners, more_than, effort):
            if together not in found and len(found) == most:
                complete = False
                break
            found.setdefault(together, []).append(piece)
    except TooMuch:
        complete = False
    sets = []
    for together in sorted(found):
        region = _region(index, [rules[at] for at in together], found[together], most, effort)
        sets.append(Shared(together, region if complete else replace(region, complete=False)))
    return Sharing(tuple(sets), complete)


def volume(grid: Grid, boxes: Sequence[Box], *, cuts: int = MOST_CUTS) -> int:
    """Return how many cells are in one or more of the boxes, exactly. Raises `TooMuch`."""
    index, effort = Index(grid, boxes), Effort(cuts)
    pieces = (outside(index, box, (1 << at) - 1, effort) for at, box in enumerate(boxes))
    return sum(cells(piece) for each in pieces for piece in each)


def count(grid: Grid, rules: Sequence[Rule], *, cuts: int = MOST_CUTS) -> Count:
    """Count the cells of each rule and the pairs of rules that meet. Raises `TooMuch`."""
    boxes = [box for rule in rules for box in rule]
    owners = [at for at, rule in enumerate(rules) for _ in rule]
    index, volumes, meeting, end = Index(grid, boxes), list[int](), 0, 0
    for rule in rules:
        volumes.append(cells(rule[0]) if len(rule) == 1 else volume(grid, rule, cuts=cuts))
        end += len(rule)
        near = 0
        for box in rule:
            near |= index.meeting(box)
        meeting += len({owners[which] for which in bits(near >> end << end)})
    return Count(cells(grid.full), tuple(volumes), len(rules) * (len(rules) - 1) // 2, meeting)


def _region(index: Index, together: Sequence[Rule], pieces: Sequence[Box], most: int, effort: Effort) -> Region:
    """Return the disjoint pieces as maximal boxes: all cells of these rules together that no other rule has."""
    grid = index.grid
    whole = [part for piece in pieces for part in unbroken(grid, piece)]
    if len(whole) == 1:
        return Region(tuple(whole))
    if all(len(rule) == 1 for rule in together):
        domain = reduce(common, (rule[0] for rule in together))
        near = index.meeting(domain)
        around = near & ~index.containing(domain, near)
        return cover(index, domain, whole, around, most, effort)
    domain = reduce(joined, pieces)
    inner = Index(grid, pieces)
    try:
        outer = Index(grid, list(outside(inner, domain, inner.all, effort)))
    except TooMuch:
        return Region(tuple(whole[:most]), complete=False)
    return cover(outer, domain, whole, outer.all, most, effort)
