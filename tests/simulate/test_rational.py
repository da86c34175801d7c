"""Columns of fractions are exact or refused, at any size: they never wrap, and never round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import event, given, settings, strategies as st
from hypothesis.strategies import DrawFn

from trialproof.model.condition import Relation
from trialproof.simulate import rational
from trialproof.simulate.rational import LARGEST, ONE, Exact, TooManyBits, Whole

ROWS = 4


@dataclass(frozen=True)
class Case:
    """A number as columns, and the same number row by row."""

    columns: Exact
    rows: list[Fraction]


def whole(low: int, high: int, values: list[int]) -> Whole:
    return Whole(np.array(values, np.int64), low, high, frozenset({"x"}))


@st.composite
def sizes(draw: DrawFn) -> int:
    """Draw a positive size: a small one, or one near a power of two."""
    if draw(st.booleans()):
        return draw(st.integers(1, 6))
    return max(1, (1 << draw(st.integers(0, 63))) - draw(st.integers(0, 3)))


@st.composite
def wholes(draw: DrawFn, *, positive: bool = False) -> Whole:
    size = min(draw(sizes()), LARGEST)
    if draw(st.booleans()):
        return Whole.of(size if positive or draw(st.booleans()) else draw(st.sampled_from((-size, 0))))
    low, high = (1, size) if positive else draw(st.sampled_from(((-size, size), (-size, 1), (-1, size), (1, size))))
    inside = st.one_of(st.sampled_from((low, high)), st.integers(low, high))
    return whole(low, high, [draw(inside) for _ in range(ROWS)])


@st.composite
def cases(draw: DrawFn) -> Case:
    columns = Exact(draw(wholes()), draw(wholes(positive=True)))
    return Case(columns, rows_of(columns))


def rows_of(number: Exact) -> list[Fraction]:
    top, bottom = (np.broadcast_to(np.array(each.value, object), ROWS) for each in (number.top, number.bottom))
    for part, values in ((number.top, top), (number.bottom, bottom)):
        assert all(part.low <= value <= part.high for value in values)
    assert all(value > 0 for value in bottom)
    return [Fraction(int(a), int(b)) for a, b in zip(top, bottom, strict=True)]


@settings(max_examples=400, deadline=None)
@given(cases(), cases(), st.lists(st.booleans(), min_size=ROWS, max_size=ROWS))
def test_every_operation_is_exact_or_refused(left: Case, right: Case, truths: list[bool]) -> None:
    pairs = list(zip(left.rows, right.rows, strict=True))
    operations: dict[str, tuple[Callable[[], Exact], list[Fraction]]] = {
        "add": (lambda: rational.add(left.columns, right.columns), [a + b for a, b in pairs]),
        "multiply": (lambda: rational.multiply(left.columns, right.columns), [a * b for a, b in pairs]),
        "divide": (
            lambda: rational.divide(left.columns, right.columns),
            [a / b if b else Fraction(0) for a, b in pairs],
        ),
        "round down": (lambda: rational.round_down(left.columns), [Fraction(floor(a)) for a, _ in pairs]),
        "choose": (
            lambda: rational.choose(np.array(truths), left.columns, right.columns),
            [a if truth else b for truth, (a, b) in zip(truths, pairs, strict=True)],
        ),
    }
    for name, (operate, expected) in operations.items():
        try:
            found = operate()
        except TooManyBits:
            event(f"{name} refused")
        else:
            assert rows_of(found) == expected, name


@settings(max_examples=400, deadline=None)
@given(cases(), st.sampled_from(Relation), cases())
def test_every_comparison_is_exact_or_refused(left: Case, relation: Relation, right: Case) -> None:
    expected = [rational.RELATE[relation](a, b) for a, b in zip(left.rows, right.rows, strict=True)]
    try:
        related = rational.relate(left.columns, relation, right.columns)
    except TooManyBits:
        event("refused")
    else:
        assert np.broadcast_to(related, ROWS).tolist() == expected


@given(sizes(), sizes())
def test_a_product_is_refused_just_where_its_range_needs_more_than_63_bits(left: int, right: int) -> None:
    a, b = (Exact(whole(0, min(size, LARGEST), [0, 1, 0, 1])) for size in (left, right))
    if min(left, LARGEST) * min(right, LARGEST) <= LARGEST:
        assert rows_of(rational.multiply(a, b)) == [0, 1, 0, 1]
    else:
        with pytest.raises(TooManyBits, match=r"narrow the range of `x`"):
            rational.multiply(a, b)


def test_a_comparison_with_a_constant_never_needs_more_bits_than_the_column_has() -> None:
    column = Exact(whole(-LARGEST, LARGEST, [-LARGEST, -1, 0, LARGEST]), Whole.of(10))
    third = Exact.of(Fraction(LARGEST, 30))
    assert np.array(rational.relate(column, Relation.GT, third)).tolist() == [False, False, False, True]


def test_a_constant_beyond_every_value_of_a_column_gives_one_truth_for_all() -> None:
    ages = Exact(whole(0, 120, [0, 16, 70, 120]))
    assert rational.relate(ages, Relation.LE, Exact.of(Fraction(10**30))) is True
    assert rational.relate(Exact.of(Fraction(-(10**30))), Relation.GE, ages) is False


def test_a_truth_that_is_one_for_all_chooses_without_touching_a_column() -> None:
    ages, zero = Exact(whole(0, 120, [0, 16, 70, 120])), Exact.of(Fraction(0))
    assert rational.choose(True, ages, zero) is ages
    assert rational.choose(False, ages, zero) is zero


def test_choosing_between_two_quotients_needs_no_more_bits_than_they_have() -> None:
    wide = whole(1, LARGEST, [1, 2, 3, LARGEST])
    one, other, third = Exact(wide, wide), Exact(ONE, whole(1, LARGEST, [LARGEST, 3, 2, 1])), Exact.of(Fraction(1, 3))
    upper = np.array([True, True, False, False])
    assert rows_of(rational.choose(upper, one, other)) == [1, 1, Fraction(1, 2), 1]
    assert rows_of(rational.choose(upper, one, third)) == [1, 1, Fraction(1, 3), Fraction(1, 3)]
    assert rows_of(rational.choose(upper, third, one)) == [Fraction(1, 3), Fraction(1, 3), 1, 1]


def test_quotients_over_the_same_column_meet_without_a_larger_denominator() -> None:
    column = np.array([1, 2, 3, LARGEST])
    over = [rational.divide(Exact.of(Fraction(top)), Exact(Whole(column, 1, LARGEST))) for top in (1, 2)]
    assert rows_of(rational.add(*over)) == [3, Fraction(3, 2), 1, Fraction(3, LARGEST)]
    assert np.array(rational.relate(over[0], Relation.LT, over[1])).all()


def test_choosing_between_tenths_and_thirds_keeps_one_denominator_for_all() -> None:
    tenths, thirds = (Exact(whole(0, 9, [1, 2, 3, 4]), Whole.of(per)) for per in (10, 3))
    chosen = rational.choose(np.array([True, False, True, False]), tenths, thirds)
    assert chosen.bottom.shared == 30
    assert rows_of(chosen) == [Fraction(1, 10), Fraction(2, 3), Fraction(3, 10), Fraction(4, 3)]


def test_constants_alone_may_be_of_any_size() -> None:
    huge = Exact.of(Fraction(10**40, 3))
    assert rational.multiply(huge, rational.divide(Exact.of(Fraction(1)), huge)).shared == 1


def test_two_huge_constants_that_patients_choose_between_are_refused_in_words_about_constants() -> None:
    huge, one = Exact.of(Fraction(10**20)), Exact.of(Fraction(1))
    with pytest.raises(TooManyBits, match=r"could need 67 bits and there are 63; use smaller constants"):
        rational.choose(np.array([True, False]), huge, one)
