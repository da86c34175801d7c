"""Canonical witnesses: the first patient, in a fixed order of values, who satisfies a set of statements.

Quantities come in declared order. A number that the region restricts takes its value nearest the threshold; any
other takes a round value off every threshold of the protocol, so that only what matters looks special. A yes/no is
tried as no first, a category in declared order, "does not apply" and "not recorded" last. Where no listed value
fits, the smallest fitting one is found by bisection: never a number from a solver's model, which changes with its
version and seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from trialproof.model.condition import Compare, Is, Known, Not, Number, Relation, Value, Yes
from trialproof.model.patient import Patient
from trialproof.model.protocol import CategoryKind, NumberKind, Quantity, Recorded, YesNoKind
from trialproof.verify.axes import Interval
from trialproof.verify.case import Case
from trialproof.verify.replay import Disagreement, could_be_recorded, is_so
from trialproof.verify.search import first
from trialproof.verify.solver import Found, Unknown
from trialproof.verify.statement import Every, Fails, Holds, Never, Statement, bind

HALVINGS = 64


@dataclass(frozen=True, slots=True)
class _Option:
    """A way to fill one field of the patient: a value, or None for leaving it empty."""

    statement: Statement
    value: Recorded | None


def canonical(
    case: Case,
    base: tuple[Statement, ...],
    *,
    near: Mapping[str, Interval] | None = None,
) -> Patient | None:
    """Return the canonical patient of the base; None if it has none.

    `near` gives, for quantities that the region restricts, the interval that they are restricted to. Raises `Unknown`
    where the solver gives up, `Disagreement` where the plain evaluator does not confirm the patient.
    """
    fields = [
        _options(each, case.thresholds[name], (near or {}).get(name))
        for name, each in case.protocol.quantities.items()
    ]
    values: dict[Statement, Recorded | None] = {
        option.statement: option.value for options in fields for option in options
    }
    names = list(case.protocol.quantities)

    def rescue(position: int, fixed: Sequence[Statement]) -> Statement:
        quantity = case.protocol.quantities[names[position]]
        known = base + tuple(case.said(each) for each in fixed)
        option = _option(quantity, _bisect(case, quantity, known))
        values[option.statement] = option.value
        return option.statement

    found = first(
        case.possible(base), [[option.statement for option in options] for options in fields], rescue
    )
    if found is None:
        return None
    who = Patient.of({name: values[statement] for name, statement in zip(names, found, strict=True)})
    _confirm(case, base, who)
    return who


def _confirm(case: Case, base: tuple[Statement, ...], who: Patient) -> None:
    for name, value in who:
        if not could_be_recorded(case.protocol.quantities[name], value):
            raise Disagreement(f"the canonical patient has `{name}` = {value!r}, which cannot be recorded")
    for statement in base:
        if not is_so(case.protocol, bind(statement, case.patient, who)):
            raise Disagreement(f"the plain evaluator does not confirm {statement} of {who}")


def _options(quantity: Quantity, thresholds: tuple[Fraction, ...], near: Interval | None) -> list[_Option]:
    values: list[Recorded]
    match quantity.kind:
        case NumberKind() as kind:
            values = [*(_nearest(near, kind) if near else ()), *_ordinary(thresholds, kind)]
        case CategoryKind(categories):
            values = list(categories)
        case YesNoKind():
            values = [False, True]
    options = [_option(quantity, value) for value in dict.fromkeys(values)]
    empty = [_Option(Never(Holds(quantity.applies_if)), None)]
    empty.append(_Option(Every((Holds(quantity.applies_if), Fails(Known(quantity.name)))), None))
    return options + empty


def _option(quantity: Quantity, value: Recorded) -> _Option:
    match value:
        case bool():
            says = Yes(quantity.name) if value else Not(Yes(quantity.name))
            return _Option(Every((Holds(quantity.applies_if), Holds(says))), value)
        case str():
            return _Option(Every((Holds(quantity.applies_if), Holds(Is(quantity.name, (value,))))), value)
        case Fraction():
            equal = Compare(Value(quantity.name), Relation.EQ, Number(value))
            return _Option(Every((Holds(quantity.applies_if), Holds(equal))), value)


def _nearest(near: Interval, kind: NumberKind) -> list[Fraction]:
    """The recordable values nearest to the ends of the interval that are thresholds; none where values lie dense."""
    inside = near.tighten(kind)
    if inside.empty or inside.low is None or inside.high is None:
        return []
    if kind.step is None:
        ends = [inside.low] if inside.closed_low else []
        ends += [inside.high] if inside.closed_high else []
        return ends if inside.point is not None else [_round_value(inside, kind), *ends]
    ends = [inside.low, inside.high]
    return ends if near.low is not None and near.low >= kind.lower else ends[::-1]


def _ordinary(thresholds: tuple[Fraction, ...], kind: NumberKind) -> list[Fraction]:
    """A round value between each two neighbouring thresholds, then the thresholds themselves."""
    inner = [each for each in thresholds if kind.lower <= each <= kind.upper]
    ends: list[Fraction | None] = [None, *inner, None]
    between = [Interval(low, high).tighten(kind) for low, high in pairwise(ends)]
    values = [_round_value(each, kind) for each in between if not each.empty]
    return values + [each for each in inner if kind.step is None or (each / kind.step).denominator == 1]


def _round_value(inside: Interval, kind: NumberKind) -> Fraction:
    """The recordable value in the interval that is a multiple of the largest power of ten, nearest the middle."""
    assert inside.low is not None  # noqa: S101 - a tightened interval has both ends
    assert inside.high is not None  # noqa: S101
    middle = (inside.low + inside.high) / 2
    grain = Fraction(10) ** 6
    while grain >= Fraction(1, 10**6):
        for unit in (grain, grain / 2):
            nearest = floor(middle / unit + Fraction(1, 2)) * unit
            fits = Interval(nearest, nearest, closed_low=True, closed_high=True)
            inner = inside.low < nearest < inside.high
            edge = (nearest == inside.low and inside.closed_low) or (nearest == inside.high and inside.closed_high)
            if (inner or edge) and nearest and not fits.tighten(kind).empty:
                return nearest
        grain /= 10
    return middle if kind.step is None else ceil(inside.low / kind.step) * kind.step


def _bisect(case: Case, quantity: Quantity, base: tuple[Statement, ...]) -> Fraction:
    """Return the smallest fitting value (on a step), or a fitting one found by halving (where values lie dense)."""
    if not isinstance(quantity.kind, NumberKind):
        raise Unknown(f"no value of `{quantity.name}` was found to fit")
    step = quantity.kind.step
    possible = case.possible(base)

    def at_most(value: Fraction) -> Statement:
        return Holds(Compare(Value(quantity.name), Relation.LE, Number(value)))

    if step is not None:
        low, high = ceil(quantity.kind.lower / step), floor(quantity.kind.upper / step)
        while low < high:
            middle = (low + high) // 2
            if possible([at_most(middle * step)]):
                high = middle
            else:
                low = middle + 1
        return low * step
    only = _only_value(case, quantity, base)
    if only is not None:
        return only
    bottom, top = quantity.kind.lower, quantity.kind.upper
    for _ in range(HALVINGS):
        middle_value = (bottom + top) / 2
        if possible([_option(quantity, middle_value).statement]):
            return middle_value
        if possible([at_most(middle_value)]):
            top = middle_value
        else:
            bottom = middle_value
    raise Unknown(f"no exact value of `{quantity.name}` was found to fit")


def _only_value(case: Case, quantity: Quantity, base: tuple[Statement, ...]) -> Fraction | None:
    """Return the value of a quantity that can have just one."""
    answer = case.solver.ask(base=base)
    if not isinstance(answer, Found):
        raise Unknown(f"no value of `{quantity.name}` was found to fit")
    value = answer.patients[case.patient].as_dict().get(quantity.name)
    if isinstance(value, Fraction):
        other = Holds(Compare(Value(quantity.name), Relation.NE, Number(value)))
        if not case.possible(base)([other]):
            return value
    return None
