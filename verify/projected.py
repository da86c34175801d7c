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
        self._within: Memory = {}
        self._without: dict[tuple[int, frozenset[int]], Diagram] = {}
        self._both: Memory = {}

    def within(self, groups: Diagram, patients: Diagram) -> Diagram:
        """Return the groups of these patients; nobody elsewhere."""
        d = self._diagrams
        if patients is d.true or groups is self.nobody:
            return groups
        if patients is d.false:
            return self.nobody
        key = (groups.number, patients.number)
        found = self._within.get(key)
        if found is None:
            found = self._within[key] = d.split(*d.aligned(groups, patients, self.within))
        return found

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
        if one is other or other is self.nobody:
            return one
        if one is self.nobody:
            return other
        d, key = self._diagrams, (one.number, other.number)
        found = self._both.get(key)
        if found is None:
            if one.axis == LEAF and other.axis == LEAF:
                found = d.leaf(groups_of(one.leaf) | groups_of(other.leaf))
            else:
                found = d.split(*d.aligned(one, other, self._together))
            self._both[key] = found
        return found


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
