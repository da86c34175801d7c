"""Boundary patients: for a value that a decision compares something with, one patient just below, at, and just above.

The three differ in that number only, wherever such patients can be recorded; each is judged by the plain evaluator.
Where a number has no steps, its neighbours are taken near. Where what is compared is no quantity of its own (a sum, a
difference, a derived number), each side is the canonical patient for whom it has such a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, gcd, lcm
from typing import Literal, TypeAlias

from trialproof.model.condition import Compare, Eligible, Number, Product, Relation, Sum, Term, Value
from trialproof.model.english import say_term
from trialproof.model.meaning import Meaning
from trialproof.model.patient import RELATE, Patient, about
from trialproof.model.protocol import Decision, NumberKind, Protocol
from trialproof.model.unit import PLAIN, say_amount
from trialproof.model.unit_of import unit_of
from trialproof.verify.axes import NumberAxis
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.check import member_of
from trialproof.verify.describe import shown_quantities, witness
from trialproof.verify.fates import decision_axes, shown_members, somebody
from trialproof.verify.finding import BoundaryPatients, Region, Side
from trialproof.verify.linear import threshold, walk
from trialproof.verify.outcome import outcome_of
from trialproof.verify.replay import could_be_recorded
from trialproof.verify.statement import Every, Holds, Statement, judge
from trialproof.verify.suppose import tells

Where: TypeAlias = Literal["below", "at", "above"]
BELOW: Where = "below"
AT: Where = "at"
ABOVE: Where = "above"
NEAR = tuple(Fraction(1, 10**places) for places in range(1, 7))
"""How far from a value of a number without steps its neighbours are taken: the first of these that fits."""
MOST_VALUES = 60
"""More values of one decision than anybody tries out; beyond it the list is cut."""
MOST_JUDGED = 1500
"""Values times choices that are judged: a table of a thousand rows has the patients about a few values only."""
MOST_TRIED = 12
"""Patients from whom the three about a value are made, before a search is worth its time."""


def about_region(case: Case, decision: Decision, region: Region) -> tuple[BoundaryPatients, ...]:
    """Return the patients about each value that a region is pinned to, made from its witness. Raises `Unknown`."""
    return tuple(_about(case, decision, term, value, region.witness.patient) for term, value in region.points)


def all_values(case: Case, decision: Decision) -> Iterator[BoundaryPatients]:
    """Yield the patients about every value that the decision's rules compare something with. Raises `Unknown`.

    They are made from a patient whom the number matters to, if there is any: one who is shown anyway, or else the
    canonical one.
    """
    if somebody(case, decision) is None:
        return
    values = values_of(case, decision)[: most_values(decision)]
    affordable = MOST_JUDGED // (len(decision.choices) * max(1, len(values)))
    known = shown_members(case, decision)[: max(1, min(MOST_TRIED, affordable))]
    for term, value in values:
        tried = [_about(case, decision, term, value, each) for each in known if _has(case, each, term)]
        best = max(tried, key=_telling, default=None)
        if best is None or _telling(best)[0] < 2:
            base = _whom_it_matters_to(case, decision, term, value)
            best = _about(case, decision, term, value, base) if base or best is None else best
        yield best


def values_of(case: Case, decision: Decision) -> list[tuple[Term, Fraction]]:
    """Return what the decision's rules compare, each with its values in ascending order."""
    found: dict[Term, set[Fraction]] = {}
    for choice in decision.choices:
        for node in walk(case.protocol, choice.rule, case.selection):
            each = threshold(node, case.selection) if isinstance(node, Compare) else None
            if each is not None:
                found.setdefault(each.term, set()).add(each.value)
    terms = [axis.term for axis in decision_axes(case, decision) if isinstance(axis, NumberAxis)]
    return [(term, value) for term in terms for value in sorted(found.get(term, ()))]


