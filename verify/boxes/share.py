"""Which rules hold together, cell by cell: the pieces of a grid in which exactly one set of rules holds.

Two boxes that meet open a piece; the boxes that reach into it cut it further. So that no cell is met twice, a piece
belongs to the first box over it and to the first box of another rule over it: where an earlier one comes in, the
piece ends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from trialproof.verify.boxes.box import Box, bits, common
from trialproof.verify.boxes.index import Index
from trialproof.verify.boxes.split import Effort, cut


def shared_pieces(
    index: Index, owners: Sequence[int], more_than: int, effort: Effort
) -> Iterator[tuple[tuple[int, ...], Box]]:
    """Yield disjoint boxes of cells, each with the rules that hold there, of which there are more than so many.

    `owners` says for each box of the index whose it is; boxes of one rule may meet. Pieces of a set of rules all whose
    rules have one box follow one another.
    """
    mine = defaultdict[int, int](int)
    for at, owner in enumerate(owners):
        mine[owner] |= 1 << at
    splitting = _Splitting(index, owners, mine, more_than, effort)
    for first, box in enumerate(index.boxes):
        if not all(box):
            continue
        near = index.meeting(box) & ~mine[owners[first]]
        before = (1 << first) - 1
        earlier = index.meeting(box) & before
        if more_than == 0:
            yield from splitting.pieces(box, (owners[first],), earlier, near & ~before)
            continue
        for second in bits(near & ~before):
            both = common(box, index.boxes[second])
            others = index.meeting(both)
            sooner = earlier | near & ((1 << second) - 1)
            later = near & ~mine[owners[second]] & ~((2 << second) - 1)
            yield from splitting.pieces(both, (owners[first], owners[second]), others & sooner, others & later)


class _Splitting:
    """Cuts pieces until each is wholly in or wholly out of every box."""

    def __init__(
        self, index: Index, owners: Sequence[int], mine: Mapping[int, int], more_than: int, effort: Effort
    ) -> None:
        self._index = index
        self._owners = owners
        self._mine = mine
        self._more_than = more_than
        self._effort = effort

    def pieces(
        self, box: Box, rules: tuple[int, ...], closed: int, near: int
    ) -> Iterator[tuple[tuple[int, ...], Box]]:
        """Yield the pieces of a box where these rules hold, without the cells of the boxes `closed`.

        `near` are the boxes of other rules that meet the box.
        """
        index, pending = self._index, [(box, rules, closed, near)]
        while pending:
            box, rules, closed, near = pending.pop()
            if closed or near:
                over = index.containing(box, closed | near)
                if closed & over:
                    continue
                for which in bits(over):
                    owner = self._owners[which]
                    if near & self._mine[owner]:
                        rules = (*rules, owner)
                        near &= ~self._mine[owner]
            if closed or near:
                self._effort.spend()
                at, part = cut(index, box, closed | near)
                for side in (box[at] & ~part, part):
                    there = index.touching(at, side)
                    half = (*box[:at], side, *box[at + 1 :])
                    pending.append((half, rules, closed & there, near & there))
            elif len(rules) > self._more_than:
                yield tuple(sorted(rules)), box
