"""What theory says of a figure that is also simulated, or why it says nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Twin:
    """The exact expectation of a metric (`of` an arm, a criterion, a resource; empty for the trial as a whole).

    `formula` says in words or signs where the value comes from, `source` who stands behind the formula.
    """

    metric: str
    of: str
    value: float
    formula: str
    source: str


@dataclass(frozen=True, slots=True)
class NoTwin:
    """There is no analytic answer: `reason` completes the sentence `no analytic answer: ...`."""

    reason: str
