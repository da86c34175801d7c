"""The Z3 carrier by example: variables stand for exactly what can be recorded, and what is known folds away."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
import z3
from hypothesis import given, settings, strategies as st

from trialproof.model.condition import (
    EVERYONE,
    NOBODY,
    Compare,
    Is,
    Known,
    Number,
    Product,
    Readings,
    ReadTerm,
    Relation,
    Sum,
    Value,
    Yes,
)
from trialproof.model.patient import Patient
from trialproof.model.protocol import CategoryKind, Kind, NumberKind, Protocol, Quantity, Recorded, Sentence, YesNoKind
from trialproof.verify.statement import AnyPatient, AnyReading, Fixed
from trialproof.verify.symbolic import FALSE, TRUE, Choices, Symbolic, Symbols, Universe, constant, real

SIZE = Quantity("size", NumberKind(Fraction(1, 4), Fraction(7, 4), step=Fraction(1, 2)))
DEPTH = Quantity("depth", NumberKind(Fraction(-1), Fraction(2)))
STAGE = Quantity("stage", CategoryKind(("I", "II", "III")))
SPREAD = Quantity("spread", YesNoKind())
PROTOCOL = Protocol(
    "four quantities",
    {each.name: each for each in (SIZE, DEPTH, STAGE, SPREAD)},
    sentences={"arm": Sentence("arm", ("one", "two", "three"), "one"), "site": Sentence("site", ("a", "b"), "a")},
)
EMPTY = Symbolic(Patient(()), {})


def possible(*facts: Any) -> bool:
    solver = z3.Solver()
    solver.add(*facts)
    return bool(solver.check() == z3.sat)


def model_of(*facts: Any) -> Any:
    solver = z3.Solver()
    solver.add(*facts)
    assert solver.check() == z3.sat
    return solver.model()


def some(value: str | int) -> Fraction:
    return Fraction(value)


# One unknown patient.


def test_a_number_in_steps_takes_the_multiples_of_its_step_that_lie_in_its_range() -> None:
    symbols = Symbols(PROTOCOL, AnyPatient())
    size = symbols.number("size")
    for quarters in range(-2, 12):
        wanted = quarters in (2, 4, 6)
        assert possible(*symbols.domain(), size == real(Fraction(quarters, 4))) == wanted


def test_the_ends_of_a_range_that_are_multiples_of_the_step_can_be_recorded() -> None:
    ends = Quantity("size", NumberKind(some(-1), some(1), step=Fraction(1, 2)))
    symbols = Symbols(Protocol("ends", {"size": ends}), AnyPatient())
    for halves in range(-4, 5):
        value = Fraction(halves, 2)
        assert possible(*symbols.domain(), symbols.number("size") == real(value)) == (-1 <= value <= 1)


def test_a_number_without_steps_takes_any_value_of_its_range_ends_included() -> None:
    symbols = Symbols(PROTOCOL, AnyPatient())
    for value in ("-1", "2", "1/3", "-0.999"):
        assert possible(*symbols.domain(), symbols.number("depth") == real(some(value)))
    for value in ("-1.001", "2.001"):
        assert not possible(*symbols.domain(), symbols.number("depth") == real(some(value)))


def test_a_dense_patient_has_values_between_the_steps() -> None:
    dense = Symbols(PROTOCOL, AnyPatient(dense=True))
    for value in ("0.25", "0.3", "1.75"):
        assert possible(*dense.domain(), dense.number("size") == real(some(value)))
    for value in ("0.24", "1.76"):
        assert not possible(*dense.domain(), dense.number("size") == real(some(value)))
    model = model_of(*dense.domain(), dense.recorded("size"), dense.number("size") == real(some("0.3")))
    read = dense.read(model)
    assert read is not None
    assert read.as_dict()["size"] == some("0.3")


def test_two_quantities_of_one_kind_share_no_variable() -> None:
    dense, stepped = NumberKind(some(0), some(1)), NumberKind(some(0), some(1), step=some(1))
    kinds: tuple[Kind, ...] = (CategoryKind(("a", "b")), YesNoKind(), dense, stepped)
    names = [(f"{at}one", f"{at}other", kind) for at, kind in enumerate(kinds)]
    both = {name: Quantity(name, kind) for one, other, kind in names for name in (one, other)}
    symbols = Symbols(Protocol("pairs", both), AnyPatient())

    def first(name: str) -> Any:
        kind = both[name].kind
        if isinstance(kind, NumberKind):
            return symbols.number(name) == 0
        return symbols.yes(name) if isinstance(kind, YesNoKind) else symbols.category(name, ("a",))

    for one, other, _ in names:
        assert possible(*symbols.domain(), first(one), z3.Not(first(other)))
        assert possible(symbols.recorded(one), z3.Not(symbols.recorded(other)))


def test_a_category_is_one_of_those_declared_and_no_other() -> None:
    symbols = Symbols(PROTOCOL, AnyPatient())
    each = [symbols.category("stage", (name,)) for name in ("I", "II", "III")]
    assert not possible(*symbols.domain(), *(z3.Not(one) for one in each))
    for one, other in product(range(3), repeat=2):
        assert possible(*symbols.domain(), each[one], each[other]) == (one == other)
    assert possible(*symbols.domain(), symbols.category("stage", ("I", "III")), each[2])
    assert not possible(*symbols.domain(), symbols.category("stage", ("I", "III")), each[1])
    assert not possible(*symbols.domain(), symbols.category("stage", ()))


def test_two_patients_and_a_dense_one_share_no_variable() -> None:
    unknown = [AnyPatient(), AnyPatient("other"), AnyPatient(dense=True)]
    subjects = [Symbols(PROTOCOL, each) for each in unknown]
    for one, other in product(subjects, repeat=2):
        apart = one is not other
        assert possible(one.recorded("size"), z3.Not(other.recorded("size"))) == apart
        assert possible(one.yes("spread"), z3.Not(other.yes("spread"))) == apart
        assert possible(one.number("depth") != other.number("depth")) == apart
        assert possible(one.number("size") != other.number("size")) == apart
        assert possible(one.category("stage", ("I",)), z3.Not(other.category("stage", ("I",)))) == apart
    mine = subjects[0]
    assert possible(mine.recorded("spread"), z3.Not(mine.yes("spread")), z3.Not(mine.recorded("size")))


records = st.fixed_dictionaries(
    {},
    optional={
        "size": st.sampled_from([Fraction(1, 2), Fraction(1), Fraction(3, 2)]),
        "depth": st.fractions(-1, 2, max_denominator=20),
        "stage": st.sampled_from(["I", "II", "III"]),
        "spread": st.booleans(),
    },
)


@settings(max_examples=60, deadline=None)
@given(records)
def test_whom_the_variables_are_fixed_to_is_whom_a_model_gives_back(record: Mapping[str, Recorded]) -> None:
    symbols = Symbols(PROTOCOL, AnyPatient())
    assert symbols.read(model_of(*symbols.domain(), *pinned(symbols, record))) == Patient.of(
        {name: record[name] for name in PROTOCOL.quantities if name in record}
    )


def pinned(symbols: Symbols, record: Mapping[str, Recorded]) -> Iterator[Any]:
    for name in PROTOCOL.quantities:
        yield symbols.recorded(name) == (name in record)
        value = record.get(name)
        if isinstance(value, Fraction):
            yield symbols.number(name) == real(value)
        elif isinstance(value, str):
            yield symbols.category(name, (value,))
        elif value is not None:
            yield symbols.yes(name) == value


def test_a_value_that_is_no_rational_number_gives_no_patient() -> None:
    symbols = Symbols(PROTOCOL, AnyPatient())
    depth = symbols.number("depth")
    assert symbols.read(model_of(depth * depth == 2, symbols.recorded("depth"))) is None
    read = symbols.read(model_of(depth * depth == 2, z3.Not(symbols.recorded("depth"))))
    assert read is not None
    assert "depth" not in read.as_dict()


def test_what_a_model_leaves_open_is_completed() -> None:
    symbols = Symbols(PROTOCOL, AnyPatient())
    everything = [symbols.recorded(name) for name in PROTOCOL.quantities]
    read = symbols.read(model_of(*everything))
    assert read is not None
    assert list(read.as_dict()) == list(PROTOCOL.quantities)
    choices = Choices(PROTOCOL, AnyReading())
    only = model_of(choices.chosen("arm", "two"), z3.Not(choices.chosen("arm", "one")))
    assert choices.read(only) == {"arm": "two"}
    nothing = Symbols(PROTOCOL, AnyPatient()).read(model_of())
    assert nothing == Patient(())


# Unknown readings.


def test_a_sentence_is_read_in_exactly_one_way() -> None:
    choices = Choices(PROTOCOL, AnyReading())
    arm = [choices.chosen("arm", name) for name in ("one", "two", "three")]
    for wanted in product((True, False), repeat=3):
        facts = [each if so else z3.Not(each) for each, so in zip(arm, wanted, strict=True)]
        assert possible(*choices.domain(), *facts) == (sum(wanted) == 1)
    read = choices.read(model_of(*choices.domain(), arm[1], choices.chosen("site", "b")))
    assert read == {"arm": "two", "site": "b"}


def test_two_unknown_readings_share_no_variable() -> None:
    one, other = Choices(PROTOCOL, AnyReading()), Choices(PROTOCOL, AnyReading("other"))
    assert possible(one.chosen("arm", "one"), z3.Not(other.chosen("arm", "one")))
    assert not possible(one.chosen("arm", "one"), z3.Not(Choices(PROTOCOL, AnyReading()).chosen("arm", "one")))


# What is known folds away.


def test_true_and_false_are_one_term_each() -> None:
    assert constant(True) is TRUE
    assert constant(False) is FALSE
    assert z3.is_true(TRUE)
    assert z3.is_false(FALSE)


A, B, C = z3.Bools("a b c")


def test_connectives_leave_only_what_is_open() -> None:
    assert (EMPTY.every(()), EMPTY.some(())) == (TRUE, FALSE)
    assert EMPTY.every((TRUE, TRUE)) is TRUE
    assert EMPTY.every((A, FALSE, B)) is FALSE
    assert EMPTY.every((TRUE, A)) is A
    assert EMPTY.some((FALSE, FALSE)) is FALSE
    assert EMPTY.some((A, TRUE, B)) is TRUE
    assert EMPTY.some((FALSE, A)) is A
    assert (EMPTY.negate(TRUE), EMPTY.negate(FALSE)) == (FALSE, TRUE)
    assert EMPTY.negate(A).eq(z3.Not(A))


def test_joined_truths_are_what_z3_makes_of_them() -> None:
    assert EMPTY.every((A, TRUE, B, C)).eq(z3.And(A, B, C))
    assert EMPTY.some((A, FALSE, B, C)).eq(z3.Or(A, B, C))
    assert isinstance(EMPTY.every((A, B)), z3.BoolRef)


@pytest.mark.parametrize("number", range(-1, 6))
def test_counting_says_what_counting_says(number: int) -> None:
    for truths in ((A, B, C), (A, TRUE, B), (TRUE, FALSE, A), (TRUE, TRUE), (FALSE, A, FALSE, B), (), (TRUE, A, B, C)):
        counted = EMPTY.at_least(number, truths)
        plain = z3.Sum([z3.If(each, 1, 0) for each in truths]) >= number if truths else constant(number <= 0)
        assert not possible(counted != plain)
        open_truths = [each for each in truths if each is not TRUE and each is not FALSE]
        missing = number - sum(each is TRUE for each in truths)
        settled = missing <= 0 or missing > len(open_truths)
        assert (counted is TRUE or counted is FALSE) == settled
        if not settled and missing in (1, len(open_truths)):
            assert counted.eq(EMPTY.some(open_truths) if missing == 1 else EMPTY.every(open_truths))


X, Y = z3.Reals("x y")


def test_arithmetic_of_known_numbers_is_pythons() -> None:
    half, three = Fraction(1, 2), Fraction(3)
    found = [
        EMPTY.add((half, three, half)),
        EMPTY.add(()),
        EMPTY.multiply(half, three),
        EMPTY.divide(half, three),
        EMPTY.floor(Fraction(-7, 2)),
        EMPTY.choose(TRUE, half, three),
        EMPTY.choose(FALSE, half, three),
        EMPTY.constant(half),
    ]
    assert found == [4, 0, Fraction(3, 2), Fraction(1, 6), -4, half, three, half]
    assert {type(each) for each in found} == {Fraction}
    assert isinstance(EMPTY.divide(half, Fraction(0)), Fraction)
    assert isinstance(EMPTY.divide(X, Fraction(0)), Fraction)


def test_arithmetic_of_unknown_numbers_is_exact() -> None:
    third = Fraction(1, 3)
    for found, expected in (
        (EMPTY.add((X, third, Y, third)), X + Y + z3.Q(2, 3)),
        (EMPTY.add((X, Y)), X + Y),
        (EMPTY.multiply(X, third), X * z3.Q(1, 3)),
        (EMPTY.multiply(third, X), X * z3.Q(1, 3)),
        (EMPTY.multiply(X, Y), X * Y),
        (EMPTY.divide(X, third), X * 3),
        (EMPTY.floor(X), z3.ToReal(z3.ToInt(X))),
        (EMPTY.choose(A, third, Y), z3.If(A, z3.Q(1, 3), Y)),
    ):
        assert not possible(found != expected)
    assert not possible(Y != 0, EMPTY.divide(X, Y) * Y != X)
    assert not possible(Y == 2, EMPTY.divide(third, Y) != z3.Q(1, 6))
    assert not possible(EMPTY.add((X,)) != X)
    assert EMPTY.choose(TRUE, X, Y) is X
    assert EMPTY.choose(FALSE, X, Y) is Y


COMPARED = {
    Relation.LT: operator.lt,
    Relation.LE: operator.le,
    Relation.EQ: operator.eq,
    Relation.NE: operator.ne,
    Relation.GE: operator.ge,
    Relation.GT: operator.gt,
}


@pytest.mark.parametrize("relation", Relation)
def test_numbers_compare_alike_known_or_unknown(relation: Relation) -> None:
    for left, right in product((Fraction(-1), Fraction(1, 3), Fraction(2)), repeat=2):
        so = COMPARED[relation](left, right)
        assert EMPTY.relate(left, relation, right) is constant(so)
        for one, other in ((X, right), (left, Y), (X, Y)):
            found = EMPTY.relate(one, relation, other)
            assert possible(real(left) == X, real(right) == Y, found) is so


def test_a_known_patient_is_folded_and_an_unknown_one_is_not() -> None:
    someone = Patient.of({"size": Fraction(1), "stage": "II", "spread": False})
    known = Symbolic(someone, {})
    assert [known.recorded(name) for name in PROTOCOL.quantities] == [TRUE, FALSE, TRUE, TRUE]
    assert (known.category("stage", ("I", "II")), known.category("stage", ("I",))) == (TRUE, FALSE)
    assert (known.yes("spread"), known.number("size")) == (FALSE, 1)
    symbols = Symbols(PROTOCOL, AnyPatient())
    unknown = Symbolic(symbols, {})
    assert unknown.recorded("size") is symbols.recorded("size")
    assert unknown.number("size") is symbols.number("size")
    assert unknown.yes("spread") is symbols.yes("spread")
    assert unknown.category("stage", ("I",)).eq(symbols.category("stage", ("I",)))


def test_readings_are_known_or_variables() -> None:
    choices = Choices(PROTOCOL, AnyReading())
    assert Symbolic(Patient(()), {"arm": "two"}).reading("arm") == "two"
    assert Symbolic(Patient(()), choices).reading("arm") is None
    assert Symbolic(Patient(()), choices).chosen("arm", "two") is choices.chosen("arm", "two")


def test_a_number_under_unknown_readings_is_that_of_the_reading_which_is_chosen() -> None:
    universe, somebody, how = Universe(PROTOCOL), AnyPatient(), AnyReading()
    options = (("one", Value("size")), ("two", Number(some(7))), ("three", Value("depth")))
    found = universe.meaning(somebody, how).number(ReadTerm("arm", options))
    choices = universe.readings(how)
    for name, option in options:
        chosen = [*choices.domain(), choices.chosen("arm", name)]
        alone = universe.meaning(somebody, Fixed.of({"arm": name})).number(option)
        assert not possible(*chosen, real(found.value) != real(alone.value))
        assert not possible(*chosen, found.known != alone.known)
    known = universe.meaning(Patient.of({"size": some(1)}), how).number(ReadTerm("arm", options))
    for name, value in (("one", 1), ("two", 7)):
        assert not possible(*choices.domain(), choices.chosen("arm", name), real(known.value) != value)
    assert not possible(*choices.domain(), known.known == choices.chosen("arm", "three"))


def test_a_product_of_one_factor_and_a_sum_of_one_term_are_what_they_are_made_of() -> None:
    universe, somebody = Universe(PROTOCOL), AnyPatient()
    meaning, size = universe.meaning(somebody, Fixed(())), universe.patient(somebody).number("size")
    assert meaning.number(Product((Value("size"),))).value is size
    assert not possible(meaning.number(Sum((Value("size"),))).value != size)


# All variables of one protocol.


def test_variables_and_meanings_are_made_once() -> None:
    universe = Universe(PROTOCOL)
    who, how = AnyPatient(), AnyReading()
    assert universe.patient(who) is universe.patient(AnyPatient())
    assert universe.patient(who) is not universe.patient(AnyPatient("other"))
    assert universe.readings(how) is universe.readings(AnyReading())
    assert universe.readings(how) is not universe.readings(AnyReading("other"))
    assert universe.meaning(who, how) is universe.meaning(AnyPatient(), AnyReading())
    assert universe.meaning(who, how) is not universe.meaning(who, Fixed.of({"arm": "one", "site": "a"}))
    assert universe.protocol is PROTOCOL


def test_the_meaning_of_a_rule_speaks_of_the_patient_and_the_readings_that_were_asked_about() -> None:
    universe, somebody, how = Universe(PROTOCOL), AnyPatient(), AnyReading()
    rule = Readings("arm", (("one", EVERYONE), ("two", NOBODY), ("three", Yes("spread"))))
    chosen = universe.readings(how).chosen
    found = universe.meaning(Patient.of({"spread": True}), how).truth(rule)
    domain = universe.readings(how).domain()
    assert not possible(*domain, found.holds == chosen("arm", "two"))
    assert universe.meaning(Patient(()), Fixed.of({"arm": "two"})).truth(rule).fails is TRUE
    large = universe.meaning(somebody, Fixed(())).truth(Compare(Value("size"), Relation.GT, Number(Fraction(1))))
    symbols = universe.patient(somebody)
    pinned_down = [*symbols.domain(), symbols.recorded("size"), symbols.number("size") == real(Fraction(3, 2))]
    assert not possible(*pinned_down, z3.Not(large.holds))
    assert universe.meaning(Patient.of({"stage": "I"}), Fixed(())).truth(Is("stage", ("I",))).holds is TRUE
    assert universe.meaning(Patient(()), Fixed(())).truth(Known("stage")).fails is TRUE