def most_values(decision: Decision) -> int:
    """Return how many values of a decision are tried out."""
    return max(4, min(MOST_VALUES, MOST_JUDGED // len(decision.choices)))


def _has(case: Case, patient: Patient, term: Term) -> bool:
    """Return whether the term is a quantity that was recorded of the patient, to whom it applies."""
    if not isinstance(term, Value) or term.quantity not in patient.as_dict():
        return False
    return about(case.protocol, patient, case.selection).applies(term.quantity).holds


def _telling(found: BoundaryPatients) -> tuple[int, int]:
    """Return how many different things happen to the patients of the population, and how many of these there are."""
    members = [side for side in found.sides if side.member and side.alone]
    return len({side.outcome for side in members}), len(members)


def _whom_it_matters_to(case: Case, decision: Decision, term: Term, value: Fraction) -> Patient | None:
    """Return the first member of the population whose choice depends on the side, by the rules alone."""
    if not isinstance(term, Value):
        return None
    population = case.population(decision.population)
    for one, other in pairwise(_neighbours(case, term, value)):
        for at in (one, other):
            here = case.said(Every((_equal(term, at), tells(case, decision, term, one, other))))
            found = canonical(case, population, here)
            if found is not None:
                return found
    return None


def _about(case: Case, decision: Decision, term: Term, value: Fraction, base: Patient | None) -> BoundaryPatients:
    """Return the patients about one value; those of a quantity are made from the base patient, where that can be."""
    unit = unit_of(term, case.protocol) or PLAIN
    where = (BELOW, AT, ABOVE)
    if isinstance(term, Value):
        values = zip(where, _around(case, term, value), strict=True)
        sides = [_side(case, decision, term, at, each, base) for at, each in values]
    else:
        sides = [_search(case, decision, term, at, value, base) for at in where]
    return BoundaryPatients(
        decision.name, say_term(term, case.protocol), say_amount(value, unit), tuple(sides)
    )


def _neighbours(case: Case, term: Value, value: Fraction) -> list[Fraction]:
    """Return the recordable values among those below, at and above a value."""
    quantity = case.protocol.quantities[term.quantity]
    return [each for each in _around(case, term, value) if could_be_recorded(quantity, each)]


def _around(case: Case, term: Value, value: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """Return the values just below, at and just above a value, on the quantity's steps or near."""
    kind = case.protocol.quantities[term.quantity].kind
    assert isinstance(kind, NumberKind)  # noqa: S101 - typing refused anything else
    if kind.step is not None:
        return (ceil(value / kind.step) - 1) * kind.step, value, (floor(value / kind.step) + 1) * kind.step
    ends = sorted({kind.lower, kind.upper, *case.thresholds[term.quantity]})
    below, above = [each for each in ends if each < value], [each for each in ends if each > value]
    down, up = value - below[-1] if below else None, above[0] - value if above else None
    return value - _near(down), value, value + _near(up)


def _near(room: Fraction | None) -> Fraction:
    return next((each for each in NEAR if room is None or each < room), (room or Fraction(1)) / 2)


def _side(
    case: Case, decision: Decision, term: Value, where: Where, value: Fraction, base: Patient | None
) -> Side:
    quantity = case.protocol.quantities[term.quantity]
    assert isinstance(quantity.kind, NumberKind)  # noqa: S101 - typing refused anything else
    says = say_amount(value, quantity.kind.unit)
    if not could_be_recorded(quantity, value):
        inside = quantity.kind.lower <= value <= quantity.kind.upper
        return Side(where, says, "cannot be recorded" if inside else "out of range")
    if base is not None and _has(case, base, term):
        patient = Patient.of({**base.as_dict(), term.quantity: value})
        meaning = about(case.protocol, patient, case.selection)
        if _is_of(case, case.patients(), patient, meaning):
            return _judged(case, decision, where, says, patient, meaning, alone=True)
    return _found(case, decision, where, says, _equal(term, value), base)


def _search(
    case: Case, decision: Decision, term: Term, where: Where, value: Fraction, base: Patient | None
) -> Side:
    """Return one side of a term that is no quantity: a step away if it moves in steps, else before its next value."""
    unit, step = unit_of(term, case.protocol) or PLAIN, _step(case.protocol, term)
    values = sorted(each for one, each in values_of(case, decision) if one == term)
    if where == AT:
        return _found(case, decision, where, say_amount(value, unit), _equal(term, value), base)
    outside, rest = (Relation.GT, values) if where == ABOVE else (Relation.LT, values[::-1])
    further = [each for each in rest if RELATE[outside](each, value)]
    between = [Holds(Compare(term, outside, Number(value)))]
    between += [Holds(Compare(Number(further[0]), outside, term))] if further else []
    targets: list[Statement] = [Every(tuple(between))]
    if step is not None:
        targets.insert(0, _equal(term, value + step if where == ABOVE else value - step))
    says = f"{'over' if where == ABOVE else 'under'} {say_amount(value, unit)}"
    sides = (_found(case, decision, where, says, each, base) for each in targets)
    side = next((each for each in sides if each.witness is not None), None)
    if side is None or side.witness is None:
        return Side(where, says, f"no {member_of(decision.population)}")
    exact = about(case.protocol, side.witness.patient, case.selection).number(term).value
    return replace(side, says=say_amount(exact, unit))


def _step(protocol: Protocol, term: Term) -> Fraction | None:
    """Return the step in which a term moves, if it is made of quantities that are charted in steps."""
    match term:
        case Value(name):
            quantity = protocol.quantities[name]
            stepped = isinstance(quantity.kind, NumberKind) and quantity.when_not_applicable is None
            return quantity.kind.step if stepped and isinstance(quantity.kind, NumberKind) else None
        case Product((Number(weight), inner)):
            step = _step(protocol, inner)
            return None if step is None else abs(weight) * step
        case Sum(terms):
            steps = [_step(protocol, each) for each in terms]
            known = [each for each in steps if each is not None]
            below = lcm(*(each.denominator for each in known))
            common = Fraction(gcd(*(int(each * below) for each in known)), below)
            return common if len(known) == len(steps) else None
        case _:
            return None


def _found(case: Case, decision: Decision, where: Where, says: str, here: Statement, base: Patient | None) -> Side:
    """Return the side of the first member of the population of whom this is so, who resembles the base patient."""
    prefer = {name: [value] for name, value in base or ()}
    patient = canonical(case, case.population(decision.population), case.said(here), prefer=prefer)
    if patient is None:
        return Side(where, says, f"no {member_of(decision.population)}")
    return _judged(case, decision, where, says, patient, about(case.protocol, patient, case.selection), alone=False)


def _judged(
    case: Case,
    decision: Decision,
    where: Where,
    says: str,
    patient: Patient,
    meaning: Meaning[bool, Fraction],
    *,
    alone: bool,
) -> Side:
    """Return the side of a patient who can be recorded: what the decision makes of them, if it is for them."""
    shown = witness(case, patient, shown_quantities(case.protocol, decision_axes(case, decision)))
    if not meaning.truth(decision.population).holds:
        outcome = "not in the population"
        if decision.population == Eligible():
            outcome = "not eligible" if meaning.truth(Eligible()).fails else "eligibility undetermined"
        return Side(where, says, outcome, shown, alone=alone)
    outcome_here = outcome_of(decision, meaning)
    return Side(where, says, str(outcome_here), shown, outcome_here.holding, member=True, alone=alone)


def _is_of(
    case: Case, statements: tuple[Statement, ...], patient: Patient, meaning: Meaning[bool, Fraction]
) -> bool:
    """Return whether these statements about the unknown patient of the case are so of this one."""
    return all(judge(each, lambda _who, _how: meaning, patient, case.readings) for each in statements)


def _equal(term: Term, value: Fraction) -> Statement:
    return Holds(Compare(term, Relation.EQ, Number(value)))
