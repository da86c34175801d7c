"""One cell of a decision table: what it says of the quantity that its column is named after.

A number: `<5`, `<= 5 cm`, `5`, `[1..3)`, `1..3`; a category: `R0`; a yes/no: `yes`, `no`. A comma means `or`,
`not(...)` the contrary, `-` or `any` that nothing is asked. What a cell says is what the language of conditions says of
the name: `[1..3)` in the column `size` is `size >= 1 and size < 3`. A number without a unit is in the quantity's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from trialproof.model.complaint import unexpected
from trialproof.model.condition import (
    EVERYONE,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Derived,
    Not,
    Number,
    Relation,
    Term,
    Value,
)
from trialproof.model.exact import in_backticks, parse_exact, plain
from trialproof.model.grammar import pattern
from trialproof.model.measure import convert, measure
from trialproof.model.patient import RELATE
from trialproof.model.protocol import CategoryKind
from trialproof.model.scope import Scope, describe
from trialproof.model.syntax import LONGEST_TEXT, RELATIONS, Amount, Belongs, Mistake, Name, Piece
from trialproof.model.typing import to_condition
from trialproof.model.unit import PLAIN, Unit, say_amount

ANY = ("-", "any")

_NOT = re.compile(r"not\s*\((.*)\)", re.DOTALL)
_RELATION = re.compile("|".join(sorted(RELATIONS, key=len, reverse=True)))
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_TWO_WAYS = re.compile(r"([0-9]+),([0-9]+)")
_WITHOUT_BLANK = re.compile(r"(?:/[A-Za-z_][A-Za-z0-9_]*)+")
_UP_TO = (Relation.LT, Relation.LE)
_FROM = (Relation.GT, Relation.GE)
_PARTED = (Relation.LT, Relation.GT)

# What people write instead, and what to tell them: the first that is found in the cell.
_HABITS = (
    (re.compile(r"\W|(?i:n/?a|all|every|any value)"), "write `-` for any value"),
    (re.compile("(?i:otherwise|else|rest)"), "write `-` in every cell of a last row, and `intent: first match`"),
    (re.compile(r"(?i:not\b.*)"), "write `not(...)`, in small letters and with brackets"),
)
_HABITS_WITH_NUMBERS = (
    *_HABITS,
    (re.compile(r"\].*|.*\["), "write a bound that is left out with a round bracket, as in `(1..3)`"),
    (re.compile(r".*(?:\.\.\.|…).*"), "write two dots between the bounds of an interval, as in `[1..3]`"),
    (
        re.compile(r".*[0-9]\s*(?:[-–—:;&]|to|and)\s*[<>=≤≥]*\s*[0-9].*"),  # noqa: RUF001 - dashes of a word processor
        "write an interval as `[1..3]`; `(1..3)` leaves its bounds out",
    ),
)
_FORMS = "a number's column holds `5`, `<5`, `[1..3)`, several of these with commas, `not(...)`, or `-` for any value"


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The conditions of one item of a cell, and the side on which it is open, if it is."""

    condition: Condition
    relation: Relation | None = None
    value: Fraction = Fraction(0)


class Column:
    """The cells of one column; each text is read once.

    `name` is a name of the scope: of a quantity, a definition, or a decision other than the table's own.
    """

    def __init__(self, name: str, scope: Scope) -> None:
        self._name = name
        self._scope = scope
        self._read: dict[str, Condition] = {}
        self._kind = describe(name, scope)[0]
        self._members: Sequence[str] = ()
        self._term: Term | None = None
        self._unit = PLAIN
        if self._kind == "a number":
            self._term, self._unit = _measured(name, scope)
        if self._kind == "a category":
            kind = scope.quantities[name].kind
            self._members = kind.categories if isinstance(kind, CategoryKind) else ()
        elif self._kind == "a decision":
            self._members = scope.decisions[name]

    def read(self, text: str) -> Condition:
        """Return what a cell says, `EVERYONE` if nothing is asked; Mistake if it cannot be read."""
        found = self._read.get(text)
        if found is None:
            found = self._read[text] = self._condition(text)
        return found

    def _condition(self, text: str) -> Condition:
        if not text:
            raise Mistake("this cell is empty", 0, 1, help="write `-` where any value will do")
        if len(text) > LONGEST_TEXT:
            raise Mistake(f"a cell of {len(text)} characters is too long, at most {LONGEST_TEXT} are read", 0, 1)
        negated = _NOT.fullmatch(text)
        start, end = negated.span(1) if negated else (0, len(text))
        for each in (text, text[start:end].strip()):
            if each in self._members and (each in ANY or _NOT.fullmatch(each) or "," in each or '"' in each):
                quoted = '"' + each.replace('"', '""') + '"'
                raise Mistake(
                    f"{in_backticks(each)} is a category of `{self._name}`, and means something else in a table",
                    0, len(text),
                    help=f"put the category in quotation marks: {in_backticks(quoted)}",
                )  # fmt: skip
        if text in ANY:
            return EVERYONE
        if text[start:end].strip() in ("", *ANY):
            raise Mistake("nobody meets this", 0, len(text), help="name what is left out between the brackets")
        if self._term is None:
            return self._belongs(text, start, end, negated=negated is not None)
        inner = self._numbers(text, start, end, self._term)
        return Not(inner) if negated else inner

    def _belongs(self, text: str, start: int, end: int, *, negated: bool) -> Condition:
        pieces = tuple(_pieces(text, start, end))
        if not self._members and len(pieces) > 1:
            raise Mistake("expected `yes` or `no`, found more", 0, len(text), help="write `-` where either will do")
        try:
            return to_condition(Belongs(Name(self._name, start, end), pieces, negated, start, end), self._scope)
        except Mistake as mistake:
            mistake.help = "\n".join(filter(None, (mistake.help, _habit(text, _HABITS)))) or None
            raise

    def _numbers(self, text: str, start: int, end: int, term: Term) -> Condition:
        either = _TWO_WAYS.search(text, start, end)
        if either is not None:
            raise Mistake(
                f"`{either[0]}` can be read in two ways", *either.span(),
                help=f"write `{either[1]}.{either[2]}` with a decimal point, `{either[1]}{either[2]}` for thousands, "
                f"or `{either[1]}, {either[2]}` for one or the other",
            )  # fmt: skip
        reader = _NumberReader(text, term, self._unit, self._scope)
        items = [reader.item(*span) for span in _between_commas(text, start, end)]
        reader.check_units()
        _refuse_all_numbers(text, items)
        return items[0].condition if len(items) == 1 else AnyOf(tuple(item.condition for item in items))


