"""Numbers go from text to value and back without losing a digit, and nothing else passes for a number."""

from __future__ import annotations

import contextlib
import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from trialproof.model.exact import LONGEST_TEXT, parse_exact, plain

ASCII = st.characters(codec="ascii")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", Fraction(5)),
        ("+5", Fraction(5)),
        ("-0.1", Fraction(-1, 10)),
        ("0.10", Fraction(1, 10)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("007", Fraction(7)),
        ("1e3", Fraction(1000)),
        ("1.5E-3", Fraction(3, 2000)),
        ("1e+2", Fraction(100)),
        ("1/12", Fraction(1, 12)),
        ("-2/4", Fraction(-1, 2)),
        ("-0", Fraction(0)),
    ],
)
def test_a_number_is_read_exactly(text: str, value: Fraction) -> None:
    assert parse_exact(text) == value


def test_a_tenth_is_not_the_float_that_looks_like_it() -> None:
    assert parse_exact("0.1") != Fraction(0.1)
    assert 3 * parse_exact("0.1") == parse_exact("0.3")


def test_sixty_digits_all_count() -> None:
    text = "0." + "0" * 58 + "1"
    assert parse_exact(text) == Fraction(1, 10**59)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "5 ", " 5", "5\n", "five", "nan", "NaN", "inf", "-inf", "Infinity", "0x1F", "1_000", "1,000", "1,5",
        ".", "-", "+-5", "--5", "1e", "e3", "1e3.5", "1.2.3", "1/2/3", "1/-2", "1.5/2", "1 / 2", "1e2/3", "5%", "٣",
        "５", "½", "²", "−5", "1j", "True", "0b1", "1e3\n",
    ],
)  # fmt: skip
def test_what_is_not_a_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a number such as 5, 0\.1, 1e3 or 1/12$"):
        parse_exact(text)


def test_a_line_break_cannot_split_the_message() -> None:
    with pytest.raises(ValueError, match=re.escape(r"`5\nx` is not a number")):
        parse_exact("5\nx")


def test_nothing_divides_by_zero() -> None:
    with pytest.raises(ValueError, match=r"^`1/0` divides by zero$"):
        parse_exact("1/0")


@pytest.mark.parametrize("text", ["1e51", "1e-51", "1e1000000000", "0e99999", "1e" + "9" * 90])
def test_nobody_can_ask_for_a_number_that_fills_the_memory(text: str) -> None:
    with pytest.raises(ValueError, match="has an exponent beyond 50"):
        parse_exact(text)


def test_a_number_has_a_longest_text() -> None:
    assert parse_exact("9" * LONGEST_TEXT) == 10**LONGEST_TEXT - 1
    with pytest.raises(ValueError, match=r"^a number of 101 characters is too long, at most 100 are read$"):
        parse_exact("9" * (LONGEST_TEXT + 1))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(5), "5"),
        (Fraction(500), "500"),
        (Fraction(-1, 10), "-0.1"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-22, 7), "-22/7"),
        (Fraction(1, 8), "0.125"),
        (Fraction(1001, 100), "10.01"),
        (Fraction(5992, 100), "59.92"),
        (Fraction(10) ** 20, "1" + "0" * 20),
        (Fraction(1, 10**12), "0.000000000001"),
    ],
)
def test_a_value_is_shown_plainly(value: Fraction, text: str) -> None:
    assert plain(value) == text


@given(st.fractions())
def test_what_is_shown_reads_back_as_the_same_value(value: Fraction) -> None:
    shown = plain(value)
    assert Fraction(shown) == value
    if len(shown) <= LONGEST_TEXT:
        assert parse_exact(shown) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6))
def test_every_finite_decimal_is_shown_as_one(value: Decimal) -> None:
    shown = plain(Fraction(value))
    assert re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", shown)
    assert Decimal(shown) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=8))
def test_a_decimal_means_what_decimal_arithmetic_says(value: Decimal) -> None:
    assert parse_exact(str(value)) == Fraction(value)


@given(st.text(alphabet="0123456789+-./eE_ xnaif½٣", max_size=12))
def test_whatever_is_accepted_is_what_python_reads(text: str) -> None:
    value = None
    with contextlib.suppress(ValueError):
        value = parse_exact(text)
    assert value is None or value == Fraction(text)


@given(st.from_regex(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?([eE][+-]?[0-4]?[0-9])?", fullmatch=True, alphabet=ASCII))
def test_every_ordinary_number_is_accepted(text: str) -> None:
    assert parse_exact(text) == Fraction(text)
