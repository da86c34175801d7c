"""A cohort holds what patients of the protocol can have, and judges it exactly or not at all."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import event, given, settings, strategies as st
from numpy.typing import ArrayLike

from trialproof.model.condition import (
    EVERYONE,
    AllOf,
    Compare,
    Condition,
    Floor,
    Is,
    Known,
    Number,
    Product,
    Quotient,
    Relation,
    Sum,
    Term,
    Value,
    Yes,
)
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import CategoryKind, NumberKind, Protocol, Quantity, Recorded, YesNoKind
from trialproof.model.unit import parse_unit
from trialproof.simulate.cohort import Cohort, among, cohort_of, evaluate, patients_of
from trialproof.simulate.column import BadCohort, Column, number_column, pick
from trialproof.simulate.rational import LARGEST, TooManyBits
from trialproof.simulate.recut import changed, part_of


def number(name: str, lower: int, upper: int, step: str | None = "1", unit: str = "") -> Quantity:
    kind = NumberKind(Fraction(lower), Fraction(upper), step=Fraction(step) if step else None)
    return Quantity(name, replace(kind, unit=parse_unit(unit)) if unit else kind)


def protocol_of(*quantities: Quantity) -> Protocol:
    return Protocol("test", {each.name: each for each in quantities})


def cohort(protocol: Protocol, **columns: ArrayLike) -> Cohort:
    built = {name: number_column(protocol.quantities[name], values) for name, values in columns.items()}
    return Cohort(protocol, built, len(next(iter(built.values())).values))


def constant(text: str) -> Number:
    return Number(Fraction(text))


def holds(cohort: Cohort, condition: Condition) -> list[bool]:
    judged = evaluate(cohort.protocol, cohort, condition).holds.tolist()
    assert isinstance(judged, list)
    return judged


DIAMETER = number("diameter", 0, 20, "0.1", "cm")
RESECTION = Quantity("resection", CategoryKind(("R0", "R1", "R2")))
PREGNANT = Quantity("pregnant", YesNoKind())
PROTOCOL = protocol_of(DIAMETER, RESECTION, PREGNANT)


# Exactness.


def test_a_dose_product_equals_its_total_where_floats_say_that_it_exceeds_it() -> None:
    protocol = protocol_of(number("dose", 0, 10, "0.1"), number("fractions", 0, 100), number("total", 0, 1000, "0.1"))
    tenths, fractions = np.array(list(product(range(1, 100), range(1, 100)))).T
    group = cohort(protocol, dose=tenths, fractions=fractions, total=tenths * fractions)
    exceeds = Compare(Product((Value("dose"), Value("fractions"))), Relation.GT, Value("total"))
    assert 1.8 * 26 > 46.8
    assert (tenths / 10 * fractions > tenths * fractions / 10).sum() > 1000
    assert not any(holds(group, exceeds))
    assert all(holds(group, replace(exceeds, relation=Relation.EQ)))


def test_a_third_three_times_is_one() -> None:
    group = cohort(protocol_of(number("x", 1, 9), number("y", 1, 9)), x=[1, 2, 7], y=[3, 6, 9])
    ratio = Quotient(Value("x"), Value("y"))
    assert holds(group, Compare(Sum((ratio, ratio, ratio)), Relation.EQ, constant("1"))) == [True, True, False]


def test_a_floor_of_a_negative_quotient_goes_down() -> None:
    group = cohort(protocol_of(number("x", -9, 9), number("y", -9, 9)), x=[-7, 7, -7, 7, -6], y=[2, -2, -2, 2, 2])
    rounded = Floor(Quotient(Value("x"), Value("y")))
    for value, expected in ((-4, [1, 1, 0, 0, 0]), (3, [0, 0, 1, 1, 0]), (-3, [0, 0, 0, 0, 1])):
        assert holds(group, Compare(rounded, Relation.EQ, Number(Fraction(value)))) == list(map(bool, expected))


def test_what_is_divided_by_zero_is_undetermined_and_nobody_is_warned() -> None:
    group = cohort(protocol_of(number("x", 0, 9), number("y", 0, 9)), x=[0, 3, 4], y=[0, 0, 2])
    ratio = Compare(Quotient(Value("x"), Value("y")), Relation.GE, constant("2"))
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        truth = evaluate(group.protocol, group, ratio)
    assert truth.holds.tolist() == [False, False, True]
    assert truth.fails.tolist() == [False, False, False]


def test_a_column_of_small_integers_is_widened_before_anything_is_added_up() -> None:
    protocol = protocol_of(number("x", 0, 127))
    for narrow in (np.int8, np.uint8, np.int16):
        group = cohort(protocol, x=np.array([100], narrow))
        assert holds(group, Compare(Sum((Value("x"), Value("x"))), Relation.EQ, constant("200"))) == [True]


# Headroom.


def test_a_factor_is_refused_from_the_first_that_could_need_more_than_63_bits() -> None:
    group = cohort(protocol_of(number("x", 0, 10), number("y", 0, LARGEST)), x=[1, 10], y=[LARGEST // 10, LARGEST])

    def grown(factor: int) -> Condition:
        return Compare(Product((Value("x"), Number(Fraction(factor)))), Relation.EQ, Value("y"))

    assert holds(group, grown(LARGEST // 10)) == [True, False]
    with pytest.raises(TooManyBits, match="could need 64 bits and there are 63; narrow the range of `x`") as refusal:
        evaluate(group.protocol, group, grown(LARGEST // 10 + 1))
    assert refusal.value.quantities == ("x",)


def test_headroom_depends_on_the_declared_range_and_not_on_who_comes() -> None:
    wide = protocol_of(number("x", 0, 2**40), number("y", 0, 2**40))
    product_of_both = Compare(Product((Value("x"), Value("y"))), Relation.GE, Value("x"))
    with pytest.raises(TooManyBits, match="narrow the range of `x` or `y`"):
        evaluate(wide, cohort(wide, x=[1], y=[1]), product_of_both)
    narrow = protocol_of(number("x", 0, 2**40), number("y", 0, 2**20))
    assert holds(cohort(narrow, x=[2**40], y=[2**20]), product_of_both) == [True]


def test_a_huge_constant_over_a_column_is_refused_by_the_names_of_all_that_it_meets() -> None:
    protocol = protocol_of(number("x", 1, 9), number("y", 1, 9))
    huge = Quotient(constant("1e30"), Value("x"))
    with pytest.raises(TooManyBits, match="could need 100 bits and there are 63; narrow the range of `x` or `y`"):
        evaluate(protocol, cohort(protocol, x=[1], y=[1]), Compare(huge, Relation.GT, Value("y")))


def test_a_denominator_that_leaves_no_room_for_the_range_is_refused() -> None:
    protocol = protocol_of(number("x", 0, 20, None))
    with pytest.raises(TooManyBits, match="narrow the range of `x`"):
        cohort_of(protocol, [Patient.of({"x": Fraction(1, 2**60)})])
    with pytest.raises(TooManyBits, match="narrow the range of `x`"):
        cohort(protocol_of(number("x", -(2**63), 0)), x=[0])


FACTORS = st.integers(-3, 3) | st.integers(0, 63).flatmap(lambda bits: st.integers(-(2**bits), 2**bits))


@settings(max_examples=300, deadline=None)
@given(st.data(), FACTORS, FACTORS, FACTORS)
def test_at_the_edge_a_cohort_says_what_python_integers_say_or_refuses(
    data: st.DataObject, a: int, b: int, c: int
) -> None:
    highest = [data.draw(st.integers(0, 62).map(lambda bits: 2**bits)) for _ in range(2)]
    protocol = protocol_of(number("x", 0, highest[0]), number("y", 0, highest[1]))
    x, y = ([data.draw(st.integers(0, high)), high] for high in highest)
    term = Sum((weighted(a, Value("x")), weighted(b, Value("y"))))
    condition = Compare(term, Relation.LT, weighted(c, Product((Value("x"), Value("y")))))
    group = cohort(protocol, x=x, y=y)
    try:
        judged = holds(group, condition)
    except TooManyBits:
        event("refused")
    else:
        assert judged == [a * i + b * j < c * i * j for i, j in zip(x, y, strict=True)]


def weighted(factor: int, term: Term) -> Term:
    return Product((Number(Fraction(factor)), term))


# What a column may hold.


@pytest.mark.parametrize(
    ("record", "complaint"),
    [
        ({"diameter": Fraction(201, 10)}, r"is 20.1 cm, outside its range of 0 to 20 cm"),
        ({"diameter": Fraction(-1, 10)}, r"is -0.1 cm, outside its range"),
        ({"diameter": Fraction(10**40)}, r"is 10{40} cm, outside its range"),
        ({"diameter": Fraction(101, 20)}, r"is 5.05 cm, which is no multiple of 0.1 cm"),
        ({"diameter": "large"}, r"is `large`, which is not a number"),
        ({"diameter": True}, r"is `True`, which is not a number"),
        ({"resection": "R9"}, r"is `R9`, which is none of `R0`, `R1`, `R2`"),
        ({"pregnant": "no"}, r"is `no`, which is neither yes nor no"),
        ({"lesion": True}, r"is not a quantity of the protocol"),
    ],
)
def test_a_value_that_no_patient_can_have_is_refused_with_its_row(
    record: Mapping[str, Recorded], complaint: str
) -> None:
    with pytest.raises(BadCohort, match=rf"^`\w+` in row 1 \(counted from 0\) {complaint}") as refusal:
        cohort_of(PROTOCOL, [Patient.of({}), Patient.of(record)])
    assert (refusal.value.quantity, refusal.value.row) == (next(iter(record)), 1)


@pytest.mark.parametrize(
    ("quantity", "per", "values", "row"),
    [
        (DIAMETER, 10, [0, 200, 201], 2),
        (DIAMETER, 10, [-1, 5, 9], 0),
        (DIAMETER, 20, [2, 5, 7], 1),
        (number("kps", 0, 100, "10"), 1, [100, 85, 75], 1),
        (number("half", 0, 10, "0.5"), 4, [0, 2, 3], 2),
        (number("far", 0, 9, "100"), 1, [0, 0, 5], 2),
        (number("none", 3, 3, None), 2, [6, 7, 8], 1),
        (RESECTION, 1, [0, 1, 3], 2),
        (RESECTION, 1, [0, -1, 3], 1),
    ],
)
def test_an_array_with_such_a_value_is_refused_with_its_row(
    quantity: Quantity, per: int, values: list[int], row: int
) -> None:
    protocol = protocol_of(quantity)
    with pytest.raises(BadCohort, match=rf"`{quantity.name}` in row {row} \(counted from 0\) (is|has) ") as refusal:
        Cohort(protocol, {quantity.name: Column(np.array(values), per=per)}, 3)
    assert refusal.value.row == row
    allowed = Column(np.array(values[:row], np.int64), per=per)
    assert patients_of(Cohort(protocol, {quantity.name: allowed}, row))[row:] == []


@pytest.mark.parametrize("unit", [0, 2])
def test_a_unit_outside_a_range_that_ends_between_two_units_is_refused(unit: int) -> None:
    half = Quantity("x", NumberKind(Fraction(1, 2), Fraction(3, 2)))
    assert patients_of(cohort(protocol_of(half), x=[1])) == [Patient.of({"x": Fraction(1)})]
    with pytest.raises(BadCohort, match=rf"is {unit}, outside its range of 0.5 to 1.5"):
        cohort(protocol_of(half), x=[1, unit])


def test_a_code_beyond_the_categories_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(BadCohort, match=r"`resection` in row 0 .* has code 3, and its codes are 0 to 2"):
        cohort(PROTOCOL, resection=[3])


def test_the_ends_of_a_range_are_in_it() -> None:
    group = cohort(PROTOCOL, diameter=[0, 200])
    assert patients_of(group) == [Patient.of({"diameter": Fraction(0)}), Patient.of({"diameter": Fraction(20)})]


@pytest.mark.parametrize(
    ("name", "column", "complaint"),
    [
        ("diameter", Column(np.zeros(3, np.int64)), "is not a column of 2 patients"),
        ("diameter", Column(np.zeros(2, np.int64), np.ones(3, np.bool_)), "is not a column of 2 patients"),
        ("diameter", Column(np.zeros(2, np.float64)), "is not a column of integers"),
        ("diameter", Column(np.zeros(2, np.uint64)), "is not a column of integers"),
        ("diameter", Column(np.zeros(2, np.bool_)), "is not a column of integers"),
        ("diameter", Column(np.zeros(2, np.int64), np.ones(2, np.int64)), "something else than true and false"),
        ("diameter", Column(np.zeros(2, np.int64), per=0), "units of 1/0, which is not positive"),
        ("pregnant", Column(np.zeros(2, np.int64)), "is not a column of true and false"),
        ("lesion", Column(np.zeros(2, np.int64)), "is not a quantity of the protocol"),
    ],
)
def test_a_column_of_the_wrong_shape_or_type_is_refused(name: str, column: Column, complaint: str) -> None:
    with pytest.raises(BadCohort, match=f"`{name}`.*{complaint}"):
        Cohort(PROTOCOL, {name: column}, 2)


def test_what_stands_where_nothing_was_recorded_does_not_count() -> None:
    values = np.array([np.iinfo(np.int64).min, 60, 7], np.int64)
    group = Cohort(PROTOCOL, {"diameter": number_column(DIAMETER, values, [False, True, False])}, 3)
    assert patients_of(group) == [Patient.of({}), Patient.of({"diameter": Fraction(6)}), Patient.of({})]
    truth = evaluate(PROTOCOL, group, Compare(Value("diameter"), Relation.GT, constant("5")))
    assert (truth.holds.tolist(), truth.fails.tolist()) == ([False, True, False], [False, False, False])


def test_a_zero_where_no_divisor_was_recorded_divides_nothing() -> None:
    protocol = protocol_of(number("x", -9, 9), number("y", 1, 9))
    columns = {
        "x": number_column(protocol.quantities["x"], [-7, -7, -7]),
        "y": number_column(protocol.quantities["y"], [2, 0, -1], [True, False, False]),
    }
    rounded = Compare(Floor(Quotient(Value("x"), Value("y"))), Relation.EQ, constant("-4"))
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        assert holds(Cohort(protocol, columns, 3), rounded) == [True, False, False]


def test_a_quantity_without_a_column_was_recorded_of_nobody() -> None:
    group = cohort(PROTOCOL, diameter=[1, 2])
    small = Compare(Value("diameter"), Relation.LT, constant("0.2"))
    for condition in (Yes("pregnant"), Is("resection", ("R0",)), small):
        alone = [about(PROTOCOL, patient).truth(condition) for patient in patients_of(group)]
        together = evaluate(PROTOCOL, group, condition)
        assert together.holds.tolist() == [truth.holds for truth in alone]
        assert together.fails.tolist() == [truth.fails for truth in alone]
    assert holds(group, Known("pregnant")) == [False, False]


def test_some_patients_of_a_cohort_are_those_patients() -> None:
    group = Cohort(PROTOCOL, {"diameter": number_column(DIAMETER, [10, 20, 30], [True, False, True])}, 3)
    everybody = patients_of(group)
    for rows in (np.array([2, 0]), np.array([], np.int64), np.array([1, 1, 2])):
        assert patients_of(part_of(group, rows)) == [everybody[row] for row in rows]
    assert patients_of(part_of(group, slice(1, 3))) == everybody[1:]


def test_a_changed_cohort_is_the_one_with_those_columns() -> None:
    group = cohort(PROTOCOL, diameter=[10, 20])
    pregnant = Column(np.array([True, False]))
    both = changed(group, {"pregnant": pregnant})
    assert patients_of(both) == patients_of(Cohort(PROTOCOL, {**group.columns, "pregnant": pregnant}, 2))
    assert list(group.columns) == ["diameter"]
    assert patients_of(changed(both, {"diameter": number_column(DIAMETER, [30, 40])})) != patients_of(both)
    for recorded in ([True, True], [False, True], [False, False]):
        column = number_column(DIAMETER, [30 if recorded[0] else -(2**63), 40], recorded)
        one, other = changed(both, {"diameter": column}), Cohort(PROTOCOL, {"diameter": column}, 2)
        assert one.columns["diameter"].values.tolist() == other.columns["diameter"].values.tolist()
        assert np.array_equal(one.columns["diameter"].recorded, other.columns["diameter"].recorded)


@given(st.lists(st.tuples(st.booleans(), *(st.integers(-(2**63), 2**63 - 1),) * 2), min_size=1, max_size=9))
def test_numbers_are_picked_as_by_where_however_far_apart_they_are(rows: list[tuple[bool, int, int]]) -> None:
    flags, these, others = (np.array(each) for each in zip(*rows, strict=True))
    assert np.array_equal(pick(flags, these, others), np.where(flags, these, others))
    assert np.array_equal(pick(flags, these, int(others[0])), np.where(flags, these, others[0]))


# Evaluation.


def test_what_is_the_same_for_all_patients_is_kept_once_and_spread_at_the_end() -> None:
    group = cohort(PROTOCOL, diameter=[1, 2])
    meaning = among(PROTOCOL, group)
    assert meaning.truth(EVERYONE).holds is True
    assert meaning.number(constant("5")).value.shared == 5
    assert meaning.truth(Known("diameter")).holds is True
    assert holds(group, EVERYONE) == [True, True]


@pytest.mark.parametrize("shared", [True, False])
def test_a_mask_that_says_the_same_of_all_patients_is_kept_once(shared: bool) -> None:
    group = Cohort(PROTOCOL, {"diameter": number_column(DIAMETER, [10, 20], [shared, shared])}, 2)
    assert among(PROTOCOL, group).truth(Known("diameter")).holds is shared


def test_a_cohort_of_nobody_is_judged_too() -> None:
    group = cohort_of(PROTOCOL, [])
    assert patients_of(group) == []
    for condition in (EVERYONE, Yes("pregnant"), Compare(Value("diameter"), Relation.LT, constant("5"))):
        assert holds(group, condition) == []


def test_evaluating_leaves_every_column_as_it_was() -> None:
    given_values = {"diameter": np.array([10, 20, 30]), "pregnant": np.array([True, False, True])}
    group = Cohort(PROTOCOL, {name: Column(values.copy(), per=10) for name, values in given_values.items()}, 3)
    some = (Yes("pregnant"), Compare(Value("diameter"), Relation.GT, constant("1")))
    for _ in range(2):
        assert holds(group, AllOf((*some, *some))) == [False, False, True]
    for name, values in given_values.items():
        assert (group.columns[name].values == values).all()


def test_an_amendment_may_add_a_quantity_that_the_cohort_lacks_and_drop_one_that_it_has() -> None:
    group = cohort(PROTOCOL, diameter=[49, 50], resection=[0, 1])
    amended = protocol_of(DIAMETER, number("albumin", 0, 60))
    truth = evaluate(amended, group, Compare(Value("albumin"), Relation.LT, constant("30")))
    assert (truth.holds.tolist(), truth.fails.tolist()) == ([False, False], [False, False])
    assert holds(group, Is("resection", ("R1",))) == [False, True]


def test_an_amended_protocol_may_judge_the_cohort_unless_it_records_a_quantity_differently() -> None:
    group = cohort(PROTOCOL, diameter=[49, 50])
    small = Compare(Value("diameter"), Relation.LT, constant("5"))
    wider = protocol_of(number("diameter", 0, 50, "0.1", "cm"), PREGNANT)
    assert evaluate(wider, group, small).holds.tolist() == [True, False]
    for other in (number("diameter", 0, 200, "1", "mm"), Quantity("diameter", YesNoKind())):
        with pytest.raises(BadCohort, match="`diameter` is recorded in one way by the cohort and in another"):
            among(protocol_of(other), group)
