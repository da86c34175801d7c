"""The arithmetic under the boxes over a grid, each part alone: masks, runs, the index, cuts and widening."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings, strategies as st

from trialproof.verify.boxes.box import (
    Box,
    Grid,
    Scale,
    bits,
    cells,
    common,
    joined,
    meet,
    runs,
    unbroken,
    within,
    without,
)
from trialproof.verify.boxes.index import Index
from trialproof.verify.boxes.split import Effort, TooMuch, cut, outside
from trialproof.verify.boxes.widen import breadth, cover, widest

GRID = Grid((Scale(4, 3), Scale(3), Scale(2, 2)))
CELLS = list(product(range(4), range(3), range(2)))
boxes = st.tuples(*(st.integers(0, axis.full) for axis in GRID.axes))
somewhere = st.tuples(*(st.integers(1, axis.full) for axis in GRID.axes))


def points(*some: Box) -> set[tuple[int, ...]]:
    return {cell for cell in CELLS if any(all(m >> p & 1 for m, p in zip(box, cell, strict=True)) for box in some)}


@settings(max_examples=80, deadline=None)
@given(boxes, boxes)
def test_boxes_are_compared_as_the_sets_of_their_cells(one: Box, other: Box) -> None:
    assert cells(one) == len(points(one))
    assert points(common(one, other)) == points(one) & points(other)
    assert meet(one, other) == bool(points(one) & points(other))
    assert points(joined(one, other)) >= points(one) | points(other)
    if points(one):
        assert within(one, other) == (points(one) <= points(other))
    rest = list(without(one, other))
    assert points(*rest) == points(one) - points(other)
    assert sum(map(cells, rest)) == len(points(*rest))


def test_the_smallest_box_around_two_is_axis_by_axis() -> None:
    assert joined((0b001, 0b01), (0b100, 0b01)) == (0b101, 0b01)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**20))
def test_bits_and_runs_are_those_of_the_binary_digits(mask: int) -> None:
    positions = [at for at in range(21) if mask >> at & 1]
    assert list(bits(mask)) == positions
    assert [at for low, high in runs(mask) for at in range(low, high + 1)] == positions
    assert all(not mask >> (high + 1) & 1 for _, high in runs(mask))


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 12), st.data())
def test_the_index_says_which_boxes_touch_and_which_span(parts: int, data: st.DataObject) -> None:
    masks = data.draw(st.lists(st.integers(0, (1 << parts) - 1), max_size=7))
    index = Index(Grid((Scale(parts),)), [(mask,) for mask in masks])
    assert index.all == (1 << len(masks)) - 1
    for _ in range(2):
        for asked in data.draw(st.lists(st.integers(0, (1 << parts) - 1), max_size=6)):
            assert list(bits(index.touching(0, asked))) == [at for at, each in enumerate(masks) if each & asked]
            if asked:
                spanning = [at for at, each in enumerate(masks) if not asked & ~each]
                assert list(bits(index.spanning(0, asked) & index.all)) == spanning


@settings(max_examples=80, deadline=None)
@given(st.lists(boxes, max_size=6), somewhere, st.integers(0, 63))
def test_the_index_says_which_boxes_meet_and_which_contain(some: list[Box], box: Box, among: int) -> None:
    index = Index(GRID, some)
    assert list(bits(index.meeting(box))) == [at for at, each in enumerate(some) if meet(each, box)]
    among &= index.all
    containing = [at for at, each in enumerate(some) if among >> at & 1 and within(box, each)]
    assert list(bits(index.containing(box, among))) == containing
    for at, mask in enumerate(box):
        assert index.touching(at, mask) == index.touching(at, mask)
        assert index.spanning(at, mask) == index.spanning(at, mask)


@settings(max_examples=80, deadline=None)
@given(st.lists(boxes, max_size=6), boxes, st.integers(0, 63))
def test_what_is_outside_comes_in_disjoint_boxes(some: list[Box], domain: Box, alive: int) -> None:
    index = Index(GRID, some)
    alive &= index.all
    rest = list(outside(index, domain, alive, Effort(1000)))
    inside = points(*(each for at, each in enumerate(some) if alive >> at & 1))
    assert points(*rest) == points(domain) - inside
    assert sum(map(cells, rest)) == len(points(*rest))


def test_an_effort_is_spent_to_the_last_cut_and_no_further() -> None:
    effort = Effort(2)
    effort.spend()
    effort.spend()
    assert effort.left == 0
    with pytest.raises(TooMuch):
        effort.spend()
    with pytest.raises(TooMuch):
        Effort(0).spend()


@settings(max_examples=80, deadline=None)
@given(st.lists(somewhere, min_size=1, max_size=6), somewhere)
def test_a_cut_divides_a_box_that_is_not_contained(some: list[Box], box: Box) -> None:
    index = Index(GRID, some)
    near = index.meeting(box)
    near &= ~index.containing(box, near)
    if near:
        at, part = cut(index, box, near)
        assert part
        assert part & ~box[at] == 0
        assert part != box[at]


@settings(max_examples=80, deadline=None)
@given(st.lists(boxes, max_size=5), somewhere)
def test_a_widened_box_keeps_what_it_had_and_meets_nothing_around(some: list[Box], piece: Box) -> None:
    index = Index(GRID, some)
    around = index.all & ~index.meeting(piece)
    for start in unbroken(GRID, piece):
        wide = widest(index, GRID.full, start, around)
        assert within(start, wide)
        assert not any(meet(wide, each) for at, each in enumerate(some) if around >> at & 1)


def test_a_widened_box_stays_in_its_domain() -> None:
    index = Index(GRID, [])
    assert widest(index, (0b0011, 0b111, 0b01), (0b0001, 0b001, 0b01), 0) == (0b0011, 0b111, 0b01)


def test_broad_boxes_come_first_then_large_ones_then_those_of_lower_parts() -> None:
    whole, broad, large, small, other = GRID.full, (0b1111, 0b111, 0b01), (0b1111, 0b011, 0b01), (1, 1, 1), (1, 2, 1)
    mixed = [other, small, large, broad, whole]
    assert sorted(mixed, key=lambda box: breadth(GRID, box)) == [whole, broad, large, small, other]


def test_a_region_stops_at_so_many_boxes_and_says_so() -> None:
    pieces = [(1 << at,) for at in (0, 2, 4)]
    index = Index(Grid((Scale(5, 5),)), [(0b01010,)])
    for most, complete in ((0, False), (2, False), (3, True), (4, True)):
        region = cover(index, (0b11111,), pieces, 1, most, Effort(100))
        assert (region.complete, len(region.boxes)) == (complete, min(most, 3))
