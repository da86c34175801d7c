"""What can be varied, and how it is said."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from trialproof.model.place import BadInput
from trialproof.simulate.sweeps.axis import Axis, check_apart, read_axis


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a=1,2,3", ("1", "2", "3")),
        ("a.b= 1 , 2 ", ("1", "2")),
        ("a=80:160:40", ("80", "120", "160")),
        ("a=1:2:0.4", ("1", "1.4", "1.8")),
        ("a=3:1:-1", ("3", "2", "1")),
        ("a=1:1:1", ("1",)),
        ("a=10 days:30 days:10 days", ("10 days", "20 days", "30 days")),
        ("a=0:10:5%", ("0%", "5%", "10%")),
        ("a=1:2:1 per month", ("1 per month", "2 per month")),
        ("a=1:3:1,10", ("1", "2", "3", "10")),
        ("a=08:00-18:00,07:00-19:00", ("08:00-18:00", "07:00-19:00")),
        ("a=[1, 2, 3],[2, 3, 4]", ("[1, 2, 3]", "[2, 3, 4]")),
        ("a={x: 0.5, y: 0.5},{x: 1, y: 0}", ("{x: 0.5, y: 0.5}", "{x: 1, y: 0}")),
        ("a='x, y',z", ("'x, y'", "z")),
        ("a=2027-01-04", ("2027-01-04",)),
        ("a=b=c", ("b=c",)),
    ],
)
def test_values_are_listed_or_counted(text: str, values: tuple[str, ...]) -> None:
    assert read_axis(text).values == values


def test_two_ends_and_their_unit() -> None:
    assert read_axis("a=0..5%") == Axis("a", ends=(Fraction(0), Fraction(5)), unit="%")
    assert read_axis("a=2 cm..4.5 cm") == Axis("a", ends=(Fraction(2), Fraction("4.5")), unit="cm")
    assert read_axis("a=-1..1").ends == (Fraction(-1), Fraction(1))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a", "does not say what is varied"),
        ("a=", "does not say what is varied"),
        ("=1,2", "does not say what is varied"),
        ("a=1,,2", "a value is missing"),
        ("a=1,2,", "a value is missing"),
        ("a=1,2,1", "`1` stands there twice"),
        ("a=1:5:0", "the step does not lead"),
        ("a=1:5:-1", "the step does not lead"),
        ("a=5..5", "the first end is to be below"),
        ("a=5..1", "the first end is to be below"),
        ("a=1 day..2 weeks", "several units: `day`, `weeks`"),
        ("a=1 day:10 days:1 day", "several units"),
        ("a=0:1:0.000001", "more than 10,000 values"),
    ],
)
def test_what_says_nothing_or_contradicts_itself_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        read_axis(text)
    assert str(caught.value.place) == f"--vary {text}"


def test_nothing_is_varied_twice() -> None:
    with pytest.raises(BadInput, match="`a` is varied twice"):
        check_apart([Axis("a", ("1",)), Axis("b", ("1",)), Axis("a", ("2",))])


@given(
    low=st.fractions(-1000, 1000, max_denominator=100),
    width=st.fractions(Fraction(1, 1000), 10_000, max_denominator=1000),
    shares=st.lists(st.floats(0, 1, exclude_max=True), min_size=2, max_size=5),
)
def test_a_value_between_two_ends_lies_between_them_and_in_their_order(
    low: Fraction, width: Fraction, shares: list[float]
) -> None:
    axis = Axis("a", ends=(low, low + width))
    values = [Fraction(axis.at(share)) for share in sorted(shares)]
    slack = width / 10**5
    assert values == sorted(values)
    assert all(low - slack <= value <= low + width + slack for value in values)
    for value, share in zip(values, sorted(shares), strict=True):
        assert abs(value - (low + Fraction(share) * width)) <= slack


@given(count=st.integers(1, 50), share=st.floats(0, 1, exclude_max=True))
def test_listed_values_have_equal_parts_of_a_draw(count: int, share: float) -> None:
    axis = Axis("a", tuple(str(number) for number in range(count)))
    assert abs(int(axis.at(share)) - share * count) <= 1
    assert axis.at(0.0) == "0"
    assert axis.at(1 - 2**-53) == str(count - 1)
