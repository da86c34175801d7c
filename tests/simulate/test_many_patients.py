"""The carrier of a cohort by example: column by column, and once where all patients share something."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import ArrayLike

from trialproof.model.condition import Compare, Known, Number, Readings, Relation, Value
from trialproof.model.patient import Patient
from trialproof.model.protocol import CategoryKind, NumberKind, Protocol, Quantity, Sentence, YesNoKind
from trialproof.model.unit import parse_unit
from trialproof.simulate.cohort import Cohort, ManyPatients, among, cohort_of, evaluate, spread
from trialproof.simulate.column import BadCohort, Column, number_column
from trialproof.simulate.rational import Exact, Truths


def number(name: str, lower: int, upper: int, step: str = "1", unit: str = "cm") -> Quantity:
    return Quantity(name, NumberKind(Fraction(lower), Fraction(upper), parse_unit(unit), Fraction(step)))


def protocol_of(*quantities: Quantity) -> Protocol:
    return Protocol("test", {each.name: each for each in quantities})


def cohort(protocol: Protocol, **columns: ArrayLike) -> Cohort:
    built = {name: number_column(protocol.quantities[name], values) for name, values in columns.items()}
    return Cohort(protocol, built, len(next(iter(built.values())).values))


def constant(text: str) -> Number:
    return Number(Fraction(text))


DIAMETER = number("diameter", 0, 20, "0.1")
RESECTION = Quantity("resection", CategoryKind(("R0", "R1", "R2")))
PROTOCOL = protocol_of(DIAMETER, RESECTION, Quantity("pregnant", YesNoKind()))
THREE = cohort(PROTOCOL, diameter=[10, 20, 30])


@st.composite
def truths_of_three(draw: st.DrawFn) -> list[Truths]:
    """Draw truths about three patients, some of which all share."""
    column = st.lists(st.booleans(), min_size=3, max_size=3).map(np.array)
    return draw(st.lists(st.one_of(st.booleans(), column), max_size=6))


@settings(max_examples=150, deadline=None)
@given(truths_of_three(), st.integers(-1, 7))
def test_truths_are_connected_patient_by_patient_and_the_shared_ones_once(some: list[Truths], number: int) -> None:
    carrier = ManyPatients(THREE, {})
    copies = [np.array(each) for each in some]
    rows = [[bool(np.broadcast_to(each, 3)[row]) for each in some] for row in range(3)]
    for found, expected in (
        (carrier.every(some), [all(row) for row in rows]),
        (carrier.some(some), [any(row) for row in rows]),
        (carrier.at_least(number, some), [sum(row) >= number for row in rows]),
    ):
        assert isinstance(found, bool) or found.dtype == np.bool_
        assert spread(found, 3).tolist() == expected
    for each in some:
        assert spread(carrier.negate(each), 3).tolist() == [not so for so in spread(each, 3)]
    assert all((each == copy).all() for each, copy in zip(map(np.array, some), copies, strict=True))


def test_what_is_settled_for_all_patients_stays_a_single_truth() -> None:
    carrier, column = ManyPatients(THREE, {}), np.array([True, False, True])
    assert carrier.every([column, False, column]) is False
    assert carrier.some([column, True, column]) is True
    assert (carrier.every([]), carrier.some([]), carrier.every([True]), carrier.some([False])) == (
        True, False, True, False,
    )  # fmt: skip
    assert carrier.at_least(0, [column]) is True
    assert carrier.at_least(1, [True, column]) is True
    assert carrier.at_least(2, [False, column]) is False
    assert carrier.at_least(3, [True, column]) is False
    assert carrier.negate(True) is False
    assert carrier.negate(False) is True


def test_a_column_alone_is_not_copied() -> None:
    carrier, column = ManyPatients(THREE, {}), np.array([True, False, True])
    for found in (
        carrier.every([True, column]),
        carrier.some([False, column]),
        carrier.at_least(1, [False, column]),
        carrier.at_least(2, [True, column]),
        spread(column, 3),
    ):
        assert found is column


def test_more_truths_are_counted_than_a_byte_holds() -> None:
    carrier, column = ManyPatients(THREE, {}), np.array([True, False, True])
    many = [column] * 300
    assert spread(carrier.at_least(299, [*many, ~column]), 3).tolist() == [True, False, True]
    assert spread(carrier.at_least(2, [*many, ~column]), 3).tolist() == [True, False, True]


def test_numbers_are_widened_no_further_than_the_declared_range() -> None:
    number_of = ManyPatients(THREE, {}).number("diameter")
    assert (number_of.top.low, number_of.top.high, number_of.bottom.shared) == (0, 200, 10)
    assert number_of.top.quantities == {"diameter"}
    fixed = number("fixed", 3, 3)
    alone = ManyPatients(cohort(protocol_of(fixed), fixed=[3, 3]), {}).number("fixed")
    assert alone.shared == 3


def test_what_has_no_column_is_recorded_of_nobody_and_is_a_single_value() -> None:
    carrier = ManyPatients(THREE, {})
    assert carrier.recorded("pregnant") is False
    assert carrier.yes("pregnant") is False
    assert carrier.category("resection", ("R0",)) is False
    assert carrier.number("weight").shared is not None
    assert carrier.recorded("diameter") is True


def test_a_category_is_one_of_those_that_are_asked_for() -> None:
    group = cohort(PROTOCOL, resection=[0, 1, 2])
    carrier = ManyPatients(group, {})
    for wanted in ((), ("R0",), ("R1", "R2"), ("R0", "R1", "R2"), ("R9",)):
        found = carrier.category("resection", wanted)
        assert spread(found, 3).tolist() == [name in wanted for name in ("R0", "R1", "R2")]


def test_sums_of_nothing_are_nought_and_the_arithmetic_is_exact() -> None:
    carrier = ManyPatients(THREE, {})
    half, three = (carrier.constant(Fraction(each)) for each in ("1/2", "3"))
    found = [
        carrier.add([]),
        carrier.add([half, three, half]),
        carrier.multiply(half, three),
        carrier.divide(half, three),
        carrier.floor(carrier.constant(Fraction(-7, 2))),
        carrier.choose(True, half, three),
        carrier.choose(False, half, three),
    ]
    assert all(isinstance(each, Exact) for each in found)
    assert [each.shared for each in found] == [0, 4, Fraction(3, 2), Fraction(1, 6), -4, Fraction(1, 2), 3]
    assert carrier.relate(half, Relation.LT, three) is True


def test_a_cohort_is_asked_under_the_readings_that_were_given() -> None:
    carrier = ManyPatients(THREE, {"heavy": "wide"})
    assert carrier.reading("heavy") == "wide"
    assert (carrier.chosen("heavy", "wide"), carrier.chosen("heavy", "strict")) == (True, False)


def test_another_unit_or_kind_is_refused_by_name_and_the_same_under_another_range_is_not() -> None:
    group = cohort(PROTOCOL, diameter=[49, 50], resection=[0, 1])
    for other in (number("diameter", 0, 200, "1", "mm"), Quantity("diameter", YesNoKind())):
        with pytest.raises(BadCohort, match=r"^`diameter` is recorded in one way by the cohort and in another"):
            among(protocol_of(other), group)
    renamed = protocol_of(number("length", 0, 200, "1", "mm"))
    assert evaluate(renamed, group, Known("length")).holds.tolist() == [False, False]


def test_a_row_with_a_name_that_nobody_knows_is_refused_with_its_place() -> None:
    with pytest.raises(BadCohort, match=r"^`lesion` in row 1 \(counted from 0\) is not a quantity of the protocol$"):
        cohort_of(PROTOCOL, [Patient.of({}), Patient.of({"lesion": True})])
    with pytest.raises(BadCohort, match=r"^`lesion` is not a quantity of the protocol$"):
        Cohort(PROTOCOL, {"lesion": Column(np.zeros(2, np.int64))}, 2)


def test_a_cohort_is_judged_under_the_preferred_readings_unless_told_otherwise() -> None:
    large = tuple((str(at), Compare(Value("diameter"), Relation.GT, constant(str(at)))) for at in (1, 2))
    sentence = Sentence("large", ("1", "2"), "2")
    protocol = replace(PROTOCOL, sentences={"large": sentence})
    rule = Readings("large", large)
    group = cohort(protocol, diameter=[10, 20, 30])
    assert evaluate(protocol, group, rule).holds.tolist() == [False, False, True]
    assert evaluate(protocol, group, rule, {"large": "1"}).holds.tolist() == [False, True, True]
    assert evaluate(protocol, group, rule, {"large": "1"}).fails.tolist() == [True, False, False]
