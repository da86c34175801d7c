"""The verdict at a glance: of each decision, and of all else that was looked at, how much is found, proved and open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialproof.model.protocol import Protocol
from trialproof.reports.baseline import Baseline
from trialproof.reports.items import OTHERS, Item, Kind, items_of
from trialproof.verify.finding import Review, Severity

NONE = "-"


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one subject; `new` counts those findings that the baseline does not have (None: no baseline)."""

    subject: str
    errors: int
    warnings: int
    notes: int
    accepted: int
    proved: int
    undecided: int
    new: int | None = None


def glance(protocol: Protocol, review: Review, baseline: Baseline | None = None) -> tuple[Line, ...]:
    """Return one line for each decision, in the order of the file, and one for each other subject that has any."""
    items = items_of(protocol, review, baseline)
    order = [*(f"`{name}`" for name in protocol.decisions), *OTHERS]
    counted = [each for each in items if each.kind not in (Kind.VACUOUS, Kind.GONE)]
    return tuple(
        _line(subject, [each for each in counted if each.subject == subject], compared=baseline is not None)
        for subject in sorted({each.subject for each in counted}, key=order.index)
    )


def cells(lines: Sequence[Line]) -> list[list[str]]:
    """Return a table: its head, a row for each line, and their sums if there are several; without columns of nothing.

    Errors, what is proved and what is undecided always have a column.
    """
    columns: list[tuple[str, list[int]]] = [
        ("errors", [each.errors for each in lines]),
        ("warnings", [each.warnings for each in lines]),
        ("notes", [each.notes for each in lines]),
        ("new", [each.new or 0 for each in lines]),
        ("accepted", [each.accepted for each in lines]),
        ("proved", [each.proved for each in lines]),
        ("undecided", [each.undecided for each in lines]),
    ]
    compared = any(each.new is not None for each in lines)
    always = {"errors", "proved", "undecided"} | ({"new"} if compared else set())
    kept = [(name, figures) for name, figures in columns if name in always or any(figures)]
    table = [["", *(name for name, _ in kept)]]
    table += [[line.subject, *(_figure(figures[at]) for _, figures in kept)] for at, line in enumerate(lines)]
    if len(lines) > 1:
        table.append(["in all", *(_figure(sum(figures)) for _, figures in kept)])
    return table


def _line(subject: str, items: Sequence[Item], *, compared: bool) -> Line:
    def count(kind: Kind, severity: Severity | None = None) -> int:
        return sum(each.kind is kind and severity in (None, each.severity) for each in items)

    return Line(
        subject,
        count(Kind.FINDING, Severity.ERROR),
        count(Kind.FINDING, Severity.WARNING),
        count(Kind.FINDING, Severity.NOTE),
        count(Kind.ACCEPTED),
        count(Kind.PROVED),
        count(Kind.UNDECIDED),
        sum(each.kind is Kind.FINDING and each.state == "new" for each in items) if compared else None,
    )


def _figure(count: int) -> str:
    return str(count) if count else NONE
