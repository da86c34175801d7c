"""A decision as a table: a header of names, and rows of cells that still know where they stand.

One column is named as the decision is, and says which choice a row is for; rows of one choice mean `or`. Only the form
is checked here; `model.table_choices` says what the rows mean.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol as Interface

from trialproof.model.beside import at_its_name, find_beside
from trialproof.model.complaint import did_you_mean
from trialproof.model.document import show
from trialproof.model.names import name_problem
from trialproof.model.place import BadInput, Place
from trialproof.model.source import LARGEST_FILE, DataPath, Source
from trialproof.model.textfile import decode, read_bytes

NOTES = ("label", "gives", "points", "course", "quote", "nth", "near")
"""Columns that say something of a choice, where all others are conditions."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text without the blanks around it, and where it was read.

    `start` and `end` are offsets into whatever the table was read from. Where they are as far apart as the text is
    long, each character of the text has its own. `name` is what a workbook calls the cell, `B7`.
    """

    text: str
    start: int
    end: int
    name: str = ""


class Origin(Interface):
    """Where a table comes from, for messages about it."""

    @property
    def ragged(self) -> str:
        """What to do where a row has more or fewer cells than the header."""

    def places(self, cells: Sequence[Cell]) -> list[Place]:
        """Return where cells stand; the cells come in the order of the table."""

    def problem(
        self, cell: Cell, message: str, help: str | None = None, span: tuple[int, int] | None = None  # noqa: A002
    ) -> BadInput:
        """Return the error for a cell, or for the characters of its text from `span[0]` to before `span[1]`."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells as they were read, at least one of them, none of them empty throughout."""

    origin: Origin
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and one or more rows of as many cells; `key` is the column that names the choice."""

    decision: str
    origin: Origin
    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    key: int

    def by_choice(self) -> dict[str, list[tuple[Cell, ...]]]:
        """Return the rows of each choice, in the order of the table."""
        grouped: dict[str, list[tuple[Cell, ...]]] = {}
        for row in self.rows:
            grouped.setdefault(row[self.key].text, []).append(row)
        return grouped

    def column(self, name: str) -> int | None:
        """Return where a column stands; None if there is none of this name."""
        return next((at for at, cell in enumerate(self.header) if cell.text == name), None)


def read_table(source: Source, decision: str, text: str, declared: Collection[str] = ()) -> Table:
    """Return the table of a decision, whose text is either the table or the name of its file.

    Raises `BadInput`. `declared` are the names of the protocol, of which none can be that of a column of notes.
    """
    path = ("decisions", decision, "table")
    if "|" in text or "\n" in text.strip():
        from trialproof.model.table_text import read_block  # what reads a table is loaded where one is read

        return check_form(decision, read_block(source, path, text), declared)
    return check_form(decision, _read_file(source, path, text.strip()), declared)


def check_form(decision: str, grid: Grid, declared: Collection[str] = ()) -> Table:
    """Return the table that a grid holds. Raises `BadInput` where it has no proper header, rows or choices."""
    header, *rows = grid.rows
    key = _check_header(decision, grid.origin, header, declared)
    for row in rows:
        _check_length(grid.origin, header, row)
    if not rows:
        raise grid.origin.problem(header[0], "the table has a header, and no row below it")
    checked: set[str] = set()
    for row in rows:
        cell = row[key]
        if cell.text not in checked:
            _check_choice(grid.origin, cell, decision)
            checked.add(cell.text)
    return Table(decision, grid.origin, header, tuple(rows), key)


def _read_file(source: Source, path: DataPath, name: str) -> Grid:
    file = find_beside(source, path, name, "table")
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        raise source.problem(
            f"{show(name)} is neither a table nor the name of one",
            path,
            help="begin a table with `table: |-`, its rows below; the file of one ends in `.csv` or `.xlsx`",
        )
    try:
        raw = read_bytes(file, limit=LARGEST_FILE)
    except BadInput as problem:
        raise at_its_name(source, path, problem) from None
    return reader(str(file), raw)


def _read_csv(file: str, raw: bytes) -> Grid:
    from trialproof.model.table_csv import read_rows

    return read_rows(file, decode(raw, Place(file)))


def _read_xlsx(file: str, raw: bytes) -> Grid:
    from trialproof.model.table_xlsx import read_workbook

    return read_workbook(file, raw)


_READERS: dict[str, Callable[[str, bytes], Grid]] = {".csv": _read_csv, ".xlsx": _read_xlsx}


def _check_header(decision: str, origin: Origin, header: Sequence[Cell], declared: Collection[str]) -> int:
    """Return the column that names the choice."""
    names = [cell.text for cell in header]
    for at, cell in enumerate(header):
        if not cell.text:
            raise origin.problem(cell, f"column {at + 1} has no name", "name it, or delete it")
        if cell.text in names[:at]:
            raise origin.problem(cell, f"there are two columns {show(cell.text)}", "a table has each column once")
        if cell.text in NOTES and cell.text in declared:
            message = f"`{cell.text}` is declared in the protocol, and is a column of its own in a table"
            raise origin.problem(cell, message, "call it something else in the protocol")
    if decision in names:
        return names.index(decision)
    meant = did_you_mean(decision, names)
    raise origin.problem(
        header[names.index(meant)] if meant else header[0],
        f"the table has no column `{decision}`",
        "one column is named as the decision is, and says which choice a row is for",
    )


def _check_length(origin: Origin, header: Sequence[Cell], row: Sequence[Cell]) -> None:
    if len(row) != len(header):
        cell = row[len(header)] if len(row) > len(header) else row[-1]
        counted = "1 cell" if len(row) == 1 else f"{len(row)} cells"
        raise origin.problem(cell, f"this row has {counted}, and the header has {len(header)}", origin.ragged)


def _check_choice(origin: Origin, cell: Cell, decision: str) -> None:
    if not cell.text:
        raise origin.problem(cell, "this row names no choice", f"write one under `{decision}`")
    found = name_problem(cell.text, "choice")
    if found is not None:
        raise origin.problem(cell, *found)
