"""A wide decision as a table: its gaps and overlaps come from the grid of its axes, and both engines judge them.

A search asks thousands of questions about every rule of a table. The grid (`verify.gridded`) counts instead, and what
it found takes two questions: whether the boxes hold anybody they should not, and whether anybody is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialproof.model.protocol import Decision, Intent
from trialproof.verify.axes import Axis
from trialproof.verify.case import Case
from trialproof.verify.describe import Regions, described
from trialproof.verify.grid_box import Box as Masks
from trialproof.verify.gridded import Gridded, chosen_parts, gridded
from trialproof.verify.properties import clash, gap, overlap
from trialproof.verify.regions import MOST_REGIONS, Box, Boxes, confirm, inside
from trialproof.verify.replay import Disagreement, is_so
from trialproof.verify.statement import Every, Statement, bind


@dataclass(frozen=True, slots=True)
class Table:
    """A decision whose rules stand on a grid."""

    case: Case
    decision: Decision
    axes: Sequence[Axis]
    rules: Gridded

    def gaps(self) -> Regions:
        """Return the regions of patients without a choice. Raises `Unknown`."""
        found, target = self.rules.gaps(MOST_REGIONS), gap(self.decision)
        (regions,) = self._judged([(target, found.boxes)], target, complete=found.complete)
        return regions

    def overlaps(self) -> list[tuple[tuple[str, ...], Regions]]:
        """Return each set of clashing choices with the regions of its patients. Raises `Unknown`."""
        target = overlap(self.decision)
        if self.decision.intent is Intent.FIRST_MATCH:
            self._judged([], target, complete=True)
            return []
        found = self.rules.overlaps(self.decision.bounds[1], MOST_REGIONS)
        names = [tuple(self.decision.choices[at].name for at in each.rules) for each in found.sets]
        targets = [(clash(self.decision, each), its.region.boxes) for each, its in zip(names, found.sets, strict=True)]
        complete = found.complete and all(each.region.complete for each in found.sets)
        regions = self._judged(targets, target, complete=complete)
        return [(each, its) for each, its in zip(names, regions, strict=True) if its.regions]

    def _judged(
        self, proposals: Sequence[tuple[Statement, Sequence[Masks]]], whole: Statement, *, complete: bool
    ) -> list[Regions]:
        """Return the boxes that have members as regions: nobody else in them, nobody left out, witnesses replayed."""
        case, axes = self.case, self.axes
        population = case.population(self.decision.population)
        anyone = case.step(population)
        found = [
            (target, [box for box in map(Box, map(chosen_parts, masks)) if anyone([inside(axes, box)])])
            for target, masks in proposals
        ]
        confirm(case, population, found, whole, axes, complete=complete)
        regions = []
        for target, boxes in found:
            its = described(case, population, Every(()), axes, Boxes(tuple(boxes), complete))
            for each in its.regions:
                if not is_so(case.protocol, bind(case.said(target), case.patient, each.witness.patient)):
                    raise Disagreement(f"the plain evaluator does not confirm {target} of {each.witness.patient}")
            regions.append(its)
        return regions


def table_of(case: Case, decision: Decision, axes: Sequence[Axis]) -> Table | None:
    """Return the decision as a table; None where it has few choices, or rules that no grid can hold."""

    def find() -> Table | None:
        if decision.bounds[0] > 1:
            return None
        rules = gridded(case.protocol, case.selection, decision, axes)
        return None if rules is None else Table(case, decision, axes, rules)

    return case.once(("table", decision.name), find)