class _NumberReader:
    """Reads the items of one cell of numbers, and remembers which of them have a unit."""

    def __init__(self, text: str, term: Term, unit: Unit, scope: Scope) -> None:
        self._text = text
        self._term = term
        self._unit = unit
        self._scope = scope
        self._with_unit: list[Amount] = []
        self._without: list[Amount] = []

    def item(self, start: int, end: int) -> _Bounds:
        """Return what one item says, which has no blanks around it."""
        text = self._text
        dots = text.find("..", start, end)
        if start == end or (dots < 0 and text[start] not in "[("):
            return self._comparison(start, end)
        low_relation, high_relation = Relation.GE, Relation.LE
        first, last = start, end
        if text[start] in "[(" or text[end - 1] in ")]":
            if text[start] not in "[(":
                raise self._expected("`[` or `(`", start)
            if text[end - 1] not in ")]" or end - 1 == start:
                raise self._expected("`]` or `)` behind the interval", end)
            low_relation = Relation.GE if text[start] == "[" else Relation.GT
            high_relation = Relation.LE if text[end - 1] == "]" else Relation.LT
            first, last = start + 1, end - 1
        if dots < 0:
            self._amount(first, last)
            raise self._expected("`..` between two numbers", last)
        low, high = self._amount(first, dots), self._amount(dots + 2, last)
        if low.unit is None and high.unit is not None:
            low = Amount(low.value, high.unit, low.start, low.end)
        bounds = [self._number(each) for each in (low, high)]
        self._check_order(start, end, bounds, closed=(low_relation, high_relation) == (Relation.GE, Relation.LE))
        relations = zip((low_relation, high_relation), bounds, strict=True)
        return _Bounds(AllOf(tuple(Compare(self._term, relation, Number(bound)) for relation, bound in relations)))

    def check_units(self) -> None:
        """Refuse a cell in which some numbers have a unit and others are left to have the quantity's own."""
        if self._with_unit and self._without and self._unit != PLAIN:
            bare = self._without[0]
            raise Mistake(
                "this number has no unit, and another in its cell has one", bare.start, bare.end,
                help=f"write `{say_amount(bare.value, self._unit)}`, if that is meant",
            )  # fmt: skip

    def _comparison(self, start: int, end: int) -> _Bounds:
        found = _RELATION.match(self._text, start, end)
        relation = RELATIONS[found[0]] if found else Relation.EQ
        value = self._number(self._amount(found.end() if found else start, end))
        return _Bounds(Compare(self._term, relation, Number(value)), relation, value)

    def _amount(self, start: int, end: int) -> Amount:
        text = self._text
        start = _skip(text, start, end)
        end = start + len(text[start:end].rstrip())
        at = _skip(text, start + 1, end) if text[start:end].startswith("-") else start
        found = pattern("NUMBER").match(text, at, end)
        if found is None:
            raise self._expected("a number", at)
        if re.match("0[0-9]", found[0]):
            raise Mistake(f"`{found[0]}` begins with a zero", *found.span(), help="write numbers without leading zeros")
        try:
            value = parse_exact(found[0])
        except ValueError as error:
            raise Mistake(str(error), *found.span()) from None
        value = -value if at > start else value
        behind = _skip(text, found.end(), end)
        if behind == end:
            return Amount(value, None, start, end)
        unit = pattern("UNIT").match(text, behind, end) or _WITHOUT_BLANK.match(text, found.end(), end)
        if unit is None or unit.end() < end:
            raise self._expected("a unit" if unit is None else "the end of the number", unit.end() if unit else behind)
        return Amount(value, Piece(unit[0], behind, end), start, end)

    def _number(self, amount: Amount) -> Fraction:
        """Return an amount in the unit of the column."""
        (self._without if amount.unit is None else self._with_unit).append(amount)
        if amount.unit is None:
            return amount.value
        converted = convert(measure(amount, self._scope), self._unit, self._scope)
        assert isinstance(converted, Number)  # noqa: S101 - what is converted is a constant
        return converted.value

    def _check_order(self, start: int, end: int, bounds: Sequence[Fraction], *, closed: bool) -> None:
        low, high = bounds
        if low > high:
            raise Mistake(
                f"the interval ends at {plain(high)}, below its start at {plain(low)}", start, end,
                help="write the lower bound first",
            )  # fmt: skip
        if low == high and not closed:
            advice = f"write `{plain(low)}` for the number itself"
            raise Mistake("no number lies in this interval", start, end, help=advice)

    def _expected(self, what: str, at: int) -> Mistake:
        mistake = unexpected(self._text, _skip(self._text, at, len(self._text)), what, _FORMS)
        mistake.help = _habit(self._text, _HABITS_WITH_NUMBERS) or mistake.help
        return mistake


