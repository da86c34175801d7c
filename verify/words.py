"""A box said in words: `resection R0, diameter exactly 5 cm`."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from trialproof.model.condition import Assigned, Is, Known, Value, Yes
from trialproof.model.english import say_term
from trialproof.model.protocol import NumberKind, Protocol
from trialproof.model.unit import PLAIN, Unit, say_amount
from trialproof.model.unit_of import unit_of
from trialproof.verify.axes import NOT_APPLICABLE, NOT_RECORDED, Axis, Interval, NamedAxis, NumberAxis, runs, span
from trialproof.verify.finding import RegionTerm

VALUES = ("yes", "no", NOT_APPLICABLE, NOT_RECORDED)
"""What stands behind a colon: a bare word that says nothing by itself."""


def title(protocol: Protocol, axis: Axis) -> str:
    """Return what the axis measures, and how it is read where it is not read as in the case."""
    said = say_term(axis.term, protocol) if isinstance(axis, NumberAxis) else _subject(protocol, axis)
    return said if axis.otherwise is None else f"{said} (read as `{axis.otherwise.note}`)"


def _subject(protocol: Protocol, axis: NamedAxis) -> str:
    match axis.subject:
        case Is(name, _) | Yes(name) | Known(name):
            return protocol.quantities[name].title
        case Assigned(name, ()):
            return f"`{name}`"
        case Assigned(name, (choice, *_)):
            return f"`{name}` is `{choice}`"
        case _:
            return "eligible"


def term(protocol: Protocol, axis: Axis, chosen: Sequence[int]) -> RegionTerm:
    """Return a restricted axis in words: its title, and the values in the box."""
    return RegionTerm(title(protocol, axis), " or ".join(_values(protocol, axis, chosen)))


def line(terms: Sequence[RegionTerm]) -> str:
    """Return restricted terms as one line; all of them free is `any value of everything compared`."""
    said = []
    for each in terms:
        separator = ": " if each.says.split(" or ")[0] in VALUES else " "
        said.append(f"{each.term}{separator}{each.says}")
    return ", ".join(said) if said else "whatever the values"


def only_value(axis: Axis, chosen: Sequence[int]) -> Fraction | None:
    """Return the one recordable value that a box leaves a number, if that is what it does."""
    if not isinstance(axis, NumberAxis) or len(axis.parts) == len(chosen):
        return None
    pieces = [span(axis, run) for run in runs(axis, chosen)]
    return _tight(axis, pieces[0]).point if len(pieces) == 1 and pieces[0] is not None else None


def pinned(protocol: Protocol, axis: Axis, chosen: Sequence[int]) -> str | None:
    """Return `diameter exactly 5 cm, charted in steps of 0.1 cm` where the box leaves a number one recordable value."""
    value = only_value(axis, chosen)
    if value is None or not isinstance(axis, NumberAxis):
        return None
    unit = unit_of(axis.term, protocol) or PLAIN
    step = axis.kind.step if axis.kind is not None else None
    says = f"{title(protocol, axis)} exactly {say_amount(value, unit)}"
    return says if step is None else f"{says}, charted in steps of {say_amount(step, unit)}"


def _values(protocol: Protocol, axis: Axis, chosen: Sequence[int]) -> list[str]:
    said: list[str] = []
    for run in runs(axis, chosen):
        interval = span(axis, run)
        if isinstance(axis, NumberAxis) and interval is not None:
            said.append(_interval(axis, interval, unit_of(axis.term, protocol) or PLAIN))
        else:
            said += [axis.parts[index].name for index in run]
    return said


def _tight(axis: NumberAxis, interval: Interval) -> Interval:
    return interval.tighten(axis.kind) if isinstance(axis.kind, NumberKind) else interval


def _interval(axis: NumberAxis, interval: Interval, unit: Unit) -> str:
    exact = _tight(axis, interval).point
    if exact is not None:
        return f"exactly {say_amount(exact, unit)}"
    low = None if interval.low is None else say_amount(interval.low, unit)
    high = None if interval.high is None else say_amount(interval.high, unit)
    below = "up to" if interval.closed_high else "under"
    if low is None:
        return f"{'at most' if interval.closed_high else 'under'} {high}" if high else "any value"
    if high is None:
        return f"{'at least' if interval.closed_low else 'over'} {low}"
    if interval.closed_low:
        return f"from {low} {'' if interval.closed_high else 'to '}{below} {high}"
    return f"over {low} and {below} {high}"


def amount(value: Fraction, name: str, protocol: Protocol) -> str:
    """Return a recorded number with its unit."""
    return say_amount(value, unit_of(Value(name), protocol) or PLAIN)


