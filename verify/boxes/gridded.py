"""A wide decision as rules over the grid of its axes, so that its gaps and overlaps are found without a search.

For decisions with many choices, such as tables: each rule is a few boxes, each comparison a set of parts of one axis.
What is found here is a proposal; `verify.regions` lets both engines judge it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import reduce

from trialproof.model.condition import (
    EVERYONE,
    TERMS,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Is,
    Named,
    Not,
    Readings,
    Relation,
    Yes,
)
from trialproof.model.protocol import CategoryKind, Decision, Protocol, Selection
from trialproof.verify.axes import Axis, Interval, NamedAxis, NumberAxis
from trialproof.verify.boxes.box import Box, bits, common
from trialproof.verify.boxes.grid import Grid, Region, Scale, Sharing, shared, uncovered
from trialproof.verify.boxes.tree import Tree, tree_of
from trialproof.verify.linear import Threshold, cancelled, threshold
from trialproof.verify.statement import Fails, Holds, Statement

FEW = 24
"""Choices up to which a decision is searched like any other; beyond, it is a table."""
MOST_BOXES_OF_A_RULE = 64
MOST_CUTS = 100_000
"""Cuts of a tree; a table that was made from one needs a few for each rule."""


class Wanted(Enum):
    """Which patients of a rule are meant."""

    HOLDS = "holds"
    FAILS = "fails"
    DOES_NOT_HOLD = "does not hold"
    DOES_NOT_FAIL = "does not fail"


OPPOSITE = {
    Wanted.HOLDS: Wanted.FAILS,
    Wanted.FAILS: Wanted.HOLDS,
    Wanted.DOES_NOT_HOLD: Wanted.DOES_NOT_FAIL,
    Wanted.DOES_NOT_FAIL: Wanted.DOES_NOT_HOLD,
}
"""What is wanted of the operand of a `not`."""
OF_ALL = {Wanted.HOLDS, Wanted.DOES_NOT_FAIL}
"""What is so of an `and` where it is so of every operand, and of an `or` where it is so of one."""


@dataclass(frozen=True, slots=True)
class Gridded:
    """The axes of a decision as a grid; for each choice the boxes where its rule holds, and where it does not fail."""

    grid: Grid
    holding: tuple[tuple[Box, ...], ...]
    not_failing: tuple[tuple[Box, ...], ...]

    def gaps(self, most: int) -> Region:
        """Return the cells where every choice fails."""
        return uncovered(self.grid, [box for rule in self.not_failing for box in rule], most=most)

    def overlaps(self, more_than: int, most: int) -> Sharing:
        """Return the sets of more than so many choices that hold together, with the cells where only they do."""
        return shared(self.grid, self.holding, more_than=more_than, most=most)

    def tree(self) -> Tree:
        """Return a tree of cuts whose leaves list the choices that can hold there."""
        return tree_of(self.grid, self.holding, cuts=MOST_CUTS)


class _NotGridded(Exception):
    """A rule is no combination of comparisons on one axis each, or of too many of them."""


def gridded(protocol: Protocol, selection: Selection, decision: Decision, axes: Sequence[Axis]) -> Gridded | None:
    """Return the decision over the grid of its axes; None where its rules are of another kind."""
    if any(axis.otherwise is not None for axis in axes):
        return None
    reader = _Reader(protocol, selection, axes)
    try:
        holding = [reader.boxes(each.rule, Wanted.HOLDS) for each in decision.choices]
        not_failing = [reader.boxes(each.rule, Wanted.DOES_NOT_FAIL) for each in decision.choices]
    except _NotGridded:
        return None
    return Gridded(reader.grid, tuple(map(tuple, holding)), tuple(map(tuple, not_failing)))


def chosen_parts(box: Box) -> tuple[tuple[int, ...], ...]:
    """Return the parts of each axis that a box holds."""
    return tuple(tuple(bits(mask)) for mask in box)


class _Reader:
    """Turns rules into boxes, each comparison once."""

    def __init__(self, protocol: Protocol, selection: Selection, axes: Sequence[Axis]) -> None:
        self._protocol = protocol
        self._selection = selection
        self._axes = axes
        self._numbers = {axis.term: at for at, axis in enumerate(axes) if isinstance(axis, NumberAxis)}
        self._names = {axis.subject: at for at, axis in enumerate(axes) if isinstance(axis, NamedAxis)}
        self._masks: dict[tuple[Condition, Wanted], tuple[int, int]] = {}
        ordered = [sum(part.interval is not None for part in axis.parts) for axis in axes]
        self.grid = Grid(tuple(Scale(len(axis.parts), ranks) for axis, ranks in zip(axes, ordered, strict=True)))

    def boxes(self, rule: Condition, wanted: Wanted) -> list[Box]:
        """Return the boxes of the patients who are wanted of a rule; they may meet one another."""
        match rule:
            case AllOf(operands):
                return self._joined(operands, wanted, every=wanted in OF_ALL)
            case AnyOf(operands):
                return self._joined(operands, wanted, every=wanted not in OF_ALL)
            case Not(operand):
                return self.boxes(operand, OPPOSITE[wanted])
            case Readings(sentence, options):
                return self.boxes(dict(options)[self._selection[sentence]], wanted)
            case Named(name):
                definition = self._protocol.definitions[name]
                if definition.applies_if != EVERYONE or isinstance(definition.body, TERMS):
                    raise _NotGridded
                return self.boxes(definition.body, wanted)
            case Compare() | Is() | Yes():
                at, mask = self._mask(rule, wanted)
                return [(*self.grid.full[:at], mask, *self.grid.full[at + 1 :])] if mask else []
            case _:
                raise _NotGridded

    def _joined(self, operands: Sequence[Condition], wanted: Wanted, *, every: bool) -> list[Box]:
        if not every:
            found = [box for each in operands for box in self.boxes(each, wanted)]
        else:
            found = reduce(_common, (self.boxes(each, wanted) for each in operands), [self.grid.full])
        if len(found) > MOST_BOXES_OF_A_RULE:
            raise _NotGridded
        return found

    def _mask(self, rule: Compare | Is | Yes, wanted: Wanted) -> tuple[int, int]:
        key = (rule, wanted)
        if key not in self._masks:
            at, holds, fails = self._truth(rule)
            full = self.grid.axes[at].full
            masks = {Wanted.HOLDS: holds, Wanted.FAILS: fails}
            masks |= {Wanted.DOES_NOT_HOLD: full & ~holds, Wanted.DOES_NOT_FAIL: full & ~fails}
            self._masks |= {(rule, each): (at, mask) for each, mask in masks.items()}
        return self._masks[key]

    def _truth(self, rule: Compare | Is | Yes) -> tuple[int, int, int]:
        """Return the axis of a comparison, the parts where it holds, and those where it fails."""
        match rule:
            case Compare():
                found = threshold(rule, self._selection)
                if found is None or found.term not in self._numbers or cancelled(rule, self._selection):
                    raise _NotGridded
                at = self._numbers[found.term]
                parts = [part.interval for part in self._axes[at].parts]
                holds = _where(parts, lambda each: _within(each, found))
                return at, holds, _where(parts, lambda _: True) & ~holds
            case Is(quantity, categories):
                values: dict[Statement, bool] = {
                    Holds(Is(quantity, (each,))): each in categories for each in self._values(quantity)
                }
                return self._named(Is(quantity, ()), values)
            case Yes():
                return self._named(rule, {Holds(rule): True, Fails(rule): False})

    def _named(self, subject: Is | Yes, values: Mapping[Statement, bool]) -> tuple[int, int, int]:
        """Return the same of an axis whose parts say a value, of which it is known whether the rule holds there."""
        if subject not in self._names:
            raise _NotGridded
        at = self._names[subject]
        told = [values.get(part.statement) for part in self._axes[at].parts]
        return at, _bits([each is True for each in told]), _bits([each is False for each in told])

    def _values(self, quantity: str) -> tuple[str, ...]:
        kind = self._protocol.quantities[quantity].kind
        assert isinstance(kind, CategoryKind)  # noqa: S101 - typing refused anything else
        return kind.categories


def _common(ones: Sequence[Box], others: Sequence[Box]) -> list[Box]:
    if len(ones) * len(others) > MOST_BOXES_OF_A_RULE**2:
        raise _NotGridded
    return [box for one in ones for other in others if all(box := common(one, other))]


def _where(parts: Sequence[Interval | None], so: Callable[[Interval], bool]) -> int:
    return _bits([interval is not None and so(interval) for interval in parts])


def _bits(chosen: Sequence[bool]) -> int:
    return sum(1 << at for at, is_in in enumerate(chosen) if is_in)


def _within(interval: Interval, bound: Threshold) -> bool:
    """Return whether an interval that the bound does not cut lies on its side."""
    value = bound.value
    exactly = interval.point == value
    below = interval.high is not None and interval.high <= value and not exactly
    match bound.relation:
        case Relation.LT:
            return below
        case Relation.LE:
            return below or exactly
        case Relation.EQ:
            return exactly
        case Relation.NE:
            return not exactly
        case Relation.GE:
            return not below
        case Relation.GT:
            return not (below or exactly)
