"""Values that no rule tells apart: what an exact integration needs to distinguish of a quantity, and no more.

Rules look at a number only through comparisons. Two values at which all comparisons of this quantity alone come out
alike are of one class, whatever else is known; a comparison that has several quantities in it tells every value of
each from every other. Categories and yes/no are their own classes. Which class a value has is asked of the protocol's
own meaning, lattice point by lattice point.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from math import ceil, floor, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialproof.model.condition import (
    EVERYONE,
    Assigned,
    Compare,
    Condition,
    Derived,
    Eligible,
    Is,
    Known,
    Named,
    Readings,
    ReadTerm,
    Takes,
    Term,
    Value,
    Yes,
    descend,
)
from trialproof.model.cycles import quantities_under
from trialproof.model.protocol import CategoryKind, NumberKind, Protocol, Selection
from trialproof.simulate.cohort import Cohort, among, spread
from trialproof.simulate.column import Column

Ints = NDArray[np.int64]

MOST_COMBINATIONS = 64
"""A comparison with more combinations of readings inside it tells all values apart."""


@dataclass(frozen=True, slots=True)
class Apart:
    """What tells the values of a number quantity apart: `comparisons` of it alone, each under these selections.

    With `all`, every value is told from every other.
    """

    comparisons: tuple[tuple[Compare, tuple[Selection, ...]], ...] = ()
    all: bool = False


def told_apart(protocol: Protocol, rules: Iterable[Condition | Term], selection: Selection) -> Mapping[str, Apart]:
    """Return what these rules, and all that they rest on, tell apart under any reading, by number quantity."""
    bare = without_conditions(protocol)
    found: dict[str, Apart] = {}
    for node in reachable(protocol, rules):
        if not isinstance(node, Compare):
            continue
        among_these = [
            name for name in quantities_under(bare, (node,)) if isinstance(protocol.quantities[name].kind, NumberKind)
        ]
        alone = len(quantities_under(bare, (node,))) == 1
        selections = _selections(bare, node, selection)
        for name in among_these:
            before = found.get(name, Apart())
            if alone and selections:
                found[name] = replace(before, comparisons=(*before.comparisons, (node, selections)))
            else:
                found[name] = replace(before, all=True)
    return found


def reachable(protocol: Protocol, rules: Iterable[Condition | Term]) -> Iterator[Condition | Term]:
    """Yield each node of the rules and of all that they rest on, under any reading, once."""
    pending, seen = list(rules), set[Condition | Term]()
    while pending:
        for node in descend(pending.pop()):
            if node not in seen:
                seen.add(node)
                pending += _behind(protocol, node)
                yield node


def without_conditions(protocol: Protocol) -> Protocol:
    """Return the protocol with everything applying to everyone: what a value means by itself."""
    return replace(
        protocol,
        quantities={name: replace(each, applies_if=EVERYONE) for name, each in protocol.quantities.items()},
        definitions={name: replace(each, applies_if=EVERYONE) for name, each in protocol.definitions.items()},
    )


@dataclass(slots=True, eq=False)
class Classes:
    """The classes of one quantity, numbered as they are met.

    `examples` has a value of each: a lattice point of `unit` (a number), a position (a category), or 0 and 1; `beside`
    what else values of a class have in common, if anything. `protocol` is without conditions.
    """

    protocol: Protocol
    quantity: str
    apart: Apart
    unit: Fraction = Fraction(1)
    examples: list[int] = field(default_factory=list)
    beside: list[int] = field(default_factory=list)
    _known: dict[tuple[bytes, int], int] = field(default_factory=dict)

    def of(self, first: int, last: int, beside: Ints | None = None) -> Ints:
        """Return the class of each value from the first to the last; values with different things `beside` differ."""
        points = np.arange(first, last + 1)
        rows = self._told(points) if beside is None else [beside, *self._told(points)]
        changes = np.ones(len(points), np.bool_)
        changes[1:] = np.logical_or.reduce([each[1:] != each[:-1] for each in rows])
        starts = np.flatnonzero(changes)
        told = np.array([each[starts] for each in rows], np.int64).T.copy()
        common = np.zeros(len(starts), np.int64) if beside is None else beside[starts]
        runs = [
            self._class((each.tobytes(), number), first + start)
            for each, number, start in zip(told, common.tolist(), starts.tolist(), strict=True)
        ]
        return np.repeat(np.array(runs, np.int64), np.diff(np.append(starts, len(points))))

    def column(self, codes: Ints) -> Column:
        """Return examples of these classes as a column; a code below zero is not recorded."""
        values = np.array(self.examples, np.int64)[np.maximum(codes, 0)]
        match self.protocol.quantities[self.quantity].kind:
            case NumberKind():
                return Column(values * self.unit.numerator, codes >= 0, self.unit.denominator)
            case CategoryKind():
                return Column(values, codes >= 0)
            case _:
                return Column(values == 1, codes >= 0)

    def _told(self, points: Ints) -> list[NDArray[Any]]:
        """Return by what these values are told apart: columns, one of which at least differs between two classes."""
        if self.apart.all or not isinstance(self.protocol.quantities[self.quantity].kind, NumberKind):
            return [points]
        column = Column(points * self.unit.numerator, per=self.unit.denominator)
        cohort = Cohort(self.protocol, {self.quantity: column}, len(points))
        columns: list[NDArray[Any]] = [np.zeros(len(points), np.bool_)]
        for comparison, selections in self.apart.comparisons:
            for selection in selections:
                truth = among(self.protocol, cohort, selection).truth(comparison)
                columns += (spread(truth.holds, len(points)), spread(truth.fails, len(points)))
        return columns

    def _class(self, signature: tuple[bytes, int], example: int) -> int:
        code = self._known.setdefault(signature, len(self.examples))
        if code == len(self.examples):
            self.examples.append(example)
            self.beside.append(signature[1])
        return code


def extent(kind: NumberKind, unit: Fraction) -> tuple[int, int]:
    """Return the first and the last lattice point of a range."""
    return ceil(kind.lower / unit), floor(kind.upper / unit)


def _selections(bare: Protocol, comparison: Compare, selection: Selection) -> tuple[Selection, ...]:
    """Return a selection for each way in which a comparison can be read; none if these are too many."""
    sentences = {
        node.sentence for node in reachable(bare, (comparison,)) if isinstance(node, (Readings, ReadTerm))
    }
    readings = [bare.sentences[name].readings for name in sorted(sentences)]
    if prod(map(len, readings)) > MOST_COMBINATIONS:
        return ()
    return tuple({**selection, **dict(zip(sorted(sentences), each, strict=True))} for each in product(*readings))


def _behind(protocol: Protocol, node: Condition | Term) -> Iterator[Condition | Term]:
    """Yield the rules that a name stands for."""
    match node:
        case Named(name) | Derived(name):
            yield protocol.definitions[name].body
            yield protocol.definitions[name].applies_if
        case Value(name) | Is(name, _) | Yes(name) | Known(name):
            yield protocol.quantities[name].applies_if
        case Takes(name, _) | Assigned(name, _):
            yield protocol.decisions[name].population
            yield from (choice.rule for choice in protocol.decisions[name].choices)
        case Eligible():
            yield from (criterion.rule for criterion in protocol.criteria)
        case _:
            pass
