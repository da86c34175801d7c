"""What the rows of a decision table mean: choices with ordinary rules, as `choices` would write them.

A row is all of its cells, the rows of one choice are alternatives, and a cell is what `model.cell` reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from trialproof.model.cell import Column
from trialproof.model.complaint import did_you_mean
from trialproof.model.condition import EVERYONE, AllOf, AnyOf, Condition
from trialproof.model.course import Course, Phase
from trialproof.model.course_text import read_written
from trialproof.model.document import Document, Quote, QuoteProblem, find_quote, fold, show
from trialproof.model.points import Points
from trialproof.model.protocol import Choice, Intent
from trialproof.model.scope import Scope, unknown
from trialproof.model.syntax import Mistake, Name
from trialproof.model.table import NOTES, Cell, Table

_COUNT = re.compile("[1-9][0-9]{0,5}")


def read_choices(
    table: Table, scope: Scope, intent: Intent, document: Document | None, points: Points
) -> tuple[Choice, ...]:
    """Return the choices of a table. Raises `BadInput` at the cell that is wrong."""
    columns = _columns(table, scope)
    grouped = table.by_choice()
    if intent is Intent.FIRST_MATCH:
        _check_neighbours(table)
    rules = [_rule(table, columns, row) for row in table.rows]
    by_choice: dict[str, list[Condition]] = {}
    for row, rule in zip(table.rows, rules, strict=True):
        by_choice.setdefault(row[table.key].text, []).append(rule)
    places = table.origin.places([rows[0][table.key] for rows in grouped.values()])
    return tuple(
        Choice(
            name,
            by_choice[name][0] if len(rows) == 1 else AnyOf(tuple(by_choice[name])),
            _note(table, rows, "label"),
            _quotes(table, rows, document),
            place,
            _note(table, rows, "gives"),
            points[name],
            _course(table, rows),
        )
        for (name, rows), place in zip(grouped.items(), places, strict=True)
    )


def _columns(table: Table, scope: Scope) -> Mapping[int, Column]:
    """Return the columns that are conditions, each at its place."""
    columns = {}
    for at, cell in enumerate(table.header):
        name = cell.text
        if at == table.key:
            continue
        if name in NOTES:
            continue
        if name not in scope:
            raise _unknown_column(table, cell, scope)
        columns[at] = Column(name, scope)
    if not columns:
        raise table.origin.problem(
            table.header[0], "the table has no column to decide by",
            "name quantities or definitions of the protocol in the header",
        )  # fmt: skip
    return columns


def _unknown_column(table: Table, cell: Cell, scope: Scope) -> Exception:
    meant = did_you_mean(cell.text, [*scope.quantities, *scope.definitions, *NOTES, *scope.decisions])
    advice = f"did you mean `{meant}`?" if meant else unknown(Name(cell.text, 0, len(cell.text)), scope).help
    return table.origin.problem(cell, f"the protocol declares no {show(cell.text)}", advice)


def _check_neighbours(table: Table) -> None:
    """Refuse rows of one choice with another's between them, where the first row that matches is meant to count."""
    last: dict[str, int] = {}
    for at, row in enumerate(table.rows):
        name = row[table.key].text
        if last.get(name, at - 1) != at - 1:
            raise table.origin.problem(
                row[table.key], f"under `first match`, the rows of `{name}` do not stand together",
                "a choice is tried where its first row stands: move this row up, or make it a choice of its own",
            )  # fmt: skip
        last[name] = at


def _rule(table: Table, columns: Mapping[int, Column], row: Sequence[Cell]) -> Condition:
    asked = []
    for at, column in columns.items():
        try:
            condition = column.read(row[at].text)
        except Mistake as mistake:
            span = (mistake.start, mistake.end) if row[at].text else None
            raise table.origin.problem(row[at], mistake.message, mistake.help, span) from None
        if condition is not EVERYONE:
            asked.append(condition)
    if not asked:
        return EVERYONE
    return asked[0] if len(asked) == 1 else AllOf(tuple(asked))


def _note(table: Table, rows: Sequence[Sequence[Cell]], name: str) -> str:
    """Return what a column says of a choice; one row of it is enough, and all that say something say the same."""
    column = table.column(name)
    if column is None:
        return ""
    given = [row[column] for row in rows if row[column].text]
    for cell in given:
        if fold(cell.text) != fold(given[0].text):
            raise table.origin.problem(cell, f"another row of `{rows[0][table.key].text}` has another `{name}`")
    return fold(given[0].text) if given else ""


def _course(table: Table, rows: Sequence[Sequence[Cell]]) -> Course | None:
    """Return the course of a choice, which has one phase where it is written in a table."""
    text, column = _note(table, rows, "course"), table.column("course")
    if not text or column is None:
        return None
    cell = next(row[column] for row in rows if row[column].text)
    try:
        written = read_written(text)
    except Mistake as mistake:
        span = (mistake.start, mistake.end) if cell.text == text else None
        raise table.origin.problem(cell, mistake.message, mistake.help, span) from None
    return Course((Phase((written.level,), written.fewest, written.most, written.per_day),))


def _quotes(table: Table, rows: Sequence[Sequence[Cell]], document: Document | None) -> tuple[Quote, ...]:
    found: dict[Quote, None] = {}
    columns = {name: table.column(name) for name in ("quote", "nth", "near")}
    for row in rows:
        cells = {name: row[at] for name, at in columns.items() if at is not None and row[at].text}
        if cells:
            found[_quote(table, cells, document)] = None
    return tuple(found)


def _quote(table: Table, cells: Mapping[str, Cell], document: Document | None) -> Quote:
    problem, first = table.origin.problem, next(iter(cells.values()))
    if "quote" not in cells:
        raise problem(first, "there is no quote in this row that this goes with")
    if document is None:
        raise problem(first, "a quote needs the protocol's text", "name its file: `document: document.txt`")
    if "nth" in cells and not _COUNT.fullmatch(cells["nth"].text):
        raise problem(cells["nth"], "expected a whole number from 1")
    nth = int(cells["nth"].text) if "nth" in cells else None
    near = cells["near"].text if "near" in cells else None
    try:
        return find_quote(document, cells["quote"].text, nth=nth, near=near)
    except QuoteProblem as found:
        raise problem(cells[found.about], found.message, found.help) from None
