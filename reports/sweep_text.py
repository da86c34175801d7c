"""What `trialproof sweep` prints: for each figure a line per cell, with its error and how it differs; then indices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trialproof.reports.layout import Page
from trialproof.reports.simulation_table import digits_of, grid, number
from trialproof.simulate.results.metrics import METRICS

MOST_CELLS = 40
"""So many cells are shown of a figure."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"

Row = Mapping[str, Any]


def write_sweep(
    title: str,
    varied: Sequence[str],
    figures: Sequence[Row],
    differences: Sequence[Row],
    indices: Sequence[Row],
    *,
    repeat: str,
    color: bool,
) -> str:
    """Return the rows of `sweeps.table` as text; `varied` are the paths. With indices, the cells are not listed."""
    page = Page(color)
    names = list(dict.fromkeys(_name(row) for row in figures))
    apart = {(row["cell"], _name(row)): row for row in differences}
    parts = [[page.heading(page.paragraph(title)), *_legend(varied)]]
    for name in () if indices else names:
        rows = [row for row in figures if _name(row) == name]
        parts += [list(_figure(page, name, varied, rows, apart))] if any(row["n"] for row in rows) else []
    parts += [list(_indices(page, varied, indices))] if indices else []
    parts.append([f"The same again: {repeat}"])
    return "\n\n".join("\n".join(part) for part in parts if part)


def _name(row: Row) -> str:
    return f"{row['metric']}.{row['of']}" if row["of"] else str(row["metric"])


def _legend(varied: Sequence[str]) -> Iterator[str]:
    for letter, path in zip(LETTERS, varied, strict=False):
        yield f"  {letter}  {path}"


def _figure(
    page: Page, name: str, varied: Sequence[str], rows: Sequence[Row], apart: Mapping[tuple[int, str], Row]
) -> Iterator[str]:
    metric = METRICS[rows[0]["metric"]]
    paired = {row["cell"]: apart[row["cell"], name] for row in rows if (row["cell"], name) in apart}
    reference = next((row["reference"] for row in paired.values()), None)
    yield page.heading(f"{name}{f', {metric.unit}' if metric.unit else ', %'}")
    head = ["cell", *LETTERS[: len(varied)], "mean", "MCSE", "95 % interval", "n"]
    head += [] if reference is None else [f"less cell {reference}", "MCSE", "95 % interval"]
    cells = [
        [str(row["cell"]), *(row[path] for path in varied), *_estimate(row), *_paired(paired, reference, row["cell"])]
        for row in rows[:MOST_CELLS]
    ]
    yield from grid(head, cells, 4)
    if len(rows) > MOST_CELLS:
        yield f"  ... and {len(rows) - MOST_CELLS} more cells: --format csv has all of them"


def _estimate(row: Row) -> list[str]:
    if row["mean"] is None:
        return ["none", "-", "-", str(row["n"])]
    scale = 1 if METRICS[row["metric"]].unit else 100
    error = None if row["mcse"] is None else row["mcse"] * scale
    told = error or (None if row["low"] is None else (row["high"] - row["low"]) / 2 * scale)
    digits = digits_of(row["mean"] * scale, told)
    shown = "-" if error is None else number(error, digits)
    return [number(row["mean"] * scale, digits), shown, _between(row, scale, digits), str(row["n"])]


def _paired(paired: Mapping[int, Row], reference: int | None, cell: int) -> list[str]:
    if reference is None:
        return []
    row = paired.get(cell)
    if row is None or row["difference"] is None:
        return ["", "", ""]
    scale = 1 if METRICS[row["metric"]].unit else 100
    error = None if row["mcse"] is None else row["mcse"] * scale
    digits = digits_of(row["difference"] * scale, error)
    shown = "-" if error is None else number(error, digits)
    return [number(row["difference"] * scale, digits), shown, _between(row, scale, digits)]


def _between(row: Row, scale: int, digits: int) -> str:
    if row["low"] is None:
        return "-"
    return f"{number(row['low'] * scale, digits)} to {number(row['high'] * scale, digits)}"


def _indices(page: Page, varied: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    for metric in dict.fromkeys(row["metric"] for row in rows):
        yield page.heading(f"Sobol indices of {metric}, with half widths of 95 % intervals")
        those = {row["value"]: row for row in rows if row["metric"] == metric}
        lines = [[path, *_index(those[path])] for path in varied]
        yield from grid(["", "first order", "+-", "total", "+-"], lines, max(len(path) for path in varied))
        if all(row["total"] is None for row in those.values()):
            yield "  It is the same in every cell."
        elif unsure := [path for path in varied if not _is_clear(those[path])]:
            words = f"Not told from nothing by this sample: {', '.join(unsure)}. More base points narrow the intervals."
            yield page.paragraph(words, indent=2)


def _index(row: Row) -> list[str]:
    keys = ("first_order", "first_order_half_width", "total", "total_half_width")
    return ["-" if row[key] is None else number(row[key], 2) for key in keys]


def _is_clear(row: Row) -> bool:
    return row["total"] is not None and row["total"] > row["total_half_width"]

