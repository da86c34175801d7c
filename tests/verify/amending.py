"""Amendments of a protocol: one rule made a little different, or nothing but every name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.verify.finite import values_of
from trialproof.model.condition import (
    EVERYONE,
    TERMS,
    AllOf,
    AnyOf,
    Assigned,
    Compare,
    Condition,
    Count,
    Eligible,
    IfThen,
    Is,
    Known,
    Not,
    Number,
    Readings,
    Relation,
    Term,
    Value,
    Yes,
    descend,
)
from trialproof.model.protocol import CategoryKind, Decision, Intent, Protocol
from trialproof.model.renames import Renames
from trialproof.verify.versions.rewriting import rewritten


def edits(node: Condition) -> Iterator[Condition]:
    """Yield conditions that differ from one in one place."""
    match node:
        case Compare(left, relation, right):
            yield from (Compare(left, each, right) for each in Relation if each is not relation)
            if isinstance(right, Number):
                yield from (Compare(left, relation, Number(right.value + by)) for by in (Fraction(1), Fraction(-1, 2)))
        case AllOf(operands) | AnyOf(operands):
            own, other = (AllOf, AnyOf) if isinstance(node, AllOf) else (AnyOf, AllOf)
            yield other(operands)
            yield from (own((*operands[:at], *operands[at + 1 :])) for at in range(len(operands)))
            yield from (own(each) for each in _one_edited(operands))
        case Count(tally, number, operands):
            yield Count(tally, number + 1, operands)
            yield from (Count(tally, number, each) for each in _one_edited(operands))
        case Not(operand):
            yield operand
            yield from (Not(each) for each in edits(operand))
        case IfThen(premise, conclusion):
            yield from (IfThen(each, conclusion) for each in edits(premise))
            yield from (IfThen(premise, each) for each in edits(conclusion))
        case Readings(sentence, options):
            for at, (name, option) in enumerate(options):
                for each in edits(option):
                    yield Readings(sentence, (*options[:at], (name, each), *options[at + 1 :]))
        case Is(quantity, categories) if len(categories) > 1:
            yield Is(quantity, categories[1:])
        case _:
            yield Not(node)


def _one_edited(operands: tuple[Condition, ...]) -> Iterator[tuple[Condition, ...]]:
    for at, operand in enumerate(operands):
        for each in edits(operand):
            yield (*operands[:at], each, *operands[at + 1 :])


@st.composite
def amended(draw: DrawFn, protocol: Protocol) -> Protocol:
    """Draw the protocol with one or two things changed."""
    for _ in range(draw(st.integers(1, 2))):
        protocol = draw(st.sampled_from(list(_amendments(draw, protocol))))
    return protocol


def _amendments(draw: DrawFn, protocol: Protocol) -> Iterator[Protocol]:
    """Yield one protocol for each thing that can be amended."""

    def edited(condition: Condition) -> Condition:
        return draw(st.sampled_from(list(edits(condition))))

    for name, definition in protocol.definitions.items():
        body: Condition | Term = definition.body
        if not isinstance(body, TERMS):
            changed = replace(definition, body=edited(body))
            yield replace(protocol, definitions={**protocol.definitions, name: changed})
    for at, criterion in enumerate(protocol.inclusion):
        rest = (*protocol.inclusion[:at], *protocol.inclusion[at + 1 :])
        yield replace(protocol, inclusion=rest)
        yield replace(protocol, inclusion=(*rest, replace(criterion, rule=edited(criterion.rule))))
    for at, criterion in enumerate(protocol.exclusion):
        rest = (*protocol.exclusion[:at], *protocol.exclusion[at + 1 :])
        yield replace(protocol, exclusion=(*rest, replace(criterion, rule=edited(criterion.rule))))
    for decision in protocol.decisions.values():
        for at, choice in enumerate(decision.choices):
            changed_choice = replace(choice, rule=edited(choice.rule))
            choices = (*decision.choices[:at], changed_choice, *decision.choices[at + 1 :])
            yield _with(protocol, replace(decision, choices=choices))
        yield _with(protocol, replace(decision, intent=draw(st.sampled_from(Intent))))
        yield _with(protocol, replace(decision, choices=decision.choices[::-1]))
        yield _with(protocol, replace(decision, population=edited(decision.population)))
        if len(decision.choices) > 1 and not _spoken_of(protocol, decision.choices[-1].name):
            yield _with(protocol, replace(decision, choices=decision.choices[:-1]))
    for name, quantity in protocol.quantities.items():
        if quantity.applies_if != EVERYONE:
            other = replace(quantity, applies_if=edited(quantity.applies_if))
            default = draw(st.sampled_from([None, *values_of(quantity)]))
            without = replace(quantity, when_not_applicable=default)
            for each in (other, without, replace(quantity, applies_if=EVERYONE)):
                yield replace(protocol, quantities={**protocol.quantities, name: each})
        changed_quantity = replace(quantity, may_be_missing=not quantity.may_be_missing)
        yield replace(protocol, quantities={**protocol.quantities, name: changed_quantity})
    for at, fact in enumerate(protocol.facts):
        facts = (*protocol.facts[:at], replace(fact, rule=edited(fact.rule)), *protocol.facts[at + 1 :])
        yield replace(protocol, facts=facts)


def _spoken_of(protocol: Protocol, choice: str) -> bool:
    """Return whether some rule says `arm is CHOICE`: then it cannot be dropped alone."""
    nodes = (node for rule in protocol.rules() for node in descend(rule))
    return any(isinstance(node, Assigned) and choice in node.choices for node in nodes)


def _with(protocol: Protocol, decision: Decision) -> Protocol:
    return replace(protocol, decisions={**protocol.decisions, decision.name: decision})


def renamed_protocol(protocol: Protocol) -> tuple[Protocol, Renames]:
    """Return the protocol with every name another, written anew: `new_` before each, choices and categories too."""
    names = Renamed(protocol)

    def anew(condition: Condition) -> Condition:
        return rewritten(condition, names)

    quantities = {
        f"new_{name}": replace(
            each,
            name=f"new_{name}",
            kind=replace(each.kind, categories=tuple(map(other, each.kind.categories)))
            if isinstance(each.kind, CategoryKind)
            else each.kind,
            applies_if=anew(each.applies_if),
            when_not_applicable=other(each.when_not_applicable)
            if isinstance(each.when_not_applicable, str)
            else each.when_not_applicable,
        )
        for name, each in protocol.quantities.items()
    }
    definitions = {
        f"new_{name}": replace(
            each, name=f"new_{name}", body=rewritten(each.body, names), applies_if=anew(each.applies_if)
        )
        for name, each in protocol.definitions.items()
    }
    decisions = {
        f"new_{name}": replace(
            each,
            name=f"new_{name}",
            population=anew(each.population),
            choices=tuple(replace(one, name=other(one.name), rule=anew(one.rule)) for one in each.choices),
        )
        for name, each in protocol.decisions.items()
    }
    criteria = [
        [replace(each, id=f"new_{each.id}", rule=anew(each.rule)) for each in some]
        for some in (protocol.inclusion, protocol.exclusion)
    ]
    new = replace(
        protocol,
        quantities=quantities,
        definitions=definitions,
        decisions=decisions,
        facts=tuple(replace(each, rule=anew(each.rule)) for each in protocol.facts),
        inclusion=tuple(criteria[0]),
        exclusion=tuple(criteria[1]),
        claims=(),
        sentences={},
    )
    things = [*protocol.quantities, *protocol.definitions, *protocol.decisions, *(c.id for c in protocol.criteria)]
    members = {(name, one.name): other(one.name) for name, each in protocol.decisions.items() for one in each.choices}
    for name, quantity in protocol.quantities.items():
        if isinstance(quantity.kind, CategoryKind):
            members |= {(name, each): other(each) for each in quantity.kind.categories}
    return new, Renames({name: f"new_{name}" for name in things}, members)


def other(name: str) -> str:
    return f"{name}_too"


class Renamed:
    """What each name of a protocol is called anew; sentences are read as preferred."""

    def __init__(self, protocol: Protocol) -> None:
        self._preferred = protocol.preferred

    def value(self, quantity: str, /) -> Term:
        return Value(f"new_{quantity}")

    def belongs(self, node: Is, /) -> Condition:
        return Is(f"new_{node.quantity}", tuple(map(other, node.categories)))

    def yes(self, node: Yes, /) -> Condition:
        return Yes(f"new_{node.quantity}")

    def known(self, quantity: str, /) -> Condition:
        return Known(f"new_{quantity}")

    def definition(self, name: str, /) -> str:
        return f"new_{name}"

    def decision(self, name: str, /) -> str:
        return f"new_{name}"

    def choices(self, _: str, names: tuple[str, ...], /) -> tuple[str, ...]:
        return tuple(map(other, names))

    def eligible(self) -> Condition:
        return Eligible()

    def reading(self, sentence: str, /) -> str:
        return self._preferred[sentence]
