"""What a result is called, what it is of, and how its replications are to be summarised.

A replication gives one number for each *column*, a metric together with what it is of: `arm_share` of `involved_field`
is written `arm_share.involved_field`. A number that a replication cannot give (the share of an arm among nobody)
does not exist: it is counted apart and never taken for zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias

from trialproof.simulate.results.known import Known


class Kind(Enum):
    """How the numbers of many replications become an estimate.

    MEAN: their mean, with Student's interval. PROPORTION: each is 0 or 1; the proportion of replications, with Wilson's
    interval. SIGNED: a mean, too, of differences that can have either sign; never judged relative to itself.
    """

    MEAN = "mean of numbers"
    PROPORTION = "proportion of replications"
    SIGNED = "mean of signed differences"


@dataclass(frozen=True, slots=True)
class Metric:
    """A kind of result: `of` says what the parts behind its name are, in order, such as ("resource", "weekday")."""

    name: str
    unit: str
    definition: str
    of: tuple[str, ...] = ()
    kind: Kind = Kind.MEAN


class Column(NamedTuple):
    """One result: the name of a metric, and what it is of, part by part."""

    metric: str
    of: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The parts with dots between them, as options and tables write it."""
        return ".".join((self.metric, *self.of))


Figure: TypeAlias = tuple[Column, "float | None"]
"""What one replication gives for one column."""
Figures: TypeAlias = Iterator[tuple[Column, Known]]
"""What several replications give, column by column."""
