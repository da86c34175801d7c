"""Canonical witnesses: the first patient, in a fixed order of values, of whom a set of statements is so.

Quantities come in declared order. The usual eligible patient has round values off every threshold, a yes/no is no if it
can be, a category the first that fits. The usual patient of another population differs from that one, and any other
witness from the usual patient of its population, only where it must: what a region restricts takes its value nearest
the threshold. Without recording steps, values on a step come first.
Where no listed value fits, the smallest fitting one is found by bisection: never a number from a solver's model, which
changes with its version and seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor

from trialproof.model.condition import Compare, Eligible, Number, Relation, Value
from trialproof.model.patient import Patient
from trialproof.model.protocol import NumberKind, Recorded
from trialproof.verify.candidates import Field, Option, option, options_of, ordinary
from trialproof.verify.case import Case
from trialproof.verify.replay import Disagreement, could_be_recorded, is_so
from trialproof.verify.search import first
from trialproof.verify.solver import Found, Unknown
from trialproof.verify.statement import Every, Statement, bind, readings_of

HALVINGS = 64

Preferences = Mapping[str, Sequence[Recorded | None]]
"""For some quantities, the values to try first; None is leaving the field empty."""


def canonical(
    case: Case, base: tuple[Statement, ...], *also: Statement, prefer: Preferences | None = None
) -> Patient | None:
    """Return the canonical patient of a base of whom `also` is so; None if there is none.

    Raises `Unknown` where the solver gives up, `Disagreement` where the plain evaluator does not confirm the patient.
    """
    member = usual_patient(case, base)
    if member is None or not (also or prefer):
        return member
    return _first_patient(case, base, also, prefer or {}, member.as_dict())


def usual_patient(case: Case, base: tuple[Statement, ...]) -> Patient | None:
    """Return the canonical patient of a population, who resembles the usual eligible one where that can be."""

    def find() -> tuple[tuple[Statement, ...], Patient | None]:
        eligible = case.population(Eligible())
        resembled = None if base == eligible else usual_patient(case, eligible)
        return base, _first_patient(case, base, (), {}, resembled.as_dict() if resembled else {})

    return case.once(("usual patient", *map(id, base)), find)[1]


def _first_patient(
    case: Case,
    base: tuple[Statement, ...],
    also: tuple[Statement, ...],
    prefer: Preferences,
    usual: Mapping[str, Recorded],
) -> Patient | None:
    names = list(case.protocol.quantities)
    readings = readings_of((case.said(Every(())), *base, *also), case.patient)
    fields = [Field(each, case.patient, readings) for each in case.protocol.quantities.values()]
    choices = [
        _choices(case, field, (*prefer.get(name, ()), *_if_any(usual.get(name))))
        for name, field in zip(names, fields, strict=True)
    ]
    values = {id(each.statement): each.value for options in choices for each in options}
    rescued: list[Option] = []

    def rescue(position: int, fixed: Sequence[Statement]) -> Statement:
        known = also + tuple(case.said(each) for each in fixed)
        found = option(fields[position], _bisect(case, fields[position], base, known))
        rescued.append(found)
        values[id(found.statement)] = found.value
        return found.statement

    possible = case.step(base, *also)
    if not possible(()) and not case.possible(base, *also)(()):
        return None
    fitting = first(possible, [[each.statement for each in options] for options in choices], rescue)
    if fitting is None:
        return None
    who = Patient.of({name: values[id(statement)] for name, statement in zip(names, fitting, strict=True)})
    _confirm(case, base + also, who)
    return who


def _choices(case: Case, field: Field, preferred: tuple[Recorded | None, ...]) -> list[Option]:
    name = field.quantity.name
    charted, thresholds = case.solver.protocol.quantities[name].kind, case.thresholds[name]
    if case.patient.dense and isinstance(charted, NumberKind):
        preferred = (*preferred, *ordinary(thresholds, charted))
    readings = field.readings if len(field.readings) > 1 else ()  # what is said under one reading names none
    return case.once_for_all(("choices", name, readings, preferred), lambda: options_of(field, thresholds, preferred))


def _if_any(value: Recorded | None) -> tuple[Recorded, ...]:
    return () if value is None else (value,)


def _confirm(case: Case, statements: tuple[Statement, ...], who: Patient) -> None:
    for name, value in who:
        if not could_be_recorded(case.protocol.quantities[name], value):
            raise Disagreement(f"the canonical patient has `{name}` = {value!r}, which cannot be recorded")
    if not is_so(case.protocol, *(bind(statement, case.patient, who) for statement in statements)):
        raise Disagreement(f"the plain evaluator does not confirm {statements} of {who}")


def _bisect(case: Case, field: Field, base: tuple[Statement, ...], known: tuple[Statement, ...]) -> Fraction:
    """Return the smallest fitting value (on a step), or a fitting one found by halving (where values lie dense)."""
    quantity = field.quantity
    if not isinstance(quantity.kind, NumberKind):
        raise Unknown(f"no value of `{quantity.name}` was found to fit")
    step, possible = quantity.kind.step, case.step(base, *known)

    def at_most(value: Fraction) -> Statement:
        return field.filled(Compare(Value(quantity.name), Relation.LE, Number(value)))

    if step is not None:
        low, high = ceil(quantity.kind.lower / step), floor(quantity.kind.upper / step)
        while low < high:
            middle = (low + high) // 2
            if possible([at_most(middle * step)]):
                high = middle
            else:
                low = middle + 1
        return low * step
    only = _only_value(case, field, base, known)
    if only is not None:
        return only
    bottom, top = quantity.kind.lower, quantity.kind.upper
    for _ in range(HALVINGS):
        half = (bottom + top) / 2
        if possible([option(field, half).statement]):
            return half
        if possible([at_most(half)]):
            top = half
        else:
            bottom = half
    raise Unknown(f"no exact value of `{quantity.name}` was found to fit")


def _only_value(
    case: Case, field: Field, base: tuple[Statement, ...], known: tuple[Statement, ...]
) -> Fraction | None:
    """Return the value of a quantity that can have just one."""
    name = field.quantity.name
    answer = case.solver.ask(*known, base=base)
    if not isinstance(answer, Found):
        raise Unknown(f"no value of `{name}` was found to fit")
    value = answer.patients[case.patient].as_dict().get(name)
    if isinstance(value, Fraction):
        other = field.filled(Compare(Value(name), Relation.NE, Number(value)))
        if not case.possible(base, *known)([other]):
            return value
    return None
