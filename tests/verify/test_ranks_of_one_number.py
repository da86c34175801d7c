"""Numbers made of one quantity: the ranks say of every value what the plain evaluator says, at ends and stairs too."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import event, given, settings, strategies as st

from tests.agreement.naive import Naive
from trialproof.model.condition import (
    AllOf,
    Cases,
    Compare,
    Condition,
    Count,
    Floor,
    Greatest,
    Least,
    Not,
    Number,
    Product,
    Quotient,
    Relation,
    Sum,
    Tally,
    Term,
    Value,
)
from trialproof.model.patient import Patient
from trialproof.model.protocol import NumberKind, Protocol, Quantity
from trialproof.verify.diagram import LEAF, Diagram
from trialproof.verify.ranks import MOST_STAIRS, Ranks
from trialproof.verify.statement import About, AnyPatient, Fails, Fixed, Holds

X = Value("x")
RECORDED, VALUE = 0, 1
"""The axes of the one quantity."""


def numbers(low: int = -12, high: int = 12) -> st.SearchStrategy[Fraction]:
    return st.builds(Fraction, st.integers(low, high), st.sampled_from((1, 1, 2, 3, 10)))


def constants() -> st.SearchStrategy[Term]:
    return numbers().map(Number)


def terms() -> st.SearchStrategy[Term]:
    """Draw a number that depends on x alone; what is multiplied or divided by is constant."""
    leaves = st.one_of(st.just(X), st.just(X), constants())
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(Sum),
            st.tuples(constants(), inner).map(Product),
            st.tuples(inner, constants()).map(Product),
            st.builds(Quotient, inner, constants()),
            inner.map(Floor),
            inner.map(Floor),
            st.tuples(inner, inner).map(Least),
            st.tuples(inner, inner).map(Greatest),
            st.builds(split_at, compared(st.just(X)), inner, inner),
        ),
        max_leaves=4,
    )


def compared(term: st.SearchStrategy[Term]) -> st.SearchStrategy[Condition]:
    return st.builds(Compare, term, st.sampled_from(Relation), constants())


def split_at(condition: Condition, then: Term, otherwise: Term) -> Term:
    return Cases(((condition, then), (Not(condition), otherwise)))


@st.composite
def kinds(draw: st.DrawFn) -> NumberKind:
    """Draw a range whose ends need not lie on the step."""
    step = draw(st.sampled_from((None, Fraction(1), Fraction(1, 2), Fraction(3), Fraction(2, 3))))
    lower = draw(numbers(-8, 5))
    upper = lower + abs(draw(numbers(0, 9)))
    if step is not None and ceil(lower / step) * step > upper:
        upper = ceil(lower / step) * step
    return NumberKind(lower, upper, step=step)


def protocol_of(kind: NumberKind) -> Protocol:
    return Protocol("one number", {"x": Quantity("x", kind)})


def values_of(kind: NumberKind) -> list[Fraction]:
    """Return all values that can be recorded; without a step, some two hundred between both ends."""
    step = kind.step or (kind.upper - kind.lower) / 180 or Fraction(1)
    if kind.step is None:
        inner = [kind.lower + at * step for at in range(181)]
        inner += [Fraction(at, 6) for at in range(floor(kind.lower * 6), ceil(kind.upper * 6) + 1)]
    else:
        inner = [at * step for at in range(ceil(kind.lower / step), floor(kind.upper / step) + 1)]
    return sorted({value for value in inner if kind.lower <= value <= kind.upper})


def has(diagram: Diagram, kind: NumberKind, value: Fraction | None, *, dense: bool = False) -> bool:
    """Look up a patient with this value; with None, one of whom nothing was recorded."""
    while diagram.axis != LEAF:
        if diagram.axis == RECORDED:
            at: int | tuple[Fraction, bool] = int(value is not None)
        else:
            assert diagram.axis == VALUE
            number = kind.lower if value is None else value
            at = (number, False) if kind.step is None or dense else int(number / kind.step)
        diagram = diagram.children[sum(cut <= at for cut in diagram.cuts)]  # type: ignore[operator]
    return diagram.leaf is True


def check(kind: NumberKind, condition: Condition, *, dense: bool = False) -> None:
    """Assert that a condition holds and fails of exactly the values of which the plain evaluator says so."""
    protocol, somebody = protocol_of(kind), AnyPatient(dense=dense)
    asked, ranks = (Holds(condition), Fails(condition)), Ranks(protocol)
    holding, failing = (ranks.patients(About(each, somebody, Fixed(()))) for each in asked)
    assert holding is not None
    assert failing is not None
    values = values_of(NumberKind(kind.lower, kind.upper) if dense else kind)
    opinions = {value: Naive(protocol, Patient.of({"x": value}), {}).judge(condition) for value in (None, *values)}
    if kind.step is not None and not dense:
        assert ranks.is_empty(holding) is (True not in opinions.values())
        assert ranks.is_empty(failing) is (False not in opinions.values())
    for value, opinion in opinions.items():
        assert has(holding, kind, value, dense=dense) is (opinion is True), (value, condition)
        assert has(failing, kind, value, dense=dense) is (opinion is False), (value, condition)


@settings(max_examples=150, deadline=None)
@given(kinds(), terms(), st.sampled_from(Relation), constants())
def test_every_value_is_judged_as_by_the_plain_evaluator(
    kind: NumberKind, term: Term, relation: Relation, bound: Term
) -> None:
    event("in steps" if kind.step else "dense")
    check(kind, Compare(term, relation, bound))


@settings(max_examples=80, deadline=None)
@given(kinds(), numbers().filter(bool), numbers(), st.sampled_from(Relation), st.integers(-12, 12), st.booleans())
def test_stairs_rise_and_fall_where_the_number_does(
    kind: NumberKind, slope: Fraction, offset: Fraction, relation: Relation, whole: int, dense: bool
) -> None:
    line = Sum((Product((Number(slope), X)), Number(offset)))
    check(kind, Compare(Floor(line), relation, Number(Fraction(whole))), dense=dense)
    middle = slope * (kind.lower + kind.upper) / 2 + offset
    check(kind, Compare(Floor(line), relation, Number(Fraction(floor(middle)))), dense=dense)


@settings(max_examples=60, deadline=None)
@given(kinds(), terms(), terms(), st.sampled_from(Relation))
def test_two_numbers_of_one_quantity_are_compared_at_every_value(
    kind: NumberKind, left: Term, right: Term, relation: Relation
) -> None:
    check(kind, Compare(left, relation, right))


@settings(max_examples=40, deadline=None)
@given(kinds(), st.lists(compared(st.just(X)), max_size=4), st.integers(-1, 5), st.sampled_from(Tally))
def test_counting_conditions_is_counting(kind: NumberKind, some: list[Condition], number: int, tally: Tally) -> None:
    check(kind, Count(tally, number, tuple(some)))


KINDS = (
    NumberKind(Fraction(-2), Fraction(3)),
    NumberKind(Fraction(-2), Fraction(3), step=Fraction(1)),
    NumberKind(Fraction(-5, 2), Fraction(7, 2), step=Fraction(1)),
    NumberKind(Fraction(1, 2), Fraction(9, 2), step=Fraction(3, 2)),
    NumberKind(Fraction(2), Fraction(2)),
    NumberKind(Fraction(4), Fraction(4), step=Fraction(2)),
)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("relation", Relation)
def test_a_bound_at_or_beyond_either_end_is_told_from_one_inside(kind: NumberKind, relation: Relation) -> None:
    for end in (kind.lower, kind.upper):
        for beside in (Fraction(-1), Fraction(-1, 2), Fraction(-1, 7), Fraction(0), Fraction(1, 7), Fraction(1, 2), 1):
            check(kind, Compare(X, relation, Number(end + beside)))
            check(kind, Compare(X, relation, Number(end + beside)), dense=True)


@pytest.mark.parametrize("factor", [Fraction(each) for each in ("-3", "-1/2", "0", "1/3", "2")], ids=str)
@pytest.mark.parametrize("relation", [Relation.LE, Relation.EQ])
def test_a_multiple_or_a_fraction_of_a_number_is_compared_like_the_number(factor: Fraction, relation: Relation) -> None:
    by = Number(factor)
    for kind in KINDS[:4]:
        ratio = Quotient(by, by)
        for term in (Quotient(X, by), Product((X, by)), Product((by, X)), Sum((X, by)), ratio, Sum((ratio, X))):
            check(kind, Compare(term, relation, Number(Fraction(1))))
        check(kind, Compare(Floor(Quotient(X, by)), relation, Number(Fraction(-1))))


@pytest.mark.parametrize("slope", [Fraction(each) for each in ("-2", "-1/2", "1/3", "1", "3/2")], ids=str)
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_each_step_of_the_stairs_holds_the_values_that_are_rounded_to_it(kind: NumberKind, slope: Fraction) -> None:
    for offset in (Fraction(0), Fraction(1, 3)):
        line = Sum((Product((Number(slope), X)), Number(offset)))
        ends = sorted(floor(slope * end + offset) for end in (kind.lower, kind.upper))
        for whole in range(ends[0] - 1, ends[1] + 2):
            check(kind, equal(Floor(line), Number(Fraction(whole))))


def covered(kind: NumberKind, condition: Condition) -> bool:
    return Ranks(protocol_of(kind)).patients(About(Holds(condition), AnyPatient(), Fixed(()))) is not None


def equal(left: Term, right: Term) -> Condition:
    return Compare(left, Relation.EQ, right)


@pytest.mark.parametrize("low", [0, -400, -2000])
def test_a_number_is_rounded_to_so_many_whole_numbers_and_no_more(low: int) -> None:
    most, more = (NumberKind(Fraction(low), Fraction(low + MOST_STAIRS + each)) for each in (0, 1))
    assert covered(most, equal(Floor(X), Number(Fraction(low))))
    assert not covered(more, equal(Floor(X), Number(Fraction(low))))


def test_a_number_that_no_patient_can_have_is_left_to_the_other_engine() -> None:
    assert not covered(NumberKind(Fraction(1), Fraction(2), step=Fraction(10)), equal(X, Number(Fraction(1))))
    assert covered(NumberKind(Fraction(1), Fraction(10), step=Fraction(10)), equal(X, Number(Fraction(1))))


def test_a_product_of_two_numbers_that_depend_on_somebody_is_left_to_the_other_engine() -> None:
    kind, one = NumberKind(Fraction(-3), Fraction(3), step=Fraction(1)), Number(Fraction(1))
    assert not covered(kind, equal(Product((X, X)), one))
    assert not covered(kind, equal(Quotient(one, X), one))
    assert covered(kind, equal(Product((X, Product((Number(Fraction(0)), X)))), one))
    assert covered(kind, equal(Quotient(X, Sum((X, one, Product((Number(Fraction(-1)), X))))), one))


def test_a_number_that_depends_on_nobody_after_all_is_one_constant() -> None:
    kind = NumberKind(Fraction(0), Fraction(9))
    nothing = Sum((X, Product((Number(Fraction(-1)), X)), Number(Fraction(5, 2))))
    check(kind, equal(Floor(nothing), Number(Fraction(2))))
    check(kind, AllOf((equal(nothing, Number(Fraction(5, 2))), Compare(X, Relation.GT, Number(Fraction(1))))))
