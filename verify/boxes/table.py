"""A wide decision as a table: its gaps and overlaps come from the grid of its axes, and both engines judge them.

A search asks thousands of questions about every rule of a table. The grid (`verify.boxes.gridded`) counts instead, and
what it found takes two questions: whether the boxes hold anybody they should not, and whether anybody is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trialproof.model.protocol import Decision, Intent
from trialproof.verify.axes import Axis, within
from trialproof.verify.boxes.box import Box as Masks, bits
from trialproof.verify.boxes.divided import divided_overlap
from trialproof.verify.boxes.gridded import FEW, Gridded, chosen_parts, gridded
from trialproof.verify.case import Case
from trialproof.verify.describe import Regions, described
from trialproof.verify.properties import clash, gap, overlap
from trialproof.verify.regions import MOST_REGIONS, Box, Boxes, confirm, inside
from trialproof.verify.replay import Disagreement, is_so
from trialproof.verify.statement import Every, Never, Some, Statement, bind


class Unsearched(Exception):
    """All that the grid could list is cells without patients, and there are more: only a search tells."""


@dataclass(frozen=True, slots=True)
class Table:
    """A decision whose rules stand on a grid: that of the parts of its axes that some patient reaches."""

    case: Case
    decision: Decision
    axes: Sequence[Axis]
    reached: Sequence[Sequence[int]]
    rules: Gridded

    def gaps(self) -> Regions:
        """Return the regions of patients without a choice. Raises `Unknown`, or `Unsearched`."""
        found, target = self.rules.gaps(MOST_REGIONS), gap(self.decision)
        (regions,) = self._judged([(target, found.boxes)], target, complete=found.complete)
        return regions

    def overlaps(self) -> list[tuple[tuple[str, ...], Regions]]:
        """Return each set of clashing choices with the regions of its patients. Raises `Unknown`, or `Unsearched`."""
        target = overlap(self.decision)
        if self.decision.intent is Intent.FIRST_MATCH:
            self._judged([], target, complete=True)
            return []
        found = self.rules.overlaps(self.decision.bounds[1], MOST_REGIONS)
        if not found.sets and found.complete and self._nobody_along_a_tree():
            return []
        names = [tuple(self.decision.choices[at].name for at in each.rules) for each in found.sets]
        targets = [(clash(self.decision, each), its.region.boxes) for each, its in zip(names, found.sets, strict=True)]
        complete = found.complete and all(each.region.complete for each in found.sets)
        regions = self._judged(targets, target, complete=complete)
        return [(each, its) for each, its in zip(names, regions, strict=True) if its.regions]

    def _nobody_along_a_tree(self) -> bool:
        """Return whether nobody has too many choices, asked so that Z3 can tell of thousands of them.

        Whoever has too many is found along any tree; whoever is found along this one need not have too many.
        """
        divided = divided_overlap(self.decision, self.rules.tree(), self._side)
        return not self.case.possible(self.case.population(self.decision.population))([divided])

    def _side(self, at: int, mask: int) -> Statement:
        parts = [self.reached[at][part] for part in bits(mask)]
        return within(self.axes[at], parts)

    def _judged(
        self, proposals: Sequence[tuple[Statement, Sequence[Masks]]], whole: Statement, *, complete: bool
    ) -> list[Regions]:
        """Return the boxes that have members as regions: nobody else in them, nobody left out, witnesses replayed."""
        case, axes = self.case, self.axes
        population = case.population(self.decision.population)
        anyone = case.step(population)
        found = [
            (target, [box for box in map(self._box, masks) if anyone([inside(axes, box)])])
            for target, masks in proposals
        ]
        complete = complete or not _anybody_left(case, population, found, whole, axes)
        confirm(case, population, found, whole, axes, complete=complete)
        if not complete and not any(boxes for _, boxes in found):
            raise Unsearched
        regions = []
        for target, boxes in found:
            its = described(case, population, Every(()), axes, Boxes(tuple(boxes), complete))
            for each in its.regions:
                if not is_so(case.protocol, bind(case.said(target), case.patient, each.witness.patient)):
                    raise Disagreement(f"the plain evaluator does not confirm {target} of {each.witness.patient}")
            regions.append(its)
        return regions

    def _box(self, masks: Masks) -> Box:
        """Return the box of a grid's box; an axis of which every reached part is in is not restricted."""
        chosen = []
        for axis, reached, parts in zip(self.axes, self.reached, chosen_parts(masks), strict=True):
            whole = len(parts) == len(reached)
            chosen.append(tuple(range(len(axis.parts))) if whole else tuple(reached[at] for at in parts))
        return Box(tuple(chosen))


def _anybody_left(
    case: Case,
    population: tuple[Statement, ...],
    found: Sequence[tuple[Statement, Sequence[Box]]],
    whole: Statement,
    axes: Sequence[Axis],
) -> bool:
    """Return whether somebody is in none of the boxes: what the grid could not list may be nobody at all."""
    places = [Some(tuple(inside(axes, box) for box in boxes)) for _, boxes in found]
    return case.possible(population)([whole, *(Never(place) for place in places)])


def table_of(case: Case, decision: Decision, axes: Sequence[Axis]) -> Table | None:
    """Return the decision as a table; None where it has few choices, or rules that no grid can hold."""

    def find() -> Table | None:
        if len(decision.choices) <= FEW or decision.bounds[0] > 1:
            return None
        anyone = case.step(case.population(decision.population))
        reached = [[at for at, part in enumerate(axis.parts) if anyone([part.statement])] for axis in axes]
        if not all(reached):
            return None
        kept = [tuple(axis.parts[at] for at in ats) for axis, ats in zip(axes, reached, strict=True)]
        small = [replace(axis, parts=parts) for axis, parts in zip(axes, kept, strict=True)]
        rules = gridded(case.protocol, case.selection, decision, small)
        return None if rules is None else Table(case, decision, axes, reached, rules)

    return case.once(("table", decision.name), find)
