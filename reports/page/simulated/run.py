"""A finished simulation as the report needs it: the figures with their errors, what theory says, and the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from trialproof.model.place import BadInput
from trialproof.reports.simulation_table import Row
from trialproof.simulate.results.against import Verdict


@dataclass(frozen=True, slots=True)
class Exact:
    """What theory says of a figure: the value, how many MCSE the figure lies from it, the verdict, and who says so."""

    value: float
    away: float | None
    verdict: Verdict
    formula: str
    source: str


@dataclass(frozen=True, slots=True)
class Source:
    """What stands behind an assumption: published, derived or assumed, and the text of it."""

    standing: str
    text: str


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumption: where it stands in the scenario, what it says, the weakest thing behind it, and all of these."""

    path: str
    says: str
    standing: str
    sources: tuple[Source, ...]


class Rows(dict[str, Row]):
    """Figures by name. Raises `BadInput` for one that a run of this release has."""

    def __missing__(self, name: str) -> Row:
        raise BadInput(f"this run has no figure `{name}`", help="another release made it; simulate anew")


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A run folder, read.

    `rows` are figures by their name (`arm_share.involved_field`), `exact` what theory says of some of them. `numbers`
    has for some figures the number of each replication that gave one. `same_scenario` tells whether the scenario
    beside the protocol is the one of the run; None: there is none. `folder` is what the user called it.
    """

    folder: str
    manifest: Mapping[str, Any]
    summary: Mapping[str, Any]
    rows: Rows
    exact: Mapping[str, Exact]
    numbers: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()
    same_scenario: bool | None = None

    @property
    def replications(self) -> int:
        """How many trials were simulated."""
        return int(self.summary["replications"])

    @property
    def scenario(self) -> str:
        """The title of the scenario."""
        return str(self.summary["scenario"])

    @property
    def begins(self) -> date:
        """The first day of every simulated trial."""
        return date.fromisoformat(self.manifest["calendar"]["begins"])

    def of(self, metric: str) -> list[tuple[str, Row]]:
        """Return the figures of a metric, by what they are of, in their order."""
        return [(row.cells["of"], row) for row in self.rows.values() if row.cells["metric"] == metric]

    def mean(self, name: str) -> float | None:
        """Return the mean of a figure as it is shown; None where there is no such figure, or no number."""
        return self.rows[name].mean if name in self.rows else None

    def expected(self, name: str) -> float | None:
        """Return what theory says of a figure, as it is shown; None where it says nothing."""
        return None if name not in self.exact else self.exact[name].value * self.rows[name].scale
