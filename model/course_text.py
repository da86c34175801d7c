"""Doses and courses as a file writes them: `60 Gy / 2 Gy / 30 f`, `45 Gy / 1.5 Gy bid / 30 f`.

Total dose, dose per fraction, number of fractions, in this order between slashes; each may be a range, `10-12 Gy`.
`bid` and `tid` behind the dose per fraction say that two or three fractions are given a day; the number of fractions
counts every fraction. Blanks are free. Doses are in Gy or cGy, and above zero.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from trialproof.model.course import TIMES_A_DAY, Level, Span
from trialproof.model.exact import in_backticks, parse_exact
from trialproof.model.syntax import Mistake
from trialproof.model.unit import PLAIN, UnknownUnit, parse_unit, ratio

GRAY = parse_unit("Gy")
MOST_FRACTIONS = 200
EXAMPLE = "write total / dose per fraction / number of fractions, as in `60 Gy / 2 Gy / 30 f`"
NO_COUNT = "the course has no number of fractions"

_BETWEEN = re.compile(r"\s*(?:-|–|—|\bto\b)\s*")  # noqa: RUF001 - what a word processor makes of a hyphen
_NUMBER = r"\.?[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?"
_AMOUNT = re.compile(rf"({_NUMBER})(?:{_BETWEEN.pattern}({_NUMBER}))?\s*(\S.*)?")
_COUNT = re.compile(rf"([0-9]{{1,9}})(?:{_BETWEEN.pattern}([0-9]{{1,9}}))?\s*(?:f|fx|fractions?)")
_OFTEN = re.compile(r"\s+(bid|tid|b\.i\.d\.|t\.i\.d\.)$", re.IGNORECASE)
_TIMES = re.compile(r"([0-9]+)\s*[x×*]\s*(?=[0-9.])")  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Written:
    """One line of a course: a level, and the fractions it is given in."""

    level: Level
    fewest: int
    most: int
    per_day: int = 1


def read_written(text: str) -> Written:
    """Return one line of a course. Raises `Mistake`."""
    pieces = _pieces(text)
    if len(pieces) != 3:
        if len(pieces) == 2:
            raise Mistake(NO_COUNT, *_span(text, 0, len(text)), help=EXAMPLE)
        raise Mistake(f"{in_backticks(text)} is not a course", *_span(text, 0, len(text)), help=EXAMPLE)
    total, dose, count = pieces
    per_day = 1
    often = _OFTEN.search(text[dose[0] : dose[1]])
    if often:
        per_day = TIMES_A_DAY[often[1].lower().replace(".", "")]
        dose = (dose[0], dose[0] + often.start())
    level = Level(_doses(text, *total), _doses(text, *dose))
    return Written(level, *_counts(text, *count), per_day)


def read_dose(text: str) -> Fraction:
    """Return one dose in Gy. Raises `Mistake`."""
    span = _doses(text, 0, len(text))
    if span.point is None:
        raise Mistake("expected one dose, found a range", *_span(text, 0, len(text)))
    return span.point


def _pieces(text: str) -> list[tuple[int, int]]:
    """Return where the texts between slashes begin and end, without the blanks around them."""
    found, start = [], 0
    for piece in text.split("/"):
        found.append(_span(text, start, start + len(piece)))
        start += len(piece) + 1
    return found


def _span(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    if not piece.strip():
        return start, end
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _doses(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    if not piece.strip():
        raise Mistake("a dose is missing here", start, end, help=EXAMPLE)
    if times := _TIMES.match(piece):
        raise Mistake(
            f"{in_backticks(piece)} is not a dose", start, end,
            help=f"write `{piece[times.end():].strip()} bid` for two fractions a day, and count all of them",
        )  # fmt: skip
    if re.match(r"[-−]", piece):  # noqa: RUF001
        raise Mistake(f"a dose of {in_backticks(piece)} is not above zero", start, end)
    found = _AMOUNT.fullmatch(piece)
    if found is None:
        raise Mistake(f"{in_backticks(piece)} is not a dose such as `60 Gy`", start, end)
    factor = _factor(found[3], piece, start, end)
    return _range(found, start, lambda number: parse_exact(number) * factor, "a dose")


def _range(found: re.Match[str], start: int, read: Callable[[str], Fraction], what: str) -> Span:
    """Return the range from the first number of a match to the second, both above zero."""
    values = []
    for at in (1, 2):
        if found[at] is not None:
            where = (start + found.start(at), start + found.end(at))
            try:
                value = read(found[at])
            except ValueError as error:
                raise Mistake(str(error), *where) from None
            if value <= 0:
                raise Mistake(f"{what} of {in_backticks(found[at])} is not above zero", *where)
            values.append(value)
    if values[-1] < values[0]:
        raise Mistake(
            f"the range ends at {found[2]}, below its start at {found[1]}", start + found.start(2), start + found.end(2)
        )
    return Span(values[0], values[-1])


def _factor(unit: str | None, piece: str, start: int, end: int) -> Fraction:
    """Return how many Gy one of the unit is."""
    if unit is None:
        raise Mistake(f"{in_backticks(piece)} has no unit", start, end, help=f"write `{piece} Gy`")
    try:
        found = parse_unit(unit)
    except UnknownUnit as unknown:
        advice = f"did you mean `{unknown.suggestion}`?" if unknown.suggestion else None
        raise Mistake(str(unknown), end - len(unit), end, help=advice) from None
    factor = None if found == PLAIN else ratio(found, GRAY)
    if factor is None:
        raise Mistake(f"expected a dose in Gy, found an amount in {in_backticks(unit)}", start, end)
    return factor


def _counts(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    found = _COUNT.fullmatch(piece)
    if found is None:
        raise Mistake(
            f"{in_backticks(piece)} is not a number of fractions" if piece.strip() else NO_COUNT,
            start, end, help="write a whole number from 1 and `f`, as in `30 f` or `33-34 f`",
        )  # fmt: skip
    span = _range(found, start, Fraction, "a number of fractions")
    if span.high > MOST_FRACTIONS:
        raise Mistake(f"a phase has at most {MOST_FRACTIONS} fractions", start, end)
    return int(span.low), int(span.high)
