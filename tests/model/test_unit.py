"""Units are read, shown and converted exactly, and what must not convert does not."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from trialproof.model.unit import PLAIN, SPELLINGS, Unit, UnknownUnit, over, parse_unit, ratio, say_amount, times

names = st.sampled_from(sorted(SPELLINGS))
pieces = st.builds(
    lambda name, power: f"{name}^{power}" if power else name, names, st.sampled_from([0, 0, 0, -2, -1, 1, 2, 3])
) | st.sampled_from(["10*9", "10*-3", "x10^6"])
texts = st.builds(
    lambda above, below: ".".join(above) + "".join(f"/{each}" for each in below),
    st.lists(pieces, min_size=1, max_size=2),
    st.lists(pieces, max_size=2),
).filter(lambda text: len(text) <= 60)
units = texts.map(parse_unit)
amounts = st.fractions(max_denominator=1000)


def convert(text: str, other: str) -> Fraction | None:
    return ratio(parse_unit(text), parse_unit(other))


@pytest.mark.parametrize(
    ("one", "number", "other"),
    [
        ("cm", 10, "mm"),
        ("m2", 10_000, "cm2"),
        ("L", 1000, "cm3"),
        ("mL", 1, "cm3"),
        ("uL", 1, "mm3"),
        ("dL", 100, "mL"),
        ("kg", 10**9, "ug"),
        ("mcg", 1000, "ng"),
        ("a", 12, "mo"),
        ("year", 12, "months"),
        ("wk", 7, "d"),
        ("week", 168, "hours"),
        ("h", 60, "min"),
        ("min", 60_000, "ms"),
        ("mmol", 1000, "umol"),
        ("Gy", 100, "cGy"),
        ("GBq", 1000, "MBq"),
        ("kPa", Fraction(1_000_000_000_000, 133_322_387_415), "mm[Hg]"),
        ("kcal", Fraction(4184, 1000), "kJ"),
        ("IU", 1000, "m[iU]"),
        ("g/dL", 10, "g/L"),
        ("mg/dL", 10, "ug/mL"),
        ("mg/kg/d", Fraction(1, 24), "mg/kg/h"),
        ("10*9/L", 1000, "/uL"),
        ("10*9/L", 1, "10*3/uL"),
        ("10*9/L", 1000, "cells/mm3"),
        ("10*12/L", 1000, "10*9/L"),
        ("s-1", 60, "/min"),
        ("10*-3", Fraction(1, 1000), "1"),
        ("mg/g", Fraction(1, 1000), "1"),
    ],
)
def test_one_unit_is_so_many_of_another(one: str, number: int | Fraction, other: str) -> None:
    assert convert(one, other) == number


def test_a_litre_of_ten_to_the_nine_is_a_thousand_million() -> None:
    assert parse_unit("10*9/L").factor / parse_unit("/L").factor == 10**9


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("month", "days"),
        ("year", "weeks"),
        ("%", "1"),
        ("%", "mg/g"),
        ("ULN", "1"),
        ("LLN", "ULN"),
        ("U", "IU"),
        ("U/L", "umol/min/L"),
        ("IU", "1"),
        ("mEq/L", "mmol/L"),
        ("Gy", "mSv"),
        ("Cel", "1"),
        ("mL/min", "mL/min/{1.73_m2}"),
        ("{1.73_m2}", "m2"),
        ("MBq", "/s"),
        ("mol", "1"),
        ("cm", "cm2"),
        ("g", "mL"),
        ("s", "Sv"),
    ],
)
def test_nothing_turns_silently_into_something_else(one: str, other: str) -> None:
    assert convert(one, other) is None
    assert convert(other, one) is None


@pytest.mark.parametrize(
    "spellings",
    [
        ("mo", "mos", "month", "months"),
        ("a", "yr", "yrs", "year", "years"),
        ("10*9/L", "10^9/L", "x10*9/L", "x10^9/L", "x 10^9/L", "×10⁹/L", "10*9/l", " 10*9 / L "),
        ("mL/min/{1.73_m2}", "mL/min/1.73m2", "mL/min/1.73 m2", "ml/min/1.73 m²", "mL/min/1.73m^2", "mL/min/{1.73m2}"),
        ("m2", "m^2", "m²"),
        ("ug", "mcg", "µg", "μg", "micrograms"),  # the micro sign and the Greek letter
        ("mm[Hg]", "mmHg"),
        ("[iU]", "[IU]", "IU"),
        ("%", "percent"),
        ("/uL", "1/uL", "uL-1", "/µL", "µL⁻¹"),
        ("mg/kg/d", "mg/kg/day", "mg per kg per day"),
        ("mg.min/mL", "mg·min/mL", "mg.minutes / mL"),
        ("Cel", "°C", "degC", "celsius"),
        ("ULN", "xULN", "x ULN", "× ULN"),
        ("", "1"),
    ],
)
def test_different_spellings_give_one_unit(spellings: tuple[str, ...]) -> None:
    assert len({parse_unit(each) for each in spellings}) == 1


def test_no_text_is_the_plain_number() -> None:
    assert parse_unit("") == PLAIN
    assert not PLAIN.text
    assert not PLAIN.dimension
    assert PLAIN.factor == 1


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("CM", "cm"),
        ("Months", "months"),
        ("MG/DL", "mg/dL"),
        ("Kg/M2", "kg/m2"),
        ("gy", "Gy"),
        ("MMHG", "mmHg"),
        ("109/L", "10*9/L"),  # what is left of 10⁹/L when a superscript is lost
        ("1e9/L", "10*9/L"),
        ("mothns", "months"),
        ("milimetres", "millimetres"),
    ],
)
def test_an_unknown_unit_says_what_was_probably_meant(text: str, suggestion: str) -> None:
    with pytest.raises(UnknownUnit, match=r"is not a unit$") as caught:
        parse_unit(text)
    assert caught.value.suggestion == suggestion


@pytest.mark.parametrize(
    "text",
    [
        "foo", "foo/L", "/", "mL/", ".cm", "cm.", "cm..mm", "cm//mm", "m0", "m10", "Gy10", "10", "10/L", "10*0",
        "10*999", "10*60.10*60", "m9.m9", "10e9/L", "2", "1.5", "{score}", "{}", "a{b", "{1.73_m2", "cm mm",
        "cm\nmm", "mg*kg", "mg/(kg.d)", "m²2", "m^2^2", "x", "-1", "1/", "1/1", "per", "nan",
    ],
)  # fmt: skip
def test_a_text_that_names_no_unit_is_refused(text: str) -> None:
    with pytest.raises(UnknownUnit, match=r"is not a unit$"):
        parse_unit(text)


def test_a_message_stays_on_one_line() -> None:
    with pytest.raises(UnknownUnit, match=re.escape(r"`cm\nmm` is not a unit")):
        parse_unit("cm\nmm")


def test_a_product_after_a_slash_can_be_read_in_two_ways() -> None:
    with pytest.raises(UnknownUnit, match=r"^`mg/kg\.d` can be read in two ways$") as caught:
        parse_unit("mg/kg.d")
    assert caught.value.suggestion == "mg/kg/d"


def test_a_unit_has_a_longest_text() -> None:
    with pytest.raises(UnknownUnit, match="a unit of 61 characters is too long, at most 60 are read"):
        parse_unit("m" * 61)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        ("5", "cm", "5 cm"),
        ("1", "mo", "1 month"),
        ("16", "mo", "16 months"),
        ("70", "a", "70 years"),
        ("0", "d", "0 days"),
        ("0.5", "h", "0.5 hours"),
        ("-1", "wk", "-1 weeks"),
        ("50", "%", "50%"),
        ("4", "10*9/L", "4 10*9/L"),
        ("1500", "/uL", "1500/uL"),
        ("80", "", "80"),
        ("1", "", "1"),
        ("2.5", "ULN", "2.5 ULN"),
        ("1", "cm", "1 cm"),
        ("60", "mL/min/{1.73_m2}", "60 mL/min/1.73m2"),
        ("2", "mg/kg/day", "2 mg/kg/d"),
        ("5", "mg per week", "5 mg/wk"),
        ("38.5", "Cel", "38.5 °C"),
        ("1/3", "mo", "1/3 months"),
        ("1/3", "/uL", "1/3 /uL"),
        ("2", "10*-3", "2 10*-3"),
        ("2", "/1.73m2", "2 /1.73m2"),
    ],
)
def test_an_amount_is_said_as_a_reader_wants_it(value: str, unit: str, said: str) -> None:
    assert say_amount(Fraction(value), parse_unit(unit)) == said


def test_equal_names_cancel_and_others_stay() -> None:
    mg_per_kg, kg, cm, mm = (parse_unit(text) for text in ("mg/kg", "kg", "cm", "mm"))
    assert times(mg_per_kg, kg) == parse_unit("mg")
    assert over(cm, mm) == Unit("cm/mm", (), Fraction(10))
    assert over(kg, times(parse_unit("m"), parse_unit("m"))) == parse_unit("kg/m2")
    assert over(cm, cm) == PLAIN
    assert over(parse_unit("10*9/L"), parse_unit("10*3/L")) == parse_unit("10*6")


def test_a_base_is_a_unit_of_factor_one() -> None:
    bases = {base for spelling in SPELLINGS for base, _ in parse_unit(spelling).dimension}
    for base in bases:
        assert parse_unit(base).dimension == ((base, 1),)
        assert parse_unit(base).factor == 1


def test_no_two_spellings_differ_by_case_alone_unless_they_say_the_same() -> None:
    meanings: dict[str, set[Unit]] = {}
    for spelling in SPELLINGS:
        meanings.setdefault(spelling.lower(), set()).add(parse_unit(spelling))
    assert {spelling: found for spelling, found in meanings.items() if len(found) > 1} == {}


@given(texts)
def test_what_is_shown_reads_back_as_the_same_unit(text: str) -> None:
    unit = parse_unit(text)
    assert parse_unit(unit.text) == unit


@given(texts)
def test_a_dimension_is_sorted_and_has_no_zero_powers(text: str) -> None:
    dimension = parse_unit(text).dimension
    assert list(dimension) == sorted(dimension)
    assert all(power for _, power in dimension)


@given(units, units)
def test_conversion_is_symmetric(one: Unit, other: Unit) -> None:
    there, back = ratio(one, other), ratio(other, one)
    assert (there is None) == (back is None) == (one.dimension != other.dimension)
    assert there is None or back is None or there * back == 1


@given(names, names, names)
def test_conversion_by_way_of_another_unit_is_the_same(first: str, second: str, third: str) -> None:
    direct, one, two = convert(first, third), convert(first, second), convert(second, third)
    assert one is None or two is None or direct == one * two


@given(units, units, units)
def test_conversion_respects_products(one: Unit, other: Unit, common: Unit) -> None:
    assert ratio(times(one, common), times(other, common)) == ratio(one, other)
    assert ratio(over(one, common), over(other, common)) == ratio(one, other)


@given(units, units)
def test_times_and_over_undo_each_other(one: Unit, other: Unit) -> None:
    assert ratio(over(times(one, other), other), one) == 1
    assert ratio(times(over(one, other), other), one) == 1


@given(pieces.map(parse_unit), pieces.map(parse_unit))
def test_the_text_of_a_product_says_what_the_product_is(one: Unit, other: Unit) -> None:
    for made in (times(one, other), over(one, other)):
        assert parse_unit(made.text) == made


def test_a_long_product_is_still_a_unit() -> None:
    product = PLAIN
    for _ in range(40):
        product = times(product, times(parse_unit("mg"), parse_unit("10*9")))
    assert product.text == "mg40.10*360"
    assert ratio(over(product, parse_unit("mg")), parse_unit("kg")) is None
    assert product.factor == Fraction(10**9, 1000) ** 40


@given(units)
def test_a_plain_number_changes_no_unit(unit: Unit) -> None:
    assert times(unit, PLAIN) == unit
    assert times(PLAIN, unit) == unit
    assert over(unit, PLAIN) == unit


@given(amounts, units)
def test_an_amount_never_hides_its_number_or_its_unit(value: Fraction, unit: Unit) -> None:
    said = say_amount(value, unit)
    number = re.match(r"-?[0-9.]+(/[0-9]+)?", said)
    assert number is not None
    assert Fraction(number[0]) == value
    assert parse_unit(said[number.end() :]) == unit


@given(st.text(max_size=15) | st.text(alphabet="cmLg10*^-./23{}[]%x eE9²", max_size=10))
def test_any_text_is_a_unit_or_an_error_whose_suggestion_is_a_unit(text: str) -> None:
    try:
        unit = parse_unit(text)
    except UnknownUnit as refusal:
        suggestion = refusal.suggestion
        unit = parse_unit(suggestion or "")
    assert parse_unit(unit.text) == unit
