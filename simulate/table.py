"""A table of patients as it lies in a file, read in pieces: CSV, or Parquet where `pyarrow` is installed.

Nothing is interpreted here. A column comes as its distinct texts and one code for each row, so that whoever reads it
looks at each text once. Numbers of a Parquet file come as the text that says them exactly; a float comes as the
shortest decimal that stands for it. What is no table at all raises `BadInput`.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol as Interface

import numpy as np
from numpy.typing import NDArray

from trialproof.model.place import BadInput, Place

BLOCK = 256
PARQUET = (".parquet", ".pq")


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """A column as text: the distinct texts in it, and which of them each row has; a null is the empty text."""

    distinct: Sequence[str]
    codes: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Some rows in the order of the file: where each begins (counted from 1), and the cells column by column.

    A column of a CSV file is a sequence of texts, one of a Parquet file a `pyarrow` array.
    """

    at: NDArray[np.int64]
    columns: Sequence[Any]


class Table(Interface):
    """A file of rows that can be read once or often, always alike."""

    path: Path
    header: Sequence[str]
    counted: str
    """What `Rows.at` counts: `line` or `row`."""

    def rows(self, size: int) -> Iterator[Rows]:
        """Yield all rows, at most so many at a time."""

    def texts(self, column: Any) -> Texts:
        """Return a column of this table as text."""

    def locate(self, at: int, column: int) -> tuple[Place, str | None, int]:
        """Return where a cell stands, the line it is in, and how long it is there."""


def open_table(path: Path) -> Table:
    """Return the table in a file, Parquet if its name says so, else CSV. Raises `BadInput`."""
    if not path.is_file():
        raise BadInput(f"{'there is no file' if not path.exists() else 'this is no file:'} `{path}`", Place(str(path)))
    return ParquetTable(path) if path.suffix.lower() in PARQUET else CsvTable(path)


