"""A summary of a simulation, ready to be told: its figures by name, with what theory says of some of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trialproof.reports.layout import Page
from trialproof.reports.simulation_table import Row


@dataclass(frozen=True, slots=True)
class Told:
    """A summary (`runs.summary`), its `rows` by name (`metric.of`), and likewise what is known to be `exact`."""

    summary: Mapping[str, Any]
    rows: Mapping[str, Row]
    exact: Mapping[str, Mapping[str, Any]]
    page: Page

    def of(self, metric: str) -> list[tuple[str, Row]]:
        """Return the figures of a metric, by what they are of, in their order."""
        return [(row.cells["of"], row) for row in self.rows.values() if row.cells["metric"] == metric]

    def lines(self, *figures: tuple[str, str]) -> Iterator[str]:
        """Yield a line for each (label, name) that is there, and below it what theory says."""
        for label, name in figures:
            if name in self.rows:
                yield self.rows[name].line(label)
                if name in self.exact:
                    yield self.rows[name].against(self.exact[name])
