"""Sets of patients as diagrams: split axis by axis at exact ranks, equal parts merged.

An axis is what can differ between patients, its values in a fixed order and cut into parts. A diagram is a leaf, or an
axis with the cuts at which its value matters and one smaller diagram for each part; axes come in ascending order, parts
with equal diagrams are one part, and equal diagrams are one object. So a set is empty just when its diagram is the leaf
`FALSE`, and two sets are equal just when their diagrams are the same object.

A cut is where a part begins: a whole number that counts recordable values, or, where values lie dense, a number and
whether the cut lies behind it. Open and closed ends are different cuts, never a small number apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import is_
from typing import TypeAlias, Union

Cut: TypeAlias = Union[int, tuple[Fraction, bool]]

LEAF = 1 << 60
"""The axis of a leaf: behind all others."""


class TooLarge(Exception):
    """The diagrams of one question outgrew their limit: it is left to the other engine."""


@dataclass(frozen=True, slots=True)
class Line:
    """A number that depends on one axis: `slope` times its value, plus `offset`. Constant where `axis` is None."""

    axis: int | None
    slope: Fraction
    offset: Fraction


Leaf: TypeAlias = Union[bool, Line, frozenset[int], None]
"""Whether a patient belongs to a set; a number; which of several groups; or nothing, while numbers are put together."""


class Diagram:
    """A leaf with its value, or an axis with its cuts and one child for each part between them."""

    __slots__ = ("axis", "children", "cuts", "leaf", "number")

    def __init__(
        self, number: int, axis: int, cuts: tuple[Cut, ...] = (), children: tuple[Diagram, ...] = (), leaf: Leaf = None
    ) -> None:
        self.number = number
        self.axis = axis
        self.cuts = cuts
        self.children = children
        self.leaf = leaf


Combine = Callable[[Leaf, Leaf], Diagram]
Memory = dict[tuple[int, int], Diagram]


class Diagrams:
    """Makes diagrams, each only once: no more than `limit` in all, and in no more steps than a question is allowed."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._made = 0
        self._steps = limit
        self._leaves: dict[Leaf, Diagram] = {}
        self._nodes: dict[tuple[int, tuple[Cut, ...], tuple[Diagram, ...]], Diagram] = {}
        self._negations: dict[int, Diagram] = {}
        self._both: Memory = {}
        self._either: Memory = {}
        self.true = self.leaf(True)  # noqa: FBT003
        self.false = self.leaf(False)  # noqa: FBT003

    def allow(self, steps: int) -> None:
        """Begin a question that may take so many steps; then `TooLarge` is raised."""
        self._steps = steps

    def leaf(self, value: Leaf) -> Diagram:
        """Return the leaf of this value."""
        found = self._leaves.get(value)
        if found is None:
            found = self._leaves[value] = Diagram(self._next(), LEAF, leaf=value)
        return found

    def split(self, axis: int, cuts: Sequence[Cut], children: Sequence[Diagram]) -> Diagram:
        """Return the diagram that tells parts of an axis apart; every child speaks of later axes only."""
        kept_cuts, kept = tuple(cuts), tuple(children)
        if len(kept_cuts) != len(kept) - 1:
            raise ValueError("there must be one part more than cuts")
        if any(map(is_, kept, kept[1:])):
            changes = [at for at in range(1, len(kept)) if kept[at] is not kept[at - 1]]
            kept_cuts = tuple([kept_cuts[at - 1] for at in changes])
            kept = (kept[0], *[kept[at] for at in changes])
        if not kept_cuts:
            return kept[0]
        key = (axis, kept_cuts, kept)
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = Diagram(self._next(), *key)
        return found

    def both(self, one: Diagram, other: Diagram) -> Diagram:
        """Return the patients who are in both sets."""
        if one is other or other is self.true or one is self.false:
            return one
        if one is self.true or other is self.false:
            return other
        key = (one.number, other.number) if one.number < other.number else (other.number, one.number)
        found = self._both.get(key)
        if found is None:
            found = self._both[key] = self.split(*self.aligned(one, other, self.both))
        return found

    def either(self, one: Diagram, other: Diagram) -> Diagram:
        """Return the patients who are in one set or in both."""
        if one is other or other is self.false or one is self.true:
            return one
        if one is self.false or other is self.true:
            return other
        key = (one.number, other.number) if one.number < other.number else (other.number, one.number)
        found = self._either.get(key)
        if found is None:
            found = self._either[key] = self.split(*self.aligned(one, other, self.either))
        return found

    def negation(self, one: Diagram) -> Diagram:
        """Return the patients who are not in the set."""
        found = self._negations.get(one.number)
        if found is None:
            if one.axis == LEAF:
                found = self.false if one is self.true else self.true
            else:
                found = self.split(one.axis, one.cuts, [self.negation(child) for child in one.children])
            self._negations[one.number] = found
            self._negations[found.number] = one
        return found

    def combined(self, one: Diagram, other: Diagram, combine: Combine) -> Diagram:
        """Return what `combine` makes of the leaves of two diagrams, patient by patient."""
        known: Memory = {}

        def visit(left: Diagram, right: Diagram) -> Diagram:
            key = (left.number, right.number)
            found = known.get(key)
            if found is None:
                if left.axis == LEAF and right.axis == LEAF:
                    found = combine(left.leaf, right.leaf)
                else:
                    found = self._in_order(*self.aligned(left, right, visit))
                known[key] = found
            return found

        return visit(one, other)

    def aligned(
        self, one: Diagram, other: Diagram, visit: Callable[[Diagram, Diagram], Diagram]
    ) -> tuple[int, tuple[Cut, ...], list[Diagram]]:
        """Return the first axis of two diagrams, where either is cut along it, and its parts, visited together."""
        self._steps -= 1
        if self._steps < 0:
            raise TooLarge("more steps than the question was allowed")
        if one.axis < other.axis:
            return one.axis, one.cuts, [visit(child, other) for child in one.children]
        if other.axis < one.axis:
            return other.axis, other.cuts, [visit(one, child) for child in other.children]
        if one.cuts == other.cuts:
            return one.axis, one.cuts, list(map(visit, one.children, other.children))
        left, right = 0, 0
        cuts: list[Cut] = []
        children = [visit(one.children[0], other.children[0])]
        while left < len(one.cuts) or right < len(other.cuts):
            mine = one.cuts[left] if left < len(one.cuts) else None
            theirs = other.cuts[right] if right < len(other.cuts) else None
            ahead = theirs is None or (mine is not None and mine < theirs)  # type: ignore[operator]
            cut = mine if ahead else theirs
            assert cut is not None  # noqa: S101 - one of them is there
            left += mine == cut
            right += theirs == cut
            cuts.append(cut)
            children.append(visit(one.children[left], other.children[right]))
        return one.axis, tuple(cuts), children

    def _in_order(self, axis: int, cuts: Sequence[Cut], children: Sequence[Diagram]) -> Diagram:
        """Split the axis, also where what was combined speaks of an earlier axis than this one."""
        if min([child.axis for child in children]) > axis:
            return self.split(axis, cuts, children)
        whole = self.false
        for at, child in enumerate(children):
            inside = [self.true if each == at else self.false for each in range(len(children))]
            whole = self.either(whole, self.both(self.split(axis, cuts, inside), child))
        return whole

    def _next(self) -> int:
        if self._made >= self._limit:
            raise TooLarge(f"more than {self._limit} diagrams")
        self._made += 1
        return self._made
