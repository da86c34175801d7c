"""Diagrams of sets are sets: compared with plain sets of points, and equal just when they are one object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from typing import TypeAlias
from unittest.mock import patch

import pytest
from hypothesis import given, settings, strategies as st

from trialproof.verify.diagram import LEAF, Cut, Diagram, Diagrams, Leaf, Line, TooLarge

Point: TypeAlias = tuple[int, ...]

PARTS = (3, 2, 3)
POINTS = frozenset(product(*(range(parts) for parts in PARTS)))


def of(d: Diagrams, points: frozenset[Point], *before: int) -> Diagram:
    """Return the diagram of a set of points, made axis by axis."""
    axis = len(before)
    if axis == len(PARTS):
        return d.true if before in points else d.false
    return d.split(axis, range(1, PARTS[axis]), [of(d, points, *before, part) for part in range(PARTS[axis])])


def numbers_of(d: Diagrams, value: Callable[[Point], int], *before: int) -> Diagram:
    """Return the diagram of a number that depends on the point."""
    axis = len(before)
    if axis == len(PARTS):
        return d.leaf(constant(value(before)))
    children = [numbers_of(d, value, *before, part) for part in range(PARTS[axis])]
    return d.split(axis, range(1, PARTS[axis]), children)


def constant(value: int) -> Line:
    return Line(None, Fraction(0), Fraction(value))


def look_up(diagram: Diagram, point: Point) -> Leaf:
    while diagram.axis != LEAF:
        diagram = diagram.children[sum(cut <= point[diagram.axis] for cut in diagram.cuts)]  # type: ignore[operator]
    return diagram.leaf


def check_shape(diagram: Diagram) -> None:
    """Assert that axes ascend, that there is one part more than cuts, and that neighbours differ."""
    assert len(diagram.children) == (len(diagram.cuts) + 1 if diagram.axis != LEAF else 0)
    assert list(diagram.cuts) == sorted(set(diagram.cuts))
    for one, other in zip(diagram.children, diagram.children[1:], strict=False):
        assert one is not other
    for child in diagram.children:
        assert child.axis > diagram.axis
        check_shape(child)


sets = st.sets(st.sampled_from(sorted(POINTS))).map(frozenset)


@settings(max_examples=100, deadline=None)
@given(sets, sets)
def test_both_either_and_neither_are_one_object_with_the_diagram_of_the_points(
    one: frozenset[Point], other: frozenset[Point]
) -> None:
    d = Diagrams(10_000)
    d.allow(10_000)
    left, right = of(d, one), of(d, other)
    for made, points in (
        (d.both(left, right), one & other),
        (d.both(right, left), one & other),
        (d.either(left, right), one | other),
        (d.either(right, left), one | other),
        (d.negation(left), POINTS - one),
        (d.negation(d.negation(left)), one),
        (d.both(left, d.negation(right)), one - other),
        (d.both(left, d.negation(left)), frozenset()),
        (d.either(left, d.negation(left)), POINTS),
    ):
        check_shape(made)
        assert made is of(d, points)
        assert {point for point in POINTS if look_up(made, point) is True} == points
    assert (left is right) == (one == other)
    assert (left is d.false, left is d.true) == (not one, one == POINTS)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_combined_is_combined_point_by_point(data: st.DataObject) -> None:
    d = Diagrams(10_000)
    d.allow(10_000)
    first, second = (dict(zip(sorted(POINTS), data.draw(values), strict=True)) for values in (few, few))
    left, right = numbers_of(d, first.__getitem__), numbers_of(d, second.__getitem__)

    def less(one: Leaf, other: Leaf) -> Diagram:
        assert isinstance(one, Line)
        assert isinstance(other, Line)
        return d.leaf(one.offset < other.offset)

    made = d.combined(left, right, less)
    assert made is of(d, frozenset(point for point in POINTS if first[point] < second[point]))


few = st.lists(st.integers(0, 2), min_size=len(POINTS), max_size=len(POINTS))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_leaves_may_be_combined_into_what_speaks_of_an_axis_that_is_done_with(data: st.DataObject) -> None:
    """Numbers that are compared along an earlier axis, or along their own: the order of the axes is restored."""
    d = Diagrams(10_000)
    d.allow(10_000)
    which = dict(zip(sorted(POINTS), data.draw(few), strict=True))
    if data.draw(st.booleans()):
        which = {point: which[(0, *point[1:])] for point in which}
    choosing = numbers_of(d, which.__getitem__)
    answers = [data.draw(sets) for _ in range(3)]
    along = [frozenset(point for point in POINTS if (point[0], 0, 0) in each) for each in answers]

    def answer(one: Leaf, _: Leaf) -> Diagram:
        assert isinstance(one, Line)
        return of(d, along[int(one.offset)])

    made = d.combined(choosing, d.true, answer)
    check_shape(made)
    assert made is of(d, frozenset(point for point in POINTS if point in along[which[point]]))


def small(d: Diagrams, axis: int) -> Diagram:
    return d.split(axis, (1,), (d.false, d.true))


def test_open_and_closed_ends_are_different_cuts_in_their_order() -> None:
    d = Diagrams(100)
    d.allow(100)
    five = Fraction(5)
    below = d.split(0, ((five, False),), (d.true, d.false))
    at_most = d.split(0, ((five, True),), (d.true, d.false))
    assert below is not at_most
    assert d.both(below, at_most) is below
    exactly = d.both(at_most, d.negation(below))
    assert exactly.cuts == ((five, False), (five, True))
    assert [each is d.true for each in exactly.children] == [False, True, False]


def test_axes_come_in_ascending_order_whichever_side_they_come_from() -> None:
    d = Diagrams(100)
    d.allow(100)
    for made in (d.both(small(d, 3), small(d, 7)), d.both(small(d, 7), small(d, 3))):
        assert (made.axis, made.children[0], made.children[1].axis) == (3, d.false, 7)
        assert made.children[1] is small(d, 7)


def test_parts_with_equal_diagrams_are_one_part() -> None:
    d = Diagrams(100)
    assert d.split(0, (1, 2), (d.true, d.true, d.true)) is d.true
    made = d.split(0, (1, 2, 3), (d.true, d.false, d.false, d.true))
    assert (made.cuts, made.children) == ((1, 3), (d.true, d.false, d.true))
    with pytest.raises(ValueError, match="one part more"):
        d.split(0, (1, 2), (d.true, d.false))


def test_leaves_of_one_value_are_one_object() -> None:
    d = Diagrams(100)
    assert d.leaf(True) is d.true
    assert d.leaf(False) is d.false
    assert d.leaf(constant(1)) is d.leaf(constant(1))
    assert len({d.leaf(each).number for each in (True, False, None, constant(0), constant(1))}) == 5
    assert (d.true.axis, d.true.cuts, d.true.children, d.true.leaf) == (LEAF, (), (), True)
    assert small(d, 0).leaf is None


def test_no_more_diagrams_are_made_than_allowed_and_those_that_are_there_stay() -> None:
    d = Diagrams(4)
    d.allow(100)
    one, other = small(d, 0), small(d, 1)
    with pytest.raises(TooLarge):
        small(d, 2)
    with pytest.raises(TooLarge):
        d.leaf(None)
    assert small(d, 0) is one
    assert d.leaf(True) is d.true
    assert d.both(one, one) is one
    with pytest.raises(TooLarge):
        d.both(one, other)


def test_a_question_takes_no_more_steps_than_allowed() -> None:
    d = Diagrams(100)
    three = [small(d, axis) for axis in range(3)]
    for steps, join in ((1, d.both), (1, d.either)):
        d.allow(steps - 1)
        with pytest.raises(TooLarge):
            join(three[0], three[1])
        d.allow(steps)
        made = join(three[0], three[1])
        d.allow(0)
        assert join(three[0], three[1]) is made
        assert join(three[1], three[0]) is made
    d.allow(1)
    with pytest.raises(TooLarge):
        d.either(d.both(three[0], three[1]), three[2])


def test_steps_are_those_of_one_question_until_the_next_is_begun() -> None:
    d = Diagrams(100)
    d.allow(2)
    d.both(small(d, 0), small(d, 1))
    d.both(small(d, 1), small(d, 2))
    with pytest.raises(TooLarge):
        d.both(small(d, 2), small(d, 3))
    d.allow(1)
    d.both(small(d, 2), small(d, 3))


def test_before_the_first_question_as_many_steps_are_allowed_as_diagrams() -> None:
    d = Diagrams(3)
    first = small(d, 0)
    for _ in range(3):
        d.combined(first, d.true, lambda one, _: d.leaf(one))
    with pytest.raises(TooLarge):
        d.combined(first, d.true, lambda one, _: d.leaf(one))


def test_nobody_and_everybody_take_no_step() -> None:
    d = Diagrams(100)
    one = small(d, 0)
    d.allow(0)
    assert (d.both(one, d.true), d.both(d.true, one)) == (one, one)
    assert (d.both(one, d.false), d.both(d.false, one)) == (d.false, d.false)
    assert (d.either(one, d.true), d.either(d.true, one)) == (d.true, d.true)
    assert (d.either(one, d.false), d.either(d.false, one)) == (one, one)
    assert (d.both(one, one), d.either(one, one)) == (one, one)


def test_what_two_leaves_are_combined_into_is_asked_once_for_each_pair() -> None:
    d = Diagrams(100)
    d.allow(100)
    asked: list[tuple[Leaf, Leaf]] = []

    def note(one: Leaf, other: Leaf) -> Diagram:
        asked.append((one, other))
        return d.leaf(one is other)

    left = d.split(0, (1, 2), (d.true, d.false, d.true))
    right = d.split(0, (1,), (d.false, d.true))
    assert d.combined(left, right, note) is d.split(0, (2,), (d.false, d.true))
    assert sorted(asked) == [(False, True), (True, False), (True, True)]


def odd_and_even(d: Diagrams, axes: int) -> tuple[Diagram, Diagram]:
    """Return an odd number of yeses and an even one: two diagrams for each axis, and a great many ways through them."""
    odd, even = d.false, d.true
    for axis in range(axes, 0, -1):
        odd, even = d.split(axis, (1,), (odd, even)), d.split(axis, (1,), (even, odd))
    return odd, even


def test_what_parts_share_is_combined_once() -> None:
    d = Diagrams(1000)
    odd, even = odd_and_even(d, 12)
    asked: list[tuple[Leaf, Leaf]] = []

    def note(one: Leaf, other: Leaf) -> Diagram:
        asked.append((one, other))
        return d.leaf(one is not other)

    assert d.combined(odd, d.true, note) is even
    assert sorted(asked) == [(False, True), (True, True)]


def test_what_parts_share_is_negated_once_and_back_again_for_nothing() -> None:
    d = Diagrams(1000)
    odd, even = odd_and_even(d, 12)
    made: list[int] = []
    plain = d.split

    def noted(axis: int, cuts: Sequence[Cut], children: Sequence[Diagram]) -> Diagram:
        made.append(axis)
        return plain(axis, cuts, children)

    with patch.object(d, "split", noted):
        assert d.negation(odd) is even
        assert sorted(made) == sorted(set(made))
        assert d.negation(even) is odd
        assert len(made) == 12


def test_a_part_that_occurs_twice_is_negated_once() -> None:
    d = Diagrams(100)
    part, made = small(d, 1), []
    whole, plain = d.split(0, (1, 2), (part, d.true, part)), d.split

    def noted(axis: int, cuts: Sequence[Cut], children: Sequence[Diagram]) -> Diagram:
        made.append(axis)
        return plain(axis, cuts, children)

    with patch.object(d, "split", noted):
        d.negation(whole)
    assert made == [1, 0]
