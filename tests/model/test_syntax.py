"""The condition language is read into a tree, and whatever is not in it is refused with the place and the reason."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given, strategies as st

from trialproof.model.condition import Relation, Tally
from trialproof.model.syntax import (
    DEEPEST_NESTING,
    KEYWORDS,
    LONGEST_TEXT,
    Amount,
    Belongs,
    Between,
    Calculation,
    Call,
    Comparison,
    Connection,
    Expression,
    Implication,
    IsKnown,
    MeasuredIn,
    Mistake,
    Name,
    Negation,
    Negative,
    Piece,
    Tallied,
    parse,
)


def mistake_in(text: str) -> Mistake:
    with pytest.raises(Mistake) as caught:
        parse(text)
    return caught.value


def outline(expression: Expression) -> str:
    """Show a tree on one line, every node in brackets, without offsets."""
    match expression:
        case Name(name):
            return name
        case Amount(value, unit):
            return f"{value}{unit.text if unit else ''}"
        case Negative(operand):
            return f"(- {outline(operand)})"
        case Calculation(operands, operators):
            first, *rest = map(outline, operands)
            return f"({' '.join([first, *(f'{o} {r}' for o, r in zip(operators, rest, strict=True))])})"
        case Call(function, arguments):
            return f"({function} {' '.join(map(outline, arguments))})"
        case MeasuredIn(operand, unit):
            return f"({outline(operand)} in {unit.text})"
        case Comparison(operands, relations):
            first, *rest = map(outline, operands)
            return f"({' '.join([first, *(f'{o.value} {r}' for o, r in zip(relations, rest, strict=True))])})"
        case Between(operand, low, high):
            return f"({outline(operand)} between {outline(low)} {outline(high)})"
        case Belongs(operand, categories, negated):
            return f"({outline(operand)} {'is not' if negated else 'is'} {'|'.join(each.text for each in categories)})"
        case IsKnown(operand, _, negated):
            return f"({outline(operand)} {'unknown' if negated else 'known'})"
        case Negation(operand):
            return f"(not {outline(operand)})"
        case Connection(connective, operands):
            return f"({f' {connective} '.join(map(outline, operands))})"
        case Implication(premise, conclusion):
            return f"(if {outline(premise)} then {outline(conclusion)})"
        case Tallied(tally, number, operands):
            return f"({tally.value} {number} {' '.join(map(outline, operands))})"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("skip", "skip"),
        ("a and b and c", "(a and b and c)"),
        ("a and (b or c)", "(a and (b or c))"),
        ("a xor b", "(a xor b)"),
        ("not a and b", "((not a) and b)"),
        ("not age > 5", "(not (age > 5))"),
        ("if a and b then c or d", "(if (a and b) then (c or d))"),
        ("age > 70 years or age < 16 years", "((age > 70years) or (age < 16years))"),
        ("a <= b", "(a <= b)"),
        ("a ≤ b ≤ c", "(a <= b <= c)"),
        ("a ≠ b and c ≥ d", "((a != b) and (c >= d))"),
        ("16 years <= age <= 70 years", "(16years <= age <= 70years)"),
        ("a = b = c", "(a = b = c)"),
        ("age between 16 and 70 years and skip", "((age between 16 70years) and skip)"),
        ("age is between 16 and 70 years", "(age between 16 70years)"),
        ("resection is R0", "(resection is R0)"),
        ("resection is not R0", "(resection is not R0)"),
        ("resection is one of (R1, R2)", "(resection is R1|R2)"),
        ("resection is not one of (R1, R2)", "(resection is not R1|R2)"),
        ("resection is none of (R1,R2)", "(resection is not R1|R2)"),
        ("m is none", "(m is none)"),
        ("m is one and n is one of (one, of)", "((m is one) and (n is one|of))"),
        ("age is known and ecog is unknown", "((age known) and (ecog unknown))"),
        ("age is not known or age is not unknown", "((age unknown) or (age known))"),
        ("(a and b) is known", "((a and b) known)"),
        ("pregnant is no", "(pregnant is no)"),
        ("at least 2 of (a, b > 5, if c then d)", "(at least 2 a (b > 5) (if c then d))"),
        ("exactly 1 of (a) and at  most 0 of (b)", "((exactly 1 a) and (at most 0 b))"),
        ("a + b - c * d / e", None),
        ("a - (b - c) = -d", "((a - (b - c)) = (- d))"),
        ("a * b / c = 5", "((a * b / c) = 5)"),
        ("min(a, b) > max(c, d, 5 cm)", "((min a b) > (max c d 5cm))"),
        ("floor(age in years / 5) = 3", "((floor ((age in years) / 5)) = 3)"),
        ("-age in years < 0", "((- (age in years)) < 0)"),
        ("v50 > 50%", "(v50 > 50%)"),
        ("v50 > 50 percent", "(v50 > 50percent)"),
        ("alt <= 1.5 ULN", "(alt <= 3/2ULN)"),
        ("wbc > 4.0 10*9/L", "(wbc > 410*9/L)"),
        ("wbc > 4.0 10^9/L and b", "((wbc > 410^9/L) and b)"),
        ("c >= 60 mL/min/{1.73_m2}", "(c >= 60mL/min/{1.73_m2})"),
        ("p >= 1500 1/uL", "(p >= 15001/uL)"),
        ("d > 5cm and t>5 min", "((d > 5cm) and (t > 5min))"),
        ("her2 is 2+", "(her2 is 2+)"),
        ("her2 is one of (0, 1+, 2020-01-01, no)", "(her2 is 0|1+|2020-01-01|no)"),
        ('h is "squamous cell (""x"")" or b', '((h is squamous cell ("x")) or b)'),
        ("h is not-done", "(h is not-done)"),
        ("m is one of (positive, unknown)", "(m is positive|unknown)"),
        ("radical_surgery.curative", "radical_surgery.curative"),
        ("eligible\n  and\tandroid", "(eligible and android)"),
    ],
)
def test_a_text_is_read_as(text: str, tree: str | None) -> None:
    assert outline(parse(text)) == (tree or "(a + b - (c * d / e))")


def test_every_node_knows_where_it_stands() -> None:
    text = "  not (age > 70 years) and resection is one of (R1, R2)"
    tree = parse(text)
    assert tree == Connection(
        "and",
        (
            Negation(
                Comparison(
                    (Name("age", 7, 10), Amount(Fraction(70), Piece("years", 16, 21), 13, 21)), (Relation.GT,), 6, 22
                ),
                2,
                22,
            ),
            Belongs(Name("resection", 27, 36), (Piece("R1", 48, 50), Piece("R2", 52, 54)), False, 27, 55),
        ),
        2,
        55,
    )
    assert text[27:55] == "resection is one of (R1, R2)"


def test_a_count_keeps_its_tally_and_number() -> None:
    tree = parse("at most 3 of (a, b)")
    assert isinstance(tree, Tallied)
    assert (tree.tally, tree.number) == (Tally.AT_MOST, 3)


@pytest.mark.parametrize(
    ("text", "carets", "message", "advice"),
    [
        ("", "^", "expected a condition, found nothing", None),
        (" \n ", "^", "expected a condition, found nothing", None),
        ("and", "^^^", "expected a number, a name or `(`, found `and`", None),
        ("a and", "     ^", "expected a number, a name or `(`, found the end", None),
        ("a and  ", "     ^", "expected a number, a name or `(`, found the end", None),
        ("a or and b", "     ^^^", "expected a number, a name or `(`, found `and`", None),
        ("a b", "  ^", "expected a comparison, `and`, `or` or the end, found `b`", None),
        ("(a b)", "   ^", "expected a comparison, `and`, `or` or `)`, found `b`", None),
        ("x is", "    ^", "expected a category, found the end", None),
        ("x is and y", "     ^^^", "expected a category, found `and`", None),
        ("x is one of R1", "            ^^", "expected `(`, found `R1`", None),
        ("x is one of (R1 R2)", "                ^^", "expected `,` or `)`, found `R2`", "put commas between"),
        ("x is any of (R1)", "         ^^", None, "write `is one of (...)`"),
        ("x is in (R1)", "     ^^", "expected a category, found `in`", "write `is one of (...)`"),
        ("x is squamous cell", "              ^^^^", None, "put a category of several words in quotes"),
        ("age is 70 years", "          ^^^^^", None, "compare numbers with `=`"),
        ("age in", "      ^", "expected a unit, found the end", None),
        ("age between 5", "             ^", "expected a unit or `and`, found the end", None),
        ("at least of (a)", "         ^^", "expected a number, found `of`", None),
        ("at least 2 (a)", "           ^", "expected `of`, found `(`", None),
        ("at least 2.5 of (a)", "         ^^^", "expected a whole number, found `2.5`", None),
        ("if a", "    ^", "expected a comparison, `then`, `and` or `or`, found the end", None),
        ("if a then b else c", "            ^^^^", None, "has no `else`"),
        ("a and if b then c", "      ^^", None, "put `if ... then ...` in brackets"),
        ("not not a", "    ^^^", None, "two times `not` needs brackets"),
        ("(a and b", "^", "this bracket is not closed", None),
        ("a and b)", "       ^", "this bracket closes nothing", None),
        ('x is "R0', "     ^", "this quotation mark is not closed", None),
        ("age => 5", "     ^", None, "did you mean `>=`?"),
        ("age =< 5", "     ^", None, "did you mean `<=`?"),
        ("age == 5", "     ^", "expected a number, a name or `(`, found `=`", "write a single `=`"),
        ("age <> 5", "     ^", None, "write `!=`"),
        ("age > = 5", "      ^", None, "write `>=` without a blank"),
        ("a && b", "  ^^", None, "write `and`"),
        ("a || b", "  ^^", None, "write `or`"),
        ("!a", "^", None, "write `not`"),
        ("a AND b", "  ^^^", None, "did you mean `and`?"),
        ("kps > 80 AND b", "         ^^^", None, "did you mean `and`?"),
        ("a adn b", "  ^^^", None, "did you mean `and`?"),
        ("age at least 16 years", "    ^^", None, "compare with `>=`"),
        ("age is more than 16 years", "            ^^^^", None, "compare with `>`"),
        ("wbc > 4.0*10^9/L", "            ^", None, "as in `4.0 10*9/L`"),
        ("dose > 1,000 mg", "        ^", None, "without commas between the thousands"),
        ("dose > 5,5 mg", "        ^", None, "write `5.5`"),
        ("age > .5", "      ^", None, "write `0.5`"),
        ("age > 007", "      ^^^", "`007` begins with a zero", "without leading zeros"),
        ("min(1,000, a) > 5", "      ^^^", "`000` begins with a zero", "without commas between the thousands"),
        ("größe > 5", "  ^^^", None, "names are made of the letters a to z"),
        ("age – 5 > 3", "    ^", None, "write `-`"),
        ("a < b > c", "^^^^^^^^^", "a chain of comparisons goes in one direction", "join two comparisons with `and`"),
        ("a <= b = c", "^^^^^^^^^^", "a chain of comparisons goes in one direction", "with `and`"),
        ("a < b = c", "^^^^^^^^^", "a chain of comparisons goes in one direction", "with `and`"),
        ("a != b != c", "^^^^^^^^^^^", "a chain of comparisons goes in one direction", "with `and`"),
        ("floor > 5", "^^^^^", "expected a name, found `floor`", "another use"),
        ("a\u200b and b", " ^", "expected a comparison, `and`, `or` or the end, found `\\u200b`", "delete it"),
    ],
)
def test_a_mistake_says_what_was_expected_and_where(
    text: str, carets: str, message: str | None, advice: str | None
) -> None:
    mistake = mistake_in(text)
    assert " " * mistake.start + "^" * max(1, mistake.end - mistake.start) == carets
    assert message is None or mistake.message == message
    assert advice in mistake.help if advice and mistake.help else advice == mistake.help


@pytest.mark.parametrize(
    ("text", "names", "one", "other"),
    [
        ("a and b or c", "`and` and `or`", "(a and b) or c", "a and (b or c)"),
        ("a or b and c or d", "`or` and `and`", "(a or b) and (c or d)", "a or (b and c) or d"),
        ("x and y xor z", "`and` and `xor`", "(x and y) xor z", "x and (y xor z)"),
        ("a and b or c xor d", "`and` and `or`", "((a and b) or c) xor d", "a and (b or (c xor d))"),
        (
            "age >\n 5 years and (b or c) or not d",
            "`and` and `or`",
            "(age > 5 years and (b or c)) or not d",
            "age > 5 years and ((b or c) or not d)",
        ),
    ],
)
def test_mixed_connectives_are_refused_with_both_bracketings_of_the_users_own_text(
    text: str, names: str, one: str, other: str
) -> None:
    mistake = mistake_in(text)
    assert mistake.message == f"{names} are mixed without brackets, which can be read in two ways"
    assert mistake.help == f"either `{one}`\nor     `{other}`"
    assert (mistake.start, mistake.end) == (0, len(text))
    assert parse(one) != parse(other)


def test_mixed_connectives_in_brackets_are_marked_there() -> None:
    mistake = mistake_in("skip and (a or b and c)")
    assert (mistake.start, mistake.end) == (10, 22)


def test_a_chain_of_xor_is_refused_because_nobody_knows_what_it_says() -> None:
    mistake = mistake_in("a xor b xor c")
    assert mistake.help == "either `exactly 1 of (a, b, c)`\nor     `(a xor b) xor c`"
    assert outline(parse("exactly 1 of (a, b, c)")) != outline(parse("(a xor b) xor c"))


@given(st.lists(st.sampled_from(["and", "or", "xor"]), min_size=2, max_size=6))
def test_what_is_offered_for_a_mixture_can_be_read_and_differs(connectives: list[str]) -> None:
    text = "a" + "".join(f" {connective} x{index}" for index, connective in enumerate(connectives))
    if set(connectives) in ({"and"}, {"or"}):
        assert isinstance(parse(text), Connection)
    else:
        one, other = (mistake_in(text).help or "").removeprefix("either `").removesuffix("`").split("`\nor     `")
        assert outline(parse(one)) != outline(parse(other))


def test_a_long_mixture_does_not_fill_the_screen() -> None:
    assert len(mistake_in("a and b or c" * 1 + " or d and e" * 500).help or "") < 1000


def test_keywords_cannot_be_names() -> None:
    assert {"and", "or", "xor", "not", "if", "then", "is", "in", "between", "eligible", "everyone"} <= KEYWORDS
    for word in ("and", "or", "xor", "not", "if", "then", "is", "in", "of", "between", "min", "max", "floor", "at"):
        assert word in KEYWORDS
        assert "expected a n" in mistake_in(f"{word} > 5").message


def test_brackets_up_to_the_limit_are_read_and_one_more_is_not() -> None:
    deepest = "(" * DEEPEST_NESTING + "a" + ")" * DEEPEST_NESTING
    assert outline(parse(deepest)) == "a"
    mistake = mistake_in(f"({deepest})")
    assert mistake.message == "brackets nest more than 40 deep"
    assert mistake.start == DEEPEST_NESTING


def test_a_text_beyond_the_limit_is_refused() -> None:
    longest = "a" + " and a" * ((LONGEST_TEXT - 1) // 6)
    assert isinstance(parse(longest), Connection)
    assert "too long" in mistake_in(longest + " " * LONGEST_TEXT).message


def test_brackets_in_quotes_and_in_units_are_no_brackets() -> None:
    assert outline(parse('h is "a)" and (b > 5 mL/{1.73_m2})')) == "((h is a)) and (b > 5mL/{1.73_m2}))"


TOKENS = st.sampled_from(
    [
        *sorted(KEYWORDS), *"()+-*/<>=,.\"'!&|%{}[]^;:#$?@~\\\n\t", "<=", ">=", "!=", "≤", "=>", "at least", "one of",
        "none of", "age", "R0", "5", "5.5", "007", "cm", "10*9/L", "years", "mL/min/{1.73_m2}", "\u200b", "é", "\u0662",
    ]
)  # fmt: skip


def answer(text: str) -> Expression | Mistake:
    try:
        return parse(text)
    except Mistake as mistake:
        return mistake


@given(st.lists(TOKENS, max_size=25).map(" ".join) | st.lists(TOKENS, max_size=25).map("".join) | st.text(max_size=60))
@example("is not (")
@example("a is \x00")
@example("a is known is known")
@example("5 10*")
@example("{")
@example("and.")
@example("x is and<")
def test_whatever_the_text_the_answer_is_a_tree_or_a_mistake(text: str) -> None:
    found = answer(text)
    if isinstance(found, Mistake):
        assert 0 <= found.start <= found.end <= len(text)
        assert found.message[0] == found.message[0].lower()
        assert not found.message.endswith(".")
        assert found.message.isprintable()
    else:
        assert 0 <= found.start < found.end <= len(text)
        assert text[: found.start].strip() == text[found.end :].strip() == ""
        assert outline(found)
