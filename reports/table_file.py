"""A table written chunk by chunk, to a CSV or a Parquet file or to standard output; whole, or not at all.

A file is written beside its place under another name, and moved there when all of it is written. What goes to standard
output is kept until the last row is known.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TypeAlias, Union

import numpy as np

from trialproof.model.place import BadInput, Place
from trialproof.reports.assignment import Words
from trialproof.simulate.patients_file import PatientsFile
from trialproof.simulate.table import PARQUET, need_pyarrow

Column: TypeAlias = Union[Words, "np.ndarray[Any, Any]", Sequence[str], Any]
"""Texts by code, integers, texts, or a `pyarrow` array as it was read."""
Write: TypeAlias = Callable[[Sequence[Column]], None]
BLOCK = 1 << 20


@contextmanager
def writing(path: Path | None, header: Sequence[str], patients: PatientsFile) -> Iterator[Write]:
    """Give a function that writes rows, column by column; standard output gets CSV if there is no path.

    `patients` is the file that carried columns come from. On any error there is no new file, and an old one stays.
    Raises `BadInput` where nothing can be written.
    """
    if path is None:
        with TemporaryFile("w+", encoding="utf-8", newline="") as kept:
            yield _write_csv(kept, header, patients)
            kept.seek(0)
            while block := kept.read(BLOCK):
                sys.stdout.write(block)
        return
    if path.suffix.lower() not in (*PARQUET, ".csv"):
        raise BadInput(f"the name of the result ends in neither `.csv` nor `.parquet`: `{path}`")
    if path.exists() and path.samefile(patients.table.path):
        raise BadInput("the result would take the place of the patients", Place(str(path)), help="name another file")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        if path.suffix.lower() in PARQUET:
            arrow, parquet = need_pyarrow(path)
            with unfinished.open("xb") as file, _ParquetWriter(arrow, parquet, file, header) as write:
                yield write
        else:
            with unfinished.open("x", encoding="utf-8", newline="") as text:
                yield _write_csv(text, header, patients)
        unfinished.replace(path)
    except OSError as error:
        raise BadInput(f"`{path}` cannot be written: {(error.strerror or 'it is no file').lower()}") from None
    finally:
        unfinished.unlink(missing_ok=True)


def _write_csv(file: Any, header: Sequence[str], patients: PatientsFile) -> Write:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)

    def write(columns: Sequence[Column]) -> None:
        writer.writerows(zip(*(_as_texts(column, patients) for column in columns), strict=True))

    return write


def _as_texts(column: Column, patients: PatientsFile) -> Sequence[object]:
    if isinstance(column, Words):
        return [column.texts[code] for code in column.codes.tolist()]
    if isinstance(column, np.ndarray):
        numbers: list[int] = column.tolist()
        return numbers
    if isinstance(column, (tuple, list)):
        return column
    texts = patients.texts(column)
    return [texts.distinct[code] for code in texts.codes.tolist()]


class _ParquetWriter:
    """Writes chunks of a Parquet file; the types of its columns are those of the first chunk."""

    def __init__(self, arrow: Any, parquet: Any, file: Any, header: Sequence[str]) -> None:
        self._arrow, self._parquet, self._file, self._header = arrow, parquet, file, list(header)
        self._writer: Any = None

    def __enter__(self) -> Write:
        return self._write

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def _write(self, columns: Sequence[Column]) -> None:
        table = self._arrow.Table.from_arrays([self._as_array(column) for column in columns], self._header)
        if self._writer is None:
            self._writer = self._parquet.ParquetWriter(self._file, table.schema)
        self._writer.write_table(table)

    def _as_array(self, column: Column) -> Any:
        if isinstance(column, Words):
            texts = self._arrow.array([text or None for text in column.texts], self._arrow.string())
            return texts.take(self._arrow.array(column.codes))
        if isinstance(column, (tuple, list)):
            return self._arrow.array(column, self._arrow.string())
        return self._arrow.array(column) if isinstance(column, np.ndarray) else column
