"""What two versions of a protocol say alike, and what each name of theirs becomes when they are merged.

First everything that has one name is taken to be alike; then whatever turns out to say something else in terms of the
rest is taken apart, until nothing more does. Rules rest on one another in no circle, so what is left is alike. A
quantity whose value or existence the two versions see differently is a definition of each, over one common record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from trialproof.model.condition import (
    AllOf,
    AnyOf,
    Assigned,
    Cases,
    Condition,
    Derived,
    Determined,
    Eligible,
    Is,
    Known,
    Named,
    Not,
    Number,
    Term,
    Yes,
)
from trialproof.model.protocol import Criterion, Decision, Definition, NumberKind, Protocol, Selection
from trialproof.model.renames import Renames
from trialproof.verify.versions.merged import NEW, OLD
from trialproof.verify.versions.pairing import Pairs
from trialproof.verify.versions.rewriting import rewritten

ELIGIBLE = "eligible"
WHICH = (OLD, NEW)


class Alike:
    """Two versions, what they share, and how to say a rule of either in common names.

    `guarded` are the quantities that each version sees in its own way, `extra` the definitions made for that.
    """

    def __init__(
        self,
        protocols: Mapping[str, Protocol],
        selections: Mapping[str, Selection],
        renames: Renames,
        pairs: Pairs,
    ) -> None:
        self.protocols = protocols
        self.selections = selections
        self.renames = renames
        self.pairs = pairs
        self.places = pairs.places
        self.guarded: Mapping[str, set[str]] = {OLD: set(), NEW: set()}
        self.definitions = {each for each in protocols[OLD].definitions if self._comparable(each)}
        self.decisions = {each for each in protocols[OLD].decisions if renames.name(each) in protocols[NEW].decisions}
        self.same_eligibility = True
        self.extra: dict[str, Definition | None] = {}
        self._names = {which: _Names(self, which) for which in WHICH}
        while self._take_apart():
            self.extra.clear()
        self.extra.clear()

    def definition_name(self, which: str, name: str) -> str:
        """Return the merged name of a definition."""
        return self._common_name(which, name, self.definitions)

    def decision_name(self, which: str, name: str) -> str:
        """Return the merged name of a decision."""
        return self._common_name(which, name, self.decisions)

    def choice_name(self, which: str, decision: str, name: str) -> str:
        """Return the common name of a choice."""
        return self.renames.member(decision, name) if which == OLD else name

    def numbered(self, which: str, quantity: str) -> str:
        """Return the definition that is a number as this version sees it, in the version's own unit."""
        name = f"{which}:{quantity}"
        if name not in self.extra:
            self.extra[name] = None
            self.extra[name] = self._number_seen(which, quantity, name)
        return name

    def seen(self, which: str, quantity: str, inner: Is | Yes) -> str:
        """Return the definition that something recorded is so, for those to whom it applies in this version."""
        what = "/".join(inner.categories) if isinstance(inner, Is) else "yes"
        name = f"{which}:{quantity} is {what}"
        if name not in self.extra:
            self.extra[name] = None
            applies_if = self.applies(which, quantity)
            self.extra[name] = Definition(name, inner, applies_if=applies_if)
        return name

    def applies(self, which: str, quantity: str) -> Condition:
        """Return for whom a quantity exists in this version."""
        return self.rule(which, self.protocols[which].quantities[quantity].applies_if)

    def rule(self, which: str, condition: Condition) -> Condition:
        """Return a condition of a version in merged names."""
        return rewritten(condition, self._names[which])

    def eligible(self, which: str) -> Condition:
        """Return the eligibility of a version: a decision of one choice, where the two differ, equal in all values."""
        return self._names[which].eligible()

    def _common_name(self, which: str, name: str, shared: set[str]) -> str:
        """Return the new name of what both versions say alike, else the own name with the version before it."""
        if which == OLD:
            return self.renames.name(name) if name in shared else f"{which}:{name}"
        return name if name in {self.renames.name(each) for each in shared} else f"{which}:{name}"

    def _comparable(self, name: str) -> bool:
        mine = self.protocols[OLD].definitions[name]
        theirs = self.protocols[NEW].definitions.get(self.renames.name(name))
        return theirs is not None and mine.unit == theirs.unit

    def _number_seen(self, which: str, quantity: str, name: str) -> Definition:
        own = self.protocols[which].quantities[quantity]
        record, view = self.places[which][quantity]
        assert isinstance(own.kind, NumberKind)  # noqa: S101 - typing refused anything else
        applies, term = self.applies(which, quantity), view.term(record)
        default = own.when_not_applicable
        if isinstance(default, Fraction):
            cases = Cases(((applies, term), (Not(applies), Number(default))))
            return Definition(name, cases, own.kind.unit, own.title)
        return Definition(name, term, own.kind.unit, own.title, applies)

    def _take_apart(self) -> bool:
        apart = False
        for own, now, one in self.pairs.common():
            if now in self.guarded[NEW]:
                continue
            if one.old.default() != one.new.default() or self.applies(OLD, own) != self.applies(NEW, now):
                self.guarded[OLD].add(own)
                self.guarded[NEW].add(now)
                apart = True
        for name in sorted(self.definitions):
            if self.definition(OLD, name) != self.definition(NEW, self.renames.name(name)):
                self.definitions.discard(name)
                apart = True
        for name in sorted(self.decisions):
            if self._said(self.decision(OLD, name)) != self._said(self.decision(NEW, self.renames.name(name))):
                self.decisions.discard(name)
                apart = True
        if self.same_eligibility and self._demands(OLD) != self._demands(NEW):
            self.same_eligibility = False
            apart = True
        return apart

    def definition(self, which: str, name: str) -> tuple[Condition | Term, Condition]:
        """Return the body of a definition and whom it applies to, in merged names."""
        own = self.protocols[which].definitions[name]
        return rewritten(own.body, self._names[which]), self.rule(which, own.applies_if)

    def decision(self, which: str, name: str) -> Decision:
        """Return a decision in merged names."""
        own = self.protocols[which].decisions[name]
        choices = tuple(
            replace(each, name=self.choice_name(which, name, each.name), rule=self.rule(which, each.rule))
            for each in own.choices
        )
        merged = self.decision_name(which, name)
        return replace(own, name=merged, label="", population=self.rule(which, own.population), choices=choices)

    def _said(self, decision: Decision) -> tuple[object, ...]:
        rules = tuple((each.name, each.rule) for each in decision.choices)
        return decision.population, decision.intent, rules

    def _demands(self, which: str) -> frozenset[tuple[Condition, bool]]:
        return frozenset((rule, excludes) for rule, excludes, _ in self.criteria(which))

    def criteria(self, which: str) -> Iterator[tuple[Condition, bool, Criterion]]:
        """Yield each criterion: its rule in merged names, whether it excludes, and itself."""
        for each in self.protocols[which].criteria:
            yield self.rule(which, each.rule), each.excludes, each


