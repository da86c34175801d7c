"""Axes: what a decision compares, each cut into the parts that its rules can tell apart.

An axis is a quantity, a derived number, a difference of two, a category, a yes/no, or another decision. The parts
of a number are its thresholds and the open intervals between them, in order; then, as parts of their own, "does not
apply" and "not recorded". The parts of one axis cover every patient and no patient is in two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from trialproof.model.condition import (
    EVERYONE,
    TERMS,
    Assigned,
    Compare,
    Condition,
    Derived,
    Determined,
    Eligible,
    Is,
    Known,
    Number,
    Relation,
    Term,
    Value,
    Yes,
    descend,
)
from trialproof.model.protocol import CategoryKind, Intent, NumberKind, Protocol, Selection, YesNoKind
from trialproof.verify.linear import cancelled, threshold, unknowns, walk
from trialproof.verify.replay import could_be_recorded
from trialproof.verify.statement import (
    About,
    AnyPatient,
    Every,
    Fails,
    Fixed,
    Holds,
    Never,
    Some,
    Statement,
    undetermined,
)


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers between two ends; None is no end; one number where both ends are it and closed."""

    low: Fraction | None
    high: Fraction | None
    closed_low: bool = False
    closed_high: bool = False

    def tighten(self, kind: NumberKind) -> Interval:
        """Return the recordable values in it: closed ends on the quantity's steps and within its range."""
        low, high, step = self.low, self.high, kind.step
        closed_low, closed_high = self.closed_low, self.closed_high
        if low is None or low < kind.lower:
            low, closed_low = kind.lower, True
        if high is None or high > kind.upper:
            high, closed_high = kind.upper, True
        if step is not None:
            first = ceil(low / step) if closed_low else floor(low / step) + 1
            last = floor(high / step) if closed_high else ceil(high / step) - 1
            low, high, closed_low, closed_high = first * step, last * step, True, True
        return Interval(low, high, closed_low, closed_high)

    @property
    def empty(self) -> bool:
        """No number is in it."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and not (self.closed_low and self.closed_high))

    @property
    def point(self) -> Fraction | None:
        """The one number in it, if there is just one."""
        return self.low if self.low is not None and self.low == self.high and not self.empty else None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an axis: an interval of a number, or a named value."""

    statement: Statement
    interval: Interval | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Other readings than those of the case, under which an axis speaks of the patient; `note` names what differs."""

    patient: AnyPatient
    readings: Fixed
    note: str


@dataclass(frozen=True, slots=True)
class NumberAxis:
    """A number: `kind` says which values it can have, where it is one quantity whose values can all be recorded.

    `otherwise` is None unless the axis is read as in another case.
    """

    term: Term
    parts: tuple[Part, ...]
    kind: NumberKind | None = None
    otherwise: Otherwise | None = None


@dataclass(frozen=True, slots=True)
class NamedAxis:
    """A category, a yes/no, another decision, or a condition: what has named values."""

    subject: Is | Yes | Assigned | Eligible | Known
    parts: tuple[Part, ...]
    otherwise: Otherwise | None = None


Axis = NumberAxis | NamedAxis

NOT_APPLICABLE = "not applicable"
NOT_RECORDED = "not recorded"


def within(axis: Axis, chosen: Sequence[int]) -> Statement:
    """Return that the patient lies in one of these parts of the axis; runs of a number become one interval."""
    statements: list[Statement] = []
    for run in runs(axis, chosen):
        interval = span(axis, run)
        if isinstance(axis, NumberAxis) and interval is not None:
            statements.append(_inside(axis.term, interval))
        else:
            statements += [axis.parts[index].statement for index in run]
    found = statements[0] if len(statements) == 1 else Some(tuple(statements))
    return found if axis.otherwise is None else About(found, axis.otherwise.patient, axis.otherwise.readings)


def read_otherwise(axis: Axis, otherwise: Otherwise) -> Axis:
    """Return the axis, said of the patient under other readings than those of the case."""
    parts = tuple(
        replace(part, statement=About(part.statement, otherwise.patient, otherwise.readings)) for part in axis.parts
    )
    return replace(axis, parts=parts, otherwise=otherwise)


def runs(axis: Axis, chosen: Sequence[int]) -> list[list[int]]:
    """Split part indexes into runs of neighbouring intervals; every named part is a run of its own."""
    found: list[list[int]] = []
    for index in sorted(chosen):
        neighbour = found and found[-1][-1] == index - 1 and axis.parts[index - 1].interval is not None
        if neighbour and axis.parts[index].interval is not None:
            found[-1].append(index)
        else:
            found.append([index])
    return found


def span(axis: Axis, run: Sequence[int]) -> Interval | None:
    """Return the interval that a run of neighbouring parts fills; None for a named part."""
    low, high = axis.parts[run[0]].interval, axis.parts[run[-1]].interval
    if low is None or high is None:
        return None
    return Interval(low.low, high.high, low.closed_low, high.closed_high)


def axes_of(protocol: Protocol, rules: Iterable[Condition], selections: Sequence[Selection]) -> tuple[Axis, ...]:
    """Return the axes that these rules compare, under any of the selections, in the order of the protocol."""
    numbers: dict[Term, set[Fraction]] = {}
    named: dict[Condition, None] = {}
    for rule in rules:
        for selection in selections:
            for node in walk(protocol, rule, selection):
                match node:
                    case Compare():
                        found = threshold(node, selection)
                        if found is not None:
                            numbers.setdefault(found.term, set()).add(found.value)
                        for term in cancelled(node, selection):
                            numbers.setdefault(term, set())
                    case Is(quantity, _):
                        named[Is(quantity, ())] = None
                    case Yes() | Eligible():
                        named[node] = None
                    case Known(quantity):
                        _note_known(protocol, quantity, numbers, named)
                    case Determined(operand) if isinstance(operand, TERMS):
                        for term in unknowns(operand, selection):
                            numbers.setdefault(term, set())
                    case Assigned(decision, choices):
                        named |= dict.fromkeys(_assigned(protocol, decision, choices))
                    case _:
                        pass
    axes: list[Axis] = [number_axis(protocol, term, values) for term, values in numbers.items()]
    axes += [_named_axis(protocol, subject) for subject in named]
    order = {name: at for at, name in enumerate([*protocol.quantities, *protocol.definitions, *protocol.decisions])}
    return tuple(sorted(axes, key=lambda axis: _rank(axis, order)))


def _note_known(
    protocol: Protocol, quantity: str, numbers: dict[Term, set[Fraction]], named: dict[Condition, None]
) -> None:
    match protocol.quantities[quantity].kind:
        case NumberKind():
            numbers.setdefault(Value(quantity), set())
        case CategoryKind():
            named[Is(quantity, ())] = None
        case YesNoKind():
            named[Yes(quantity)] = None


def _assigned(protocol: Protocol, decision: str, choices: tuple[str, ...]) -> list[Assigned]:
    """One axis for the whole decision, or one for each choice where a patient may have several."""
    if protocol.decisions[decision].intent in (Intent.ANY, Intent.AT_LEAST_ONE):
        return [Assigned(decision, (each,)) for each in choices]
    return [Assigned(decision, ())]


def _rank(axis: Axis, order: dict[str, int]) -> tuple[int, str]:
    if isinstance(axis, NumberAxis):
        for node in _names(axis.term):
            return (order[node], "")
        return (len(order), str(axis.term))
    match axis.subject:
        case Is(name, _) | Yes(name) | Known(name):
            return (order[name], "")
        case Assigned(name, choices):
            return (order[name], " ".join(choices))
        case Eligible():
            return (-1, "")


def _names(term: Term) -> list[str]:
    return [
        node.quantity if isinstance(node, Value) else node.definition
        for node in descend(term)
        if isinstance(node, (Value, Derived))
    ]


def number_axis(protocol: Protocol, term: Term, values: set[Fraction]) -> NumberAxis:
    """Return the axis of a number that is cut at these values."""
    kind: NumberKind | None = None
    absent: list[Part] = []
    applies_if: Condition = EVERYONE
    default = None
    match term:
        case Value(name):
            quantity = protocol.quantities[name]
            assert isinstance(quantity.kind, NumberKind)  # noqa: S101 - typing refused anything else
            applies_if, default = quantity.applies_if, quantity.when_not_applicable
            recordable = default is None or could_be_recorded(quantity, default)
            kind = quantity.kind if recordable else None
        case Derived(name):
            applies_if = protocol.definitions[name].applies_if
        case _:
            pass
    ends = sorted(values)
    bounds: list[Interval] = []
    for index in range(len(ends) + 1):
        low = ends[index - 1] if index else None
        high = ends[index] if index < len(ends) else None
        bounds.append(Interval(low, high))
        if high is not None:
            bounds.append(Interval(high, high, closed_low=True, closed_high=True))
    if kind is not None and default is None:
        bounds = [each for each in bounds if not each.tighten(kind).empty]
    if applies_if != EVERYONE and default is None:
        absent.append(Part(Fails(applies_if), name=NOT_APPLICABLE))
        rest: Statement = Every((Never(Fails(applies_if)), Never(Holds(Determined(term)))))
    else:
        rest = Never(Holds(Determined(term)))
    intervals = [Part(_inside(term, each), interval=each) for each in bounds]
    return NumberAxis(term, (*intervals, *absent, Part(rest, name=NOT_RECORDED)), kind)


def _inside(term: Term, interval: Interval) -> Statement:
    if interval.point is not None:
        return Holds(Compare(term, Relation.EQ, Number(interval.point)))
    bounds: list[Statement] = []
    if interval.low is not None:
        relation = Relation.GE if interval.closed_low else Relation.GT
        bounds.append(Holds(Compare(term, relation, Number(interval.low))))
    if interval.high is not None:
        relation = Relation.LE if interval.closed_high else Relation.LT
        bounds.append(Holds(Compare(term, relation, Number(interval.high))))
    return Every(tuple(bounds)) if bounds else Holds(Determined(term))


def _named_axis(protocol: Protocol, subject: Condition) -> NamedAxis:
    match subject:
        case Is(name, _):
            kind = protocol.quantities[name].kind
            assert isinstance(kind, CategoryKind)  # noqa: S101 - typing refused anything else
            values = [Part(Holds(Is(name, (each,))), name=each) for each in kind.categories]
            return NamedAxis(Is(name, ()), (*values, *_without_value(protocol, name)))
        case Yes(name):
            values = [Part(Holds(subject), name="yes"), Part(Fails(subject), name="no")]
            return NamedAxis(subject, (*values, *_without_value(protocol, name)))
        case Assigned(name, ()):
            choices = [each.name for each in protocol.decisions[name].choices]
            values = [Part(Holds(Assigned(name, (each,))), name=each) for each in choices]
            if protocol.decisions[name].bounds[0] == 0:
                values += _perhaps_none(name, choices)
            nothing = Every(tuple(Never(part.statement) for part in values))
            return NamedAxis(subject, (*values, Part(nothing, name="not settled")))
        case Assigned() | Eligible():
            values = [Part(Holds(subject), name="yes"), Part(Fails(subject), name="no")]
            return NamedAxis(subject, (*values, Part(undetermined(subject), name="undetermined")))
        case _:
            raise TypeError(f"no axis for {subject}")


def _perhaps_none(decision: str, choices: Sequence[str]) -> list[Part]:
    """Return the fates besides one choice that settle who may have none: no choice, or one choice if any."""
    parts = [Part(Fails(Assigned(decision, tuple(choices))), name="no choice")]
    for name in choices:
        others = tuple(each for each in choices if each != name)
        open_choice = Every((undetermined(Assigned(decision, (name,))), Fails(Assigned(decision, others))))
        parts.append(Part(open_choice, name=f"{name} or no choice"))
    return parts


def _without_value(protocol: Protocol, name: str) -> list[Part]:
    quantity = protocol.quantities[name]
    if quantity.applies_if == EVERYONE or quantity.when_not_applicable is not None:
        return [Part(Fails(Known(name)), name=NOT_RECORDED)]
    return [
        Part(Fails(quantity.applies_if), name=NOT_APPLICABLE),
        Part(Every((Never(Fails(quantity.applies_if)), Fails(Known(name)))), name=NOT_RECORDED),
    ]
