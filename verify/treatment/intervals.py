"""Times between events that contradict one another: difference constraints, solved exactly by shortest paths.

Each constraint bounds the time from one event to another. They can all be kept if and only if no circle of bounds has a
negative sum (Bellman; Cormen et al., Introduction to Algorithms, 24.4). Every answer is checked against the constraints
before anyone sees it: days that keep them all, or a circle whose bounds add up to less than nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from trialproof.verify.replay import Disagreement

MOST_SUBSETS = 500


@dataclass(frozen=True, slots=True)
class Constraint:
    """From `first` to `second` lie `low` to `high` days (None: without end), as the sentence `name` says."""

    first: str
    second: str
    low: Fraction | None
    high: Fraction | None
    name: str


@dataclass(frozen=True, slots=True)
class Bound:
    """`second` is at most `most` after `first`: one half of a constraint."""

    first: str
    second: str
    most: Fraction
    name: str


@dataclass(frozen=True, slots=True)
class Kept:
    """All can be kept: with the events on these days."""

    days: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Broken:
    """They cannot: each of these bounds begins where the one before it ends, and their sum is below zero."""

    circle: tuple[Bound, ...]


def solve(constraints: Sequence[Constraint]) -> Kept | Broken:
    """Return days that keep all constraints, or a circle of bounds that nothing can keep."""
    bounds = [bound for each in constraints for bound in _bounds(each)]
    found = _shortest(bounds)
    _check(bounds, found)
    return found


def narrowest(constraints: Sequence[Constraint], first: str, second: str) -> tuple[Fraction | None, Fraction | None]:
    """Return between how many days after `first` the constraints leave `second` (None: without end).

    The constraints can be kept.
    """
    bounds = [bound for each in constraints for bound in _bounds(each)]
    there, back = _distances(bounds, first).get(second), _distances(bounds, second).get(first)
    return None if back is None else -back, there


def contradictions(
    constraints: Sequence[Constraint], meet: Callable[[frozenset[str]], bool]
) -> tuple[list[frozenset[str]], bool]:
    """Return every smallest set of sentences that contradict one another and `meet`; False if some were not looked for.

    `meet` says whether there is anybody whom all sentences of a set are for.
    """
    todo, seen = [frozenset(each.name for each in constraints)], set[frozenset[str]]()
    cores: dict[frozenset[str], bool] = {}
    while todo:
        names = todo.pop()
        if names in seen:
            continue
        if len(seen) == MOST_SUBSETS:
            return [core for core, met in cores.items() if met], False
        seen.add(names)
        core = next((each for each in cores if each <= names), None) or _smallest(constraints, names)
        if core is None:
            continue
        if core not in cores:
            cores[core] = meet(core)
        todo += [names - {name} for name in sorted(core)]
    return [core for core, met in cores.items() if met], True


def _smallest(constraints: Sequence[Constraint], names: frozenset[str]) -> frozenset[str] | None:
    """Return sentences of which none can be left out without the contradiction going; None if there is none."""
    found = solve(of(constraints, names))
    if isinstance(found, Kept):
        return None
    core = frozenset(bound.name for bound in found.circle)
    for name in sorted(core):
        if isinstance(solve(of(constraints, core - {name})), Broken):
            core -= {name}
    return core


def of(constraints: Iterable[Constraint], names: frozenset[str]) -> list[Constraint]:
    """Return what these sentences say."""
    return [each for each in constraints if each.name in names]


def _bounds(constraint: Constraint) -> Iterable[Bound]:
    if constraint.high is not None:
        yield Bound(constraint.first, constraint.second, constraint.high, constraint.name)
    if constraint.low is not None:
        yield Bound(constraint.second, constraint.first, -constraint.low, constraint.name)


def _shortest(bounds: Sequence[Bound]) -> Kept | Broken:
    """Relax until nothing changes (Bellman and Ford), in whole multiples of what all bounds are multiples of."""
    unit = lcm(*(each.most.denominator for each in bounds)) if bounds else 1
    lengths = [int(each.most * unit) for each in bounds]
    days = dict.fromkeys([event for each in bounds for event in (each.first, each.second)], 0)
    came: dict[str, Bound] = {}
    changed = ""
    for _ in range(len(days) + 1):
        changed = ""
        for bound, length in zip(bounds, lengths, strict=True):
            if days[bound.first] + length < days[bound.second]:
                days[bound.second] = days[bound.first] + length
                came[bound.second] = bound
                changed = bound.second
        if not changed:
            return Kept({event: Fraction(day, unit) for event, day in days.items()})
    for _ in days:
        changed = came[changed].first
    circle = [came[changed]]
    while circle[-1].first != changed:
        circle.append(came[circle[-1].first])
    return Broken(tuple(reversed(circle)))


def _distances(bounds: Sequence[Bound], start: str) -> dict[str, Fraction]:
    """Return the shortest way from an event to every other that can be reached; there is no negative circle."""
    found = {start: Fraction(0)}
    changed = True
    while changed:
        changed = False
        for bound in bounds:
            if bound.first in found:
                length = found[bound.first] + bound.most
                if bound.second not in found or length < found[bound.second]:
                    found[bound.second], changed = length, True
    return found


def _check(bounds: Sequence[Bound], found: Kept | Broken) -> None:
    match found:
        case Kept(days):
            sound = all(days[each.second] - days[each.first] <= each.most for each in bounds)
        case Broken(circle):
            linked = all(a.second == b.first for a, b in zip(circle, (*circle[1:], circle[0]), strict=True))
            sound = linked and set(circle) <= set(bounds) and sum(each.most for each in circle) < 0
    if not sound:
        raise Disagreement(f"the shortest paths do not answer {bounds}: {found}")
