"""A table as a CSV file: commas between the cells, a cell in quotation marks where it holds a comma (RFC 4180)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from trialproof.model.place import BadInput, Place
from trialproof.model.source import problem_in
from trialproof.model.table import Cell, Grid
from trialproof.model.textfile import CONTROL

_CELL = re.compile(r'(?:[ \t]*"(?P<quoted>(?:[^"]|"")*)"[ \t]*|(?P<bare>[^",\n]*))(?=,|\n|\Z)')
_OTHERS = {";": "`;`", "\t": "tabs", "|": "`|`"}


@dataclass(frozen=True, slots=True)
class Csv:
    """The text of a file."""

    file: str
    text: str
    ragged: str = 'a cell that holds a comma stands in quotation marks, as in `"R1, R2"`; one for any value holds `-`'

    def places(self, cells: Sequence[Cell]) -> list[Place]:
        """Return where cells stand."""
        ends = [found.start() for found in re.finditer("\n", self.text)]
        lines = [bisect_left(ends, cell.start) for cell in cells]
        return [
            Place(self.file, line + 1, cell.start - (ends[line - 1] if line else -1))
            for line, cell in zip(lines, cells, strict=True)
        ]

    def problem(
        self, cell: Cell, message: str, help: str | None = None, span: tuple[int, int] | None = None  # noqa: A002
    ) -> BadInput:
        """Return the error for a cell."""
        start, end = cell.start, cell.end
        if span is not None and end - start == len(cell.text):
            start, end = start + span[0], start + span[1]
        return problem_in(self.file, self.text, start, end, message, help)


def read_rows(file: str, text: str) -> Grid:
    """Return the rows of a file's text; those of empty cells only are passed over. Raises `BadInput`."""
    origin = Csv(file, text)
    if odd := CONTROL.search(text):
        message = f"the control character U+{ord(odd[0]):04X} does not belong in a table"
        raise problem_in(file, text, odd.start(), odd.end(), message, None)
    _check_separator(origin)
    rows: list[tuple[Cell, ...]] = []
    row: list[Cell] = []
    at = 0
    while True:
        found = _CELL.match(text, at)
        if found is None:
            raise _stray_mark(origin, at)
        row.append(_cell(found))
        at = found.end()
        if text[at : at + 1] != ",":
            if any(cell.text for cell in row):
                rows.append(tuple(row))
            row = []
        if at >= len(text):
            break
        at += 1
    if not rows:
        raise BadInput("the table is empty", Place(file))
    return Grid(origin, tuple(rows))


def _cell(found: re.Match[str]) -> Cell:
    group = "bare" if found["quoted"] is None else "quoted"
    raw, start = found[group], found.start(group)
    text = raw.strip()
    start += len(raw) - len(raw.lstrip())
    return Cell(text.replace('""', '"') if group == "quoted" else text, start, start + len(text))


def _check_separator(origin: Csv) -> None:
    """Refuse a header whose cells other signs than commas part, as German spreadsheets write them."""
    first = origin.text.lstrip().split("\n")[0]
    other = next((sign for sign in _OTHERS if sign in first), None)
    if "," not in first and other is not None:
        at = origin.text.index(first) + first.index(other)
        raise problem_in(
            origin.file, origin.text, at, at + 1, f"the cells are parted by {_OTHERS[other]}, not by commas",
            "save the table with commas between the cells, and a point in each number that has decimals",
        )


def _stray_mark(origin: Csv, start: int) -> BadInput:
    """Return the error for a quotation mark that opens nothing, or that nothing closes."""
    at = origin.text.index('"', start)
    if origin.text[start:at].strip(" \t"):
        message = "a quotation mark stands within a cell that does not begin with one"
        advice: str | None = "double it, and put the whole cell in quotation marks"
    elif closing := re.compile(r'"(?:[^"]|"")*"').match(origin.text, at):
        at = closing.end()
        message = "this stands behind the quotation mark that closes the cell"
        advice = 'a quotation mark within a cell is written twice, `""`'
    else:
        message, advice = "the quotation mark that opens here is never closed", None
    return problem_in(origin.file, origin.text, at, at + 1, message, advice)
