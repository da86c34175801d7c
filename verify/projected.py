"""Sets of patients seen along a few axes only: what is left of a diagram when the others are quantified away.

Here a diagram says of which groups a patient is: its leaves are sets of group numbers. Quantifying an axis away leaves,
at each place, the groups of all patients who differ in that axis only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import reduce

from trialproof.verify.diagram import LEAF, Diagram, Diagrams, Leaf

Memory = dict[tuple[int, int], Diagram]


class Projector:
    """Restricts diagrams of groups and quantifies axes away; what was worked out once is remembered."""

    def __init__(self, diagrams: Diagrams) -> None:
        self._diagrams = diagrams
        self.nobody = diagrams.leaf(frozenset())
        self._without: dict[tuple[int, frozenset[int]], Diagram] = {}

    def within(self, groups: Diagram, patients: Diagram) -> Diagram:
        """Return the groups of these patients; nobody elsewhere."""
        d = self._diagrams
        return d.combined(groups, patients, lambda found, so: d.leaf(found) if so is True else self.nobody)

    def without(self, groups: Diagram, axes: frozenset[int]) -> Diagram:
        """Return the groups, whatever the values on these axes."""
        if groups.axis == LEAF or not axes:
            return groups
        key = (groups.number, axes)
        found = self._without.get(key)
        if found is None:
            children = [self.without(child, axes) for child in groups.children]
            if groups.axis in axes:
                found = reduce(self._together, dict.fromkeys(children))
            else:
                found = self._diagrams.split(groups.axis, groups.cuts, children)
            self._without[key] = found
        return found

    def _together(self, one: Diagram, other: Diagram) -> Diagram:
        d = self._diagrams
        return d.combined(one, other, lambda mine, theirs: d.leaf(groups_of(mine) | groups_of(theirs)))


def groups_of(leaf: Leaf) -> frozenset[int]:
    """Return the group numbers at a leaf."""
    assert isinstance(leaf, frozenset)  # noqa: S101 - diagrams of groups have no other leaves
    return leaf


def nodes_of(diagrams: Collection[Diagram]) -> Iterator[Diagram]:
    """Yield every diagram within these that is no leaf, each once."""
    pending, met = list(diagrams), set[int]()
    while pending:
        each = pending.pop()
        if each.axis != LEAF and each.number not in met:
            met.add(each.number)
            yield each
            pending += each.children
