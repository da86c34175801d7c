"""The meaning of a rule, written once, over any carrier.

A condition holds, fails, or is undetermined because something it needs was not recorded or does not apply: strong
Kleene logic, carried as the pair (holds, fails), of which never both are true. A carrier says what a truth `B` and a
number `N` are, and supplies one-line operations: Python values for one patient (`model.patient`), NumPy arrays for a
cohort (`simulate.cohort`), Z3 terms for every possible patient (`verify.symbolic`).

Where a term is not known its number is arbitrary and must not be looked at; `Known.known` guards every use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, Protocol as Interface, TypeVar, assert_never

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
    Known as IsKnown,
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
from trialproof.model.protocol import Decision, Intent, Protocol, Recorded

WHATEVER = "*"
"""In place of a reading: the sentence holds (or fails) only where it does so under every reading it has."""

B = TypeVar("B")
N = TypeVar("N")


class Carrier(Interface[B, N]):
    """What a truth and a number are. Sequences may be empty: `every(())` is true, `some(())` is false."""

    def every(self, truths: Sequence[B], /) -> B:
        """All are true."""

    def some(self, truths: Sequence[B], /) -> B:
        """One or more are true."""

    def negate(self, truth: B, /) -> B:
        """It is not true."""

    def at_least(self, number: int, truths: Sequence[B], /) -> B:
        """So many or more of them are true."""

    def constant(self, value: Fraction, /) -> N:
        """An exact number."""

    def recorded(self, quantity: str, /) -> B:
        """The patient's data hold a value of the quantity."""

    def number(self, quantity: str, /) -> N:
        """The recorded value of a number quantity, in its own unit."""

    def category(self, quantity: str, categories: tuple[str, ...], /) -> B:
        """The recorded value of a category quantity is one of these."""

    def yes(self, quantity: str, /) -> B:
        """The recorded value of a yes/no quantity is yes."""

    def add(self, terms: Sequence[N], /) -> N:
        """The sum; 0 for no terms."""

    def multiply(self, left: N, right: N, /) -> N:
        """The product."""

    def divide(self, numerator: N, denominator: N, /) -> N:
        """The exact quotient; anything where the denominator is zero."""

    def floor(self, term: N, /) -> N:
        """The largest whole number not above it."""

    def choose(self, truth: B, then: N, otherwise: N, /) -> N:
        """One number where the truth holds, the other elsewhere."""

    def relate(self, left: N, relation: Relation, right: N, /) -> B:
        """Two numbers compare so."""

    def reading(self, sentence: str, /) -> str | None:
        """The reading that the sentence has in this evaluation, or `WHATEVER`; None where it is itself a variable."""

    def chosen(self, sentence: str, reading: str, /) -> B:
        """The sentence has this reading. Asked only where `reading` is None."""


@dataclass(frozen=True, slots=True)
class Truth(Generic[B]):
    """Whether a condition holds and whether it fails; neither means undetermined, and never both."""

    holds: B
    fails: B


@dataclass(frozen=True, slots=True)
class Known(Generic[B, N]):
    """A number and whether it is known; unless it is, the number is arbitrary."""

    value: N
    known: B


