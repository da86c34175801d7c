"""What each name of a protocol rests on: through rules, through `eligible`, through what applies to whom.

Nothing may rest on itself, or no patient could be judged. Walks are loops, not recursions: a protocol that is wrong may
be wrong at any depth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from trialproof.model.condition import (
    Assigned,
    Condition,
    Derived,
    Eligible,
    Is,
    Known,
    Named,
    Takes,
    Term,
    Value,
    Yes,
    descend,
)
from trialproof.model.protocol import Protocol

Thing: TypeAlias = tuple[str, str]
"""A sort (`quantity`, `definition`, `criterion`, `decision`, `eligible`) and a name."""

ELIGIBLE: Thing = ("eligible", "eligible")


class Circle(Exception):
    """Things of which each rests on the next, and the last on the first; the first is the earliest of the file."""

    def __init__(self, things: tuple[Thing, ...]) -> None:
        super().__init__(things)
        self.things = things


def chains(protocol: Protocol) -> dict[Thing, int]:
    """Return for each thing how many names rest on one another in a row, from it downwards. Raises `Circle`."""
    below = _rests_on(protocol)
    length: dict[Thing, int] = {}
    for thing in _deepest_first(below):
        length[thing] = 1 + max((length[each] for each in below[thing]), default=0)
    return length


def quantities_under(protocol: Protocol, rules: Iterable[Condition | Term]) -> tuple[str, ...]:
    """Return the quantities on which rules rest, whatever the reading, in the order of the protocol."""
    below, eligible = _rules(protocol), [criterion.rule for criterion in protocol.criteria]
    pending = list(_mentioned(rules))
    found: set[Thing] = set()
    while pending:
        thing = pending.pop()
        if thing not in found:
            found.add(thing)
            pending += _mentioned(eligible if thing == ELIGIBLE else below.get(thing, ()))
    return tuple(name for name in protocol.quantities if ("quantity", name) in found)


def _rules(protocol: Protocol) -> Mapping[Thing, tuple[Condition | Term, ...]]:
    """Return the rules that say what each thing is; what is left open has none."""
    rules: dict[Thing, tuple[Condition | Term, ...]] = {}
    for quantity in protocol.quantities.values():
        if quantity.left_open is None:
            rules["quantity", quantity.name] = (quantity.applies_if,)
    for definition in protocol.definitions.values():
        rules["definition", definition.name] = (definition.applies_if, definition.body)
    for criterion in protocol.criteria:
        rules["criterion", criterion.id] = (criterion.rule,)
    for decision in protocol.decisions.values():
        rules["decision", decision.name] = (decision.population, *(choice.rule for choice in decision.choices))
    return rules


def _rests_on(protocol: Protocol) -> Mapping[Thing, tuple[Thing, ...]]:
    rules = _rules(protocol)
    below = {ELIGIBLE: tuple(("criterion", each.id) for each in protocol.criteria)}
    known = {*rules, ELIGIBLE}
    return {thing: tuple(each for each in _mentioned(its) if each in known) for thing, its in rules.items()} | below


def _mentioned(rules: Iterable[Condition | Term]) -> Iterator[Thing]:
    for rule in rules:
        for node in descend(rule):
            match node:
                case Yes(name) | Is(name, _) | Value(name) | Known(name):
                    yield "quantity", name
                case Named(name) | Derived(name):
                    yield "definition", name
                case Takes(name, _) | Assigned(name, _):
                    yield "decision", name
                case Eligible():
                    yield ELIGIBLE
                case _:
                    pass


def _deepest_first(below: Mapping[Thing, tuple[Thing, ...]]) -> Iterator[Thing]:
    """Yield each thing after all that it rests on."""
    done: set[Thing] = set()
    for start in below:
        trail = {start: iter(below[start])} if start not in done else {}
        while trail:
            thing, others = next(reversed(trail.items()))
            other = next(others, None)
            if other is None:
                del trail[thing]
                done.add(thing)
                yield thing
            elif other in trail:
                raise Circle(_from_first(list(trail)[list(trail).index(other) :], list(below)))
            elif other not in done:
                trail[other] = iter(below[other])


def _from_first(circle: list[Thing], order: list[Thing]) -> tuple[Thing, ...]:
    """Turn a circle so that it begins with what stands first in the file; `eligible` stands nowhere."""
    first = circle.index(min((each for each in circle if each != ELIGIBLE), key=order.index))
    return tuple(circle[first:] + circle[:first])
