"""Every metric there is, in the order of reports and files, and all figures of one replication."""

from __future__ import annotations

import numpy as np

from trialproof.simulate.results import accrual, arms, desks, linacs, screening, treatment
from trialproof.simulate.results.known import Known
from trialproof.simulate.results.metric import Column, Figure, Metric
from trialproof.simulate.results.record import Record
from trialproof.simulate.results.records import Records, together

FAMILIES = {
    "Accrual": (accrual.METRICS, accrual.figures),
    "Arms": (arms.METRICS, arms.figures),
    "Screening": (screening.METRICS, screening.figures),
    "Treatment": (treatment.METRICS, treatment.figures),
    "Linacs": (linacs.METRICS, linacs.figures),
    "Desks": (desks.METRICS, desks.figures),
}
"""By heading: the metrics of a family, and what works out their figures."""
METRICS: dict[str, Metric] = {metric.name: metric for metrics, _ in FAMILIES.values() for metric in metrics}


def table(records: Records) -> tuple[tuple[Column, ...], Known]:
    """Return the columns, and the figures [R, M] of all replications.

    Which columns there are depends on the protocol and the scenario alone: never on what happened. Raises
    `RuntimeError` for a figure that is no number.
    """
    found = [figure for _, family in FAMILIES.values() for figure in family(records)]
    columns = tuple(column for column, _ in found)
    values, exist = (np.array(each) for each in zip(*(figure for _, figure in found), strict=True))
    if not np.isfinite(values).all():
        at = int(np.flatnonzero(~np.isfinite(values).all(axis=1))[0])
        raise RuntimeError(f"the figure {columns[at].name} is no number")
    return columns, Known(values.T, exist.T)


def figures(record: Record) -> tuple[Figure, ...]:
    """Return all figures of one replication."""
    columns, found = table(together([record]))
    values, exist = found.values[0].tolist(), found.exist[0].tolist()
    return tuple((column, values[at] if exist[at] else None) for at, column in enumerate(columns))
