"""What one missing item leaves open: which items must be recorded before a choice can be given.

An item is a quantity that a data sheet holds. The question is about those members of a decision's population to whom
it applies, whose data are complete, and whose choice is determined. Leave out that item alone: is it then still known
that the patient belongs to the population, and is the choice still determined?
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from fractions import Fraction

from trialproof.model.condition import (
    Assigned,
    Compare,
    Condition,
    Determined,
    Eligible,
    Is,
    Known,
    Not,
    Number,
    Relation,
    Takes,
    Term,
    Value,
    Yes,
)
from trialproof.model.meaning import Meaning
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Decision, Protocol, Quantity, Recorded, Selection
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.describe import regions_of, shown_quantities, witness
from trialproof.verify.fates import decision_axes, shown_members
from trialproof.verify.finding import MissingItem, Need, Witness
from trialproof.verify.linear import walk
from trialproof.verify.properties import complete, undetermined
from trialproof.verify.replay import is_so
from trialproof.verify.statement import Every, Fails, Holds, Never, Statement, bind, judge
from trialproof.verify.under import rules_of

MOST_CHOICES = 40
"""Choices of a decision for which it is said in words who needs an item: of a long table it takes too many."""
MOST_MET = 4
"""Patients met already who are tried before a search."""
MOST_TRIED = 6
"""Patients without an item who turn out to have no complete counterpart, before the item is called unclear."""


class _Left(Enum):
    """What is left of a determined choice where one item is missing."""

    NO_MEMBER = "it is not known any more that the decision is for the patient"
    OPEN = "the choice is undetermined"
    SAME = "the choice is determined nevertheless"


def missing_items(case: Case, decision: Decision) -> tuple[MissingItem, ...]:
    """Return what the lack of each item leaves open, in the order of the protocol. Raises `Unknown`.

    An item that matters only through another decision is left out: it is listed there.
    """
    search = _Search(case, decision)
    if not search.somebody():
        return ()
    listed = [each for each in case.protocol.quantities.values() if each.left_open is None]
    return tuple(search.item(each) for each in listed if each.name not in search.through_others)


def others_before(protocol: Protocol, decision: Decision, selection: Selection) -> tuple[str, ...]:
    """Return the other decisions that must be settled before this one, in the order of the protocol."""
    named = {
        node.decision
        for rule in rules_of(decision)
        for node in walk(protocol, rule, selection)
        if isinstance(node, (Assigned, Takes))
    }
    return tuple(name for name in protocol.decisions if name in named and name != decision.name)


def nodes_of(
    protocol: Protocol, rules: Iterable[Condition], selection: Selection, *, through: bool = True
) -> set[Condition | Term]:
    """Return all that rules rest on: whatever is in them, in what they name, and in whether its quantities apply.

    Without `through`, what other decisions rest on is left out.
    """
    found: set[Condition | Term] = set()
    pending = list(rules)
    seen: set[Condition] = set()
    while pending:
        top = pending.pop()
        if top in seen:
            continue
        seen.add(top)
        for node in walk(protocol, top, selection):
            found.add(node)
            match node:
                case Value(name) | Is(name, _) | Yes(name) | Known(name):
                    pending.append(protocol.quantities[name].applies_if)
                case Eligible():
                    pending += [criterion.rule for criterion in protocol.criteria]
                case Takes(name, _) if through:
                    pending += [choice.rule for choice in protocol.decisions[name].choices]
                case Assigned(name, _) if through:
                    pending += rules_of(protocol.decisions[name])
                case _:
                    pass
    return found


def _quantities(nodes: Iterable[Condition | Term]) -> set[str]:
    return {node.quantity for node in nodes if isinstance(node, (Value, Is, Yes, Known))}


class _Search:
    """The search for one decision: patients met on the way are tried first, before anything is asked."""

    def __init__(self, case: Case, decision: Decision) -> None:
        self._case = case
        self._decision = decision
        quantities = case.protocol.quantities.values()
        self._complete = {each.name: complete(each) for each in quantities}
        lasting = (each.rule for each in case.protocol.facts if not self._asks(each.rule))
        self._base = tuple(case.said(Never(Fails(each))) for each in lasting)
        self._belongs: Statement = Holds(decision.population)
        self._open = undetermined(decision)
        self._determinate = Never(self._open)
        belonging = nodes_of(case.protocol, [decision.population], case.selection)
        choosing = nodes_of(case.protocol, [each.rule for each in decision.choices], case.selection)
        self._to_belong, self._to_choose = _quantities(belonging), _quantities(choosing)
        itself = _quantities(nodes_of(case.protocol, rules_of(decision), case.selection, through=False))
        self.through_others = (self._to_belong | self._to_choose) - itself
        self._outside: tuple[Statement, ...] = (Never(self._belongs),)
        if not self._asks(decision.population):
            self._outside += (Never(Fails(decision.population)),)
        self._met: list[Patient] = [each for each in shown_members(case, decision) if self._determined(each)]
        self._meanings: dict[Patient, Meaning[bool, Fraction]] = {}

    def _asks(self, rule: Condition) -> bool:
        """Return whether a rule asks what is known: only such a rule can fail for want of an item."""
        nodes = nodes_of(self._case.protocol, [rule], self._case.selection)
        return any(isinstance(each, (Known, Determined)) for each in nodes)

    def somebody(self) -> bool:
        """Return whether there is a member with complete data whose choice is determined."""
        asked = (*self._complete.values(), self._determinate)
        return bool(self._met) or self._case.possible(self._case.population(self._decision.population))(asked)

    def item(self, quantity: Quantity) -> MissingItem:
        """Return what the lack of one item leaves open."""
        name = quantity.name
        needed: dict[_Left, Patient | None] = dict.fromkeys(_Left)
        unclear = False
        targets = self._targets(quantity)
        for patient in self._met[:MOST_MET]:
            if all(needed[each] is not None for each in targets):
                break
            left = self._left(patient, name)
            if left is not None and needed[left] is None:
                needed[left] = patient
        for left, target in targets.items():
            if needed[left] is None:
                needed[left], tried = self._find(quantity, left, target)
                unclear = unclear or not tried
        no_member, still_open, same = needed.values()
        either = no_member or still_open
        need = Need.NEVER if either is None else Need.SOMETIMES if same else Need.ALWAYS
        return MissingItem(
            self._decision.name,
            name,
            Need.UNCLEAR if unclear and need is not Need.SOMETIMES else need,
            no_member is not None,
            still_open is not None,
            self._shown(either),
            self._shown(same) if either else None,
            self._where(quantity) if still_open and same and no_member is None else (),
        )

    def _targets(self, quantity: Quantity) -> dict[_Left, tuple[Statement, ...]]:
        """Return what each outcome asks of a patient without the item; what cannot be is left out."""
        found: dict[_Left, tuple[Statement, ...]] = {}
        if quantity.name in self._to_belong:
            found[_Left.NO_MEMBER] = self._outside
        if quantity.name in self._to_choose:
            found[_Left.OPEN] = (self._belongs, self._open)
        if found:
            found[_Left.SAME] = (self._belongs, self._determinate)
        return found

    def _find(
        self, quantity: Quantity, left: _Left, target: tuple[Statement, ...]
    ) -> tuple[Patient | None, bool]:
        """Return a complete patient of whom so much is left without the item, and whether the search came to an end."""
        case = self._case
        asked = tuple(case.said(each) for each in (*target, *self._lacking(quantity)))
        met: list[Statement] = []
        for _ in range(MOST_TRIED):
            others = tuple(case.said(Never(each)) for each in met)
            if not case.possible(self._base, *asked, *others)(()):
                return None, True
            lacking = canonical(case, self._base, *asked, *others)
            assert lacking is not None  # noqa: S101 - somebody has just been found
            record = self._record(lacking, quantity.name)
            whole = self._completed(record)
            if whole is not None and self._left(whole, quantity.name) is left:
                self._met.insert(0, whole)
                return whole, True
            met.append(record)
        return None, False

    def _where(self, quantity: Quantity) -> tuple[str, ...]:
        """Return for whom the choice is open without an item, in words."""
        case, axes = self._case, decision_axes(self._case, self._decision)
        if len(self._decision.choices) > MOST_CHOICES:
            return ()
        base = (*self._base, *(case.said(each) for each in (*self._lacking(quantity), self._belongs)))
        return tuple(region.words for region in regions_of(case, base, self._open, axes).regions)

    def _lacking(self, quantity: Quantity) -> tuple[Statement, ...]:
        """Return that the item is missing, though it applies, and nothing else is."""
        others = (statement for each, statement in self._complete.items() if each != quantity.name)
        return (Holds(quantity.applies_if), Fails(Known(quantity.name)), *others)

    def _completed(self, record: Statement) -> Patient | None:
        """Return a member of whom this much is recorded, whose data are complete and whose choice is determined."""
        case = self._case
        determined = (*self._complete.values(), self._determinate, record)
        return canonical(case, case.population(self._decision.population), *map(case.said, determined))

    def _record(self, patient: Patient, name: str) -> Statement:
        """Return that all is recorded that was recorded of a patient without the item, whatever the item is."""
        quantities = self._case.protocol.quantities
        meaning = about(self._case.protocol, patient, self._case.selection)
        values = [(each, value) for each, value in patient if meaning.applies(each).holds]
        return Every(tuple(Holds(_is(quantities[each], value)) for each, value in values if each != name))

    def _determined(self, patient: Patient) -> bool:
        """Return whether all that applies to a member was recorded, and the choice is determined."""
        case, asked = self._case, (*self._complete.values(), self._determinate)
        return is_so(case.protocol, *(bind(case.said(each), case.patient, patient) for each in asked))

    def _left(self, patient: Patient, name: str) -> _Left | None:
        """Return what is left of a patient's determined choice without an item.

        None where the item does not apply, or where without it another one does, and is missing as well.
        """
        case = self._case
        if patient not in self._meanings:
            self._meanings[patient] = about(case.protocol, patient, case.selection)
        if not self._meanings[patient].applies(name).holds:
            return None
        without = Patient(tuple((each, value) for each, value in patient if each != name))
        lacking = about(case.protocol, without, case.selection)
        if any(lacking.applies(each).holds and each not in dict(without) for each in self._complete if each != name):
            return None
        if not lacking.truth(self._decision.population).holds:
            return _Left.NO_MEMBER
        fate = judge(self._open, lambda _who, _how: lacking, without, case.readings)
        return _Left.OPEN if fate else _Left.SAME

    def _shown(self, patient: Patient | None) -> Witness | None:
        if patient is None:
            return None
        axes = decision_axes(self._case, self._decision)
        return witness(self._case, patient, shown_quantities(self._case.protocol, axes))


def _is(quantity: Quantity, value: Recorded) -> Condition:
    match value:
        case bool():
            return Yes(quantity.name) if value else Not(Yes(quantity.name))
        case str():
            return Is(quantity.name, (value,))
        case _:
            return Compare(Value(quantity.name), Relation.EQ, Number(value))