class CsvTable:
    """A CSV file: commas, quotes where needed, UTF-8, and a first line that names the columns."""

    counted = "line"

    def __init__(self, path: Path) -> None:
        self.path = path
        _, header = next(self._read(), (1, []))
        if not header:
            raise BadInput("the first line names no columns", Place(str(path)), help="it names what each column holds")
        if len(header) == 1 and (odd := re.search(r"[;\t]", header[0])):
            raise BadInput(
                f"the columns are separated by `{odd[0]}`" if odd[0] == ";" else "the columns are separated by tabs",
                Place(str(path), 1, odd.start() + 1),
                excerpt=header[0],
                help="save the file with commas between the columns, and a point in decimal numbers",
            )
        self.header: Sequence[str] = header

    def rows(self, size: int) -> Iterator[Rows]:
        """Yield all rows, at most so many at a time."""
        lines = list[int]()
        columns: list[list[str]] = [[] for _ in self.header]
        block = list[list[str]]()
        for line, row in self._rectangular():
            lines.append(line)
            block.append(row)
            if len(block) == BLOCK or len(lines) == size:
                _turn(block, columns)
            if len(lines) == size:
                yield Rows(np.array(lines, np.int64), columns)
                lines, columns = [], [[] for _ in self.header]
        if lines:
            _turn(block, columns)
            yield Rows(np.array(lines, np.int64), columns)

    def texts(self, column: Any) -> Texts:
        """Return a column of this table as text."""
        return _numbered(column)

    def locate(self, at: int, column: int) -> tuple[Place, str | None, int]:
        """Return where a cell stands, the line it is in, and how long it is there."""
        text = "".join(self._physical(at))
        begin = end = 0
        for _ in range(column + 1):
            begin, quoted = end, False
            while end < len(text) and (quoted or text[end] not in ",\r\n"):
                quoted ^= text[end] == '"'
                end += 1
            end += 1
        before = text[:begin].splitlines(keepends=True)
        above = len(before) - (bool(before) and not before[-1].endswith(("\n", "\r")))
        start = sum(map(len, before[:above]))
        excerpt = text[start:].splitlines()[0] if text[start:] else ""
        return Place(str(self.path), at + above, begin - start + 1), excerpt, max(1, end - 1 - begin)

    def _rectangular(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each row below the heading, if it has a cell for each column; empty lines may end the file."""
        width, empty = len(self.header), 0
        for line, row in self._read():
            if not row and width > 1:
                empty = empty or line
            elif empty or (row and len(row) != width):
                raise self._ragged(empty or line, 0 if empty else len(row))
            elif line > 1:
                yield line, row or [""]

    def _read(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each row with the line that it begins on."""
        line = 1
        with self._open() as file:
            reader = csv.reader(file, strict=True)
            try:
                for row in reader:
                    yield line, row
                    line = reader.line_num + 1
            except csv.Error as error:
                raise BadInput(
                    f"the row that begins here is not CSV: {error}",
                    Place(str(self.path), line, 1),
                    help='a cell that begins with a quotation mark ends with one; one inside it is doubled: `""`',
                ) from None
            except UnicodeDecodeError:
                raise self._not_text() from None

    def _open(self) -> Any:
        try:
            return self.path.open(encoding="utf-8-sig", newline="")
        except OSError as error:
            reason = (error.strerror or "it is no file").lower()
            raise BadInput(f"`{self.path}` cannot be read: {reason}", Place(str(self.path))) from None

    def _physical(self, at: int) -> Iterator[str]:
        """Yield the lines of the row that begins on a line."""
        ends = next((line for line, _ in self._read() if line > at), None)
        with self._open() as file:
            for number, line in enumerate(file, 1):
                if number >= at and (ends is None or number < ends):
                    yield line
                if ends is not None and number >= ends:
                    return

    def _ragged(self, line: int, cells: int) -> BadInput:
        return BadInput(
            f"this row has {cells} {'cell' if cells == 1 else 'cells'}, and the first line names {len(self.header)}",
            Place(str(self.path), line, 1),
            excerpt=next(self._physical(line), "").rstrip("\r\n"),
            help="which cell belongs to which column cannot be told; quote a text that has a comma in it",
        )

    def _not_text(self) -> BadInput:
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    line.decode()
                except UnicodeDecodeError as error:
                    place = Place(str(self.path), number, len(line[: error.start].decode()) + 1)
                    message = f"the byte 0x{line[error.start]:02X} is not UTF-8"
                    return BadInput(message, place, help="save the file as CSV in UTF-8")
        return BadInput("the file is not UTF-8", Place(str(self.path)), help="save the file as CSV in UTF-8")


class ParquetTable:
    """A Parquet file."""

    counted = "row"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._arrow, parquet = need_pyarrow(path)
        try:
            self._file = parquet.ParquetFile(path)
        except (OSError, self._arrow.ArrowException) as error:
            raise BadInput(f"this is no Parquet file: {_first_line(error)}", Place(str(path))) from None
        self.header: Sequence[str] = list(self._file.schema_arrow.names)

    def rows(self, size: int) -> Iterator[Rows]:
        """Yield all rows, at most so many at a time; of an empty file its columns without any."""
        first = 1
        if not self._file.metadata.num_rows:
            empty = [self._arrow.array([], field.type) for field in self._file.schema_arrow]
            yield Rows(np.array([], np.int64), empty)
            return
        try:
            for batch in self._file.iter_batches(batch_size=size):
                yield Rows(np.arange(first, first + batch.num_rows, dtype=np.int64), batch.columns)
                first += batch.num_rows
        except (OSError, self._arrow.ArrowException) as error:
            message = f"the file cannot be read beyond row {first - 1}: {_first_line(error)}"
            raise BadInput(message, Place(str(self.path))) from None

    def texts(self, column: Any) -> Texts:
        """Return a column of this table as text."""
        types = self._arrow.types
        if types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if types.is_nested(column.type) or types.is_null(column.type):
            return _numbered([spell(value) for value in column])
        encoded = column.dictionary_encode()
        distinct = [spell(value) for value in encoded.dictionary]
        indices = encoded.indices.fill_null(len(distinct)).to_numpy(zero_copy_only=False)
        return Texts([*distinct, ""], indices.astype(np.intp, copy=False))

    def locate(self, at: int, column: int) -> tuple[Place, str | None, int]:  # noqa: ARG002 - rows have no lines
        """Return where a cell stands, the line it is in, and how long it is there."""
        return Place(str(self.path)), None, 1


def _turn(block: list[list[str]], columns: Sequence[list[str]]) -> None:
    """Add some rows to the columns. So few at a time lie in the processor's cache, which makes it much faster."""
    for column, cells in zip(columns, zip(*block, strict=True), strict=bool(block)):
        column.extend(cells)
    block.clear()


def _numbered(column: Sequence[str]) -> Texts:
    """Return texts by number, in the order in which they come."""
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    codes = np.fromiter(map(numbers.__getitem__, column), np.intp, len(column))
    return Texts(list(numbers), codes)


def need_pyarrow(path: Path) -> tuple[Any, Any]:
    """Return `pyarrow` and its Parquet part. Raises `BadInput` where it is not installed."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise BadInput(
            "a Parquet file needs `pyarrow`, which is not installed",
            Place(str(path)),
            help="install `trialproof[tables]`, or use a CSV file",
        ) from None
    return pyarrow, parquet


def spell(scalar: Any) -> str:
    """Return an Arrow value as text: an exact number, the shortest decimal of a float, `yes` or `no`, or as it is."""
    import pyarrow as pa

    value = scalar.as_py()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        narrow = np.float32(value) if scalar.type.bit_width == 32 else np.float64(value)
        return np.format_float_positional(narrow, trim="-") if np.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (str, int)):
        return str(value)
    try:
        return str(scalar.cast(pa.string()).as_py())
    except pa.ArrowException:
        return str(value)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0].rstrip(".")
