"""A cell of a decision table says what the language of conditions says of the column's name, or is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from tests.model.folder import read_marks
from trialproof.model.cell import Column
from trialproof.model.condition import EVERYONE, Condition
from trialproof.model.protocol import CategoryKind, NumberKind, Quantity, YesNoKind
from trialproof.model.scope import Scope
from trialproof.model.syntax import Mistake, parse
from trialproof.model.typing import to_condition
from trialproof.model.unit import PLAIN, Unit, parse_unit

MONTH = Fraction(3044, 100)


def number(name: str, unit: Unit = PLAIN) -> Quantity:
    return Quantity(name, NumberKind(Fraction(-100), Fraction(100), unit))


def category(name: str, *categories: str) -> Quantity:
    return Quantity(name, CategoryKind(categories))


QUANTITIES = [
    number("size", parse_unit("cm")),
    number("time", parse_unit("month")),
    number("kps"),
    number("share", parse_unit("%")),
    number("platelets", parse_unit("/uL")),
    category("resection", "R0", "R1", "R2", "RX"),
    category("her2", "+", "-", "2+", "unknown"),
    category("odd", "any", "no", "yes", "5", "<5", "a, b", "not(a)", 'so "called"', "partial response", "a"),
    Quantity("prior", YesNoKind()),
]
SCOPE = Scope(
    {each.name: each for each in QUANTITIES},
    {"half": parse_unit("cm"), "old": None},
    {"arm": ("short", "long")},
    MONTH,
)


def cell(column: str, text: str) -> Condition:
    return Column(column, SCOPE).read(text)


def rule(text: str) -> Condition:
    return to_condition(parse(text), SCOPE)


@pytest.mark.parametrize(
    ("column", "text", "condition"),
    [
        ("size", "<5", "size < 5 cm"),
        ("size", "<= 5 cm", "size <= 5 cm"),
        ("size", "≥5 mm", "size >= 5 mm"),
        ("size", "!=5", "size != 5 cm"),
        ("size", "=5", "size = 5 cm"),
        ("size", "5", "size = 5 cm"),
        ("size", "-5", "size = -5 cm"),
        ("size", "> -0.5", "size > -0.5 cm"),
        ("size", "[1..3)", "size >= 1 cm and size < 3 cm"),
        ("size", "(1..3]", "size > 1 cm and size <= 3 cm"),
        ("size", "(1 .. 3)", "size > 1 cm and size < 3 cm"),
        ("size", "1..3", "size between 1 cm and 3 cm"),
        ("size", "[1..3]", "size between 1 cm and 3 cm"),
        ("size", "[3..3]", "size between 3 cm and 3 cm"),
        ("size", "[-3..-1.5]", "size between -3 cm and -1.5 cm"),
        ("size", "[5..30 mm]", "size between 5 and 30 mm"),
        ("size", "[5 mm..3 cm]", "size >= 5 mm and size <= 3 cm"),
        ("size", "5, 7", "size = 5 cm or size = 7 cm"),
        ("size", "<5, >10", "size < 5 cm or size > 10 cm"),
        ("size", "<5, >5", "size < 5 cm or size > 5 cm"),
        ("size", "<1, [2..3)", "size < 1 cm or (size >= 2 cm and size < 3 cm)"),
        ("size", "not(<5)", "not size < 5 cm"),
        ("size", "not (<5, >10)", "not (size < 5 cm or size > 10 cm)"),
        ("size", "not([1..3))", "not (size >= 1 cm and size < 3 cm)"),
        ("half", ">2.5", "half > 2.5 cm"),
        ("half", ">25 mm", "half > 25 mm"),
        ("kps", ">= 80", "kps >= 80"),
        ("time", "> 1 year", "time > 1 year"),
        ("time", "<= 30 days", "time <= 30 days"),
        ("share", "50%", "share = 50%"),
        ("platelets", ">= 1500/uL", "platelets >= 1500/uL"),
        ("platelets", ">= 100 10*9/L", "platelets >= 100 10*9/L"),
        ("resection", "R0", "resection is R0"),
        ("resection", "R2, R1", "resection is one of (R1, R2)"),
        ("resection", "not(R0)", "resection is not R0"),
        ("resection", "not(R0, R1)", "resection is none of (R0, R1)"),
        ("her2", '"-"', 'her2 is "-"'),
        ("her2", '+, "-"', 'her2 is one of (+, "-")'),
        ("her2", "unknown", 'her2 is "unknown"'),
        ("odd", "no", "odd is no"),
        ("odd", "5", "odd is 5"),
        ("odd", "<5", 'odd is "<5"'),
        ("odd", '"a, b", a', 'odd is one of ("a, b", a)'),
        ("odd", '"not(a)"', 'odd is "not(a)"'),
        ("odd", "partial response", 'odd is "partial response"'),
        ("odd", '"so ""called"""', 'odd is "so ""called"""'),
        ("prior", "yes", "prior"),
        ("prior", "no", "not prior"),
        ("prior", "not(no)", "prior is not no"),
        ("old", "yes", "old"),
        ("old", "no", "not old"),
        ("eligible", "no", "not eligible"),
        ("arm", "short", "arm is short"),
        ("arm", "not(long)", "arm is not long"),
    ],
)
def test_a_cell_says_what_the_language_says(column: str, text: str, condition: str) -> None:
    assert cell(column, text) == rule(condition)


