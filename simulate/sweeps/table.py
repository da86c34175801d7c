"""The results of a sweep as tidy tables: a row for each cell and figure, and one for each difference between cells."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from trialproof.model.exact import parse_exact
from trialproof.simulate.results.estimate import estimates
from trialproof.simulate.results.metric import Column
from trialproof.simulate.results.metrics import METRICS
from trialproof.simulate.results.moments import Flags, Floats, Moments
from trialproof.simulate.results.paired import differences
from trialproof.simulate.results.precision import Goal, check_goals
from trialproof.simulate.runs.atomic import written
from trialproof.simulate.runs.summary import differences_as_json
from trialproof.simulate.runs.tidy import say, summary_row
from trialproof.simulate.sweeps.cells import Cells

CELL = "cell"
FIGURE = ("metric", "of", "unit", "kind", "n", "absent", "mean", "sd", "mcse", "low", "high")
DIFFERENCE = (
    "metric", "of", "n", "absent", "mean", "reference_mean", "difference", "mcse", "low", "high", "variance_saved",
)  # fmt: skip


def chosen(columns: Sequence[Column], names: Sequence[str]) -> list[int]:
    """Return the positions of the columns that are named, whole or by their beginnings; of all, if none is.

    Raises `BadInput` for a name that is none.
    """
    full = [f"{column.name}." for column in columns]
    found = {name: [at for at, each in enumerate(full) if each.startswith(f"{name}.")] for name in names}
    check_goals([Goal(name, 1.0) for name, at in found.items() if not at], [column.name for column in columns])
    wanted = {at for positions in found.values() for at in positions}
    return [at for at in range(len(columns)) if at in wanted or not names]


def figure_rows(cells: Cells, cell: int, replications: int, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the figures of a cell: its number, its values, and then `FIGURE`."""
    columns = cells.columns(cell)
    at = chosen(columns, names)
    moments = Moments(len(at))
    for values, exists in cells.rows(cell, replications):
        moments.add(values[None, at], exists[None, at])
    found = [summary_row(each, None) for each in estimates([columns[each] for each in at], METRICS, moments)]
    return [_row(cells, cell, {key: each[key] for key in FIGURE}) for each in found]


def difference_rows(
    cells: Cells, cell: int, reference: int, replications: int, names: Sequence[str]
) -> list[dict[str, Any]]:
    """Return each figure of a cell less that of the reference, replication by replication: `DIFFERENCE`."""
    (columns, rows), (others, other_rows) = (_part(cells, each, replications, names) for each in (cell, reference))
    found = differences_as_json(differences(columns, others, rows, other_rows))
    renamed = {"first": "mean", "second": "reference_mean"}
    told = [{renamed.get(key, key): value for key, value in each.items()} for each in found]
    return [_row(cells, cell, {"reference": reference, **{key: each[key] for key in DIFFERENCE}}) for each in told]


def heading(cells: Cells, *rest: str) -> list[str]:
    """Return the names of the columns of a table."""
    return [CELL, *(axis.path for axis in cells.sweep.axes), *rest]


def write_table(path: Path, head: Sequence[str], groups: Iterable[Sequence[Mapping[str, Any]]]) -> None:
    """Write a table as CSV, group after group of rows."""
    with written(path) as file:
        text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(head)
        for group in groups:
            writer.writerows([say(row[key]) for key in head] for row in group)
        text.detach()


def write_parquet(path: Path, cells: Cells, head: Sequence[str], groups: Iterable[Sequence[Mapping[str, Any]]]) -> bool:
    """Write the same as Parquet, where pyarrow is installed; return whether it is.

    A varied value is a number where all of its values are plain numbers, else a text.
    """
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        return False
    columns = zip(cells.sweep.axes, zip(*cells.sweep.cells, strict=True), strict=True)
    numbers = {axis.path for axis, values in columns if _are_numbers(values)}
    texts = {"metric", "of", "unit", "kind", *(axis.path for axis in cells.sweep.axes if axis.path not in numbers)}
    whole = {CELL, "n", "absent", "reference"}
    schema = arrow.schema(
        [(key, arrow.string() if key in texts else arrow.int64() if key in whole else arrow.float64()) for key in head]
    )
    with written(path) as file, parquet.ParquetWriter(file, schema) as writer:
        for group in groups:
            plain = [{**row, **{key: float(parse_exact(row[key])) for key in numbers}} for row in group]
            writer.write_table(arrow.Table.from_pylist(plain, schema=schema))
    return True


def _row(cells: Cells, cell: int, rest: Mapping[str, Any]) -> dict[str, Any]:
    return {CELL: cell, **cells.sweep.varied(cells.sweep.cells[cell]), **rest}


def _part(
    cells: Cells, cell: int, replications: int, names: Sequence[str]
) -> tuple[list[Column], Iterator[tuple[Floats, Flags]]]:
    columns = cells.columns(cell)
    at = chosen(columns, names)
    rows = ((values[at], exists[at]) for values, exists in cells.rows(cell, replications))
    return [columns[each] for each in at], rows


def _are_numbers(values: Iterable[str]) -> bool:
    try:
        return all(parse_exact(value) is not None for value in values)
    except ValueError:
        return False
