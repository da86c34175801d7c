"""What is recorded of a patient, from its part of the file: kind, range, step, and its value where it does not apply.

Numbers are exact, and each stands in its quantity's own unit however the file spells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

from trialproof.model import shape
from trialproof.model.complaint import did_you_mean
from trialproof.model.condition import EVERYONE, Condition, Number
from trialproof.model.document import show
from trialproof.model.exact import parse_exact
from trialproof.model.measure import to_term
from trialproof.model.protocol import CategoryKind, Kind, NumberKind, Quantity, Recorded, YesNoKind
from trialproof.model.rules import read_condition
from trialproof.model.scope import Scope
from trialproof.model.source import DataPath, Source
from trialproof.model.syntax import Mistake, parse
from trialproof.model.unit import PLAIN, Unit, UnknownUnit, parse_unit, say_amount

DAY = parse_unit("day")
SHORTEST_MONTH, LONGEST_MONTH = 28, 31


def read_month(source: Source, calendar: shape.Calendar) -> Fraction | None:
    """Return how many days the protocol counts for a month; None if it does not say."""
    if calendar.month is None:
        return None
    path = ("calendar", "month")
    if not calendar.month.strip(" +-.0123456789"):
        raise source.problem("the month has no unit", path, help=f"write `{calendar.month} days`")
    days = read_amount(source, path, calendar.month, DAY)
    if not SHORTEST_MONTH <= days <= LONGEST_MONTH:
        raise source.problem(f"a month of {say_amount(days, DAY)} is expected to have 28 to 31 days", path)
    return days


def read_quantities(source: Source, parts: Mapping[str, shape.Quantity], month: Fraction | None) -> dict[str, Quantity]:
    """Return the quantities by name, each complete but for `applies_if`, which may speak of any of them."""
    return {
        name: Quantity(
            name,
            _kind(source, ("quantities", name), part, month),
            label=part.label or "",
            may_be_missing=part.may_be_missing == "true",
            place=source.key_place(("quantities", name)),
        )
        for name, part in parts.items()
    }


def with_applicability(source: Source, part: shape.Quantity, quantity: Quantity, scope: Scope) -> Quantity:
    """Return the quantity with the condition under which it exists and its value for everybody else."""
    path = ("quantities", quantity.name)
    applies_if: Condition = EVERYONE
    otherwise: Recorded | None = None
    if part.applies_if is not None:
        applies_if = read_condition(source, (*path, "applies_if"), part.applies_if, scope)
    if part.when_not_applicable is not None:
        otherwise = _recorded(
            source, (*path, "when_not_applicable"), part.when_not_applicable, quantity.kind, scope.month
        )
    return replace(quantity, applies_if=applies_if, when_not_applicable=otherwise)


def read_unit(source: Source, path: DataPath, text: str | None) -> Unit:
    """Return the unit that a text of the file names; the plain number for none."""
    try:
        return PLAIN if text is None else parse_unit(text)
    except UnknownUnit as unknown:
        advice = f"did you mean `{unknown.suggestion}`?" if unknown.suggestion else None
        raise source.problem(str(unknown), path, help=advice) from None


def read_amount(source: Source, path: DataPath, text: str, unit: Unit, month: Fraction | None = None) -> Fraction:
    """Return a number of the file in a unit; one without a unit of its own is in that unit already."""
    try:
        return parse_exact(text.strip())
    except ValueError as error:
        if not text.lstrip(" +-.")[:1].isdecimal():
            raise source.problem(str(error), path) from None
    try:
        term = to_term(parse(text), Scope({}, month=month), unit)
    except Mistake as mistake:
        advice = "give the quantity a `unit`" if unit == PLAIN else mistake.help
        raise source.problem(mistake.message, path, span=(mistake.start, mistake.end), help=advice) from None
    if not isinstance(term, Number):
        raise source.problem(f"{show(text)} is not one number", path)
    return term.value


def _kind(source: Source, path: DataPath, part: shape.Quantity, month: Fraction | None) -> Kind:
    if part.one_of is not None:
        return _category(source, (*path, "one_of"), part.one_of)
    if part.range is None:
        return YesNoKind()
    unit = read_unit(source, (*path, "unit"), part.unit)
    lower, upper = (
        read_amount(source, (*path, "range", index), text, unit, month) for index, text in enumerate(part.range)
    )
    if lower > upper:
        raise source.problem(
            f"the range ends at {say_amount(upper, unit)}, below its start at {say_amount(lower, unit)}",
            (*path, "range", 1),
            help="write the lowest value first",
        )
    if part.recorded_to is None:
        return NumberKind(lower, upper, unit)
    step = read_amount(source, (*path, "recorded_to", "step"), part.recorded_to.step, unit, month)
    _check_step(source, path, (lower, upper), step, unit)
    return NumberKind(lower, upper, unit, step, part.recorded_to.rounded)


def _category(source: Source, path: DataPath, categories: list[str]) -> CategoryKind:
    for index, category in enumerate(categories):
        if category in categories[:index]:
            raise source.problem(f"the category {show(category)} is listed twice", (*path, index))
    return CategoryKind(tuple(categories))


def _check_step(
    source: Source, path: DataPath, bounds: tuple[Fraction, Fraction], step: Fraction, unit: Unit
) -> None:
    """Refuse a step that is not positive, or of which a bound of the range is not a multiple."""
    if step <= 0:
        raise source.problem(
            f"a step of {say_amount(step, unit)} is not above zero",
            (*path, "recorded_to", "step"),
            help="leave `recorded_to` out where any value can be charted",
        )
    for index, (bound, verb) in enumerate(zip(bounds, ("starts", "ends"), strict=True)):
        below, above = (say_amount(count * step, unit) for count in (floor(bound / step), ceil(bound / step)))
        if below != above:
            raise source.problem(
                f"the range {verb} at {say_amount(bound, unit)}, which no step of {say_amount(step, unit)} reaches",
                (*path, "range", index),
                help=f"the nearest values that can be charted are {below} and {above}",
            )


def _recorded(source: Source, path: DataPath, text: str, kind: Kind, month: Fraction | None) -> Recorded:
    match kind:
        case NumberKind(unit=unit):
            return read_amount(source, path, text, unit, month)
        case CategoryKind(categories):
            if text not in categories:
                meant = did_you_mean(text, categories)
                listed = f"the categories are {', '.join(categories)}"
                raise source.problem(
                    f"{show(text)} is not one of the categories",
                    path,
                    help=f"did you mean {show(meant)}?" if meant else listed,
                )
            return text
        case YesNoKind():
            if text not in ("yes", "no"):
                raise source.problem(f"expected `yes` or `no`, found {show(text)}", path)
            return text == "yes"