def _measured(name: str, scope: Scope) -> tuple[Term, Unit]:
    measured = measure(Name(name, 0, 0), scope)
    assert isinstance(measured.term, (Value, Derived))  # noqa: S101 - a name stands for one of them
    return measured.term, measured.unit


def _between_commas(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while True:
        comma = text.find(",", start, end)
        stop = comma if comma >= 0 else end
        first = _skip(text, start, stop)
        yield first, first + len(text[first:stop].rstrip())
        if comma < 0:
            return
        start = comma + 1


def _pieces(text: str, start: int, end: int) -> Iterator[Piece]:
    """Yield the categories of a list; whatever stands between quotation marks is one."""
    while True:
        start = _skip(text, start, end)
        quoted = _QUOTED.match(text, start, end)
        comma = text.find(",", quoted.end() if quoted else start, end)
        stop = comma if comma >= 0 else end
        if quoted:
            behind = _skip(text, quoted.end(), stop)
            if behind < stop:
                raise unexpected(text, behind, "`,` or the end")
            yield Piece(quoted[1].replace('""', '"'), *quoted.span(), quoted=True)
        else:
            piece = text[start:stop].rstrip()
            if not piece:
                raise unexpected(text, stop, "a category", "a comma stands between two categories")
            if piece[0] == '"':
                raise Mistake("this quotation mark is not closed", start, start + 1)
            yield Piece(piece, start, start + len(piece))
        if comma < 0:
            return
        start = comma + 1


def _refuse_all_numbers(text: str, items: Sequence[_Bounds]) -> None:
    """Refuse `>5, <10`, which is meant as an interval and says `or`; so is `!=5, !=6`, which is meant as neither."""
    for item in items:
        if item.relation is Relation.NE and any(_meets(other.condition, item.value) for other in items):
            left = [plain(each.value) for each in items if each.relation is Relation.NE]
            raise Mistake(
                "every number meets one of these: a comma means `or`", 0, len(text),
                help=f"write `not({', '.join(left)})` for all but these, or `-` for any value",
            )  # fmt: skip
    highest = max((item for item in items if item.relation in _UP_TO), key=lambda item: item.value, default=None)
    lowest = min((item for item in items if item.relation in _FROM), key=lambda item: item.value, default=None)
    if highest is None or lowest is None or highest.value < lowest.value:
        return
    if highest.value > lowest.value or not {highest.relation, lowest.relation} <= set(_PARTED):
        low, high = plain(lowest.value), plain(highest.value)
        raise Mistake(
            "every number meets one of these: a comma means `or`", 0, len(text),
            help=f"write `({low}..{high})` for what lies between, or `-` for any value",
        )  # fmt: skip


def _meets(condition: Condition, value: Fraction) -> bool:
    """Return whether a number meets an item."""
    match condition:
        case AllOf(bounds):
            return all(_meets(each, value) for each in bounds)
        case Compare(_, relation, Number(bound)):
            return RELATE[relation](value, bound)
        case _:
            raise TypeError(f"no item of a cell: {condition}")


def _habit(text: str, habits: Sequence[tuple[re.Pattern[str], str]]) -> str | None:
    return next((advice for found, advice in habits if found.fullmatch(text)), None)


def _skip(text: str, start: int, end: int) -> int:
    """Return where the next character that is no blank stands."""
    while start < end and text[start].isspace():
        start += 1
    return start
