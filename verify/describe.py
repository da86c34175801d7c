"""From a property to its regions, each with its witness, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from trialproof.model.condition import (
    Assigned,
    Condition,
    Derived,
    Is,
    Known,
    Named,
    Takes,
    Term,
    Value,
    Yes,
    descend,
)
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Protocol, Recorded
from trialproof.verify.axes import NOT_APPLICABLE, NOT_RECORDED, Axis, NumberAxis, runs, span
from trialproof.verify.candidates import nearest
from trialproof.verify.canonical import Preferences, canonical
from trialproof.verify.case import Case
from trialproof.verify.finding import Region, RegionTerm, Witness
from trialproof.verify.regions import Box, Boxes, apart, find_boxes, inside
from trialproof.verify.statement import Never, Statement
from trialproof.verify.words import line, only_value, pinned, term

MOST_APART = 25
"""Regions up to which each is said without what those before it said."""


@dataclass(frozen=True, slots=True)
class Regions:
    """All regions of a property, broad ones first; `complete` is False where there were more than anybody reads."""

    regions: tuple[Region, ...]
    complete: bool = True


def together(found: Iterable[Regions]) -> Regions:
    """Return several lists of regions as one."""
    lists = tuple(found)
    return Regions(tuple(r for each in lists for r in each.regions), complete=all(each.complete for each in lists))


def regions_of(
    case: Case,
    population: tuple[Statement, ...],
    target: Statement,
    axes: Sequence[Axis],
    *,
    outcome: str = "",
    matters: Sequence[str] = (),
    start: Patient | None = None,
) -> Regions:
    """Return the regions of the patients of a population of whom the target is so.

    `matters` are quantities to show in each witness besides those of the axes; `start` is the canonical patient of the
    target, where it is known already. Raises `Unknown` if the solver gives up.
    """
    found = find_boxes(case, population, target, axes, start)
    return described(case, population, target, axes, found, outcome=outcome, matters=matters)


def described(
    case: Case,
    population: tuple[Statement, ...],
    target: Statement,
    axes: Sequence[Axis],
    found: Boxes,
    *,
    outcome: str = "",
    matters: Sequence[str] = (),
) -> Regions:
    """Return boxes in words, each with its witness; the boxes hold nobody of the population but the target."""
    few = len(found.boxes) <= MOST_APART
    trimmed = apart(case, population, target, axes, found.boxes) if few else found.boxes
    shown = shown_quantities(case.protocol, axes, matters)
    regions = []
    for at, (box, rest) in enumerate(zip(found.boxes, trimmed, strict=True)):
        outside = tuple(case.said(Never(inside(axes, each))) for each in found.boxes[:at] if few)
        here = (case.said(target), case.said(inside(axes, rest)))
        prefer = _preferences(axes, rest)
        patient = canonical(case, population, *here, *outside, prefer=prefer)
        patient = patient or canonical(case, population, *here, prefer=prefer)
        assert patient is not None  # noqa: S101 - every box was widened from a cell with a patient in it
        regions.append(
            Region(
                words=line(_terms(case.protocol, axes, rest)),
                terms=tuple(_terms(case.protocol, axes, box)),
                witness=witness(case, patient, shown),
                outcome=outcome,
                pinned=tuple(_pinned(case.protocol, axes, box)),
                points=tuple(_points(axes, box)),
                place=inside(axes, rest),
            )
        )
    return Regions(tuple(regions), found.complete)


def witness(case: Case, patient: Patient, matters: Sequence[str] = ()) -> Witness:
    """Return a patient with the quantities worth showing and those that do not apply."""
    meaning = about(case.protocol, patient, case.selection)
    absent = tuple(name for name in case.protocol.quantities if not meaning.applies(name).holds)
    return Witness(patient, tuple(name for name in case.protocol.quantities if name in matters), absent)


def shown_quantities(protocol: Protocol, axes: Sequence[Axis], matters: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the quantities that the axes are made of, and those on which it depends whether they apply.

    What a derived number or another decision is made of counts; what eligibility is made of does not.
    """
    found = set(matters)
    met: set[str] = set()
    pending: list[Condition | Term] = [axis.term if isinstance(axis, NumberAxis) else axis.subject for axis in axes]
    pending += [protocol.quantities[name].applies_if for name in matters]
    while pending:
        for node in descend(pending.pop()):
            match node:
                case Is(name, _) | Yes(name) | Known(name) | Value(name) if name not in found:
                    found.add(name)
                    pending.append(protocol.quantities[name].applies_if)
                case Named(name) | Derived(name) if name not in met:
                    met.add(name)
                    pending.append(protocol.definitions[name].body)
                case Takes(name, _) | Assigned(name, _) if name not in met:
                    met.add(name)
                    pending += [choice.rule for choice in protocol.decisions[name].choices]
                case _:
                    pass
    return tuple(name for name in protocol.quantities if name in found)


def _terms(protocol: Protocol, axes: Sequence[Axis], box: Box) -> list[RegionTerm]:
    return [
        term(protocol, axis, chosen)
        for axis, chosen in zip(axes, box.parts, strict=True)
        if len(chosen) < len(axis.parts)
    ]


def _pinned(protocol: Protocol, axes: Sequence[Axis], box: Box) -> list[str]:
    said = [pinned(protocol, axis, chosen) for axis, chosen in zip(axes, box.parts, strict=True)]
    return [each for each in said if each is not None]


def _points(axes: Sequence[Axis], box: Box) -> Iterator[tuple[Term, Fraction]]:
    for axis, chosen in zip(axes, box.parts, strict=True):
        value = only_value(axis, chosen)
        if isinstance(axis, NumberAxis) and value is not None:
            yield axis.term, value


def _preferences(axes: Sequence[Axis], box: Box) -> Preferences:
    """Return, for each quantity that the box restricts, the values in it: numbers nearest their threshold first."""
    found: dict[str, list[Recorded | None]] = {}
    for axis, chosen in zip(axes, box.parts, strict=True):
        if len(chosen) == len(axis.parts):
            continue
        if isinstance(axis, NumberAxis):
            if isinstance(axis.term, Value) and axis.kind is not None:
                intervals = [span(axis, run) for run in runs(axis, chosen)]
                values = [v for each in intervals if each is not None for v in nearest(each, axis.kind)]
                found[axis.term.quantity] = [*values] if any(intervals) else [None]
            continue
        empty = (NOT_APPLICABLE, NOT_RECORDED)
        named = [axis.parts[index].name for index in chosen]
        match axis.subject:
            case Is(name, _):
                found[name] = [None if each in empty else each for each in named]
            case Yes(name):
                found[name] = [None if each in empty else each == "yes" for each in named]
            case _:
                pass
    return found
