"""Numbers of a condition with their units: an expression into a term, every conversion exact.

Units are strict. What is added, compared or put side by side in `min` has one dimension; a plain number never stands
for an amount. Arithmetic on constants is done here, so that a tree holds no work that is the same for every patient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, prod

from trialproof.model.condition import Derived, Floor, Greatest, Least, Number, Product, Quotient, Sum, Term, Value
from trialproof.model.exact import LONGEST_TEXT, plain
from trialproof.model.protocol import NumberKind
from trialproof.model.scope import Scope, misused, unknown
from trialproof.model.syntax import (
    Amount,
    Calculation,
    Call,
    Expression,
    MeasuredIn,
    Mistake,
    Name,
    Negative,
    Piece,
)
from trialproof.model.unit import PLAIN, Unit, UnknownUnit, over, parse_unit, ratio, say_amount, times

_MONTH = parse_unit("month").dimension[0][0]
_DAY = parse_unit("day").dimension[0][0]
_TOO_LARGE = 10**LONGEST_TEXT


@dataclass(frozen=True, slots=True)
class Measured:
    """A term with the unit that its number is in, and where it was written."""

    term: Term
    unit: Unit
    source: Expression


def to_term(expression: Expression, scope: Scope, unit: Unit) -> Term:
    """Return an expression as a term in a unit.

    Raises:
        Mistake: it is no number, or cannot be converted into that unit.
    """
    return convert(measure(expression, scope), unit, scope)


def measure(expression: Expression, scope: Scope) -> Measured:
    """Return an expression as a term in the unit that it comes in; Mistake if it is no number."""
    term, unit = _measure(expression, scope)
    return Measured(_bounded(term, expression), unit, expression)


def common_unit(parts: Sequence[Measured]) -> Unit:
    """Return the unit in which to put things side by side: that of the first that is not constant, if there is one."""
    varying = [part.unit for part in parts if not isinstance(part.term, Number)]
    constant = [part.unit for part in parts if part.unit != PLAIN]
    return (varying + constant + [PLAIN])[0]


def convert(measured: Measured, unit: Unit, scope: Scope) -> Term:
    """Return the term in another unit; Mistake if there is no way."""
    factor = _factor(measured.unit, unit, scope.month)
    if factor is None:
        raise _mismatch(measured, unit)
    return _bounded(_multiply([Number(factor), measured.term]), measured.source)


def read_unit(piece: Piece, scope: Scope) -> Unit:
    """Return the unit that a piece of a condition names; Mistake if it names none."""
    try:
        return parse_unit(piece.text)
    except UnknownUnit as error:
        advice = f"did you mean `{error.suggestion}`?" if error.suggestion else None
        if piece.text in scope:
            advice = f"write `*` between a number and a name: `* {piece.text}`"
        elif "/" in piece.text and any(part in scope for part in piece.text.split("/")):
            advice = "put blanks around `/` to divide by something that is not part of the unit"
        raise Mistake(str(error), piece.start, piece.end, help=advice) from None


def without_minus(term: Term) -> Term | None:
    """Return what a term subtracts, if it is a negative constant or has a negative factor in front; else None."""
    match term:
        case Number(value) if value < 0:
            return Number(-value)
        case Product((Number(value), *rest)) if value < 0 and rest:
            return _multiply([Number(-value), *rest])
    return None


def say_unit(unit: Unit) -> str:
    """Return what to call a unit behind `in`: years, cm."""
    return say_amount(Fraction(2), unit).removeprefix("2").strip()


def _measure(expression: Expression, scope: Scope) -> tuple[Term, Unit]:
    match expression:
        case Name():
            return _named(expression, scope)
        case Amount(value, piece):
            return Number(value), read_unit(piece, scope) if piece else PLAIN
        case Negative(operand):
            term, unit = _measure(operand, scope)
            return _multiply([Number(Fraction(-1)), term]), unit
        case Calculation(_, operators) if operators[0] in "+-":
            return _sum(expression, scope)
        case Calculation():
            return _product(_join_slashed_unit(expression, scope), scope)
        case Call("floor", (argument,)):
            return _floor(measure(argument, scope), scope), PLAIN
        case Call(function, arguments):
            parts = [measure(argument, scope) for argument in arguments]
            unit = common_unit(parts)
            return _extreme(function, tuple(convert(part, unit, scope) for part in parts)), unit
        case MeasuredIn(operand, piece):
            return convert(measure(operand, scope), read_unit(piece, scope), scope), PLAIN
        case _:
            raise Mistake("expected a number, found a condition", expression.start, expression.end)


def _bounded(term: Term, source: Expression) -> Term:
    """Refuse a constant that a condition could not spell again."""
    constant = term.factors[0] if isinstance(term, Product) else term
    if isinstance(constant, Number) and max(abs(constant.value.numerator), constant.value.denominator) >= _TOO_LARGE:
        raise Mistake("this gives a number of more than 100 digits", source.start, source.end)
    return term


def _named(name: Name, scope: Scope) -> tuple[Term, Unit]:
    if name.name in scope.quantities:
        kind = scope.quantities[name.name].kind
        if isinstance(kind, NumberKind):
            return Value(name.name), kind.unit
    elif name.name in scope.definitions:
        unit = scope.definitions[name.name]
        if unit is not None:
            return Derived(name.name), unit
    elif name.name not in scope:
        raise unknown(name, scope)
    raise misused(name, scope, "a number")


def _sum(calculation: Calculation, scope: Scope) -> tuple[Term, Unit]:
    parts = [measure(operand, scope) for operand in calculation.operands]
    unit = common_unit(parts)
    first, *rest = [convert(part, unit, scope) for part in parts]
    minus = Number(Fraction(-1))
    signed = [
        _multiply([minus, term]) if operator == "-" else term
        for operator, term in zip(calculation.operators, rest, strict=True)
    ]
    return _add([first, *signed]), unit


def _product(expression: Expression, scope: Scope) -> tuple[Term, Unit]:
    if not isinstance(expression, Calculation):
        return _measure(expression, scope)
    factor, unit = _measure(expression.operands[0], scope)
    factors = [factor]
    for operator, operand in zip(expression.operators, expression.operands[1:], strict=True):
        term, other = _measure(operand, scope)
        try:
            unit = times(unit, other) if operator == "*" else over(unit, other)
        except UnknownUnit as error:
            raise Mistake(str(error), expression.start, expression.end) from None
        if operator == "*":
            factors.append(term)
        elif term == Number(Fraction(0)):
            raise Mistake("this divides by zero", operand.start, operand.end)
        else:
            factors = [_divide(_multiply(factors), term)]
    return _multiply(factors), unit


def _join_slashed_unit(calculation: Calculation, scope: Scope) -> Expression:
    """Take `1500/uL` for the amount that everybody writes so, unless `uL` is declared."""
    number, *others = calculation.operands
    if not isinstance(number, Amount) or number.unit is not None:
        return calculation
    text, end = "", number.end
    taken = 0
    for operator, other in zip(calculation.operators, others, strict=True):
        if operator != "/" or not isinstance(other, Name) or other.name in scope or other.start != end + 1:
            break
        text, end, taken = f"{text}/{other.name}", other.end, taken + 1
    try:
        unit = parse_unit(text)
    except UnknownUnit:
        return calculation
    if unit == PLAIN:
        return calculation
    amount = Amount(number.value, Piece(text, number.end, end), number.start, end)
    if taken == len(others):
        return amount
    rest = calculation.operators[taken:]
    return Calculation((amount, *others[taken:]), rest, calculation.start, calculation.end)


def _floor(argument: Measured, scope: Scope) -> Term:
    if _factor(argument.unit, PLAIN, None) is None:
        unit = say_unit(argument.unit)
        raise Mistake(
            f"`floor` rounds a plain number, found an amount in {unit}", argument.source.start, argument.source.end,
            help=f"name the unit to round in: `floor(... in {unit})`",
        )
    term = convert(argument, PLAIN, scope)
    return Number(Fraction(floor(term.value))) if isinstance(term, Number) else Floor(term)


def _extreme(function: str, terms: tuple[Term, ...]) -> Term:
    constants = [term.value for term in terms if isinstance(term, Number)]
    if len(constants) == len(terms):
        return Number(min(constants) if function == "min" else max(constants))
    return Least(terms) if function == "min" else Greatest(terms)


def _add(terms: Sequence[Term]) -> Term:
    constants = [term.value for term in terms if isinstance(term, Number)]
    return Number(sum(constants, Fraction(0))) if len(constants) == len(terms) else Sum(tuple(terms))


def _multiply(factors: Sequence[Term]) -> Term:
    """Multiply, with all constants in one number that goes first and is left out where it is 1."""
    flat = [part for factor in factors for part in (factor.factors if isinstance(factor, Product) else (factor,))]
    number = prod((part.value for part in flat if isinstance(part, Number)), start=Fraction(1))
    others = tuple(part for part in flat if not isinstance(part, Number))
    if not others:
        return Number(number)
    if number != 1:
        return Product((Number(number), *others))
    return others[0] if len(others) == 1 else Product(others)


def _divide(numerator: Term, denominator: Term) -> Term:
    if isinstance(numerator, Number) and isinstance(denominator, Number):
        return Number(numerator.value / denominator.value)
    return Quotient(numerator, denominator)


def _factor(unit: Unit, other: Unit, month: Fraction | None) -> Fraction | None:
    """Return how many `other` one `unit` is, by the calendar if need be."""
    direct = ratio(unit, other)
    if direct is not None or month is None:
        return direct
    return ratio(_in_days(unit, month), _in_days(other, month))


def _in_days(unit: Unit, month: Fraction) -> Unit:
    """Return the unit with its months, in whatever power, counted as days."""
    powers = dict(unit.dimension)
    months = powers.pop(_MONTH, 0)
    powers[_DAY] = powers.get(_DAY, 0) + months
    dimension = tuple(sorted((base, power) for base, power in powers.items() if power))
    return Unit(unit.text, dimension, unit.factor * month**months)


def _mismatch(found: Measured, wanted: Unit) -> Mistake:
    start, end = found.source.start, found.source.end
    expected = "a plain number" if wanted == PLAIN else f"an amount in {say_unit(wanted)}"
    got = "a plain number" if found.unit == PLAIN else f"an amount in {say_unit(found.unit)}"
    advice = None
    if found.unit == PLAIN and isinstance(found.source, Amount):
        advice = f"give it its unit, as in `{say_amount(found.source.value, wanted)}`"
    elif found.unit == PLAIN:
        advice = f"`* {say_amount(Fraction(1), wanted)}` gives a plain number a unit"
    elif wanted == PLAIN and isinstance(found.source, Amount):
        advice = f"write `{plain(found.source.value)}` if no unit is meant"
    elif wanted == PLAIN:
        advice = f"`in {say_unit(found.unit)}` behind it makes a plain number of it"
    elif _factor(found.unit, wanted, Fraction(30)) is not None:
        advice = (
            "a month has no fixed number of days: the protocol can give it one with `calendar: {month: 30.44 days}`"
        )
    return Mistake(f"expected {expected}, found {got}", start, end, help=advice)
