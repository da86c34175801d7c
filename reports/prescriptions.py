"""Prescriptions side by side: what each gives, phase by phase, and what that is worth to each tissue.

All doses in Gy. Written doses are exact; BED and EQD2 are rounded to two decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from trialproof.model.course import Course, Span, course_total, say_level, total_of
from trialproof.model.exact import plain
from trialproof.model.protocol import Protocol
from trialproof.model.radiobiology import Formula, bed, course_worth, eqd2, level_worth
from trialproof.verify.treatment.doses import say_grays, say_rounded

Row: TypeAlias = "tuple[str, Span | None, list[Span | None]]"
"""What is given, its total, and its worths; None where no combination works."""

FORMULAS: Mapping[str, Formula] = {"BED": bed, "EQD2": eqd2}
IMPOSSIBLE = "none"


def side_by_side(protocol: Protocol, courses: Sequence[tuple[str, Course]]) -> Iterator[str]:
    """Yield the lines of a table: under each name every phase and level, and what several phases come to."""
    head = ["", *headings(protocol)]
    blocks = [(name, rows(protocol, course)) for name, course in courses]
    every = [head, *(cells for _, block in blocks for cells in block)]
    widths = [max(len(cells[at]) for cells in every) for at in range(len(head))]
    yield _line(head, widths)
    for name, block in blocks:
        yield f"  {name}"
        yield from (_line(cells, widths) for cells in block)


def headings(protocol: Protocol) -> list[str]:
    """Return what the figures of a row are: the total, and each formula for each tissue."""
    return ["total", *(f"{name} {tissue}" for name in FORMULAS for tissue in map(_spoken, protocol.alpha_beta))]


def rows(protocol: Protocol, course: Course) -> list[list[str]]:
    """Return a row for every phase and level, and one for what several phases come to: what is given, then figures."""
    return [_cells(row) for row in _rows(course, protocol.alpha_beta)]


def in_short(protocol: Protocol, courses: Sequence[tuple[str, Course]]) -> Iterator[str]:
    """Yield the lines of a table: each prescription in one, with its total and its EQD2."""
    tissues = protocol.alpha_beta
    head = ["", "total", *(f"EQD2 {_spoken(tissue)}" for tissue in tissues)]
    lines = [
        _cells((name, course_total(course), [course_worth(eqd2, course, ratio) for ratio in tissues.values()]))
        for name, course in courses
    ]
    widths = [max(len(cells[at]) for cells in (head, *lines)) for at in range(len(head))]
    yield from (_line(cells, widths) for cells in (head, *lines))


def title(protocol: Protocol) -> str:
    """Return the heading of either table."""
    ratios = ", ".join(f"{plain(ratio)} ({_spoken(tissue)})" for tissue, ratio in protocol.alpha_beta.items())
    return f"Prescriptions, all in Gy; alpha/beta {ratios}"


def _rows(course: Course, tissues: Mapping[str, Fraction]) -> Iterator[Row]:
    for at, phase in enumerate(course.phases):
        for index, level in enumerate(phase.levels):
            begin = "with " if index else "boost of " if phase.boost else "then " if at else ""
            worths = _worths(tissues, lambda formula, ratio: level_worth(formula, phase, level, ratio))  # noqa: B023
            yield f"{begin}{say_level(phase, level)}", total_of(phase, level), worths
    if len(course.phases) > 1:
        sums = _worths(tissues, lambda formula, ratio: course_worth(formula, course, ratio))
        yield "in all", course_total(course), sums


def _worths(
    tissues: Mapping[str, Fraction], worth: Callable[[Formula, Fraction], Span | None]
) -> list[Span | None]:
    return [worth(formula, ratio) for formula in FORMULAS.values() for ratio in tissues.values()]


def _cells(row: Row) -> list[str]:
    said, total, worths = row
    spans = [IMPOSSIBLE if each is None else say_rounded(each) for each in worths]
    return [said, IMPOSSIBLE if total is None else say_grays(total).removesuffix(" Gy"), *spans]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    columns = "".join(f"  {cell:>{width}}" for cell, width in rest)
    return f"    {first[0]:<{first[1]}}{columns}".rstrip()


def _spoken(name: str) -> str:
    return name.replace("_", " ")
