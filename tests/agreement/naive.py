"""A second evaluator, written from the words of the design and sharing no code with the first: slow and obvious.

An opinion is True, False, or None for undetermined. Wherever opinions are connected, every way in which the
undetermined ones could turn out is tried: what they all agree on is determined.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from typing import TypeAlias, cast, get_args

from trialproof.model import condition as tree
from trialproof.model.condition import Condition, Relation, Tally, Term
from trialproof.model.patient import Patient
from trialproof.model.protocol import Decision, Intent, Protocol, Recorded, Selection

Opinion: TypeAlias = "bool | None"


def whatever(function: Callable[[Sequence[bool]], bool], opinions: Sequence[Opinion]) -> Opinion:
    """Return the answer that comes out however the undetermined opinions turn out; None if there is no such answer."""
    completions = product(*[(True, False) if opinion is None else (opinion,) for opinion in opinions])
    answers = {function(completion) for completion in completions}
    return answers.pop() if len(answers) == 1 else None


def opposite(opinion: Opinion) -> Opinion:
    return None if opinion is None else not opinion


class Naive:
    """What one patient's record says of the rules of a protocol, worked out afresh at every question."""

    def __init__(self, protocol: Protocol, patient: Patient, selection: Selection) -> None:
        self.protocol = protocol
        self.record = dict(patient.values)
        self.selection = selection

    def value_of(self, name: str) -> Recorded | None:
        quantity = self.protocol.quantities[name]
        applies = self.judge(quantity.applies_if)
        if applies is True:
            return self.record.get(name)
        if applies is False:
            return quantity.when_not_applicable
        return None

    def judge(self, condition: Condition) -> Opinion:
        match condition:
            case tree.Compare(left, relation, right):
                a, b = self.measure(left), self.measure(right)
                return None if a is None or b is None else compare(a, relation, b)
            case tree.Is(name, categories):
                value = self.value_of(name)
                return None if value is None else value in categories
            case tree.Yes(name):
                value = self.value_of(name)
                return None if value is None else value is True
            case tree.Known(name):
                return self.value_of(name) is not None
            case tree.Determined(operand):
                return self.determined(operand)
            case tree.Not(operand):
                return opposite(self.judge(operand))
            case tree.AllOf(operands):
                return whatever(all, [self.judge(each) for each in operands])
            case tree.AnyOf(operands):
                return whatever(any, [self.judge(each) for each in operands])
            case tree.IfThen(premise, conclusion):
                both = [self.judge(premise), self.judge(conclusion)]
                return whatever(lambda each: each[1] if each[0] else True, both)
            case tree.Count(tally, number, operands):
                return whatever(lambda each: tallied(tally, sum(each), number), [self.judge(each) for each in operands])
            case tree.Readings(sentence, options):
                return self.judge(next(rule for name, rule in options if name == self.selection[sentence]))
            case tree.Named(name):
                definition = self.protocol.definitions[name]
                return self.judge(cast("Condition", definition.body)) if self.judge(definition.applies_if) else None
            case tree.Eligible():
                met = [self.judge(criterion.rule) for criterion in self.protocol.inclusion]
                broken = [self.judge(criterion.rule) for criterion in self.protocol.exclusion]
                return whatever(all, met + [opposite(each) for each in broken])
            case tree.Takes(decision, choice):
                return self.takes(self.protocol.decisions[decision], choice)
            case tree.Assigned(decision, choices):
                return self.assigned(self.protocol.decisions[decision], choices)

    def determined(self, operand: Condition | Term) -> bool:
        if isinstance(operand, get_args(Term)):
            return self.measure(cast("Term", operand)) is not None
        return self.judge(cast("Condition", operand)) is not None

    def takes(self, decision: Decision, name: str) -> Opinion:
        names = [choice.name for choice in decision.choices]
        own = self.judge(decision.choices[names.index(name)].rule)
        if decision.intent is not Intent.FIRST_MATCH:
            return own
        earlier = [self.judge(choice.rule) for choice in decision.choices[: names.index(name)]]
        return whatever(lambda each: each[-1] and not any(each[:-1]), [*earlier, own])

    def fate(self, decision: Decision) -> str:
        """Return `gap`, `overlap`, `settled` or `undetermined`, for a patient of the population."""
        opinions = [self.takes(decision, choice.name) for choice in decision.choices]
        lo, hi = sum(each is True for each in opinions), sum(each is not False for each in opinions)
        least = 0 if decision.intent in (Intent.AT_MOST_ONE, Intent.ANY) else 1
        most = len(opinions) if decision.intent in (Intent.AT_LEAST_ONE, Intent.ANY) else 1
        if hi < least:
            return "gap"
        if lo > most:
            return "overlap"
        return "settled" if least <= lo and hi <= most else "undetermined"

    def assigned(self, decision: Decision, names: Sequence[str]) -> Opinion:
        if self.judge(decision.population) is not True:
            return None
        mine = whatever(any, [self.takes(decision, name) for name in names])
        if mine is True and decision.intent in (Intent.ANY, Intent.AT_LEAST_ONE):
            return True
        return mine if self.fate(decision) == "settled" else None

    def measure(self, term: Term) -> Fraction | None:
        match term:
            case tree.Number(value):
                return value
            case tree.Value(name):
                recorded = self.value_of(name)
                return None if recorded is None else Fraction(recorded)
            case tree.Derived(name):
                definition = self.protocol.definitions[name]
                return self.measure(cast("Term", definition.body)) if self.judge(definition.applies_if) else None
            case tree.Sum(terms):
                return self.from_all(terms, lambda values: sum(values, Fraction(0)))
            case tree.Product(factors):
                return self.from_all(factors, multiplied)
            case tree.Quotient(numerator, denominator):
                return self.from_all((numerator, denominator), lambda both: both[0] / both[1] if both[1] else None)
            case tree.Least(terms):
                return self.from_all(terms, min)
            case tree.Greatest(terms):
                return self.from_all(terms, max)
            case tree.Floor(inner):
                return self.from_all((inner,), lambda one: Fraction(one[0].numerator // one[0].denominator))
            case tree.Cases(rows):
                opinions = [self.judge(condition) for condition, _ in rows]
                if None in opinions or sum(map(bool, opinions)) != 1:
                    return None
                return self.measure(rows[opinions.index(True)][1])
            case tree.ReadTerm(sentence, options):
                return self.measure(next(rule for name, rule in options if name == self.selection[sentence]))

    def from_all(
        self, terms: Sequence[Term], function: Callable[[Sequence[Fraction]], Fraction | None]
    ) -> Fraction | None:
        known = [value for value in map(self.measure, terms) if value is not None]
        return function(known) if len(known) == len(terms) else None


def compare(a: Fraction, relation: Relation, b: Fraction) -> bool:
    order = (a > b) - (a < b)
    return order in {"<": (-1,), "<=": (-1, 0), "=": (0,), "!=": (-1, 1), ">=": (0, 1), ">": (1,)}[relation.value]


def tallied(tally: Tally, count: int, number: int) -> bool:
    return {"at least": count >= number, "at most": count <= number, "exactly": count == number}[tally.value]


def multiplied(factors: Sequence[Fraction]) -> Fraction:
    result = Fraction(1)
    for factor in factors:
        result *= factor
    return result
