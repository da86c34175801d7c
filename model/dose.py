"""What a protocol says of doses besides its courses: limits that none may exceed, and doses at which something happens.

Frozen values; `model.dose_file` reads them. Doses are in Gy.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from trialproof.model.condition import EVERYONE, Condition
from trialproof.model.document import Quote
from trialproof.model.place import NOWHERE, Place


class DoseKind(Enum):
    """What of a course is limited."""

    TOTAL = "total"
    PER_FRACTION = "dose per fraction"
    BED = "BED"
    EQD2 = "EQD2"


@dataclass(frozen=True, slots=True)
class DoseLimit:
    """A dose that the courses of a population may not exceed.

    `alpha_beta` is given where `kind` is BED or EQD2, and only there.
    """

    name: str
    kind: DoseKind
    at_most: Fraction
    source: str
    alpha_beta: Fraction | None = None
    population: Condition = EVERYONE
    label: str = ""
    quotes: tuple[Quote, ...] = ()
    place: Place = NOWHERE

    @property
    def title(self) -> str:
        """The label, or else the name with its underscores read as spaces."""
        return self.label or self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What happens, for a population, with the first fraction that brings the cumulative dose to `dose` or beyond."""

    name: str
    dose: Fraction
    population: Condition = EVERYONE
    label: str = ""
    quotes: tuple[Quote, ...] = ()
    place: Place = NOWHERE

    @property
    def title(self) -> str:
        """The label, or else the name with its underscores read as spaces."""
        return self.label or self.name.replace("_", " ")
