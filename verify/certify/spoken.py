"""The meaning of a protocol's rules in which every rule keeps its name, with its words for whoever reads the file.

It says nothing of its own: it hangs names on what `model.meaning` finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from trialproof.model.condition import (
    EVERYONE,
    NOBODY,
    TERMS,
    Assigned,
    Condition,
    Derived,
    Eligible,
    Named,
    Takes,
    Term,
)
from trialproof.model.document import Quote
from trialproof.model.english import say, say_term
from trialproof.model.formal import write
from trialproof.model.meaning import Known, Meaning, Truth
from trialproof.model.place import NOWHERE, Place
from trialproof.model.protocol import CategoryKind, NumberKind, Protocol, Selection
from trialproof.model.unit import say_amount
from trialproof.verify.certify.smtlib import Node, Symbols


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with a name: what it is, its place, the condition or the number, the document's words for it."""

    name: str
    what: str
    body: Condition | Term | None = None
    place: Place = NOWHERE
    quotes: tuple[Quote, ...] = ()


class Spoken(Meaning[Node, Node]):
    """The meaning in SMT-LIB terms. `rules` collects, by symbol, the rules that were asked about."""

    def __init__(self, protocol: Protocol, symbols: Symbols) -> None:
        super().__init__(protocol, symbols)
        self._symbols = symbols
        self._by_identity = {id(body): rule for rule, body in _rules(protocol) if body not in (EVERYONE, NOBODY)}
        self.rules: dict[str, Rule] = {}

    def truth(self, condition: Condition) -> Truth[Node]:
        """Return whether the condition holds and whether it fails, each under its rule's name if it is a rule."""
        found = super().truth(condition)
        rule = self._by_identity.get(id(condition)) or self._rule(condition)
        if rule is None:
            return found
        return Truth(self._name(rule, "holds", found.holds), self._name(rule, "fails", found.fails))

    def number(self, term: Term) -> Known[Node, Node]:
        """Return the value of a term and whether it is known, named if it is a definition."""
        found = super().number(term)
        if not isinstance(term, Derived):
            return found
        rule = self._definition(term.definition)
        return Known(self._name(rule, "value", found.value), self._name(rule, "known", found.known))

    def _name(self, rule: Rule, aspect: str, node: Node) -> Node:
        named = self._symbols.name(f"{rule.name}: {aspect}", node)
        self.rules.setdefault(named.head, rule)
        return named

    def _rule(self, condition: Condition) -> Rule | None:
        match condition:
            case Named(name):
                return self._definition(name)
            case Eligible():
                return Rule("eligible", "eligible: every inclusion criterion holds and every exclusion criterion fails")
            case Takes(decision, choice):
                what = f"`{choice}` of `{decision}` comes first: it holds and every choice before it fails"
                return Rule(f"{decision} takes {choice}", what)
            case Assigned(decision, choices):
                names = " or ".join(choices)
                return Rule(f"{decision} is {names}", f"the patient is settled on {names} of `{decision}`")
            case _:
                return None

    def _definition(self, name: str) -> Rule:
        found = self.protocol.definitions[name]
        return Rule(f"definition {name}", f"definition `{name}`", found.body, found.place, found.quotes)


def _rules(protocol: Protocol) -> Iterator[tuple[Rule, Condition]]:
    """Yield the rules that are known by where they stand, each with its condition."""
    for name, quantity in protocol.quantities.items():
        rule = Rule(f"{name} applies", f"whether `{name}` applies", quantity.applies_if, quantity.place)
        yield rule, quantity.applies_if
    for at, fact in enumerate(protocol.facts, start=1):
        yield Rule(f"fact {at}", f"fact {at}, because {fact.because}", fact.rule, fact.place), fact.rule
    for each in protocol.criteria:
        what = f"{'exclusion' if each.excludes else 'inclusion'} criterion `{each.id}`"
        yield Rule(f"criterion {each.id}", what, each.rule, each.place, each.quotes), each.rule
    for decision in protocol.decisions.values():
        for choice in decision.choices:
            what = f"choice `{choice.name}` of `{decision.name}`"
            yield Rule(f"{decision.name}.{choice.name}", what, choice.rule, choice.place, choice.quotes), choice.rule


def explain(rule: Rule, protocol: Protocol, selection: Selection) -> Iterator[str]:
    """Yield what a reader should know of a rule: what it is, the rule as written, in English, the document's words."""
    line = f" (line {rule.place.line} of {Path(rule.place.file).name})" if rule.place.line else ""
    yield f"{rule.what}{line}"
    if rule.body is not None:
        with suppress(ValueError):  # cases and the like have no notation on one line
            yield f"  rule     {write(rule.body, protocol, selection)}"
        yield f"  english  {_say(rule.body, protocol, selection)}"
    for quote in rule.quotes:
        yield f"  line {quote.line:<4}{quote.text}"


def _say(body: Condition | Term, protocol: Protocol, selection: Selection) -> str:
    return say_term(body, protocol, selection) if isinstance(body, TERMS) else say(body, protocol, selection)


def describe(protocol: Protocol, quantity: str) -> str:
    """Return what a variable stands for."""
    found = protocol.quantities[quantity]
    match found.kind:
        case NumberKind(lower, upper, unit, step):
            steps = f", in steps of {say_amount(step, unit)}" if step else ""
            said = f"{say_amount(lower, unit)} to {say_amount(upper, unit)}{steps}"
        case CategoryKind(categories):
            said = ", ".join(f"{at} = {each}" for at, each in enumerate(categories))
        case _:
            said = "yes or no"
    return f"{found.title}: {said}"


def quotes_of(rules: Mapping[str, Rule]) -> tuple[Quote, ...]:
    """Return the quotes of rules, each once, in the order of the document."""
    found = {quote: None for rule in rules.values() for quote in rule.quotes}
    return tuple(sorted(found, key=lambda quote: (quote.start, quote.end)))
