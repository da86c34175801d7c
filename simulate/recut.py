"""Cohorts whose columns need no check: made from a cohort, or of values that were kept within what is allowed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from trialproof.model.protocol import Protocol
from trialproof.simulate.cohort import Cohort
from trialproof.simulate.column import Column, filled


def made(protocol: Protocol, columns: Mapping[str, Column], size: int) -> Cohort:
    """Return a cohort of columns that `Cohort` would take as they are; the mapping itself is taken over."""
    found = Cohort(protocol, {}, size)
    object.__setattr__(found, "columns", columns)
    return found


def changed(cohort: Cohort, columns: Mapping[str, Column], protocol: Protocol | None = None) -> Cohort:
    """Return a cohort with these columns, whose recorded values are allowed, beside its own or in their place.

    `protocol` is one that records at least what the cohort's own does, and in the same way.
    """
    protocol = protocol or cohort.protocol
    new = {name: filled(protocol.quantities[name], column) for name, column in columns.items()}
    return made(protocol, {**cohort.columns, **new}, cohort.size)


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
    return made(cohort.protocol, columns, len(np.arange(cohort.size)[rows]))
