"""A condition back into the condition language, so that reading what was written gives the same meaning.

Every operand that is itself a connection goes in brackets, whether or not it needs them. What stands for several
readings is written under one of them; a choice's own rule is written out.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import assert_never

from trialproof.model.condition import (
    TERMS,
    AllOf,
    AnyOf,
    Assigned,
    Cases,
    Compare,
    Condition,
    Count,
    Derived,
    Determined,
    Eligible,
    Floor,
    Greatest,
    IfThen,
    Is,
    Known,
    Least,
    Named,
    Not,
    Number,
    Product,
    Quotient,
    Readings,
    ReadTerm,
    Sum,
    Takes,
    Tally,
    Term,
    Value,
    Yes,
    parts,
)
from trialproof.model.exact import LONGEST_TEXT, plain
from trialproof.model.measure import say_unit, without_minus
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import CategoryKind, Intent, Protocol, Selection
from trialproof.model.scope import quoted
from trialproof.model.unit import PLAIN, Unit, say_amount
from trialproof.model.unit_of import shared_unit, unconverted, unit_of

# How tightly a text holds together. A place that asks for a level puts brackets around what is below it.
_LOOSE, _CONNECTED, _DENIED, _COMPARED, _WHOLE = range(5)
_SUM, _PRODUCT, _SIGNED, _ATOM = range(4)


def write(node: Condition | Term, protocol: Protocol, selection: Selection | None = None) -> str:
    """Return a condition or a term as a user would write it.

    A sentence with readings is written as the selection has it, else as preferred. A term is written in the unit that
    its quantities have, if they share one, else as a plain number.

    Raises:
        ValueError: the tree has what no text gives: `Cases`, an empty list of categories or choices, `min` and `max`
            of nothing, or a division by the constant zero.
    """
    writer = _Writer(protocol, {**protocol.preferred, **(selection or {})})
    if isinstance(node, TERMS):
        return writer.term(node, unit_of(node, protocol), _SUM)
    return writer.condition(node, _LOOSE)


class _Writer:
    def __init__(self, protocol: Protocol, selection: Selection) -> None:
        self._protocol = protocol
        self._selection = selection

    def condition(self, condition: Condition, level: int) -> str:
        """Return the text of a condition, in brackets where it holds together less than the place asks for."""
        text, own = self._condition(condition)
        return text if own >= level else f"({text})"

    def term(self, term: Term, unit: Unit | None, level: int) -> str:
        """Return the text of a term in a unit (None: as a plain number), in brackets where the place asks for it."""
        text, own = self._term(term, unit)
        return text if own >= level else f"({text})"

    def _condition(self, condition: Condition) -> tuple[str, int]:
        match condition:
            case Compare(left, relation, right):
                unit = shared_unit((left, right), self._protocol)
                return f"{self.term(left, unit, _SUM)} {relation.value} {self.term(right, unit, _SUM)}", _COMPARED
            case Is(quantity, categories):
                return _is(quantity, categories, "is"), _COMPARED
            case Assigned(decision, choices):
                return _is(decision, choices, "is"), _COMPARED
            case Yes(name) | Named(name):
                return name, _WHOLE
            case Known(quantity):
                return self._known(quantity), _COMPARED
            case Determined(operand):
                return f"{self._determined(operand)} is known", _COMPARED
            case Not(operand):
                return self._not(operand)
            case AllOf(operands) | AnyOf(operands):
                return self._connection(operands, "and" if isinstance(condition, AllOf) else "or")
            case IfThen(premise, conclusion):
                return f"if {self.condition(premise, _DENIED)} then {self.condition(conclusion, _DENIED)}", _LOOSE
            case Count(tally, number, operands):
                return self._count(tally, number, operands)
            case Readings(sentence, options):
                return self._condition(dict(options)[self._selection[sentence]])
            case Eligible():
                return "eligible", _WHOLE
            case Takes():
                return self._condition(self._rule(condition))
            case _:
                assert_never(condition)

    def _not(self, operand: Condition) -> tuple[str, int]:
        match operand:
            case Is(name, members) | Assigned(name, members):
                return _is(name, members, "is not"), _COMPARED
            case Known(quantity) if not self._has_category(quantity, "unknown"):
                return f"{quantity} is unknown", _COMPARED
            case Determined(inner):
                return f"{self._determined(inner)} is unknown", _COMPARED
            case _:
                return f"not {self.condition(operand, _WHOLE)}", _DENIED

    def _known(self, quantity: str) -> str:
        if self._has_category(quantity, "known"):
            return f'({quantity} is "known") is known'
        return f"{quantity} is known"

    def _has_category(self, quantity: str, word: str) -> bool:
        kind = self._protocol.quantities[quantity].kind
        return isinstance(kind, CategoryKind) and word in kind.categories

    def _determined(self, operand: Condition | Term) -> str:
        if isinstance(operand, TERMS):
            return self.term(operand, unit_of(operand, self._protocol), _ATOM)
        return self.condition(operand, _WHOLE)

    def _connection(self, operands: Sequence[Condition], connective: str) -> tuple[str, int]:
        if not operands:
            return "everyone" if connective == "and" else "nobody", _WHOLE
        if len(operands) == 1:
            return self._condition(operands[0])
        return f" {connective} ".join(self.condition(operand, _DENIED) for operand in operands), _CONNECTED

    def _count(self, tally: Tally, number: int, operands: Sequence[Condition]) -> tuple[str, int]:
        if operands and number >= 0:
            listed = ", ".join(self.condition(operand, _LOOSE) for operand in operands)
            return f"{tally.value} {number} of ({listed})", _COMPARED
        always = {Tally.AT_LEAST: number <= 0, Tally.AT_MOST: number >= 0, Tally.EXACTLY: number == 0}
        return "everyone" if always[tally] else "nobody", _WHOLE

    def _rule(self, takes: Takes) -> Condition:
        decision = self._protocol.decisions[takes.decision]
        rule = decision.choice(takes.choice).rule
        if decision.intent is not Intent.FIRST_MATCH:
            return rule
        names = [choice.name for choice in decision.choices]
        earlier = decision.choices[: names.index(takes.choice)]
        return AllOf((rule, *(Not(choice.rule) for choice in earlier)))

    def _term(self, term: Term, unit: Unit | None) -> tuple[str, int]:
        if unit is not None and (before := unconverted(term, unit, self._protocol)):
            return self._term(*before)
        match term:
            case Number(value):
                return _number(value, unit)
            case Value(name) | Derived(name):
                own = None if unit is not None else unit_of(term, self._protocol)
                return name if own is None else f"{name} in {_spelled(say_unit(own))}", _ATOM
            case Sum(terms):
                return self._sum(terms, unit)
            case Product(factors):
                return self._product(factors, unit)
            case Quotient(_, denominator) if self._is_zero(denominator):
                raise ValueError("a division by the constant zero has no notation")
            case Quotient(numerator, denominator):
                below = self.term(denominator, None, _SIGNED)
                return f"{self.term(numerator, unit, _PRODUCT)} / {below}", _PRODUCT
            case Least(terms) | Greatest(terms):
                return self._extreme(terms, "min" if isinstance(term, Least) else "max", unit)
            case Floor(inner):
                return f"floor({self.term(inner, None, _SUM)})", _ATOM
            case ReadTerm(sentence, options):
                return self._term(dict(options)[self._selection[sentence]], unit)
            case Cases():
                raise ValueError("cases have no notation in a condition")
            case _:
                assert_never(term)

    def _is_zero(self, term: Term) -> bool:
        if self._varies(term):
            return False
        found = about(self._protocol, Patient(()), self._selection).number(term)
        return found.known and found.value == 0

    def _varies(self, node: Condition | Term) -> bool:
        if isinstance(node, ReadTerm):
            return self._varies(dict(node.options)[self._selection[node.sentence]])
        return isinstance(node, (Value, Derived)) or any(self._varies(part) for part in parts(node))

    def _sum(self, terms: Sequence[Term], unit: Unit | None) -> tuple[str, int]:
        if not terms:
            return _number(Fraction(0), unit)
        first, *rest = terms
        if not rest:
            return self._term(first, unit)
        text = self.term(first, unit, _PRODUCT)
        for term in rest:
            subtracted = without_minus(term)
            sign = "+" if subtracted is None else "-"
            text += f" {sign} {self.term(term if subtracted is None else subtracted, unit, _PRODUCT)}"
        return text, _SUM

    def _product(self, factors: Sequence[Term], unit: Unit | None) -> tuple[str, int]:
        match factors:
            case ():
                return _number(Fraction(1), None)
            case (factor,):
                return self._term(factor, unit)
            case (Number(number), factor) if number == -1:
                return f"-{self.term(factor, unit, _ATOM)}", _SIGNED
            case (Number(number), factor):
                return f"{self.term(Number(number), None, _SIGNED)} * {self.term(factor, unit, _SIGNED)}", _PRODUCT
            case _:
                return " * ".join(self.term(factor, None, _SIGNED) for factor in factors), _PRODUCT

    def _extreme(self, terms: Sequence[Term], function: str, unit: Unit | None) -> tuple[str, int]:
        if not terms:
            raise ValueError(f"`{function}` of nothing has no notation")
        if len(terms) == 1:
            return self._term(terms[0], unit)
        return f"{function}({', '.join(self.term(term, unit, _SUM) for term in terms)})", _ATOM


def _is(name: str, members: Sequence[str], verb: str) -> str:
    if not members:
        raise ValueError(f"an empty list of what `{name}` can be has no notation")
    if len(members) == 1:
        return f"{name} {verb} {quoted(members[0])}"
    listed = ", ".join(quoted(member) for member in members)
    return f"{name} is {'none' if verb == 'is not' else 'one'} of ({listed})"


def _number(value: Fraction, unit: Unit | None) -> tuple[str, int]:
    """Write a number, as a decimal if that ends and can be read again, else as a quotient."""
    decimal = plain(value)
    if "/" in decimal or len(decimal.lstrip("-")) > LONGEST_TEXT:
        above, _ = _number(Fraction(value.numerator), unit)
        return f"{above} / {value.denominator}", _PRODUCT
    if unit is None or unit == PLAIN:
        text = decimal
    elif unit.text.startswith("/"):
        text = f"{decimal} {_spelled(unit.text)}"
    else:
        text = say_amount(value, unit)
    return text, _SIGNED if value < 0 else _ATOM


def _spelled(unit: str) -> str:
    """Spell a unit so that it cannot be taken for a division."""
    return f"1{unit}" if unit.startswith("/") else unit
