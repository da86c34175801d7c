"""A condition as an English sentence that can be read in one way only.

Commas join what stands outermost, `both ... and ...` and `either ... or ...` what stands one step in, brackets all that
is deeper. A title that could be taken for part of the sentence goes in quotation marks, and one that two things share
is followed by the name. Nothing is rephrased into something that is merely equivalent.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import assert_never

from trialproof.model.condition import (
    FLIPPED,
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
    Relation,
    Sum,
    Takes,
    Tally,
    Term,
    Value,
    Yes,
)
from trialproof.model.exact import plain
from trialproof.model.measure import say_unit, without_minus
from trialproof.model.protocol import NumberKind, Protocol, Selection
from trialproof.model.unit import PLAIN, Unit, say_amount
from trialproof.model.unit_of import shared_unit, unconverted, unit_of

_RELATIONS = {
    Relation.LT: "less than",
    Relation.LE: "at most",
    Relation.EQ: "exactly",
    Relation.NE: "not exactly",
    Relation.GE: "at least",
    Relation.GT: "more than",
}
_CONFUSING = re.compile(
    r"[^\w\s'.%/+-]|\b(?:and|or|is|are|if|then|but|either|both|not|no|none|whether|known|unknown|"
    r"plus|minus|times|divided|rounded|where|everyone|nobody)\b",
    re.IGNORECASE,
)


def say(condition: Condition, protocol: Protocol, selection: Selection | None = None) -> str:
    """Say a condition; where the selection does not pick a reading, all readings of the sentence."""
    return _Speaker(protocol, selection or {}).say(condition, 0)


def say_term(term: Term, protocol: Protocol, selection: Selection | None = None) -> str:
    """Say a term; amounts in the unit that its quantities share, else every quantity as a plain number."""
    return _Speaker(protocol, selection or {}).say_term(term, unit_of(term, protocol), inside=False)


class _Speaker:
    def __init__(self, protocol: Protocol, selection: Selection) -> None:
        self._protocol = protocol
        self._selection = selection
        # An open definition shares its name with the free yes/no that stands for it: one thing, one title.
        titles = {name: each.title for name, each in protocol.quantities.items()}
        titles |= {name: each.title for name, each in protocol.definitions.items()}
        decisions = {name: each.label or name.replace("_", " ") for name, each in protocol.decisions.items()}
        in_units = [
            f"{each.title} in {say_unit(each.kind.unit)}"
            for each in protocol.quantities.values()
            if isinstance(each.kind, NumberKind)
        ]
        used = Counter(title.casefold() for title in (*titles.values(), *decisions.values(), *in_units))
        self._titles = {name: _title(name, title, used) for name, title in titles.items()}
        self._decisions = {name: _title(name, title, used) for name, title in decisions.items()}

    def say(self, condition: Condition, depth: int) -> str:
        """Say a condition; the deeper it stands, the tighter it holds together."""
        match condition:
            case Compare(left, relation, right):
                return self._compare(left, relation, right, "is")
            case Is() | Yes() | Known() | Named() | Eligible() | Assigned() | Takes() | Determined():
                return self._plainly(condition)
            case Not(operand):
                return self._not(operand)
            case AllOf((only,)) | AnyOf((only,)):
                return self.say(only, depth)
            case AllOf(operands):
                return self._range(operands) or self._all(operands, depth)
            case AnyOf(operands):
                return self._any(operands, depth)
            case IfThen(premise, conclusion) if depth == 0:
                return f"if {self.say(premise, 1)}, then {self.say(conclusion, 1)}"
            case IfThen(premise, conclusion):
                return f"(if {self.say(premise, 2)} then {self.say(conclusion, 2)})"
            case Count(Tally.EXACTLY, 1, (one, other)):
                either = f"either {self.say(one, 2)} or {self.say(other, 2)}"
                return f"{either}, but not both" if depth == 0 else f"({either} but not both)"
            case Count(tally, number, operands):
                return f"{tally.value} {number} of ({'; '.join(self.say(each, 2) for each in operands)})"
            case Readings(sentence, options):
                return self._readings(sentence, options, depth)
            case _:
                assert_never(condition)

    def say_term(self, term: Term, unit: Unit | None, *, inside: bool) -> str:
        """Say a term in a unit (None: as a plain number); `inside` another one, a composed term goes in brackets."""
        text, composed = self._term(term, unit)
        return f"({text})" if inside and composed else text

    def _plainly(self, condition: Is | Yes | Known | Named | Eligible | Assigned | Takes | Determined) -> str:
        match condition:
            case Is(quantity, categories):
                return f"{self._titles[quantity]} is {_list(categories)}"
            case Yes(name) | Named(name):
                return self._titles[name]
            case Known(quantity):
                return f"{self._titles[quantity]} is known"
            case Determined(operand):
                return self._determined(operand, "known")
            case Eligible():
                return "the patient is eligible"
            case Takes(decision, choice):
                return f"the rule of {self._decisions[decision]} for {_guard(self._choice(decision, choice))} holds"
            case Assigned(decision, choices):
                return f"{self._decisions[decision]} is {_list([self._choice(decision, each) for each in choices])}"
            case _:
                assert_never(condition)

    def _not(self, operand: Condition) -> str:
        match operand:
            case Compare(left, relation, right) if relation is not Relation.NE:
                return self._compare(left, relation, right, "is not")
            case Is(quantity, categories):
                return f"{self._titles[quantity]} is {_none(categories)}"
            case Assigned(decision, choices):
                return f"{self._decisions[decision]} is {_none([self._choice(decision, each) for each in choices])}"
            case Yes(quantity) if self._protocol.quantities[quantity].left_open is None:
                return f"no {self._titles[quantity]}"
            case Yes(name) | Named(name):
                return f"not {self._titles[name]}"
            case Known(quantity):
                return f"{self._titles[quantity]} is unknown"
            case Determined(inner):
                return self._determined(inner, "unknown")
            case Eligible():
                return "the patient is not eligible"
            case _:
                return f"it is not so that ({self.say(operand, 0)})"

    def _determined(self, operand: Condition | Term, word: str) -> str:
        match operand:
            case Number() | Value() | Derived() | Sum() | Product() | Quotient() | Least() | Greatest() | Floor():
                return f"{self.say_term(operand, unit_of(operand, self._protocol), inside=True)} is {word}"
            case Cases() | ReadTerm():
                return f"{self.say_term(operand, None, inside=True)} is {word}"
            case _:
                return f"it is {word} whether ({self.say(operand, 0)})"

    def _compare(self, left: Term, relation: Relation, right: Term, verb: str) -> str:
        if isinstance(left, Number) and not isinstance(right, Number):
            left, relation, right = right, FLIPPED[relation], left
        unit = shared_unit((left, right), self._protocol)
        ours, theirs = (self.say_term(term, unit, inside=False) for term in (left, right))
        return f"{ours} {verb} {_RELATIONS[relation]} {theirs}"

    def _range(self, operands: Sequence[Condition]) -> str | None:
        """Say two bounds of one term as a range, if that is what they are."""
        bounds = []
        for operand in operands:
            match operand:
                case Compare(Number(value), Relation.LE | Relation.GE as relation, term):
                    bounds.append((term, FLIPPED[relation], value))
                case Compare(term, Relation.LE | Relation.GE as relation, Number(value)):
                    bounds.append((term, relation, value))
        match bounds:
            case [(term, Relation.GE, low), (same, Relation.LE, high)] if term == same and len(operands) == 2:
                unit = unit_of(term, self._protocol)
                amount = say_amount(high, unit or PLAIN)
                return f"{self.say_term(term, unit, inside=False)} is from {plain(low)} to {amount}"
        return None

    def _all(self, operands: Sequence[Condition], depth: int) -> str:
        if not operands:
            return "everyone"
        if depth == 0:
            return ", and ".join(self.say(operand, 1) for operand in operands)
        inner = " and ".join(self.say(operand, 2) for operand in operands)
        return f"both {inner}" if depth == 1 and len(operands) == 2 else f"({inner})"

    def _any(self, operands: Sequence[Condition], depth: int) -> str:
        if not operands:
            return "nobody"
        if depth == 0:
            return ", or ".join(self.say(operand, 1) for operand in operands)
        inner = " or ".join(self.say(operand, 2) for operand in operands)
        return f"either {inner}" if depth == 1 else f"({inner})"

    def _readings(self, sentence: str, options: Sequence[tuple[str, Condition]], depth: int) -> str:
        chosen = self._selection.get(sentence)
        if chosen is not None:
            return self.say(dict(options)[chosen], depth)
        read = [f"as `{name}`: {self.say(option, 0)}" for name, option in options]
        return f"read {'; or '.join(read)}" if depth == 0 else f"(read {'; or '.join(read)})"

    def _choice(self, decision: str, choice: str) -> str:
        return self._protocol.decisions[decision].choice(choice).title

    def _term(self, term: Term, unit: Unit | None) -> tuple[str, bool]:
        """Say a term, and whether it is composed."""
        before = unconverted(term, unit, self._protocol) if unit is not None else None
        if before is not None:
            return self._term(*before)
        match term:
            case Number(value):
                return say_amount(value, unit or PLAIN), False
            case Value(name) | Derived(name):
                own = None if unit is not None else unit_of(term, self._protocol)
                return self._titles[name] if own is None else f"{self._titles[name]} in {say_unit(own)}", False
            case Sum((only,)) | Product((only,)) | Least((only,)) | Greatest((only,)):
                return self._term(only, unit)
            case Sum(terms):
                return self._sum(terms, unit), True
            case Product((Number(value), factor)) if value == -1:
                return f"minus {self.say_term(factor, unit, inside=True)}", True
            case Product(factors):
                return " times ".join(self._factor(factor, unit, len(factors)) for factor in factors) or "1", True
            case Quotient(numerator, denominator):
                above = self.say_term(numerator, unit, inside=True)
                return f"{above} divided by {self.say_term(denominator, None, inside=True)}", True
            case Least(terms) | Greatest(terms):
                listed = "; ".join(self.say_term(each, unit, inside=False) for each in terms)
                return f"the {'smallest' if isinstance(term, Least) else 'largest'} of ({listed})", False
            case Floor(inner):
                return f"{self.say_term(inner, None, inside=True)} rounded down", True
            case Cases(rows):
                listed = "; ".join(
                    f"{self.say_term(each, unit, inside=True)} where {self.say(when, 2)}" for when, each in rows
                )
                return f"the one of ({listed})", False
            case ReadTerm(sentence, options):
                chosen = self._selection.get(sentence)
                if chosen is not None:
                    return self._term(dict(options)[chosen], unit)
                read = [f"as `{name}`: {self.say_term(option, unit, inside=False)}" for name, option in options]
                return f"(read {'; or '.join(read)})", False
            case _:
                assert_never(term)

    def _factor(self, factor: Term, unit: Unit | None, count: int) -> str:
        """Say one of several factors: a number among two is plain, and the other has the unit of the product."""
        plainly = count > 2 or isinstance(factor, Number)
        return self.say_term(factor, None if plainly else unit, inside=True)

    def _sum(self, terms: Sequence[Term], unit: Unit | None) -> str:
        if not terms:
            return say_amount(Fraction(0), unit or PLAIN)
        said = self.say_term(terms[0], unit, inside=True)
        for term in terms[1:]:
            subtracted = without_minus(term)
            word = "plus" if subtracted is None else "minus"
            said += f" {word} {self.say_term(term if subtracted is None else subtracted, unit, inside=True)}"
        return said


def _title(name: str, title: str, used: Counter[str]) -> str:
    return _guard(title) if used[title.casefold()] == 1 else f"{_guard(title)} `{name}`"


def _guard(title: str) -> str:
    """Put a title in quotation marks if it could be taken for a part of the sentence."""
    if not _CONFUSING.search(title):
        return title
    inner = title.replace("“", '"').replace("”", '"')
    return f"“{inner}”"


def _list(members: Sequence[str]) -> str:
    guarded = [_guard(member) for member in members]
    if len(guarded) == 1:
        return guarded[0]
    simple = guarded and not any(re.search(r"[\s/]", member) for member in guarded)
    return "/".join(guarded) if simple else f"one of ({'; '.join(guarded)})"


def _none(members: Sequence[str]) -> str:
    listed = _list(members)
    return f"not {listed}" if len(members) == 1 else f"none of {listed.removeprefix('one of ')}"
