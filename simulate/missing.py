"""Which unrecorded quantities an undetermined rule waits for, for one patient or for a whole cohort at once.

A rule waits for a quantity of a patient if nothing was recorded of it, it applies or may apply, and every part of the
rule on the way down to it is undetermined. Recording any other quantity leaves the rule undetermined. A rule that asks
whether something *is known* has an answer, and is not followed.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar, assert_never

import numpy as np

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
    Term,
    Value,
    Yes,
    parts,
)
from trialproof.model.meaning import WHATEVER, Meaning, Truth
from trialproof.model.protocol import Decision, Intent

B = TypeVar("B")
N = TypeVar("N")


class Waiting(Generic[B, N]):
    """Collects, quantity by quantity, for which patients some undetermined rule waits for it."""

    def __init__(self, meaning: Meaning[B, N]) -> None:
        self._meaning = meaning
        self._found: dict[str, B] = {}
        self._been: dict[Hashable, B] = {}

    @property
    def found(self) -> Mapping[str, B]:
        """For which patients each quantity is waited for, in the order of the protocol; others are left out."""
        return {name: self._found[name] for name in self._meaning.protocol.quantities if name in self._found}

    def look(self, condition: Condition, among: B) -> None:
        """Look at a rule, for these patients."""
        truth = self._meaning.truth(condition)
        mask = self._all(among, self._not(truth.holds), self._not(truth.fails))
        if not _anybody(mask):
            return
        match condition:
            case Compare(left, _, right):
                self._look_at_terms((left, right), mask)
            case Is(quantity, _) | Yes(quantity):
                self._look_at_quantity(quantity, mask)
            case Named(name):
                definition = self._meaning.protocol.definitions[name]
                self._look_where_applicable(definition.applies_if, definition.body, condition, mask)
            case Readings(sentence, options):
                self._look_at_all([each for name, each in options if self._read(sentence, name)], mask)
            case Eligible():
                self._look_at_all([each.rule for each in self._meaning.protocol.criteria], mask)
            case Takes(name, choice):
                self._look_at_all(_rules(self._meaning.protocol.decisions[name], choice), mask)
            case Assigned(name, _):
                decision = self._meaning.protocol.decisions[name]
                self.look(decision.population, mask)
                member = self._not(self._meaning.truth(decision.population).fails)
                self._look_at_all([each.rule for each in decision.choices], self._all(mask, member))
            case Not() | AllOf() | AnyOf() | IfThen() | Count():
                self._look_at_all(parts(condition), mask)
            case Known() | Determined():
                pass
            case _:
                assert_never(condition)

    def _look_at_all(self, nodes: tuple[Condition | Term, ...] | list[Condition], mask: B) -> None:
        for node in nodes:
            if isinstance(node, TERMS):
                self._look_at_terms((node,), mask)
            else:
                self.look(node, mask)

    def _look_at_terms(self, terms: tuple[Term, ...], among: B) -> None:
        for term in terms:
            mask = self._all(among, self._not(self._meaning.number(term).known))
            if _anybody(mask):
                self._look_at_term(term, mask)

    def _look_at_term(self, term: Term, mask: B) -> None:
        match term:
            case Value(quantity):
                self._look_at_quantity(quantity, mask)
            case Derived(name):
                definition = self._meaning.protocol.definitions[name]
                self._look_where_applicable(definition.applies_if, definition.body, term, mask)
            case ReadTerm(sentence, options):
                self._look_at_terms(tuple(each for name, each in options if self._read(sentence, name)), mask)
            case Cases(rows):
                for condition, value in rows:
                    self.look(condition, mask)
                    perhaps = self._not(self._meaning.truth(condition).fails)
                    self._look_at_terms((value,), self._all(mask, perhaps))
            case Sum(inner) | Product(inner) | Least(inner) | Greatest(inner):
                self._look_at_terms(inner, mask)
            case Quotient(numerator, denominator):
                self._look_at_terms((numerator, denominator), mask)
            case Floor(inner_term):
                self._look_at_terms((inner_term,), mask)
            case Number():
                pass
            case _:
                assert_never(term)

    def _look_where_applicable(
        self, applies_if: Condition, body: Condition | Term, node: Condition | Term, among: B
    ) -> None:
        mask = self._not_yet(node, among)
        if _anybody(mask):
            self.look(applies_if, mask)
            applies = self._not(self._meaning.truth(applies_if).fails)
            self._look_at_all((body,), self._all(mask, applies))

    def _look_at_quantity(self, name: str, among: B) -> None:
        mask = self._not_yet(name, among)
        if not _anybody(mask):
            return
        applies: Truth[B] = self._meaning.applies(name)
        unrecorded = self._not(self._meaning.carrier.recorded(name))
        waited = self._all(mask, unrecorded, self._not(applies.fails))
        if _anybody(waited):
            before = [self._found[name]] if name in self._found else []
            self._found[name] = self._meaning.carrier.some([*before, waited])
        self.look(self._meaning.protocol.quantities[name].applies_if, mask)

    def _not_yet(self, what: Hashable, mask: B) -> B:
        """Return the patients for whom this name has not been looked at, and note that it has been now."""
        before = self._been.get(what)
        if before is None:
            self._been[what] = mask
            return mask
        self._been[what] = self._meaning.carrier.some([before, mask])
        return self._all(mask, self._not(before))

    def _read(self, sentence: str, reading: str) -> bool:
        return self._meaning.carrier.reading(sentence) in (reading, WHATEVER, None)

    def _all(self, *truths: B) -> B:
        return self._meaning.carrier.every(truths)

    def _not(self, truth: B) -> B:
        return self._meaning.carrier.negate(truth)


def _rules(decision: Decision, choice: str) -> list[Condition]:
    """Return what taking a choice rests on: its own rule, and under `first match` those of the choices before it."""
    names = [each.name for each in decision.choices]
    before = decision.choices[: names.index(choice)] if decision.intent is Intent.FIRST_MATCH else ()
    return [*(each.rule for each in before), decision.choice(choice).rule]


def _anybody(mask: object) -> bool:
    return bool(np.asarray(mask).any())
