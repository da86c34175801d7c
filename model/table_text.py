"""A table as a block of text in the protocol file: one row a line, `|` between the cells.

A row may begin and end with `|`, as in Markdown, if the header does; so may a line of dashes stand under the header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trialproof.model.place import BadInput, Place
from trialproof.model.source import DataPath, Source
from trialproof.model.table import Cell, Grid

_RULER = re.compile(r":?-{3,}:?")


@dataclass(frozen=True, slots=True)
class Block:
    """The text at a path of the protocol file."""

    source: Source
    path: DataPath
    ragged: str = "a cell for any value holds `-`; a cell that holds `|` can stand in a CSV file only"

    def places(self, cells: Sequence[Cell]) -> list[Place]:
        """Return where cells stand."""
        return self.source.all_within(self.path, [cell.start for cell in cells])

    def problem(
        self, cell: Cell, message: str, help: str | None = None, span: tuple[int, int] | None = None  # noqa: A002
    ) -> BadInput:
        """Return the error for a cell."""
        start, end = (cell.start + span[0], cell.start + span[1]) if span else (cell.start, cell.end)
        return self.source.problem(message, self.path, span=(start, end), help=help)


def read_block(source: Source, path: DataPath, text: str) -> Grid:
    """Return the rows of a text. Raises `BadInput`."""
    block = Block(source, path)
    if not source.keeps_lines(path):
        raise source.problem(
            "a table stands on lines of its own", path, help="begin it with `table: |-`, and write one row a line"
        )
    lines = [(found.start(), found[0]) for found in re.finditer(r"[^\n]*\S[^\n]*", text)]
    first = lines[0][1].strip()
    outer = (first.startswith("|"), first.endswith("|"))
    rows = [tuple(_cells(block, start, line, outer)) for start, line in lines]
    if len(rows) > 1 and all(_RULER.fullmatch(cell.text) for cell in rows[1]):
        del rows[1]
    return Grid(block, tuple(rows))


def _cells(block: Block, start: int, line: str, outer: tuple[bool, bool]) -> Iterator[Cell]:
    """Yield the cells of a line; `outer` says whether it begins and ends with a `|` that parts nothing."""
    begin, end = len(line) - len(line.lstrip()), len(line.rstrip())
    for wanted, at, where in ((outer[0], begin, "begin"), (outer[1], end - 1, "end")):
        if wanted and line[at] != "|":
            raise block.problem(
                Cell("", start + at, start + at + 1), f"this row does not {where} with `|` as the header does"
            )
    begin, end = begin + outer[0], max(end - outer[1], begin + outer[0])
    while True:
        bar = line.find("|", begin, end)
        stop = bar if bar >= 0 else end
        text = line[begin:stop].strip()
        if text:
            at = start + begin + line[begin:stop].index(text)
            yield Cell(text, at, at + len(text))
        else:
            # There is nothing to point at but the bar before the empty cell, or that behind it.
            at = start + (begin - 1 if begin and line[begin - 1] == "|" else stop)
            yield Cell("", at, at + 1)
        if bar < 0:
            return
        begin = bar + 1
