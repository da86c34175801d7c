"""The arithmetic under the boxes over a grid, each part alone: masks, runs, the index, cuts and widening."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from unittest.mock import patch

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
from trialproof.verify.boxes.grid import Count, count, shared, uncovered, volume
from trialproof.verify.boxes.index import Index
from trialproof.verify.boxes.split import Effort, TooMuch, cut, outside
from trialproof.verify.boxes.tree import Cut, Leaf, Tree, tree_of
from trialproof.verify.boxes.widen import Region, breadth, cover, widest

GRID = Grid((Scale(4, 3), Scale(3), Scale(2, 2)))
CELLS: list[tuple[int, ...]] = list(product(range(4), range(3), range(2)))
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


@pytest.mark.parametrize(
    "compare",
    [common, joined, meet, within, lambda one, other: list(without(one, other))],
    ids=["common", "joined", "meet", "within", "without"],
)
def test_boxes_of_different_grids_are_not_compared_by_the_axes_that_both_have(
    compare: Callable[[Box, Box], object],
) -> None:
    with pytest.raises(ValueError, match="zip"):
        compare((0b1, 0b1), (0b1,))
    with pytest.raises(ValueError, match="zip"):
        compare((0b1,), (0b1, 0b1))


def test_a_box_of_another_grid_is_not_taken_for_one_of_this() -> None:
    for box in ((0b0001, 0b001), (0b0001, 0b001, 0b01, 0b1)):
        with pytest.raises(ValueError, match="zip"):
            unbroken(GRID, box)
        with pytest.raises(ValueError, match="zip"):
            breadth(GRID, box)


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


def test_around_a_single_box_nothing_has_to_be_cut() -> None:
    box = (0b0110, 0b001, 0b11)
    for index, alive in ((Index(GRID, [box]), 1), (Index(GRID, [(1, 1, 1), box]), 2)):
        rest = list(outside(index, GRID.full, alive, Effort(0)))
        assert points(*rest) == set(CELLS) - points(box)


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


def parts_of(mask: int) -> frozenset[int]:
    return frozenset(bits(mask))


def faces(axis: Scale, mine: frozenset[int], sides: list[frozenset[int]]) -> set[frozenset[int]]:
    """Return where the boxes of an axis begin and end within some parts, each as the parts on one side of it."""
    ranks = frozenset(part for part in mine if part < axis.ordered)
    found = {ranks}
    for side in sides:
        inner = side & ranks
        found |= {side & mine, (side & mine) - ranks}
        if inner:
            found |= {frozenset(p for p in ranks if p < min(inner)), frozenset(p for p in ranks if p <= max(inner))}
    return found - {frozenset(), mine}


@settings(max_examples=150, deadline=None)
@given(st.lists(somewhere, min_size=1, max_size=8), somewhere)
def test_a_cut_is_made_on_the_axis_that_most_boxes_leave_open_and_where_it_parts_them_best(
    some: list[Box], box: Box
) -> None:
    check_cut(GRID, some, box)


def check_cut(grid: Grid, some: list[Box], box: Box) -> None:
    """Assert that a box is cut on the axis that most boxes leave open, at the face that parts them best."""
    index = Index(grid, some)
    near = index.meeting(box)
    if not near or index.containing(box, near) == near:
        return
    close = [some[at] for at in bits(near)]
    left_open = [[parts_of(each[at]) for each in close if box[at] & ~each[at]] for at in range(len(box))]
    counts = [len(each) for each in left_open]
    at = counts.index(max(counts))
    mine = parts_of(box[at])

    def cost(part: frozenset[int]) -> tuple[int, int, int]:
        left, right = (sum(bool(parts_of(each[at]) & side) for each in close) for side in (part, mine - part))
        return left**2 + right**2, abs(left - right), sum(1 << each for each in part)

    best = min(faces(grid.axes[at], mine, left_open[at]), key=cost)
    assert cut(index, box, near) == (at, cost(best)[2])


LONG = Grid((Scale(9, 6), Scale(2)))
long_boxes = st.tuples(st.integers(1, LONG.axes[0].full), st.integers(1, 3))


@settings(max_examples=150, deadline=None)
@given(st.lists(long_boxes, min_size=1, max_size=8), long_boxes)
def test_on_a_long_axis_a_cut_is_made_where_some_box_begins_or_ends(some: list[Box], box: Box) -> None:
    check_cut(LONG, some, box)


def test_of_two_cuts_that_cost_the_same_the_more_even_one_is_made() -> None:
    """Eight boxes fall into one and seven, or (two of them on both sides) into five and five: 1 + 49 = 25 + 25."""
    some = [(0b001,), (0b010,), (0b010,), (0b110,), (0b110,), (0b100,), (0b100,), (0b100,)]
    index = Index(Grid((Scale(3, 3),)), some)
    assert cut(index, (0b111,), index.all) == (0, 0b011)


def test_a_cut_may_be_made_where_a_box_ends_and_no_other_begins() -> None:
    index = Index(Grid((Scale(6, 6),)), [(0b000001,), (0b000110,), (0b110000,), (0b110000,)])
    assert cut(index, (0b111111,), index.all) == (0, 0b000111)


def test_of_many_boxes_some_are_asked_where_to_cut() -> None:
    """With two samples of four boxes, the first and the third: the faces of the others are not looked at."""
    index = Index(Grid((Scale(8, 8),)), [(0b00000001,), (0b00001111,), (0b11100000,), (0b00111111,)])
    with patch("trialproof.verify.boxes.split.SAMPLE", 2):
        assert cut(index, (0b11111111,), index.all) == (0, 0b00011111)
    assert cut(index, (0b11111111,), index.all) == (0, 0b00001111)


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


def test_named_parts_are_joined_by_the_longest_interval_and_of_two_alike_the_first() -> None:
    grid = Grid((Scale(7, 6),))
    for blocked, expected in ((0b0001100, 0b1000011), (0b0000100, 0b1111000), (0b0010010, 0b1001100)):
        index = Index(grid, [(blocked,)])
        assert widest(index, grid.full, (0b1000000,), 1) == (expected,)


def test_what_was_asked_of_the_index_is_remembered() -> None:
    index = Index(GRID, [(0b0011, 0b001, 0b01), (0b0110, 0b111, 0b11)])
    asked = [(at, mask) for at, axis in enumerate(GRID.axes) for mask in range(1, axis.full + 1)]
    first = [(index.touching(*each), index.spanning(*each)) for each in asked]
    with patch("trialproof.verify.boxes.index.runs", side_effect=AssertionError("worked out again")):
        assert [(index.touching(*each), index.spanning(*each)) for each in asked] == first


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


# Limits.

many = st.lists(st.lists(boxes, max_size=3), max_size=5)


def together(rules: list[list[Box]], more_than: int) -> dict[tuple[int, ...], set[tuple[int, ...]]]:
    """Return the cells of each set of more than so many rules that hold together, and no others with them."""
    found: dict[tuple[int, ...], set[tuple[int, ...]]] = {}
    for cell in CELLS:
        held = tuple(at for at, rule in enumerate(rules) if cell in points(*rule))
        if len(held) > more_than:
            found.setdefault(held, set()).add(cell)
    return found


@settings(max_examples=150, deadline=None)
@given(many, st.integers(0, 25), st.integers(0, 3), st.integers(1, 2))
def test_however_early_a_search_is_given_up_what_it_lists_is_right(
    rules: list[list[Box]], cuts: int, most: int, more_than: int
) -> None:
    every = [box for rule in rules for box in rule]
    gaps = uncovered(GRID, every, most=most, cuts=cuts)
    check(gaps, set(CELLS) - points(*every), most)
    wanted, found = together(rules, more_than), shared(GRID, rules, more_than=more_than, most=most, cuts=cuts)
    assert len(found.sets) <= most
    for each in found.sets:
        check(each.region, wanted[each.rules], most)
        assert found.complete or not each.region.complete
    if found.complete:
        assert {each.rules for each in found.sets} == wanted.keys()


def check(region: Region, wanted: set[tuple[int, ...]], most: int) -> None:
    assert type(region.complete) is bool
    assert points(*region.boxes) <= wanted
    assert points(*region.boxes) == wanted or not region.complete
    assert len(region.boxes) <= max(most, 1)


def test_rules_of_two_boxes_each_hold_together_where_any_two_of_them_meet() -> None:
    grid = Grid((Scale(4), Scale(4)))
    one = [(0b0001, 0b1111), (0b1000, 0b1111)]
    other = [(0b1111, 0b0010), (0b1111, 0b0100)]
    (found,) = shared(grid, [one, other]).sets
    assert set(found.region.boxes) == {(0b1001, 0b0110)}
    (uneven,) = shared(grid, [one, [(0b1001, 0b0010), (0b0011, 0b0100)]]).sets
    assert set(uneven.region.boxes) == {(0b1001, 0b0010), (0b0001, 0b0110)}
    (first,) = shared(grid, [one, other], most=1).sets
    assert first.region.complete


def test_an_overlap_of_more_boxes_than_wanted_says_so_however_it_was_found() -> None:
    grid = Grid((Scale(5, 5), Scale(2)))
    holed, whole = [(0b11011, 0b11)], [(0b11111, 0b11)]
    for rules in ([holed, whole], [[(0b00011, 0b11), (0b11000, 0b11)], whole]):
        for most, complete in ((1, False), (2, True)):
            regions = [each.region for each in shared(grid, rules, most=most).sets]
            assert [(len(each.boxes), each.complete) for each in regions] == [(most, complete)]


def test_all_boxes_of_a_rule_are_looked_at_for_pairs_that_meet() -> None:
    grid = Grid((Scale(4),))
    assert count(grid, [[(0b0001,), (0b0010,)], [(0b0001,)]]) == Count(4, (2, 1), 1, 1)
    assert count(grid, [[(0b0010,), (0b0001,)], [(0b0001,)]]) == Count(4, (2, 1), 1, 1)
    assert count(grid, [[], [(0b1111,)], []]) == Count(4, (0, 4, 0), 3, 0)
    assert count(grid, [[(0b0001,)], [(0b0011,), (0b0110,)], [(0b0100,)]]) == Count(4, (1, 3, 1), 3, 2)
    assert type(count(grid, [[(0b0001,)]] * 3).pairs) is int


def test_a_count_is_given_up_after_so_many_cuts() -> None:
    grid = Grid((Scale(3, 3),) * 4)
    sides = (0b011, 0b110, 0b111, 0b010)
    tangle = [tuple(sides[(at * axis + at // 3 + axis * axis) % 4] for axis in range(4)) for at in range(14)]
    exact = volume(grid, tangle)
    assert count(grid, [tangle]).rules == (exact,)
    for cuts in (0, 1):
        with pytest.raises(TooMuch):
            count(grid, [tangle], cuts=cuts)
        with pytest.raises(TooMuch):
            volume(grid, tangle, cuts=cuts)


def depth_of(tree: Tree) -> int:
    return 1 + max(depth_of(tree.inside), depth_of(tree.outside)) if isinstance(tree, Cut) else 0


def cuts_of(tree: Tree) -> int:
    return 1 + cuts_of(tree.inside) + cuts_of(tree.outside) if isinstance(tree, Cut) else 0


def test_a_tree_is_no_deeper_and_has_no_more_cuts_than_allowed() -> None:
    grid = Grid((Scale(16, 16),))
    rules = [[(1 << at,)] for at in range(16)]
    whole = tree_of(grid, rules, cuts=1000)
    assert (depth_of(whole), cuts_of(whole)) == (4, 15)
    for cuts in (0, 1, 7, 15):
        assert cuts_of(tree_of(grid, rules, cuts=cuts)) == cuts
    for deepest in range(5):
        with patch("trialproof.verify.boxes.tree.DEEPEST", deepest):
            assert depth_of(tree_of(grid, rules, cuts=1000)) == deepest
    assert tree_of(grid, rules, cuts=0) == Leaf(tuple(range(16)))


def test_wherever_a_search_among_many_tangled_boxes_is_given_up_it_says_so() -> None:
    grid = Grid((Scale(4, 4), Scale(4, 4), Scale(3)))
    pairs: list[list[Box]] = [
        [(0b1100, 0b1100, 0b001), (0b0110, 0b1001, 0b100)],
        [(0b0110, 0b1001, 0b111), (0b0010, 0b0111, 0b110)],
        [(0b0111, 0b0011, 0b110), (0b0111, 0b0110, 0b011)],
        [(0b0011, 0b1111, 0b001), (0b0011, 0b1111, 0b100)],
    ]
    for those in (pairs, [[box] for rule in pairs for box in rule]):
        whole = {each.rules: volume(grid, each.region.boxes) for each in shared(grid, those).sets}
        assert whole
        told: set[tuple[bool, bool]] = set()
        for cuts in range(80):
            found = shared(grid, those, cuts=cuts)
            assert type(found.complete) is bool
            for each in found.sets:
                assert type(each.region.complete) is bool
                there = volume(grid, each.region.boxes)
                assert there <= whole[each.rules]
                assert there == whole[each.rules] or not each.region.complete
                told.add((found.complete, each.region.complete))
                assert found.complete or not each.region.complete
        assert {(False, False), (True, True)} <= told
        assert ((True, False) in told) == (those is pairs)


def test_a_list_of_so_many_sets_says_that_there_are_more_and_that_their_regions_may_be() -> None:
    rules: list[list[Box]] = [[GRID.full], [(0b0001, 0b111, 0b11)], [(0b0010, 0b111, 0b11)]]
    found = shared(GRID, rules, most=1)
    assert (len(found.sets), found.complete, found.sets[0].region.complete) == (1, False, False)
    assert [each.region.complete for each in shared(GRID, rules, most=2).sets] == [True, True]


RING = [(0, 0, 1), (0, 1, 1), (0, 1, 0), (1, 1, 0), (1, 0, 0), (1, 0, 1)]
"""The cells of a cube without two opposite corners, in their order around it: only neighbours are in one box."""
CUBE = Grid((Scale(2), Scale(2), Scale(2)))


def cell(*parts: int) -> Box:
    return tuple(1 << part for part in parts)


def inside(*some: Box) -> set[Box]:
    """Return the cells of the cube that are in one of the boxes, each as a box."""
    return {each for each in (cell(*at) for at in product(range(2), repeat=3)) if any(within(each, b) for b in some)}


def test_of_every_set_of_cells_of_a_cube_each_box_is_needed() -> None:
    corners = [cell(*at) for at in product(range(2), repeat=3)]
    for chosen in range(1 << len(corners)):
        wanted = {each for at, each in enumerate(corners) if chosen >> at & 1}
        region = uncovered(CUBE, [each for each in corners if each not in wanted])
        assert inside(*region.boxes) == wanted
        for at in range(len(region.boxes)):
            assert inside(*region.boxes[:at], *region.boxes[at + 1 :]) < wanted


@pytest.mark.parametrize("start", range(6))
def test_a_box_that_the_others_cover_is_dropped_if_the_search_may_go_so_far(start: int) -> None:
    """A row of three boxes along the ring: that the middle one is not needed takes a cut to see."""
    row = (RING + RING)[start : start + 4]
    one, middle, other = (joined(cell(*row[at]), cell(*row[at + 1])) for at in range(3))
    index = Index(CUBE, [cell(*at) for at in product(range(2), repeat=3) if at not in row])
    for cuts, expected in ((0, {one, middle, other}), (1, {one, other})):
        region = cover(index, CUBE.full, [middle, one, other], index.all, 10, Effort(cuts))
        assert (set(region.boxes), len(region.boxes), region.complete) == (expected, len(expected), True)


def test_the_cells_where_two_rules_hold_and_a_third_does_not_may_be_a_ring() -> None:
    corners: list[list[Box]] = [[cell(0, 0, 0)], [cell(1, 1, 1)]]
    sets = {each.rules: each.region for each in shared(CUBE, [[CUBE.full], [CUBE.full], *corners]).sets}
    assert inside(*sets[0, 1].boxes) == {cell(*each) for each in RING}
    assert len(sets[0, 1].boxes) == 3
