"""Patients from a file, in chunks: a CSV or Parquet table into exact cohorts, with whatever else its rows carry.

A column is named as the quantity that it holds, if need be with its unit: `diameter`, `diameter [mm]`, `diameter (mm)`.
All other columns are carried along untouched. A cell that cannot be read, a value that no patient can have, and a row
that breaks a fact are problems with a row and a column; nothing is rounded and no row is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from trialproof.model.complaint import did_you_mean
from trialproof.model.document import show
from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import CategoryKind, Protocol, Selection
from trialproof.model.unit import Unit
from trialproof.simulate.cells import BadCell, CellReader, check_unit
from trialproof.simulate.cohort import Cohort, among, spread
from trialproof.simulate.rational import TooManyBits
from trialproof.simulate.table import Rows, Table, Texts, open_table

CHUNK = 65_536
HEADING = re.compile(r"(?P<name>[A-Za-z_][\w.]*)\s*(?:\[(?P<square>[^\]]*)\]|\((?P<round>.*)\))")
MARKS = frozenset({"na", "n/a", "nan", "null", "none", ".", "-", "?", "unk", "unknown", "missing", "not recorded"})
"""What other programs write where nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row: its place in the chunk, the column (None: the row as a whole), and one sentence."""

    row: int
    column: int | None
    message: str
    help: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Consecutive patients of a file.

    `at` says where in the file each row begins, counted from 1: its line in a CSV file, its number in a Parquet file.
    In the `cohort` a cell that has a problem counts as not recorded; `good` tells the rows without any. `carried` holds
    the other columns as the file has them: texts from CSV, `pyarrow` arrays from Parquet.
    """

    cohort: Cohort
    at: NDArray[np.int64]
    carried: tuple[Any, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def good(self) -> NDArray[np.bool_]:
        """Which rows have no problem."""
        good = np.ones(self.cohort.size, np.bool_)
        good[[each.row for each in self.problems]] = False
        return good


@dataclass(frozen=True, slots=True, eq=False)
class PatientsFile:
    """A table of patients whose heading has been understood; reading its rows can still fail.

    `found` says which column holds a quantity and in which unit (None: its own), `carried` which columns hold none.
    `strange` pairs the name of a carried column with the quantity that was perhaps meant.
    """

    protocol: Protocol
    table: Table
    found: Mapping[str, tuple[int, Unit | None]]
    carried: tuple[int, ...]
    strange: tuple[tuple[str, str], ...]
    missing: frozenset[str] = frozenset()

    @property
    def absent(self) -> tuple[str, ...]:
        """The quantities that no column holds: they are recorded of nobody."""
        return tuple(name for name in self.protocol.quantities if name not in self.found)

    @property
    def carried_names(self) -> tuple[str, ...]:
        """The headings of the carried columns; two may be alike."""
        return tuple(self.table.header[column] for column in self.carried)

    def texts(self, column: Any) -> Texts:
        """Return a carried column as text."""
        return self.table.texts(column)

    def chunks(
        self, selection: Selection | None = None, *, on_error: str = "stop", size: int = CHUNK
    ) -> Iterator[Chunk]:
        """Yield all rows in their order, at most so many at a time; facts are read by the selection.

        With `on_error="stop"` the first row with a problem raises `BadInput`; with `"skip"` problems come with the
        chunk. `BadInput` too for a file that is no table, and for ranges that leave no room for exact numbers.
        """
        readers = {
            name: CellReader(self.protocol.quantities[name], unit, self.missing)
            for name, (_, unit) in self.found.items()
        }
        for rows in self.table.rows(size):
            try:
                chunk = self._chunk(rows, readers, selection)
            except TooManyBits as error:
                raise too_wide(error, self.table.path) from None
            if chunk.problems and on_error == "stop":
                self._stop(chunk)
            yield chunk

    def _chunk(self, rows: Rows, readers: Mapping[str, CellReader], selection: Selection | None) -> Chunk:
        columns, problems = {}, []
        for name, (column, _) in self.found.items():
            texts = self.table.texts(rows.columns[column])
            columns[name], faults = readers[name].read(texts)
            for row, fault in faults:
                said = texts.distinct[int(texts.codes[row])].strip()
                advice = f"with `--missing {said}` such a cell counts as not recorded"
                marked = said.lower() in MARKS
                problems.append(Problem(row, column, f"`{name}` {fault}", advice if marked else None))
        cohort = Cohort(self.protocol, columns, len(rows.at))
        problems += self._broken_facts(cohort, {each.row for each in problems}, selection)
        ordered = sorted(problems, key=lambda each: (each.row, -1 if each.column is None else each.column))
        return Chunk(cohort, rows.at, tuple(rows.columns[column] for column in self.carried), tuple(ordered))

    def _broken_facts(self, cohort: Cohort, bad: Collection[int], selection: Selection | None) -> Iterator[Problem]:
        """Yield the rows that break a fact, of those that could be read."""
        meaning = among(self.protocol, cohort, selection)
        for fact in self.protocol.facts:
            fails = spread(meaning.truth(fact.rule).fails, cohort.size)
            for row in np.flatnonzero(fails):
                if int(row) not in bad:
                    because = f"it is taken for a fact that {fact.because} ({fact.place})"
                    yield Problem(int(row), None, f"this patient cannot be: {because}")

    def _stop(self, chunk: Chunk) -> NoReturn:
        first = chunk.problems[0]
        at = int(chunk.at[first.row])
        place, excerpt, width = self.table.locate(at, first.column or 0)
        if first.column is None and excerpt is not None:
            place, width = Place(place.file, place.line, 1), len(excerpt)
        where = "" if excerpt is not None else f", in {self.table.counted} {at} of the table"
        raise BadInput(f"{first.message}{where}", place, excerpt=excerpt, width=width, help=first.help)


def open_patients(protocol: Protocol, path: str | Path, *, missing: Collection[str] = ()) -> PatientsFile:
    """Return a file of patients with its heading understood; `missing` lists texts that stand for "not recorded".

    Raises `BadInput` for a file that is no table, a quantity in two columns, a unit that does not convert exactly, and
    for a text that is to be missing and is a category.
    """
    _check_missing(protocol, missing)
    table = open_table(Path(path))
    found: dict[str, tuple[int, Unit | None]] = {}
    carried = []
    for column, heading in enumerate(table.header):
        name, unit = _heading(protocol, table, column, heading.strip())
        if name is None:
            carried.append(column)
        elif name in found:
            raise _bad_heading(table, column, f"`{name}` has two columns", "name one of them otherwise")
        else:
            found[name] = column, unit
    if not found:
        place, excerpt, _ = table.locate(1, 0)
        names = ", ".join(protocol.quantities)
        raise BadInput(
            "no column is named as a quantity of the protocol",
            place,
            excerpt=excerpt,
            width=len(excerpt or " "),
            help=f"the quantities are {names}",
        )
    ordered = {name: found[name] for name in protocol.quantities if name in found}
    strange = tuple(_strange(protocol, found, [table.header[column] for column in carried]))
    return PatientsFile(protocol, table, ordered, tuple(carried), strange, frozenset(each.strip() for each in missing))


def read_patients(
    protocol: Protocol,
    path: str | Path,
    selection: Selection | None = None,
    *,
    on_error: str = "stop",
    missing: Collection[str] = (),
    size: int = CHUNK,
) -> Iterator[Chunk]:
    """Yield the patients of a CSV or Parquet file in chunks, as `PatientsFile.chunks` does. Raises `BadInput`."""
    yield from open_patients(protocol, path, missing=missing).chunks(selection, on_error=on_error, size=size)


def too_wide(error: TooManyBits, path: Path) -> BadInput:
    """Return what to tell a user whose ranges, or decimals, leave no room for exact numbers."""
    return BadInput(
        str(error), Place(str(path)), help="or say in the protocol to which step it is recorded (`recorded_to`)"
    )


def _heading(protocol: Protocol, table: Table, column: int, heading: str) -> tuple[str | None, Unit | None]:
    """Return the quantity that a heading names and the unit that it gives; None if it names no quantity."""
    if heading in protocol.quantities:
        return heading, None
    parts = HEADING.fullmatch(heading)
    if parts is None or parts["name"] not in protocol.quantities:
        return None, None
    unit = parts["square"] if parts["square"] is not None else parts["round"]
    try:
        return parts["name"], check_unit(protocol.quantities[parts["name"]], unit.strip())
    except BadCell as fault:
        raise _bad_heading(table, column, f"`{parts['name']}` {fault}", None) from None


def _strange(protocol: Protocol, found: Collection[str], headings: Collection[str]) -> Iterator[tuple[str, str]]:
    """Pair headings with the quantities that were perhaps meant, of those that have no column."""
    absent = [name for name in protocol.quantities if name not in found]
    labels = {protocol.quantities[name].label.lower(): name for name in absent if protocol.quantities[name].label}
    for heading in headings:
        bare = re.sub(r"\s*[\[(].*", "", heading).strip()
        meant = labels.get(bare.lower()) or did_you_mean(bare.replace(" ", "_"), absent)
        if meant:
            yield heading, meant


def _check_missing(protocol: Protocol, missing: Collection[str]) -> None:
    for text in missing:
        for quantity in protocol.quantities.values():
            if isinstance(quantity.kind, CategoryKind) and text.strip() in quantity.kind.categories:
                raise BadInput(
                    f"{show(text)} is a category of `{quantity.name}`, and cannot mean that nothing was recorded",
                    help="leave such cells empty, or name the category otherwise in the protocol",
                )


def _bad_heading(table: Table, column: int, message: str, advice: str | None) -> BadInput:
    place, excerpt, width = table.locate(1, column)
    return BadInput(message, place, excerpt=excerpt, width=width, help=advice)