class Meaning(Generic[B, N]):
    """What the rules of one protocol mean in one carrier. Named rules are evaluated once and remembered."""

    def __init__(self, protocol: Protocol, carrier: Carrier[B, N]) -> None:
        self.protocol = protocol
        self.carrier = carrier
        self._true = carrier.every(())
        self._truths: dict[Condition, Truth[B]] = {}
        self._numbers: dict[Term, Known[B, N]] = {}
        self._applying: dict[str, Truth[B]] = {}

    def truth(self, condition: Condition) -> Truth[B]:
        """Return whether the condition holds and whether it fails."""
        c = self.carrier
        match condition:
            case Compare(left, relation, right):
                return self._once(condition, lambda: self._compare(left, relation, right))
            case Is(quantity, categories):
                return self._once(condition, lambda: self._is(quantity, categories))
            case Yes(quantity):
                return self._once(condition, lambda: self._yes(quantity))
            case IsKnown(quantity):
                return self._sure(self.known(quantity))
            case Determined(operand):
                if isinstance(operand, TERMS):
                    return self._sure(self.number(operand).known)
                inner = self.truth(operand)
                return self._sure(c.some((inner.holds, inner.fails)))
            case Not(operand):
                inner = self.truth(operand)
                return Truth(inner.fails, inner.holds)
            case AllOf(operands):
                each = [self.truth(operand) for operand in operands]
                return Truth(c.every([t.holds for t in each]), c.some([t.fails for t in each]))
            case AnyOf(operands):
                each = [self.truth(operand) for operand in operands]
                return Truth(c.some([t.holds for t in each]), c.every([t.fails for t in each]))
            case IfThen(premise, conclusion):
                return self.truth(AnyOf((Not(premise), conclusion)))
            case Count(tally, number, operands):
                return self._count(tally, number, [self.truth(operand) for operand in operands])
            case Readings(sentence, options):
                return self._read(sentence, options)
            case Named(name):
                definition = self.protocol.definitions[name]
                return self._once(condition, lambda: self._applicable(definition.applies_if, definition.body))
            case Eligible():
                return self._once(condition, self._eligible)
            case Takes(decision, choice):
                return self._once(condition, lambda: self._takes(self.protocol.decisions[decision], choice))
            case Assigned(decision, choices):
                return self._once(condition, lambda: self._assigned(self.protocol.decisions[decision], choices))
            case _:
                assert_never(condition)

    def number(self, term: Term) -> Known[B, N]:
        """Return the value of a term and whether it is known."""
        c = self.carrier
        match term:
            case Number(value):
                return Known(c.constant(value), self._true)
            case Value(quantity):
                return self._value(quantity)
            case Derived(name):
                found = self._numbers.get(term)
                if found is None:
                    definition = self.protocol.definitions[name]
                    body = definition.body
                    assert isinstance(body, TERMS), name  # noqa: S101 - typing refused anything else
                    inner = self.number(body)
                    found = Known(inner.value, c.every((inner.known, self.truth(definition.applies_if).holds)))
                    self._numbers[term] = found
                return found
            case Sum(terms):
                each = [self.number(part) for part in terms]
                return Known(c.add([t.value for t in each]), c.every([t.known for t in each]))
            case Product(factors):
                product = Known(c.constant(Fraction(1)), self._true)
                for index, factor in enumerate(factors):
                    right = self.number(factor)
                    multiplied = c.multiply(product.value, right.value) if index else right.value
                    product = Known(multiplied, c.every((product.known, right.known)))
                return product
            case Quotient(numerator, denominator):
                top, bottom = self.number(numerator), self.number(denominator)
                nonzero = c.relate(bottom.value, Relation.NE, c.constant(Fraction(0)))
                return Known(c.divide(top.value, bottom.value), c.every((top.known, bottom.known, nonzero)))
            case Least(terms):
                return self._extreme(terms, Relation.LE)
            case Greatest(terms):
                return self._extreme(terms, Relation.GE)
            case Floor(inner_term):
                inner = self.number(inner_term)
                return Known(c.floor(inner.value), inner.known)
            case Cases(rows):
                return self._cases(rows)
            case ReadTerm(sentence, options):
                return self._read_term(sentence, options)
            case _:
                assert_never(term)

    def applies(self, quantity: str) -> Truth[B]:
        """Return whether the quantity exists for the patient at all."""
        found = self._applying.get(quantity)
        if found is None:
            found = self.truth(self.protocol.quantities[quantity].applies_if)
            self._applying[quantity] = found
        return found

    def known(self, quantity: str) -> B:
        """Return whether the quantity has a value: recorded where it applies, or given for where it does not."""
        c, applies = self.carrier, self.applies(quantity)
        here = c.every((applies.holds, c.recorded(quantity)))
        if self.protocol.quantities[quantity].when_not_applicable is None:
            return here
        return c.some((here, applies.fails))

    def settled(self, decision: Decision) -> B:
        """Return whether the patient gets as many choices as intended, whatever is still undetermined."""
        low, high = decision.bounds
        truths = [self.truth(Takes(decision.name, choice.name)) for choice in decision.choices]
        return self.carrier.every((self._enough(low, truths), self._not_too_many(high, truths)))

    def _sure(self, truth: B) -> Truth[B]:
        return Truth(truth, self.carrier.negate(truth))

    def _once(self, condition: Condition, evaluate: Callable[[], Truth[B]]) -> Truth[B]:
        found = self._truths.get(condition)
        if found is None:
            found = self._truths[condition] = evaluate()
        return found

    def _compare(self, left: Term, relation: Relation, right: Term) -> Truth[B]:
        c, a, b = self.carrier, self.number(left), self.number(right)
        known, related = c.every((a.known, b.known)), c.relate(a.value, relation, b.value)
        return Truth(c.every((known, related)), c.every((known, c.negate(related))))

    def _is(self, quantity: str, categories: tuple[str, ...]) -> Truth[B]:
        default = self.protocol.quantities[quantity].when_not_applicable
        return self._recorded(quantity, self.carrier.category(quantity, categories), default, default in categories)

    def _yes(self, quantity: str) -> Truth[B]:
        default = self.protocol.quantities[quantity].when_not_applicable
        return self._recorded(quantity, self.carrier.yes(quantity), default, default is True)

    def _recorded(
        self, quantity: str, positive: B, default: Recorded | None, default_positive: bool  # noqa: FBT001 - two truths
    ) -> Truth[B]:
        """Judge a quantity by its recorded value where it applies, by its stated value where it does not."""
        c, applies = self.carrier, self.applies(quantity)
        here = c.every((applies.holds, c.recorded(quantity)))
        holds, fails = c.every((here, positive)), c.every((here, c.negate(positive)))
        if default is None:
            return Truth(holds, fails)
        if default_positive:
            return Truth(c.some((holds, applies.fails)), fails)
        return Truth(holds, c.some((fails, applies.fails)))

    def _value(self, quantity: str) -> Known[B, N]:
        c, default = self.carrier, self.protocol.quantities[quantity].when_not_applicable
        value = c.number(quantity)
        if isinstance(default, Fraction):
            value = c.choose(self.applies(quantity).fails, c.constant(default), value)
        return Known(value, self.known(quantity))

    def _applicable(self, applies_if: Condition, body: Condition | Term) -> Truth[B]:
        assert not isinstance(body, TERMS)  # noqa: S101 - typing refused anything else
        applies, inner = self.truth(applies_if), self.truth(body)
        every = self.carrier.every
        return Truth(every((applies.holds, inner.holds)), every((applies.holds, inner.fails)))

    def _extreme(self, terms: tuple[Term, ...], better: Relation) -> Known[B, N]:
        c = self.carrier
        best, *rest = (self.number(term) for term in terms)
        for other in rest:
            value = c.choose(c.relate(best.value, better, other.value), best.value, other.value)
            best = Known(value, c.every((best.known, other.known)))
        return best

    def _count(self, tally: Tally, number: int, truths: list[Truth[B]]) -> Truth[B]:
        c = self.carrier
        enough = Truth(self._enough(number, truths), self._not_too_many(number - 1, truths))
        within = Truth(self._not_too_many(number, truths), self._enough(number + 1, truths))
        match tally:
            case Tally.AT_LEAST:
                return enough
            case Tally.AT_MOST:
                return within
            case Tally.EXACTLY:
                return Truth(c.every((enough.holds, within.holds)), c.some((enough.fails, within.fails)))

    def _enough(self, number: int, truths: list[Truth[B]]) -> B:
        """So many hold, whatever the undetermined ones turn out to be."""
        return self.carrier.at_least(number, [t.holds for t in truths])

    def _not_too_many(self, number: int, truths: list[Truth[B]]) -> B:
        """No more than so many could hold, whatever the undetermined ones turn out to be."""
        return self.carrier.at_least(len(truths) - number, [t.fails for t in truths])

    def _cases(self, rows: tuple[tuple[Condition, Term], ...]) -> Known[B, N]:
        c = self.carrier
        truths = [self.truth(condition) for condition, _ in rows]
        terms = [self.number(term) for _, term in rows]
        one = self._not_too_many(1, truths)
        value = terms[-1].value
        for truth, term in zip(truths[:-1], terms[:-1], strict=True):
            value = c.choose(truth.holds, term.value, value)
        known = [c.every((truth.holds, term.known)) for truth, term in zip(truths, terms, strict=True)]
        return Known(value, c.every((one, c.some(known))))

    def _read(self, sentence: str, options: tuple[tuple[str, Condition], ...]) -> Truth[B]:
        c, reading = self.carrier, self.carrier.reading(sentence)
        if reading == WHATEVER:
            truths = [self.truth(option) for _, option in options]
            return Truth(c.every([t.holds for t in truths]), c.every([t.fails for t in truths]))
        if reading is not None:
            return self.truth(dict(options)[reading])
        each = [(c.chosen(sentence, name), self.truth(option)) for name, option in options]
        holds = c.some([c.every((chosen, t.holds)) for chosen, t in each])
        return Truth(holds, c.some([c.every((chosen, t.fails)) for chosen, t in each]))

    def _read_term(self, sentence: str, options: tuple[tuple[str, Term], ...]) -> Known[B, N]:
        c, reading = self.carrier, self.carrier.reading(sentence)
        if reading == WHATEVER:
            terms = [self.number(option) for _, option in options]
            same = [c.relate(term.value, Relation.EQ, terms[0].value) for term in terms]
            return Known(terms[0].value, c.every([*same, *(term.known for term in terms)]))
        if reading is not None:
            return self.number(dict(options)[reading])
        each = [(c.chosen(sentence, name), self.number(option)) for name, option in options]
        value = each[-1][1].value
        for chosen, term in each[:-1]:
            value = c.choose(chosen, term.value, value)
        return Known(value, c.some([c.every((chosen, term.known)) for chosen, term in each]))

    def _eligible(self) -> Truth[B]:
        c = self.carrier
        include = [self.truth(criterion.rule) for criterion in self.protocol.inclusion]
        exclude = [self.truth(criterion.rule) for criterion in self.protocol.exclusion]
        return Truth(
            c.every([t.holds for t in include] + [t.fails for t in exclude]),
            c.some([t.fails for t in include] + [t.holds for t in exclude]),
        )

    def _takes(self, decision: Decision, name: str) -> Truth[B]:
        own = self.truth(decision.choice(name).rule)
        if decision.intent is not Intent.FIRST_MATCH:
            return own
        c, holds, fails = self.carrier, [own.holds], [own.fails]
        for earlier in decision.choices:
            if earlier.name == name:
                break
            truth = self.truth(earlier.rule)
            holds.append(truth.fails)
            fails.append(truth.holds)
        return Truth(c.every(holds), c.some(fails))

    def _assigned(self, decision: Decision, names: tuple[str, ...]) -> Truth[B]:
        c = self.carrier
        member = self.truth(decision.population).holds
        mine = [self.truth(Takes(decision.name, name)) for name in names]
        one, none = c.some([t.holds for t in mine]), c.every([t.fails for t in mine])
        settled = c.every((member, self.settled(decision)))
        if decision.intent in (Intent.ANY, Intent.AT_LEAST_ONE):
            holds = c.every((member, one))
        else:
            holds = c.every((settled, one))
        return Truth(holds, c.every((settled, none)))
