"""A table as an Excel workbook: the one sheet that holds anything, as values and never as formulas.

What a reader sees of a workbook and what it holds can differ: hidden rows, numbers shown rounded or as a percentage,
text that became a date, a footnote's raised 1 behind a 5. All of that is refused. A number is taken as the shortest
decimal that Excel stores as the same double, which is what was typed. Needs openpyxl, the extra `tables`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from trialproof.model.document import show
from trialproof.model.exact import plain
from trialproof.model.place import BadInput, Place
from trialproof.model.table import Cell, Grid
from trialproof.model.textfile import CONTROL, MEGABYTE

LARGEST_CONTENT = 20 * MEGABYTE
MOST_CELLS = 200_000
MOST_DIGITS = 15

_PLAIN_FORMAT = re.compile(r"(?:#,##)?#*0(?:\.(?P<decimals>[0#]+))?")
_OFF_THE_LINE = ("superscript", "subscript")
_AS_TEXT = "format the column as text in Excel, then type the cell again"


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook, whose cells have names."""

    file: str
    ragged: str = ""

    def places(self, cells: Sequence[Cell]) -> list[Place]:
        """Return where cells stand: a row counts as a line, a column of the sheet as a column."""
        from openpyxl.utils.cell import coordinate_to_tuple

        return [Place(self.file, *coordinate_to_tuple(cell.name)) for cell in cells]

    def problem(
        self, cell: Cell, message: str, help: str | None = None, span: tuple[int, int] | None = None  # noqa: A002
    ) -> BadInput:
        """Return the error for a cell, with its name and the characters that are meant."""
        part = cell.text[slice(*span)] if span else ""
        told = f" (at {show(part)})" if part and part != cell.text else ""
        return BadInput(f"cell `{cell.name}`: {message}{told}", Place(self.file), help=help)


def read_workbook(file: str, raw: bytes) -> Grid:
    """Return the rows of a workbook's only sheet. Raises `BadInput`."""
    place = Place(file)
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise BadInput(
            "a workbook needs `openpyxl`, which is not installed", place,
            help="`pip install 'trialproof[tables]'`, or save the table as CSV",
        ) from None  # fmt: skip
    _check_size(raw, place)
    try:
        sheets = load_workbook(BytesIO(raw), keep_links=False, rich_text=True).worksheets
    except Exception:  # a broken workbook can break the library anywhere
        raise BadInput("this is no workbook that can be read", place, help="save it again as `.xlsx`") from None
    for sheet in sheets:
        if sheet.max_row * sheet.max_column > MOST_CELLS:
            raise BadInput(
                f"the sheet {show(sheet.title)} has {sheet.max_row} rows and {sheet.max_column} columns", place,
                help=f"at most {MOST_CELLS} cells are read: delete the rows and columns that hold nothing",
            )  # fmt: skip
    filled = [sheet for sheet in sheets if any(value is not None for row in sheet.values for value in row)]
    if not filled:
        raise BadInput("the workbook is empty", place)
    if len(filled) > 1:
        names = ", ".join(show(sheet.title) for sheet in filled)
        message = f"{len(filled)} sheets hold something: {names}"
        raise BadInput(message, place, help="leave the table alone in its workbook")
    return _read_sheet(filled[0], Workbook(file))


def _check_size(raw: bytes, place: Place) -> None:
    """Refuse a small file that unpacks into a large one."""
    try:
        with ZipFile(BytesIO(raw)) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (BadZipFile, ValueError, NotImplementedError):
        raise BadInput("this is no workbook", place, help="save the table as `.xlsx`, not as `.xls`") from None
    if size > LARGEST_CONTENT:
        message = f"the workbook unpacks to {size / MEGABYTE:.1f} MB, at most {LARGEST_CONTENT // MEGABYTE} MB are read"
        raise BadInput(message, place)


def _read_sheet(sheet: Any, origin: Workbook) -> Grid:
    merged = next(iter(sheet.merged_cells.ranges), None)
    if merged is not None:
        raise BadInput(
            f"the cells `{merged}` are merged", Place(origin.file),
            help="unmerge them: each row of a table says all that it means",
        )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = tuple(_cell(cell, origin) for cell in row)
        filled = next((cell for cell in cells if cell.text), None)
        if filled is None:
            continue
        if number in sheet.row_dimensions and sheet.row_dimensions[number].hidden:
            raise origin.problem(filled, "this row is hidden", "show it, or delete it: what is not seen is not signed")
        rows.append(cells)
    width = max(at for row in rows for at, cell in enumerate(row, start=1) if cell.text)
    hidden = next((each for each in sheet.column_dimensions.values() if each.hidden and each.min <= width), None)
    if hidden is not None:
        cell = rows[0][hidden.min - 1]
        raise origin.problem(cell, "this column is hidden", "show it, or delete it: what is not seen is not signed")
    return Grid(origin, tuple(row[:width] for row in rows))


def _cell(cell: Any, origin: Workbook) -> Cell:
    """Return one cell as text."""
    value, name = cell.value, cell.coordinate
    empty = Cell("", 0, 0, name)
    if value is None:
        return empty
    if cell.data_type == "f":
        raise origin.problem(empty, "this is a formula, and formulas are not evaluated", "replace it by its value")
    if cell.data_type == "e":
        raise origin.problem(empty, f"this is the error {show(str(value))}", "replace it by a value")
    _check_fonts(cell, origin)
    if isinstance(value, list):
        value = str(value)
    if isinstance(value, str):
        if odd := CONTROL.search(value):
            raise origin.problem(empty, f"the control character U+{ord(odd[0]):04X} does not belong in a table")
        return Cell(value.strip(), 0, 0, name)
    if isinstance(value, bool):
        raise origin.problem(empty, "this is one of Excel's truth values", f"{_AS_TEXT}, as `yes` or `no`")
    if isinstance(value, (int, float)):
        return Cell(_number(value, cell, origin), 0, 0, name)
    raise origin.problem(empty, "Excel took this for a date or a time", _AS_TEXT)


def _check_fonts(cell: Any, origin: Workbook) -> None:
    """Refuse a text that holds more than is meant: a raised 1 behind a 5 is a footnote, and not 51."""
    runs = cell.value if isinstance(cell.value, list) else ()
    for font in (cell.font, *(run.font for run in runs if hasattr(run, "font"))):
        if font.strike or font.vertAlign in _OFF_THE_LINE:
            how = "struck out" if font.strike else f"a {font.vertAlign}"
            empty = Cell("", 0, 0, cell.coordinate)
            raise origin.problem(empty, f"this is {how}, or a part of it is", "write it plainly, or delete it")


def _number(value: float, cell: Any, origin: Workbook) -> str:
    """Return the text of a number, which must be what Excel shows."""
    decimal = Decimal(repr(value))
    number = Fraction(decimal)
    empty, form = Cell("", 0, 0, cell.coordinate), cell.number_format
    if len(decimal.as_tuple().digits) > MOST_DIGITS:
        raise origin.problem(empty, f"this holds {decimal}, which Excel does not show in full", _AS_TEXT)
    shown = _PLAIN_FORMAT.fullmatch(form)
    how = None
    if shown is None and form not in ("General", "@"):
        how = "shows something else"
    elif shown is not None and (number * 10 ** len(shown["decimals"] or "")).denominator != 1:
        how = "shows it rounded"
    if how:
        raise origin.problem(empty, f"this holds {plain(number)}, and its format {show(form)} {how}", _AS_TEXT)
    return plain(number)
