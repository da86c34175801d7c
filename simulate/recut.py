"""Cohorts made from a cohort, with other columns or some of its patients; what was checked is not checked again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from trialproof.model.protocol import Protocol
from trialproof.simulate.cohort import Cohort
from trialproof.simulate.column import Column


def changed(cohort: Cohort, columns: Mapping[str, Column], protocol: Protocol | None = None) -> Cohort:
    """Return a cohort with these columns beside its own or in their place; only these are checked.

    `protocol` is one that records at least what the cohort's own does, and in the same way. Raises as `Cohort` does.
    """
    found = Cohort(protocol or cohort.protocol, columns, cohort.size)
    object.__setattr__(found, "columns", {**cohort.columns, **found.columns})
    return found


def part_of(cohort: Cohort, rows: slice | NDArray[np.int64]) -> Cohort:
    """Return some patients of a cohort, in this order; nothing is checked again."""
    columns = {
        name: Column(
            column.values[rows],
            column.recorded if isinstance(column.recorded, bool) else column.recorded[rows],
            column.per,
        )
        for name, column in cohort.columns.items()
    }
    found = Cohort(cohort.protocol, {}, len(np.arange(cohort.size)[rows]))
    object.__setattr__(found, "columns", columns)
    return found