@pytest.mark.parametrize("column", ["size", "resection", "prior", "old", "half", "arm"])
@pytest.mark.parametrize("text", ["-", "any"])
def test_a_cell_for_any_value_asks_nothing_not_even_whether_it_is_known(column: str, text: str) -> None:
    assert cell(column, text) is EVERYONE


UP, DOWN = ["<", "<=", "=", "≤", ""], [">", ">=", "=", "≥", ""]


@st.composite
def items(draw: st.DrawFn, unit: str, relations: list[str]) -> tuple[str, str]:
    """Return one item of a cell and the same as a condition; in the cell, a unit of "" stands for cm."""
    said = unit or "cm"
    low, high = sorted((draw(st.integers(-2000, 2000)), draw(st.integers(-2000, 2000))))
    first, last = (f"{'-' * (value < 0)}{abs(value) // 100}.{abs(value) % 100:02}" for value in (low, high))
    blank = draw(st.sampled_from(["", " "]))
    if draw(st.booleans()):
        relation = draw(st.sampled_from(relations))
        return f"{relation}{blank}{first}{blank}{unit}", f"size {relation or '='} {first} {said}"
    left, right = draw(st.sampled_from(["[]", "[)", "(]", "()", ("", "")])) if low < high else "[]"
    above, below = "> " if left == "(" else ">=", "<" if right == ")" else "<="
    bounds = f"size {above} {first} {said} and size {below} {last} {said}"
    inner = draw(st.sampled_from([unit, ""])) if unit else ""
    return f"{left}{blank}{first}{inner}{blank}..{blank}{last} {unit}{right}", f"({bounds})"


@st.composite
def cells(draw: st.DrawFn) -> tuple[str, str]:
    """Return a cell of the column `size`, in centimetres, and the same as a condition."""
    unit, relations = draw(st.sampled_from(["", "mm", "cm"])), draw(st.sampled_from([UP, DOWN]))
    listed = draw(st.lists(items(unit, relations), min_size=1, max_size=4))
    text, said = ", ".join(text for text, _ in listed), " or ".join(said for _, said in listed)
    if draw(st.booleans()):
        return f"not({text})", f"not ({said})"
    return text, said


@given(cells())
def test_any_cell_of_numbers_is_the_condition_that_it_abbreviates(written: tuple[str, str]) -> None:
    text, said = written
    assert cell("size", text) == rule(said)