class _Names:
    """What the names of one version are in the merged protocol."""

    def __init__(self, alike: Alike, which: str) -> None:
        self._alike = alike
        self._which = which
        self._selection = alike.selections[which]

    def value(self, quantity: str, /) -> Term:
        record, view = self._alike.places[self._which][quantity]
        if view.charted is not None or quantity in self._alike.guarded[self._which]:
            return Derived(self._alike.numbered(self._which, quantity))
        return view.term(record)

    def belongs(self, node: Is, /) -> Condition:
        record, view = self._alike.places[self._which][node.quantity]
        known = view.categories
        here = node.categories if known is None else tuple(known[each] for each in node.categories if each in known)
        return self._guarded(node.quantity, Is(record, here), view.quantity.when_not_applicable in node.categories)

    def yes(self, node: Yes, /) -> Condition:
        record, view = self._alike.places[self._which][node.quantity]
        return self._guarded(node.quantity, Yes(record), view.quantity.when_not_applicable is True)

    def known(self, quantity: str, /) -> Condition:
        record, view = self._alike.places[self._which][quantity]
        if quantity not in self._alike.guarded[self._which]:
            return Known(record)
        applies = self._applies(quantity)
        here = AllOf((Determined(applies), applies, Known(record)))
        if view.quantity.when_not_applicable is None:
            return here
        return AnyOf((here, AllOf((Determined(applies), Not(applies)))))

    def definition(self, name: str, /) -> str:
        return self._alike.definition_name(self._which, name)

    def decision(self, name: str, /) -> str:
        return self._alike.decision_name(self._which, name)

    def choices(self, decision: str, names: tuple[str, ...], /) -> tuple[str, ...]:
        return tuple(self._alike.choice_name(self._which, decision, each) for each in names)

    def eligible(self) -> Condition:
        if self._alike.same_eligibility:
            return Eligible()
        return Assigned(f"{self._which}:{ELIGIBLE}", ("yes",))

    def reading(self, sentence: str, /) -> str:
        return self._selection[sentence]

    def _applies(self, quantity: str) -> Condition:
        return rewritten(self._alike.protocols[self._which].quantities[quantity].applies_if, self)

    def _guarded(self, quantity: str, inner: Is | Yes, default_positive: bool) -> Condition:  # noqa: FBT001
        """Return what is recorded, seen only where this version says that the quantity exists."""
        if quantity not in self._alike.guarded[self._which]:
            return inner
        view = self._alike.places[self._which][quantity][1]
        named, applies = Named(self._alike.seen(self._which, quantity, inner)), self._applies(quantity)
        if view.quantity.when_not_applicable is None:
            return named
        return AnyOf((named, Not(applies))) if default_positive else AllOf((named, applies))
