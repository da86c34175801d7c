"""The regions of every finding are the patients they speak of, all of them and nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from unittest.mock import patch

from hypothesis import given, settings, strategies as st

from tests.verify.everyone import Judge, everyone, is_so, reviewed
from tests.verify.finite import protocols, tangles
from trialproof.model.patient import Patient
from trialproof.model.protocol import Protocol
from trialproof.verify import describe
from trialproof.verify.axes import Axis
from trialproof.verify.case import Case
from trialproof.verify.regions import Box, Boxes, apart, find_boxes, inside
from trialproof.verify.statement import Statement, readings_of

SMALL = st.one_of(protocols(), protocols(readings=True), tangles())


@dataclass(frozen=True)
class Search:
    """One search for regions, as a review ran it, and everyone whom it is about."""

    case: Case
    population: tuple[Statement, ...]
    target: Statement
    axes: Sequence[Axis]
    boxes: Boxes
    members: tuple[Judge, ...]

    def patients(self, *statements: Statement) -> set[int]:
        """Return of which members all statements are so, by number."""
        said = [self.case.said(each) for each in statements]
        return {at for at, each in enumerate(self.members) if all(is_so(one, each) for one in said)}

    def within(self, box: Box) -> set[int]:
        return self.patients(inside(self.axes, box))


def searches(protocol: Protocol) -> list[Search]:
    """Return every search for regions that a review runs.

    But for TP110, since without recording steps there is no end, and for patients whose data are not complete.
    """
    found: list[Search] = []

    def spy(
        case: Case,
        population: tuple[Statement, ...],
        target: Statement,
        axes: Sequence[Axis],
        start: Patient | None = None,
    ) -> Boxes:
        boxes = find_boxes(case, population, target, axes, start)
        if case.patients()[0] not in population:
            return boxes
        selections = [each.as_dict() for each in readings_of((*population, case.said(target)), case.patient)]
        people = [judges[0] for judges in everyone(protocol, *selections)]
        members = tuple(each for each in people if all(is_so(one, each) for one in population))
        found.append(Search(case, population, target, axes, boxes, members))
        return boxes

    with patch.object(describe, "find_boxes", spy):
        reviewed(protocol, ignore=["TP110"])
    return found


def check_regions(protocol: Protocol) -> None:
    """Raise `AssertionError` unless every search of a review found exactly its patients."""
    for search in searches(protocol):
        assert search.boxes.complete
        covered = [search.within(box) for box in search.boxes.boxes]
        assert set().union(*covered) == search.patients(search.target)


@settings(max_examples=80, deadline=None)
@given(SMALL)
def test_the_boxes_are_exactly_the_patients_of_the_target(protocol: Protocol) -> None:
    check_regions(protocol)


@settings(max_examples=50, deadline=None)
@given(SMALL)
def test_boxes_are_as_wide_as_they_can_be_and_none_is_superfluous(protocol: Protocol) -> None:
    check_widths(protocol)


def check_widths(protocol: Protocol) -> None:
    """Raise `AssertionError` if a box of a review could be wider, or lies within another."""
    for search in searches(protocol):
        covered = [search.within(box) for box in search.boxes.boxes]
        for at, here in enumerate(covered):
            assert here
            assert not any(here <= other for other in covered[:at] + covered[at + 1 :])
        for box in search.boxes.boxes:
            check_widest(search, box)


def check_widest(search: Search, box: Box) -> None:
    """Raise `AssertionError` if the box could be wider, or has a part that nobody reaches."""
    target = search.patients(search.target)
    for at, axis in enumerate(search.axes):
        chosen = box.parts[at]
        if len(chosen) == len(axis.parts):
            continue
        assert not search.within(box.put(at, range(len(axis.parts)))) <= target
        for index in range(len(axis.parts)):
            reached = search.within(box.put(at, [index]))
            if index in chosen:
                assert reached
            elif reached and keeps_one_interval(axis, chosen, index):
                assert not reached <= target


def keeps_one_interval(axis: Axis, chosen: Sequence[int], index: int) -> bool:
    numbers = [each for each in chosen if axis.parts[each].interval is not None]
    return axis.parts[index].interval is None or not numbers or index in (min(numbers) - 1, max(numbers) + 1)


@settings(max_examples=40, deadline=None)
@given(SMALL)
def test_regions_said_apart_cover_the_target_each_with_a_witness_of_its_own(protocol: Protocol) -> None:
    for search in searches(protocol):
        boxes = search.boxes.boxes
        trimmed = apart(search.case, search.population, search.target, search.axes, boxes)
        assert set().union(*map(search.within, trimmed)) == search.patients(search.target)
        found = describe.regions_of(search.case, search.population, search.target, search.axes)
        before: set[int] = set()
        for region, box, shorter in zip(found.regions, boxes, trimmed, strict=True):
            whole, record = search.within(box), dict(region.witness.patient.values)
            assert search.within(shorter) <= whole
            here = {at for at in whole if search.members[at].record == record}
            assert here
            assert not here & before or whole <= before
            before |= whole
