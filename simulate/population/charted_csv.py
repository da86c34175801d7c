"""A cohort as CSV text, which `simulate.patients_file` reads back as the same cohort."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import TextIO

import numpy as np

from trialproof.model.exact import plain
from trialproof.model.protocol import Quantity, Recorded
from trialproof.simulate.cohort import Cohort
from trialproof.simulate.column import Column, value_at


def charted_csv(cohort: Cohort, before: Mapping[str, Sequence[object]] | None = None) -> str:
    """Return a cohort as CSV text: a heading, then a line for each patient, empty where nothing was recorded.

    `before` are columns that stand before it, such as the patient's number, under names that are no quantities.
    """
    text = StringIO(newline="")
    write_heading(text, cohort, before or {})
    write_patients(text, cohort, before or {})
    return text.getvalue()


def write_heading(file: TextIO, cohort: Cohort, before: Iterable[str] = ()) -> None:
    """Write the names of the columns, as `charted_csv` does."""
    csv.writer(file, lineterminator="\n").writerow([*before, *cohort.columns])


def write_patients(file: TextIO, cohort: Cohort, before: Mapping[str, Sequence[object]]) -> None:
    """Write a line for each patient, as `charted_csv` does."""
    quantities = cohort.protocol.quantities
    columns = [_texts(quantities[name], column, cohort.size) for name, column in cohort.columns.items()]
    csv.writer(file, lineterminator="\n").writerows(zip(*before.values(), *columns, strict=True))


def _texts(quantity: Quantity, column: Column, size: int) -> list[str]:
    """Return the cells of a column; each different value is spelt once."""
    _, first, which = np.unique(column.values, return_index=True, return_inverse=True)
    said = [spelt(value_at(quantity, column, int(row))) for row in first]
    recorded = np.broadcast_to(column.recorded, size)
    return [said[at] if there else "" for at, there in zip(which.tolist(), recorded.tolist(), strict=True)]


def spelt(value: Recorded) -> str:
    """Return a recorded value as a cell says it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else plain(value)
