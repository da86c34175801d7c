"""The results of a run as files: a row for each replication and figure, and a row for each figure."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from itertools import islice
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialproof.simulate.results.estimate import QUANTILES, Estimate, Spread, spread
from trialproof.simulate.results.metric import Column
from trialproof.simulate.results.moments import Floats
from trialproof.simulate.runs.atomic import write_text, written
from trialproof.simulate.runs.folder import SUMMARY, Folder, as_json

TIDY = ("replication", "metric", "of", "value")
TOGETHER = 50
"""Replications that are written at once, and in a row group of the Parquet file."""
EXACT = 2**53
"""Below this, a float that is whole is exactly that whole number."""
ROOM = 8_000_000
"""So many numbers are held at once to find quantiles."""


def write_results(folder: Folder, columns: Sequence[Column], replications: int) -> bool:
    """Write `results.csv`, and `results.parquet` if pyarrow is there; return whether it is.

    A number that a replication did not give is an empty cell, and null in Parquet.
    """
    names = [(column.metric, ".".join(column.of)) for column in columns]
    _write_csv(folder, names, replications)
    return _write_parquet(folder, names, replications)


def _write_csv(folder: Folder, names: Sequence[tuple[str, str]], replications: int) -> None:
    """Write a line for each number; names are put into quotation marks, and equal numbers into words, only once."""
    quoted = [_line([*name, ""]) for name in names]
    rows = enumerate(folder.rows(0, replications))
    with written(folder.path / "results.csv") as file:
        file.write((_line(TIDY) + "\n").encode())
        while group := list(islice(rows, TOGETHER)):
            unlike, where = np.unique(np.array([values for _, (values, _) in group]), return_inverse=True)
            exists = np.array([exists for _, (_, exists) in group])
            cells = np.where(exists, _said(unlike)[where.reshape(exists.shape)], "")
            for (number, _), row in zip(group, cells, strict=True):
                begin = f"{number},"
                lines = f"\n{begin}".join(map(add, quoted, row.tolist()))
                file.write(f"{begin}{lines}\n".encode())


def _said(values: Floats) -> NDArray[np.object_]:
    """Return what `say` says of each of many numbers."""
    whole = (values == np.trunc(values)) & (np.abs(values) < EXACT)
    texts = np.empty(len(values), np.object_)
    texts[whole] = list(map(str, values[whole].astype(np.int64).tolist()))
    texts[~whole] = list(map(repr, values[~whole].tolist()))
    return texts


def _line(cells: Sequence[str]) -> str:
    """Return cells as a line of CSV, without its end."""
    text = StringIO(newline="")
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


def _write_parquet(folder: Folder, names: Sequence[tuple[str, str]], replications: int) -> bool:
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        return False
    texts = arrow.dictionary(arrow.int32(), arrow.string())
    types = (arrow.int64(), texts, texts, arrow.float64())
    schema = arrow.schema(list(zip(TIDY, types, strict=True)))
    metric, of = (arrow.array([name[at] for name in names]).dictionary_encode() for at in range(2))
    rows = enumerate(folder.rows(0, replications))
    with written(folder.path / "results.parquet") as file, parquet.ParquetWriter(file, schema) as writer:
        while group := list(islice(rows, TOGETHER)):
            values = np.concatenate([values for _, (values, _) in group])
            absent = ~np.concatenate([exists for _, (_, exists) in group])
            numbers = np.repeat([number for number, _ in group], len(names))
            parts = [arrow.chunked_array([each] * len(group)).combine_chunks() for each in (metric, of)]
            table = [arrow.array(numbers), *parts, arrow.array(values, mask=absent)]
            writer.write_table(arrow.Table.from_arrays(table, schema=schema))
    return True


def spreads(folder: Folder, replications: int) -> Iterator[Spread | None]:
    """Yield the spread of every column, holding a few columns at a time."""
    at_once = max(1, ROOM // max(1, replications))
    for first in range(0, folder.figures, at_once):
        values, exists = folder.table(replications, slice(first, first + at_once))
        yield from (spread(values[:, at], exists[:, at]) for at in range(values.shape[1]))


SUMMARY_HEADING = (
    "metric", "of", "unit", "kind", "n", "absent", "mean", "sd", "mcse", "low", "high", "least",
    *(f"q{round(100 * share):02}" for share in QUANTILES), "most",
)  # fmt: skip


def summary_row(found: Estimate, spread_of: Spread | None) -> dict[str, Any]:
    """Return an estimate and the spread of its column by the names of `SUMMARY_HEADING`; None for what is not there."""
    low, high = found.interval or (None, None)
    least, quantiles, most = (None, (None,) * len(QUANTILES), None)
    if spread_of is not None:
        least, quantiles, most = spread_of.least, spread_of.quantiles, spread_of.most  # type: ignore[assignment]
    cells = (
        found.column.metric, ".".join(found.column.of), found.unit, found.kind.value, found.n, found.absent,
        found.mean, found.sd, found.mcse, low, high, least, *quantiles, most,
    )  # fmt: skip
    return dict(zip(SUMMARY_HEADING, cells, strict=True))


def write_summary(folder: Folder, summary: Mapping[str, Any]) -> None:
    """Write `summary.csv`, and `summary.json` last: with it the results are complete."""
    write_text(folder.path / "summary.csv", csv_of(summary["figures"]))
    write_text(folder.path / SUMMARY, as_json(summary))


def csv_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows, of which there is at least one and all have the same keys, as CSV text."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([say(cell) for cell in row.values()] for row in rows)
    return text.getvalue()


def say(value: Any) -> str:
    """Return a cell: a number in as many digits as tell it from every other, None as nothing."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < EXACT else repr(value)
    return str(value)
