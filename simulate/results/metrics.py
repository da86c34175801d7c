"""Every metric there is, in the order of reports and files, and all figures of one replication."""

from __future__ import annotations

from trialproof.simulate.results import accrual, arms, desks, linacs, screening, treatment
from trialproof.simulate.results.metric import Figure, Metric
from trialproof.simulate.results.record import Record

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


def figures(record: Record) -> tuple[Figure, ...]:
    """Return all figures of one replication.

    Which columns there are depends on the protocol and the scenario alone: never on what happened.
    """
    return tuple(figure for _, family in FAMILIES.values() for figure in family(record))
