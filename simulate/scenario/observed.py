"""Observed numbers: a column of a CSV file that lies beside the scenario."""

from __future__ import annotations

from dataclasses import dataclass

from trialproof.model.beside import at_its_name, find_beside
from trialproof.model.document import show
from trialproof.model.place import BadInput
from trialproof.model.source import DataPath, Source
from trialproof.model.table import Cell
from trialproof.model.table_csv import Csv, read_rows
from trialproof.model.textfile import MEGABYTE, read_text
from trialproof.simulate.scenario.shape_value import Empirical

LARGEST_FILE = 10 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Column:
    """The cells of one column that are not empty."""

    origin: Csv
    cells: tuple[Cell, ...]


def read_column(source: Source, path: DataPath, part: Empirical) -> Column:
    """Return a column by its heading. Raises `BadInput`."""
    where = find_beside(source, (*path, "file"), part.file, "file")
    try:
        text = read_text(where, limit=LARGEST_FILE)
    except BadInput as problem:
        raise at_its_name(source, (*path, "file"), problem) from None
    grid = read_rows(str(where), text)
    heading, *rows = grid.rows or ((),)
    names = [cell.text for cell in heading]
    if names.count(part.column) != 1:
        found = "has no column" if part.column not in names else "has several columns"
        message = f"{show(part.file)} {found} {show(part.column)}"
        raise source.problem(message, (*path, "column"), help=f"its columns are {', '.join(names)}")
    at = names.index(part.column)
    cells = tuple(row[at] for row in rows if at < len(row) and row[at].text)
    if not cells:
        raise source.problem(f"the column {show(part.column)} holds no number", (*path, "column"))
    return Column(Csv(str(where), text), cells)
