"""All patients who share a fate, as maximal boxes over the axes of a decision.

The search repeats: take the first cell (one part of each axis) of the target that no box covers yet, and widen it
part by part while every patient in it belongs to the target. It ends when the solver shows that nothing is left, so
the boxes cover the target exactly. A part that no patient reaches widens nothing; a term whose every reachable part
qualifies is dropped from the box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialproof.model.patient import Patient
from trialproof.verify.axes import Axis, NumberAxis, within
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.replay import Disagreement, judging
from trialproof.verify.statement import Every, Never, Some, Statement, bind

MOST_REGIONS = 200
"""More boxes than anybody reads: beyond it the search stops and says so."""


@dataclass(frozen=True, slots=True)
class Box:
    """For each axis the indexes of its parts, ascending."""

    parts: tuple[tuple[int, ...], ...]

    def put(self, axis: int, chosen: Sequence[int]) -> Box:
        """Return the box with the parts of one axis replaced."""
        return Box((*self.parts[:axis], tuple(sorted(chosen)), *self.parts[axis + 1 :]))

    def __contains__(self, cell: Box) -> bool:
        return all(set(mine) <= set(own) for own, mine in zip(self.parts, cell.parts, strict=True))


@dataclass(frozen=True, slots=True)
class Boxes:
    """The boxes found, broad ones first; `complete` unless there were too many."""

    boxes: tuple[Box, ...]
    complete: bool = True


def inside(axes: Sequence[Axis], box: Box) -> Statement:
    """Return that the patient lies in the box."""
    return Every(
        tuple(
            within(axis, chosen)
            for axis, chosen in zip(axes, box.parts, strict=True)
            if len(chosen) < len(axis.parts)
        )
    )


def find_boxes(
    case: Case,
    population: tuple[Statement, ...],
    target: Statement,
    axes: Sequence[Axis],
    start: Patient | None = None,
) -> Boxes:
    """Return maximal boxes that cover exactly the patients of the population of whom the target is so.

    Every rule that decides the target must be made of what the axes compare. `start` is the canonical patient of the
    target, where it is known already. Raises `Unknown` if the solver gives up.
    """
    search = _Search(case, population, target, axes)
    found: list[Box] = []
    cells: list[Box] = []
    cell = search.uncovered(found) if start is None else search.cell(start)
    while cell is not None and len(found) < MOST_REGIONS:
        cells.append(cell)
        found.append(search.widen(cell))
        cell = search.uncovered(found)
    needed = [box for at, box in enumerate(found) if not search.repeats(box, cells[at], found[at + 1 :])]
    confirm(case, population, [(target, needed)], target, axes, complete=cell is None)
    broad = sorted(needed, key=lambda box: _breadth(axes, box), reverse=True)
    return Boxes(tuple(broad), complete=cell is None)


def confirm(
    case: Case,
    population: tuple[Statement, ...],
    found: Sequence[tuple[Statement, Sequence[Box]]],
    whole: Statement,
    axes: Sequence[Axis],
    *,
    complete: bool,
) -> None:
    """Let both engines judge that boxes hold nobody but their targets and, if complete, that together they are whole.

    The steps that led to the boxes may have been taken by one engine alone. Raises `Disagreement`, or `Unknown`.
    """
    possible = case.possible(population)
    places = [Some(tuple(inside(axes, box) for box in boxes)) for _, boxes in found]
    strangers = [Every((place, Never(target))) for place, (target, _) in zip(places, found, strict=True)]
    if strangers and possible([Some(tuple(strangers))]):
        raise Disagreement(f"somebody in the boxes is not in their target: {found}")
    if complete and possible([whole, *(Never(place) for place in places)]):
        raise Disagreement(f"somebody is in none of the boxes: {whole} of {found}")


def apart(
    case: Case, population: tuple[Statement, ...], target: Statement, axes: Sequence[Axis], boxes: Sequence[Box]
) -> list[Box]:
    """Return each box without the parts in which it only repeats the boxes before it.

    Together they still cover the target; said in words they do not say the same patients twice.
    """
    search = _Search(case, population, target, axes)
    return [search.trim(box, boxes[:at]) for at, box in enumerate(boxes)]


def _breadth(axes: Sequence[Axis], box: Box) -> tuple[int, float]:
    dropped = sum(len(chosen) == len(axis.parts) for axis, chosen in zip(axes, box.parts, strict=True))
    share = 1.0
    for axis, chosen in zip(axes, box.parts, strict=True):
        share *= len(chosen) / len(axis.parts)
    return (dropped, share)


def _adjoins(axis: Axis, chosen: set[int], index: int) -> bool:
    """Return whether adding the part keeps the numbers of the box one interval."""
    numbers = {each for each in chosen if axis.parts[each].interval is not None}
    return axis.parts[index].interval is None or not numbers or bool({index - 1, index + 1} & numbers)


class _Search:
    """The questions of one search, each asked in its own incremental solver."""

    def __init__(
        self, case: Case, population: tuple[Statement, ...], target: Statement, axes: Sequence[Axis]
    ) -> None:
        self._case = case
        self._population = population
        self._target = target
        self._axes = axes
        self._hit = case.step(population, case.said(target))
        self._miss = case.step(population, case.said(Never(target)))
        self._anyone = case.step(population)
        self._known_sides: dict[tuple[int, tuple[int, ...]], Statement] = {}

    def uncovered(self, found: Sequence[Box]) -> Box | None:
        """Return the cell of the canonical patient of the target who is in none of the boxes."""
        outside = tuple(self._case.said(Never(inside(self._axes, box))) for box in found)
        patient = canonical(self._case, self._population, self._case.said(self._target), *outside)
        return None if patient is None else self.cell(patient)

    def cell(self, patient: Patient) -> Box:
        """Return the cell that a patient lies in."""
        case, is_so = self._case, judging(self._case.protocol)

        def part_of(axis: Axis) -> int:
            for at, part in enumerate(axis.parts):
                if is_so(bind(case.said(part.statement), case.patient, patient)):
                    return at
            raise Disagreement(f"{patient} is in no part of {axis}")

        return Box(tuple((part_of(axis),) for axis in self._axes))

    def repeats(self, box: Box, cell: Box, others: Sequence[Box]) -> bool:
        """Return whether all patients of a box around a cell are in one of the other boxes."""
        around = (inside(self._axes, each) for each in others if cell in each)
        return any(not self._hit([inside(self._axes, box), Never(other)]) for other in around)

    def widen(self, box: Box) -> Box:
        """Return a box around this cell that cannot be widened any further."""
        if not self._wholly_target(box):
            raise Disagreement(f"the rules tell apart patients in one cell of the axes: {self._target} in {box}")
        for at, axis in enumerate(self._axes):
            everything = box.put(at, range(len(axis.parts)))
            if self._wholly_target(everything):
                box = everything
        changed = True
        hopeless: set[tuple[int, int]] = set()
        while changed:
            changed = False
            for at in range(len(self._axes)):
                wider = self._widen_axis(box, at, hopeless)
                changed = changed or wider != box
                box = wider
        return box

    def trim(self, box: Box, earlier: Sequence[Box]) -> Box:
        """Return the box without the outer parts of which every patient is in an earlier box."""
        outside = tuple(Never(inside(self._axes, each)) for each in earlier)
        if not outside or not self._hit((*outside, *self._sides(box))):
            return box
        for at, axis in enumerate(self._axes):
            chosen = list(box.parts[at])
            if len(chosen) == len(axis.parts):
                continue
            for index in list(chosen):
                outer = not isinstance(axis, NumberAxis) or index in (chosen[0], chosen[-1])
                if len(chosen) > 1 and outer and not self._hit((*outside, *self._sides(box.put(at, [index])))):
                    chosen.remove(index)
            box = box.put(at, chosen)
        return box

    def _widen_axis(self, box: Box, at: int, hopeless: set[tuple[int, int]]) -> Box:
        """Widen one axis; `hopeless` collects the parts that hold a patient outside the target, now and for good."""
        axis, chosen = self._axes[at], set(box.parts[at])
        if len(chosen) == len(axis.parts):
            return box
        for index in self._candidates(axis, sorted(chosen)):
            if (at, index) in hopeless or not _adjoins(axis, chosen, index):
                continue
            slice_of_box = box.put(at, [index])
            if not self._wholly_target(slice_of_box):
                hopeless.add((at, index))
            elif self._anyone(self._sides(slice_of_box)):
                chosen.add(index)
        wider = box.put(at, sorted(chosen))
        everything = box.put(at, range(len(axis.parts)))
        outer = hopeless.isdisjoint((at, index) for index in range(len(axis.parts)))
        return everything if wider != box and outer and self._wholly_target(everything) else wider

    def _candidates(self, axis: Axis, chosen: Sequence[int]) -> list[int]:
        """Parts not in the box yet: downwards from it, then upwards, so that an interval grows at its ends."""
        below = list(range(chosen[0] - 1, -1, -1))
        above = [index for index in range(chosen[0] + 1, len(axis.parts)) if index not in chosen]
        return below + above

    def _wholly_target(self, box: Box) -> bool:
        return not self._miss(self._sides(box))

    def _sides(self, box: Box) -> list[Statement]:
        """Return that the patient lies in the box, axis by axis, so that a contradiction names only its own axes."""
        return [
            self._side(at, chosen) for at, chosen in enumerate(box.parts) if len(chosen) < len(self._axes[at].parts)
        ]

    def _side(self, at: int, chosen: tuple[int, ...]) -> Statement:
        if (at, chosen) not in self._known_sides:
            axis = self._axes[at]
            self._known_sides[at, chosen] = self._case.once(("side", axis, chosen), lambda: within(axis, chosen))
        return self._known_sides[at, chosen]
