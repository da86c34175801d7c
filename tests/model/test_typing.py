"""Names are resolved and units converted exactly, and what does not fit is refused with advice."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from tests.model.sample import PROTOCOL, QUANTITIES, SCOPE, category, marked, mistake_in, number, read
from trialproof.model.condition import (
    EVERYONE,
    NOBODY,
    AllOf,
    AnyOf,
    Assigned,
    Compare,
    Condition,
    Count,
    Derived,
    Determined,
    Eligible,
    Floor,
    Greatest,
    IfThen,
    Is,
    Known,
    Least,
    Named,
    Not,
    Number,
    Product,
    Quotient,
    Relation,
    Sum,
    Tally,
    Term,
    Value,
    Yes,
)
from trialproof.model.patient import Patient, about
from trialproof.model.scope import Scope
from trialproof.model.syntax import Mistake, parse
from trialproof.model.typing import to_term
from trialproof.model.unit import PLAIN, parse_unit

LT, LE, EQ, GE, GT = Relation.LT, Relation.LE, Relation.EQ, Relation.GE, Relation.GT
AGE, DIAMETER, LESION, KPS = Value("age"), Value("diameter"), Value("lesion"), Value("kps")
SKIP, PREGNANT = Yes("skip"), Yes("pregnant")
WITH_MONTHS = replace(SCOPE, month=Fraction("30.44"))


def n(value: int | str) -> Number:
    return Number(Fraction(value))


def times(factor: int | str, term: Term) -> Product:
    return Product((n(factor), term))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("diameter > 5 cm", Compare(DIAMETER, GT, n(5))),
        ("diameter > 50 mm", Compare(DIAMETER, GT, n(5))),
        ("50 mm < diameter", Compare(n(5), LT, DIAMETER)),
        ("diameter > lesion", Compare(DIAMETER, GT, times("1/10", LESION))),
        ("lesion <= diameter", Compare(LESION, LE, times(10, DIAMETER))),
        ("lesion + diameter > 5 cm", Compare(Sum((LESION, times(10, DIAMETER))), GT, n(50))),
        ("5 cm + 5 mm + lesion > 1 m", Compare(Sum((n(50), n(5), LESION)), GT, n(1000))),
        ("time_to_recurrence > 2 years", Compare(Value("time_to_recurrence"), GT, n(24))),
        ("platelets >= 100000/uL", Compare(Value("platelets"), GE, n(100000))),
        ("platelets >= 100 10*9/L", Compare(Value("platelets"), GE, n(100000))),
        ("platelets >= 100000 1/uL", Compare(Value("platelets"), GE, n(100000))),
        ("white_cells > 4000/uL", Compare(Value("white_cells"), GT, n(4))),
        ("v50 > 50%", Compare(Value("v50"), GT, n(50))),
        ("kps > 70", Compare(KPS, GT, n(70))),
        ("kps > 5 cm / 1 mm", Compare(KPS, GT, n(50))),
        ("age > 2 * 30 years", Compare(AGE, GT, n(60))),
        ("age - 5 years > 0 years", Compare(Sum((AGE, n(-5))), GT, n(0))),
        ("-diameter < -5 cm", Compare(times(-1, DIAMETER), LT, n(-5))),
        ("diameter / 2 > 5 cm", Compare(Quotient(DIAMETER, n(2)), GT, n(5))),
        ("diameter / lesion > 2", Compare(Quotient(DIAMETER, LESION), GT, n("1/5"))),
        ("min(lesion, 5 cm, diameter) = 1 mm", Compare(Least((LESION, n(50), times(10, DIAMETER))), EQ, n(1))),
        ("max(age, 5 years) = 7 years", Compare(Greatest((AGE, n(5))), EQ, n(7))),
        ("floor(age in years / 5) = 3", Compare(Floor(Quotient(AGE, n(5))), EQ, n(3))),
        ("0 * kps = 2 * kps * 1 / 2", Compare(times(0, KPS), EQ, Quotient(times(2, KPS), n(2)))),
        ("2 * (3 * kps) = 6 * kps", Compare(times(6, KPS), EQ, times(6, KPS))),
        ("floor(7 / 2) < kps", Compare(n(3), LT, KPS)),
        ("age in months > 24", Compare(times(12, AGE), GT, n(24))),
        ("clearance >= 60 mL/min", Compare(Derived("clearance"), GE, n(60))),
        ("16 years <= age <= 70 years", AllOf((Compare(n(16), LE, AGE), Compare(AGE, LE, n(70))))),
        ("70 years > age >= 192 months", AllOf((Compare(n(70), GT, AGE), Compare(AGE, GE, n(16))))),
        ("age between 16 and 70 years", AllOf((Compare(AGE, GE, n(16)), Compare(AGE, LE, n(70))))),
        ("lesion between 1 cm and 2 cm", AllOf((Compare(LESION, GE, n(10)), Compare(LESION, LE, n(20))))),
        ("kps between 70 and 90", AllOf((Compare(KPS, GE, n(70)), Compare(KPS, LE, n(90))))),
        ("resection is R0", Is("resection", ("R0",))),
        ("resection is not R0", Not(Is("resection", ("R0",)))),
        ("resection is one of (R2, R1, R2)", Is("resection", ("R1", "R2"))),
        ("resection is none of (R2, R1)", Not(Is("resection", ("R1", "R2")))),
        ("her2 is 2+", Is("her2", ("2+",))),
        ('her2 is "unknown"', Is("her2", ("unknown",))),
        ("her2 is one of (0, unknown)", Is("her2", ("0", "unknown"))),
        ('histology is one of ("and", 2020-01-01)', Is("histology", ("and", "2020-01-01"))),
        ("skip", SKIP),
        ("skip is yes", SKIP),
        ("skip is no", Not(SKIP)),
        ("skip is not no", SKIP),
        ("skip is not yes", Not(SKIP)),
        ("not skip", Not(SKIP)),
        ("radical_surgery", Named("radical_surgery")),
        ("radical_surgery is no", Not(Named("radical_surgery"))),
        ("age is known", Known("age")),
        ("her2 is known", Known("her2")),
        ("skip is unknown", Not(Known("skip"))),
        ("skip is not unknown", Known("skip")),
        ("radical_surgery is known", Determined(Named("radical_surgery"))),
        ("clearance is unknown", Not(Determined(Derived("clearance")))),
        ("(skip and pregnant) is known", Determined(AllOf((SKIP, PREGNANT)))),
        ("(age + 5 years) is known", Determined(Sum((AGE, n(5))))),
        ("eligible is known", Determined(Eligible())),
        ("skip xor pregnant", Count(Tally.EXACTLY, 1, (SKIP, PREGNANT))),
        ("at most 1 of (skip, kps > 5)", Count(Tally.AT_MOST, 1, (SKIP, Compare(KPS, GT, n(5))))),
        ("skip or (pregnant or skip)", AnyOf((SKIP, AnyOf((PREGNANT, SKIP))))),
        ("if eligible then not skip", IfThen(Eligible(), Not(SKIP))),
        ("everyone", EVERYONE),
        ("nobody", NOBODY),
        ("arm is involved_field", Assigned("arm", ("involved_field",))),
        ("arm is not involved_field", Not(Assigned("arm", ("involved_field",)))),
        (
            "arm is one of (elective_field, involved_field)",
            Assigned("arm", ("involved_field", "elective_field")),
        ),
    ],
)
def test_a_condition_becomes(text: str, condition: Condition) -> None:
    assert read(text) == condition


def test_cockcroft_and_gault_can_be_written_with_plain_numbers() -> None:
    text = "(140 - age in years) * weight in kg / (72 * creatinine in mg/dL) >= 60"
    assert read(text) == Compare(
        Quotient(
            Product((Sum((n(140), times(-1, AGE))), Value("weight"))), times(72, Value("creatinine"))
        ),
        GE,
        n(60),
    )  # fmt: skip


def test_a_term_is_given_in_the_unit_asked_for() -> None:
    assert to_term(parse("diameter + 5 mm"), SCOPE, parse_unit("mm")) == times(10, Sum((DIAMETER, n("1/2"))))
    assert to_term(parse("5 cm"), SCOPE, parse_unit("mm")) == n(50)
    assert to_term(parse("2 * kps"), SCOPE, PLAIN) == times(2, KPS)
    body = to_term(parse("weight in kg / (72 * creatinine in mg/dL) * 1 mL/min"), SCOPE, parse_unit("mL/min"))
    assert body == Quotient(Value("weight"), times(72, Value("creatinine")))


def test_a_plain_number_is_not_taken_for_an_amount_even_where_the_unit_is_declared() -> None:
    for text, advice in (
        ("5", "give it its unit, as in `5 mL/min`"),
        ("kps * 2", "`* 1 mL/min` gives a plain number a unit"),
    ):
        with pytest.raises(Mistake, match="expected an amount in mL/min, found a plain number") as caught:
            to_term(parse(text), SCOPE, parse_unit("mL/min"))
        assert caught.value.help == advice


def test_months_become_days_by_the_calendar_alone() -> None:
    mistake = mistake_in("time_to_recurrence > 60 days")
    assert mistake.message == "expected an amount in months, found an amount in days"
    assert mistake.help is not None
    assert "calendar: {month: 30.44 days}" in mistake.help
    months = Value("time_to_recurrence")
    assert read("waiting < time_to_recurrence", WITH_MONTHS) == Compare(Value("waiting"), LT, times("30.44", months))
    assert read("time_to_recurrence > 3044 days", WITH_MONTHS) == Compare(months, GT, n(100))
    assert read("age > 365.28 days", WITH_MONTHS) == Compare(AGE, GT, n(1))
    assert read("lesion / waiting > 3.044 cm / 1 month", WITH_MONTHS) == Compare(
        Quotient(LESION, Value("waiting")), GT, n(1)
    )


@pytest.mark.parametrize(
    ("text", "carets", "message", "advice"),
    [
        ("age > 70", "      ^^", "expected an amount in years, found a plain number", "as in `70 years`"),
        ("diameter > 0", "           ^", "expected an amount in cm, found a plain number", "as in `0 cm`"),
        ("70 < age", "^^", "expected an amount in years, found a plain number", "as in `70 years`"),
        ("16 <= age <= 70 years", "^^", "expected an amount in years, found a plain number", "as in `16 years`"),
        ("age between 16 years and 70", "                         ^^", None, "as in `70 years`"),
        ("v50 > 0.5", "      ^^^", "expected an amount in %, found a plain number", None),
        ("age + 5 > 9 years", "      ^", "expected an amount in years, found a plain number", "as in `5 years`"),
        ("age in years > 70 years", "               ^^^^^^^^", None, "write `70` if no unit is meant"),
        ("kps > 70 kg", "      ^^^^^", "expected a plain number, found an amount in kg", "write `70` if no unit"),
        ("kps > weight", "      ^^^^^^", None, "`in kg` behind it makes a plain number of it"),
        ("age > kps", "      ^^^", None, "`* 1 year` gives a plain number a unit"),
        ("diameter > 5 kg", "           ^^^^", "expected an amount in cm, found an amount in kg", None),
        ("max(age, lesion) > 1 year", "         ^^^^^^", "expected an amount in years, found an amount in mm", None),
        ("diameter in kg > 5", "^^^^^^^^", "expected an amount in kg, found an amount in cm", None),
        ("diameter > 5 furlongs", "             ^^^^^^^^", "`furlongs` is not a unit", None),
        ("diameter > 5 CM", "             ^^", "`CM` is not a unit", "did you mean `cm`?"),
        ("diameter > 5 kps", "             ^^^", "`kps` is not a unit", "write `*` between a number and a name"),
        ("diameter > 5cm/kps", "            ^^^^^^", "`kps` in `cm/kps` is not a unit", "put blanks around `/`"),
        ("floor(age) > 5", "      ^^^", "`floor` rounds a plain number, found an amount in years", "in years)`"),
        ("age > 5 years / 0", "                ^", "this divides by zero", None),
        ("kps / (2 - 4 / 2) > 5", "      ^^^^^^^^^^^", "this divides by zero", None),
        ("kps > 9999999999 * 1" + "0" * 95, "      ^" + "^" * 108, None, None),
        ("lesion > " + "9" * 100 + " cm", "         " + "^" * 103, None, None),
        ("diametr > 5 cm", "^^^^^^^", "the protocol declares no `diametr`", "did you mean `diameter`?"),
        ("eligibel", "^^^^^^^^", "the protocol declares no `eligibel`", "did you mean `eligible`?"),
        ("not zzz", "    ^^^", "the protocol declares no `zzz`", None),
        ("resection is R0 or R1", "                   ^^", None, "`R1` is a category of `resection`"),
        ("involved_field", "^^^^^^^^^^^^^^", None, "is a choice of `arm`: write `arm is involved_field`"),
        ("resection is Z", "             ^", "`resection` has no category `Z`", "are R0, R1, R2, RX"),
        ("resection is r1", "             ^^", "`resection` has no category `r1`", "did you mean `R1`?"),
        ("resection is male", "             ^^^^", None, "`male` is a category of `sex`: write `sex is male`"),
        ("resection is one of (R0, R7)", "                         ^^", "`resection` has no category `R7`", None),
        ("arm is involved", "       ^^^^^^^^", "`arm` has no choice `involved`", "did you mean `involved_field`?"),
        ("arm", "^^^", "`arm` is a decision, not a condition", "write `arm is involved_field`"),
        ("arm > 5", "^^^", None, "write `arm is involved_field`"),
        ("arm is known", "^^^", "`arm` is a decision, not a condition", None),
        ("resection", "^^^^^^^^^", "`resection` is a category, not a condition", "write `resection is R0`"),
        ("histology", "^^^^^^^^^", None, 'write `histology is "squamous cell"`'),
        ("resection = R0", "^^^^^^^^^", "`=` compares numbers, and `resection` is a category", "`resection is R0`"),
        ("R1 != resection", "      ^^^^^^^^^", None, "write `resection is not R1`"),
        ("her2 = 0", "^^^^", None, "write `her2 is 0`"),
        ("pregnant = yes", "^^^^^^^^", "`=` compares numbers, and `pregnant` is yes or no", "write `pregnant is yes`"),
        ("min(skip, 5) > 5", "    ^^^^", "`skip` is yes or no, not a number", None),
        ("pregnant is maybe", "            ^^^^^", "expected `yes` or `no`, found `maybe`", None),
        ("kps", "^^^", "`kps` is a number, not a condition", "compare it, as in `kps > 0`"),
        ("diameter and skip", "^^^^^^^^", None, "compare it, as in `diameter > 0 cm`"),
        ("clearance", "^^^^^^^^^", "`clearance` is a number, not a condition", None),
        ("radical_surgery > 5", "^^^^^^^^^^^^^^^", None, None),
        ("eligible + 5 > 5", "^^^^^^^^", "`eligible` is a condition, not a number", None),
        ("5 cm", "^^^^", "expected a condition, found a number", None),
        ("skip and 2", "         ^", "expected a condition, found a number", "write `is` before it"),
        ("(skip and pregnant) > 5", "^^^^^^^^^^^^^^^^^^^", "expected a number, found a condition", None),
        ("kps is 80", "       ^^", "`kps` is a number, not a category", "as in `kps = 80`"),
        ("(kps + 5) is R0", "^^^^^^^^^", "`is` goes with one category, yes/no or decision", None),
        ("her2 is unknown", "^^^^^^^^^^^^^^^", None, 'write `her2 is "unknown"` for the category'),
        ("her2 is not unknown", "^^^^^^^^^^^^^^^^^^^", None, "and `not (her2 is known)` where it was not recorded"),
        ("zzz is known", "^^^", "the protocol declares no `zzz`", None),
    ],
)
def test_what_does_not_fit_is_refused(text: str, carets: str, message: str | None, advice: str | None) -> None:
    mistake = mistake_in(text)
    assert marked(mistake) == carets
    assert message is None or mistake.message == message
    assert advice is None or (mistake.help is not None and advice in mistake.help)


def test_a_declared_name_goes_before_a_unit_behind_a_slash() -> None:
    scope = Scope({**QUANTITIES, "uL": number("uL")})
    assert read("kps > 100/uL", scope) == Compare(KPS, GT, Quotient(n(100), Value("uL")))
    assert mistake_in("kps > 100 / uL").message == "the protocol declares no `uL`"


def test_a_category_called_known_can_still_be_asked_for() -> None:
    scope = Scope({"marker": category("marker", "known", "unknown")})
    assert read('marker is "known"', scope) == Is("marker", ("known",))
    assert read('(marker is "known") is known', scope) == Determined(Is("marker", ("known",)))
    assert "can mean the category" in mistake_in("marker is known", scope).message


def test_a_long_list_of_categories_is_cut_short() -> None:
    scope = Scope({"site": category("site", *(f"C{index}" for index in range(90)))})
    advice = mistake_in("site is pharynx", scope).help
    assert advice is not None
    assert "C11, ..." in advice
    assert "C12" not in advice


@given(
    st.sampled_from(["mm", "cm", "m", "um"]),
    st.sampled_from(["mm", "cm", "m", "um"]),
    st.sampled_from(["<", "<=", "=", "!=", ">=", ">"]),
    st.fractions(0, 100, max_denominator=50),
    st.fractions(0, 100, max_denominator=50),
)
def test_a_comparison_does_not_depend_on_the_units_it_is_written_in(
    one: str, other: str, relation: str, limit: Fraction, recorded: Fraction
) -> None:
    there = parse_unit("cm").factor / parse_unit(one).factor
    number_text = f"{limit.numerator} cm / {limit.denominator}"
    converted = limit * there
    same = f"{converted.numerator} {one} / {converted.denominator}"
    patient = about(PROTOCOL, Patient.of({"diameter": recorded}))
    flipped = {"<": ">", "<=": ">=", "=": "=", "!=": "!=", ">=": "<=", ">": "<"}[relation]
    meanings = {
        patient.truth(read(text)).holds
        for text in (
            f"diameter {relation} {number_text}",
            f"diameter {relation} {same}",
            f"{same} {flipped} diameter",
            f"diameter in {other} {relation} ({number_text}) in {other}",
            f"diameter + 1 {other} {relation} {same} + 1 {other}",
            f"min(diameter, 9 m) {relation} min({same}, 9 m)",
        )
    }
    assert len(meanings) == 1
