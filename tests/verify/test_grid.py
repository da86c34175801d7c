"""Boxes over a grid: what is returned is compared with plain enumeration of every cell."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings, strategies as st

from trialproof.verify.boxes.box import bits, unbroken, without
from trialproof.verify.boxes.grid import Box, Grid, Region, Scale, TooMuch, count, shared, uncovered, volume
from trialproof.verify.boxes.index import Index
from trialproof.verify.boxes.share import shared_pieces
from trialproof.verify.boxes.split import Effort
from trialproof.verify.boxes.tree import Cut, Leaf, tree_of
from trialproof.verify.boxes.widen import cover, widest

Cell = tuple[int, ...]
Table = tuple[Grid, list[list[Box]]]


@st.composite
def scales(draw: st.DrawFn) -> Scale:
    parts = draw(st.integers(1, 4))
    return Scale(parts, draw(st.integers(0, parts)))


@st.composite
def tables(draw: st.DrawFn, *, most_boxes: int = 3) -> Table:
    """Draw a grid, and rules of some boxes each, in which whole axes and single parts are likely."""
    grid = Grid(tuple(draw(st.lists(scales(), max_size=4))))
    sides = [
        st.one_of(st.just(axis.full), st.integers(0, axis.parts - 1).map(lambda p: 1 << p), st.integers(0, axis.full))
        for axis in grid.axes
    ]
    rule = st.lists(st.tuples(*sides), max_size=most_boxes)
    return grid, draw(st.lists(rule, max_size=6))


@st.composite
def partitions(draw: st.DrawFn) -> Table:
    """Draw rules that were made by cutting the grid in two, again and again: exhaustive and exclusive."""
    grid = Grid(tuple(draw(st.lists(scales(), max_size=4))))
    boxes = [grid.full]
    for _ in range(draw(st.integers(0, 6))):
        box = boxes.pop(draw(st.integers(0, len(boxes) - 1)))
        wide = [at for at, mask in enumerate(box) if mask.bit_count() > 1]
        if not wide:
            boxes.append(box)
            continue
        at = draw(st.sampled_from(wide))
        parts = list(bits(box[at]))
        inner = sum(1 << part for part in draw(st.sets(st.sampled_from(parts), min_size=1, max_size=len(parts) - 1)))
        boxes += [(*box[:at], side, *box[at + 1 :]) for side in (inner, box[at] & ~inner)]
    return grid, [[box] for box in draw(st.permutations(boxes))]


def spoiled(table: Table) -> st.SearchStrategy[Table]:
    """Return the table with one part more or less on one axis of one rule."""
    grid, rules = table
    if not grid.axes:
        return st.just(table)

    def spoil(which: int, at: int, part: int) -> Table:
        box = rules[which][0]
        other = (*box[:at], box[at] ^ 1 << part % grid.axes[at].parts, *box[at + 1 :])
        return grid, [*rules[:which], [other], *rules[which + 1 :]]

    return st.builds(spoil, st.integers(0, len(rules) - 1), st.integers(0, len(grid.axes) - 1), st.integers(0, 4))


def all_cells(grid: Grid) -> list[Cell]:
    return list(product(*(range(axis.parts) for axis in grid.axes)))


def has(box: Box, cell: Cell) -> bool:
    return all(mask >> part & 1 for mask, part in zip(box, cell, strict=True))


def holding(rules: list[list[Box]], cell: Cell) -> tuple[int, ...]:
    return tuple(at for at, rule in enumerate(rules) if any(has(box, cell) for box in rule))


def cells_of(grid: Grid, region: Region) -> set[Cell]:
    return {cell for cell in all_cells(grid) if any(has(box, cell) for box in region.boxes)}


def one_interval(grid: Grid, box: Box) -> bool:
    """Return whether the ranks of the box are neighbours, on every axis."""
    ranks = [[p for p in range(axis.ordered) if mask >> p & 1] for axis, mask in zip(grid.axes, box, strict=True)]
    return all(each == list(range(each[0], each[-1] + 1)) for each in ranks if each)


def larger(grid: Grid, box: Box) -> list[Box]:
    """Return the box with one more part, for each part that may be added to it."""
    wider = [
        (*box[:at], box[at] | 1 << part, *box[at + 1 :])
        for at, axis in enumerate(grid.axes)
        for part in range(axis.parts)
        if not box[at] >> part & 1
    ]
    return [each for each in wider if one_interval(grid, each)]


def check_region(grid: Grid, region: Region, wanted: set[Cell]) -> None:
    """Assert that the boxes are exactly these cells, cannot be enlarged, and that each is needed."""
    assert region.complete
    assert cells_of(grid, region) == wanted
    assert volume(grid, region.boxes) == len(wanted)
    assert len(set(region.boxes)) == len(region.boxes)
    for at, box in enumerate(region.boxes):
        mine = {cell for cell in all_cells(grid) if has(box, cell)}
        assert mine
        assert one_interval(grid, box)
        for wider in larger(grid, box):
            assert any(has(wider, cell) for cell in all_cells(grid) if cell not in wanted)
        others = Region((*region.boxes[:at], *region.boxes[at + 1 :]))
        assert not mine <= cells_of(grid, others)
    free = [sum(m == axis.full for m, axis in zip(box, grid.axes, strict=True)) for box in region.boxes]
    assert free == sorted(free, reverse=True)


@settings(max_examples=150, deadline=None)
@given(st.one_of(tables(), partitions()))
def test_the_uncovered_regions_are_exactly_the_cells_of_no_rule(table: Table) -> None:
    grid, rules = table
    region = uncovered(grid, [box for rule in rules for box in rule])
    check_region(grid, region, {cell for cell in all_cells(grid) if not holding(rules, cell)})


@settings(max_examples=150, deadline=None)
@given(tables(), st.integers(0, 3))
def test_every_set_of_rules_that_hold_together_is_found_with_exactly_its_cells(table: Table, more_than: int) -> None:
    grid, rules = table
    wanted: dict[tuple[int, ...], set[Cell]] = {}
    for cell in all_cells(grid):
        together = holding(rules, cell)
        if len(together) > more_than:
            wanted.setdefault(together, set()).add(cell)
    found = shared(grid, rules, more_than=more_than)
    assert found.complete
    assert [each.rules for each in found.sets] == sorted(wanted)
    for each in found.sets:
        check_region(grid, each.region, wanted[each.rules])


@settings(max_examples=150, deadline=None)
@given(st.one_of(tables(most_boxes=2), partitions(), partitions().flatmap(spoiled)))
def test_counting_proves_exactly_the_tables_that_are_exhaustive_and_exclusive(table: Table) -> None:
    grid, rules = table
    held = [holding(rules, cell) for cell in all_cells(grid)]
    pairs = {(a, b) for each in held for a in each for b in each if a < b}
    counted = count(grid, rules)
    assert counted.domain == len(held)
    assert counted.rules == tuple(sum(at in each for each in held) for at in range(len(rules)))
    assert counted.meeting == len(pairs)
    assert counted.pairs == len(rules) * (len(rules) - 1) // 2
    assert counted.exclusive == all(len(each) <= 1 for each in held)
    assert counted.clean == all(len(each) == 1 for each in held)


@settings(max_examples=60, deadline=None)
@given(partitions())
def test_a_table_cut_from_the_whole_is_clean(table: Table) -> None:
    grid, rules = table
    assert count(grid, rules).clean
    assert uncovered(grid, [box for rule in rules for box in rule]) == Region(())
    assert shared(grid, rules).sets == ()


@settings(max_examples=60, deadline=None)
@given(tables())
def test_cells_are_counted_once_however_often_they_are_covered(table: Table) -> None:
    grid, rules = table
    boxes = [box for rule in rules for box in rule]
    assert volume(grid, boxes) == sum(any(has(box, cell) for box in boxes) for cell in all_cells(grid))


@settings(max_examples=60, deadline=None)
@given(tables())
def test_the_order_of_the_boxes_of_a_rule_does_not_matter_to_what_is_covered(table: Table) -> None:
    grid, rules = table
    backwards = [rule[::-1] for rule in rules]
    for one, other in zip(shared(grid, rules).sets, shared(grid, backwards).sets, strict=True):
        assert one.rules == other.rules
        assert cells_of(grid, one.region) == cells_of(grid, other.region)


@settings(max_examples=100, deadline=None)
@given(tables(), st.integers(0, 2))
def test_no_cell_is_in_two_of_the_pieces_that_are_shared(table: Table, more_than: int) -> None:
    grid, rules = table
    owners = [at for at, rule in enumerate(rules) for _ in rule]
    index = Index(grid, [box for rule in rules for box in rule])
    pieces = list(shared_pieces(index, owners, more_than, Effort(10_000)))
    for cell in all_cells(grid):
        together = [each for each, piece in pieces if has(piece, cell)]
        assert together == ([holding(rules, cell)] if len(holding(rules, cell)) > more_than else [])


@settings(max_examples=60, deadline=None)
@given(st.data(), scales(), scales())
def test_a_box_with_holes_falls_apart_into_boxes_without(data: st.DataObject, first: Scale, second: Scale) -> None:
    grid = Grid((first, second))
    box = (data.draw(st.integers(1, first.full)), data.draw(st.integers(1, second.full)))
    whole = unbroken(grid, box)
    assert all(one_interval(grid, each) for each in whole)
    for cell in all_cells(grid):
        assert sum(has(each, cell) for each in whole) == has(box, cell)


@settings(max_examples=60, deadline=None)
@given(tables(), st.integers(0, 2))
def test_a_list_that_was_cut_says_so_and_what_it_lists_is_right(table: Table, most: int) -> None:
    grid, rules = table
    boxes = [box for rule in rules for box in rule]
    every, cut = uncovered(grid, boxes), uncovered(grid, boxes, most=most)
    assert len(cut.boxes) <= most
    assert cells_of(grid, cut) <= cells_of(grid, every)
    assert cut.complete == (cells_of(grid, cut) == cells_of(grid, every))
    whole, part = shared(grid, rules), shared(grid, rules, most=most)
    assert len(part.sets) <= most
    assert part.complete == (len(part.sets) == len(whole.sets))
    known = {each.rules: each.region for each in whole.sets}
    for each in part.sets:
        assert cells_of(grid, each.region) <= cells_of(grid, known[each.rules])
        if each.region.complete:
            assert cells_of(grid, each.region) == cells_of(grid, known[each.rules])


@settings(max_examples=100, deadline=None)
@given(st.one_of(tables(), partitions()), st.integers(0, 12))
def test_the_leaf_of_a_cell_lists_every_rule_that_holds_there(table: Table, cuts: int) -> None:
    grid, rules = table
    tree = tree_of(grid, rules, cuts=cuts)
    for cell in all_cells(grid):
        node = tree
        while isinstance(node, Cut):
            node = node.inside if node.parts >> cell[node.axis] & 1 else node.outside
        assert set(holding(rules, cell)) <= set(node.rules)


@settings(max_examples=60, deadline=None)
@given(partitions())
def test_the_leaves_of_a_clean_table_list_one_rule_each(table: Table) -> None:
    pending = [tree_of(*table, cuts=1000)]
    while pending:
        node = pending.pop()
        if isinstance(node, Cut):
            pending += [node.inside, node.outside]
        else:
            assert len(node.rules) == 1


CUBE = Grid((Scale(2), Scale(2), Scale(2)))


def test_rules_that_meet_in_pairs_may_have_no_cell_in_common() -> None:
    """Three intervals that meet in pairs share a point; three lists of categories need not."""
    grid = Grid((Scale(3),))
    found = shared(grid, [[(0b011,)], [(0b110,)], [(0b101,)]])
    assert [(each.rules, each.region.boxes) for each in found.sets] == [
        ((0, 1), ((0b010,),)),
        ((0, 2), ((0b001,),)),
        ((1, 2), ((0b100,),)),
    ]


def test_rules_that_hold_together_everywhere_are_one_set_however_many() -> None:
    found = shared(CUBE, [[CUBE.full]] * 60)
    assert [each.rules for each in found.sets] == [tuple(range(60))]
    assert found.sets[0].region == Region((CUBE.full,))


def test_two_boxes_of_one_rule_are_no_overlap_and_count_once() -> None:
    rule = [(0b11, 0b11, 0b01), (0b01, 0b11, 0b11)]
    assert shared(CUBE, [rule]).sets == ()
    assert count(CUBE, [rule]).rules == (6,)


def test_a_gap_of_one_cell_among_thirty_billion_is_found() -> None:
    grid = Grid((Scale(5, 5),) * 15)
    point = (0b00100,) * 15
    rules = [[(*point[:at], side, *grid.full[at + 1 :])] for at in range(15) for side in (0b00011, 0b11000)]
    assert uncovered(grid, [rule[0] for rule in rules]) == Region((point,))
    assert not count(grid, rules).clean
    assert count(grid, [*rules, [point]]).clean
    assert sum(count(grid, rules).rules) == 5**15 - 1


def test_a_named_part_joins_an_interval_and_an_interval_has_no_hole() -> None:
    grid = Grid((Scale(5, 4),))
    assert uncovered(grid, [(0b00100,)]).boxes == ((0b10011,), (0b11000,))
    assert uncovered(grid, [(0b01111,)]).boxes == ((0b10000,),)


def test_a_region_said_in_one_piece_is_still_said_in_maximal_boxes() -> None:
    grid = Grid((Scale(5, 4),))
    found = shared(grid, [[(0b11011,)], [(0b11011,)]])
    assert [each.region.boxes for each in found.sets] == [((0b10011,), (0b11000,))]


def test_a_box_is_widened_to_a_whole_axis_before_it_is_widened_to_part_of_one() -> None:
    grid = Grid((Scale(3, 3), Scale(3, 3)))
    index = Index(grid, [(0b110, 0b110), (0b100, 0b111)])
    assert widest(index, grid.full, (0b001, 0b001), index.all) == (0b001, 0b111)


def test_a_maximal_box_that_two_others_cover_is_dropped() -> None:
    index = Index(CUBE, [(0b10, 0b01, 0b11), (0b01, 0b11, 0b01)])
    between, left, right = (0b11, 0b10, 0b10), (0b10, 0b10, 0b11), (0b01, 0b11, 0b10)
    region = cover(index, CUBE.full, [between, left, right], index.all, 10, Effort(100))
    assert set(region.boxes) == {left, right}
    assert cover(index, CUBE.full, [between], index.all, 10, Effort(100)).boxes == (between,)


def test_volumes_that_add_up_prove_nothing_where_rules_meet() -> None:
    half = (0b01, 0b11, 0b11)
    counted = count(CUBE, [[half], [half]])
    assert (sum(counted.rules), counted.domain, counted.meeting, counted.clean) == (8, 8, 1, False)


def test_a_box_with_a_hole_keeps_its_named_parts_once() -> None:
    assert unbroken(Grid((Scale(5, 4), Scale(2))), (0b11011, 0b10)) == [(0b10011, 0b10), (0b01000, 0b10)]


def test_what_is_left_of_a_box_around_a_hole_is_disjoint() -> None:
    assert list(without((0b11, 0b11), (0b01, 0b01))) == [(0b10, 0b11), (0b01, 0b10)]
    assert list(without((0b11, 0b11), (0b00, 0b01))) == [(0b11, 0b11)]
    assert list(without((0b01, 0b01), (0b11, 0b11))) == []


def test_one_rule_is_not_told_apart_from_anything() -> None:
    assert tree_of(CUBE, [[(0b01, 0b01, 0b01)]], cuts=100) == Leaf((0,))


def test_without_rules_everything_is_uncovered() -> None:
    assert uncovered(CUBE, []) == Region((CUBE.full,))
    assert shared(CUBE, []).sets == ()
    assert not count(CUBE, []).clean


def test_a_grid_without_axes_has_one_cell() -> None:
    grid = Grid(())
    assert uncovered(grid, []) == Region(((),))
    assert uncovered(grid, [()]) == Region(())
    assert count(grid, [[()]]).clean
    assert [(each.rules, each.region.boxes) for each in shared(grid, [[()], [()]]).sets] == [((0, 1), ((),))]


def test_an_axis_of_one_part_tells_nothing_apart() -> None:
    grid = Grid((Scale(1), Scale(1, 1)))
    assert uncovered(grid, []) == Region(((1, 1),))
    assert uncovered(grid, [(1, 1)]) == Region(())


def test_a_rule_or_box_that_never_holds_changes_nothing() -> None:
    empty = (0b11, 0b00, 0b11)
    assert uncovered(CUBE, [empty]) == Region((CUBE.full,))
    assert shared(CUBE, [[CUBE.full], [empty], []]).sets == ()
    assert count(CUBE, [[CUBE.full], [empty], []]).clean


@pytest.mark.parametrize(("parts", "ordered"), [(0, 0), (2, 3), (2, -1)])
def test_an_axis_that_cannot_be_is_refused(parts: int, ordered: int) -> None:
    with pytest.raises(ValueError, match="an axis of"):
        Scale(parts, ordered)


def test_a_search_that_takes_too_many_cuts_says_so() -> None:
    grid = Grid((Scale(3, 3),) * 6)
    sides = (0b011, 0b110, 0b111, 0b010)
    boxes = [tuple(sides[(at * axis + at // 3 + axis * axis) % 4] for axis in range(6)) for at in range(20)]
    every = uncovered(grid, boxes)
    assert every.complete
    early = uncovered(grid, boxes, cuts=2)
    assert not early.complete
    assert cells_of(grid, early) < cells_of(grid, every)
    assert not shared(grid, [[box] for box in boxes], cuts=2).complete
    with pytest.raises(TooMuch):
        volume(grid, boxes, cuts=2)