@given(st.sets(st.sampled_from(["R0", "R1", "R2", "RX"]), min_size=1), st.booleans(), st.booleans())
def test_any_cell_of_categories_is_the_condition_that_it_abbreviates(
    members: set[str], negated: bool, quoted: bool
) -> None:
    listed = ", ".join(f'"{each}"' if quoted else each for each in members)
    wanted = rule(f"resection is {'none of' if negated else 'one of'} ({listed})")
    assert cell("resection", f"not({listed})" if negated else listed) == wanted


REFUSED = [
    ("size", "«»", "this cell is empty", "write `-`"),
    ("size", "«1,5»", "`1,5` can be read in two ways", "`1.5` with a decimal point"),
    ("size", "<«1,500»", "`1,500` can be read in two ways", "`1500` for thousands"),
    ("size", "«R0»", "expected a number, found `R0`", "a number's column holds"),
    ("size", "<«»", "expected a number, found the end", ""),
    ("size", "<«.»5", "expected a number, found `.`", "write `0.5`"),
    ("size", "«05»", "`05` begins with a zero", "leading zeros"),
    ("size", "5,«»", "expected a number, found the end", ""),
    ("size", "=«>»5", "expected a number, found `>`", "did you mean `>=`?"),
    ("size", "«−»5", "expected a number, found `−`", "write `-`"),
    ("size", "«–»", "expected a number, found `–`", "write `-` for any value"),
    ("size", "«+»5", "expected a number, found `+`", ""),
    ("size", "5 «and» 7", "expected a unit, found `and`", "write an interval as `[1..3]`"),
    ("size", "5 «-» 7", "expected a unit, found `-`", "write an interval as `[1..3]`"),
    ("size", "5«-»7", "expected a unit, found `-`", "write an interval as `[1..3]`"),
    ("size", "5«–»7", "expected a unit, found `–`", "write an interval as `[1..3]`"),
    ("size", "5 «<»7", "expected a unit, found `<`", ""),
    ("size", "5 «1»", "expected a unit, found `1`", ""),
    ("size", "5 mg «per» kg", "expected the end of the number, found `per`", ""),
    ("size", "5 «cmm»", "`cmm` is not a unit", ""),
    ("size", "«5 kg»", "expected an amount in cm, found an amount in kg", ""),
    ("kps", "«5 cm»", "expected a plain number, found an amount in cm", ""),
    ("size", "«5», 7 mm", "this number has no unit, and another in its cell has one", "write `5 cm`"),
    ("size", "[5 mm..«3»]", "this number has no unit, and another in its cell has one", "write `3 cm`"),
    ("size", "«[3..1]»", "the interval ends at 1, below its start at 3", "lower bound first"),
    ("size", "«[3 cm..20 mm]»", "the interval ends at 2, below its start at 3", "lower bound first"),
    ("size", "«(3..3]»", "no number lies in this interval", "write `3`"),
    ("size", "[1..3«»", "expected `]` or `)` behind the interval, found the end", ""),
    ("size", "«1»..3)", "expected `[` or `(`, found `1`", ""),
    ("size", "«]»1..3[", "expected a number, found `]`", "(1..3)"),
    ("size", "[1«-»3]", "expected a unit, found `-`", "write an interval as `[1..3]`"),
    ("size", "[1..«.»3]", "expected a number, found `.`", "two dots"),
    ("size", "[1«…»3]", "expected a unit, found `…`", "two dots"),
    ("size", "[1..«]»", "expected a number, found `]`", ""),
    ("size", "[«.».3]", "expected a number, found `.`", ""),
    ("size", "«>5, <10»", "every number meets one of these: a comma means `or`", "write `(5..10)`"),
    ("size", "«!=5, !=6»", "every number meets one of these: a comma means `or`", "write `not(5, 6)`"),
    ("size", "«!=5, [4..6]»", "every number meets one of these", "`-` for any value"),
    ("size", "«<=5, >=5»", "every number meets one of these", "`-` for any value"),
    ("size", "[«]»", "expected a number, found `]`", ""),
    ("size", "(5«)»", "expected `..` between two numbers, found `)`", ""),
    ("size", "«not()»", "nobody meets this", ""),
    ("size", "«not(-)»", "nobody meets this", ""),
    ("size", "«not( any)»", "nobody meets this", ""),
    ("size", "«NOT»(<5)", "expected a number, found `NOT`", "small letters"),
    ("size", "«not» <5", "expected a number, found `not`", "with brackets"),
    ("size", "not(«not»(<5))", "expected a number, found `not`", ""),
    ("size", "«otherwise»", "expected a number, found `otherwise`", "`intent: first match`"),
    ("size", "«yes»", "expected a number, found `yes`", ""),
    ("size", "«" + "1" * 101 + "»", "a number of 101 characters is too long", ""),
    ("resection", "«R9»", "`resection` has no category `R9`", "the categories of `resection` are R0, R1, R2, RX"),
    ("resection", "R0, «»", "expected a category, found the end", "a comma stands between"),
    ("resection", "R0,«,» R1", "expected a category, found `,`", "a comma stands between"),
    ("resection", "«R0 R1»", "`resection` has no category `R0 R1`", ""),
    ("resection", "«<5»", "`resection` has no category `<5`", "the categories of `resection` are"),
    ("resection", "«not R0»", "`resection` has no category `not R0`", "write `not(...)`"),
    ("resection", "«\"»R0", "this quotation mark is not closed", ""),
    ("resection", "\"R0\" «x»", "expected `,` or the end, found `x`", ""),
    ("resection", "«n/a»", "`resection` has no category `n/a`", "write `-` for any value"),
    ("resection", "«*»", "`resection` has no category `*`", "write `-` for any value"),
    ("her2", "«-»", "`-` is a category of `her2`, and means something else in a table", 'quotation marks: `"-"`'),
    ("her2", "«not(-)»", "`-` is a category of `her2`, and means something else in a table", '`"-"`'),
    ("odd", "«any»", "`any` is a category of `odd`, and means something else in a table", '`"any"`'),
    ("odd", "«a, b»", "`a, b` is a category of `odd`, and means something else in a table", '`"a, b"`'),
    ("odd", "«not(a)»", "`not(a)` is a category of `odd`, and means something else in a table", '`"not(a)"`'),
    ("prior", "«Yes»", "expected `yes` or `no`, found `Yes`", ""),
    ("prior", "«TRUE»", "expected `yes` or `no`, found `TRUE`", ""),
    ("prior", "«yes, no»", "expected `yes` or `no`, found more", "write `-`"),
    ("arm", "«medium»", "`arm` has no choice `medium`", "the choices of `arm` are short, long"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "marked", "message", "advice"), REFUSED)
def test_a_cell_that_can_be_misread_is_refused_at_its_characters(
    column: str, marked: str, message: str, advice: str
) -> None:
    text, _, start, width = read_marks(marked)
    with pytest.raises(Mistake) as caught:
        cell(column, text)
    assert message in caught.value.message
    assert advice in (caught.value.help or "")
    assert caught.value.start == start - 1
    if text:
        assert caught.value.end - caught.value.start == width


@given(st.text(st.sampled_from("0123456789.,-<>=≤[]()\" cmR/%…–no tyeskua"), max_size=12))
def test_whatever_a_cell_holds_it_says_something_or_is_refused(text: str) -> None:
    for column in ("size", "resection", "her2", "odd", "prior", "arm"):
        try:
            said = cell(column, text)
        except Mistake as mistake:
            assert 0 <= mistake.start <= mistake.end <= max(len(text), 1)  # noqa: PT017 - it need not be raised
        else:
            assert (said is EVERYONE) == (text in ("-", "any"))


def test_a_very_long_cell_is_refused_at_once() -> None:
    for column, text in (("size", "5, " * 10_000), ("resection", "R0" + " " * 30_000 + '"')):
        with pytest.raises(Mistake, match="is too long, at most 20000 are read"):
            cell(column, text)
